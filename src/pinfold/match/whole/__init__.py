"""Whole trucks, and pins and bids that open or stay shut: docs/match.md, section "Whole trucks"."""
