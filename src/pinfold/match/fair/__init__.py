"""Fairness between villages as a stated choice: plans that promise villages something, and what proves how good they are."""
