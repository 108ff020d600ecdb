"""Languages of pages and people, each by its own name; the first is the default."""

LANGUAGES = {"zh-hans": "中文", "en": "English"}
