"""The words that a page shows in one language, from the site's own catalogues."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext, override

VALUE = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Words:
    """Called with an English text of the site, gives what readers of `language` see; fails if that was never translated."""

    language: str

    def __call__(self, text: str, **values: object) -> str:
        return VALUE.sub(lambda found: str(values[found[1]]), self._translated(text))

    def pattern(self, text: str, **values: object) -> re.Pattern[str]:
        """The same as a pattern in which every value that is not given may be anything."""
        text, *rest = VALUE.split(self._translated(text))  # text, name, text, name, ... text
        told = (re.escape(str(values[name])) if name in values else ".+?" for name in rest[::2])
        return re.compile(re.escape(text) + "".join(value + re.escape(after) for value, after in zip(told, rest[1::2], strict=True)))

    def _translated(self, text: str) -> str:
        with override(self.language):
            said = gettext(text)
        assert self.language == "en" or said != text, f"{text!r} has no translation into {self.language}"
        return said
