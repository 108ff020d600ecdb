"""The JSON API: one file for each subject, put together in site.py."""
