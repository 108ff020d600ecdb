"""Brings the translation catalogues up to the pages: new texts come in empty, texts no longer shown go.

With --check nothing is changed. Either way the missing translations are listed, and the exit code is 1 if there are any.

Django's own makemessages needs GNU gettext on the machine; this needs only Babel. A language is added by making its folder CODE/LC_MESSAGES
beside zh_Hans.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

WEB = Path(__file__).parent.parent / "src" / "pinfold" / "web"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
OF_ROOMS = frozenset({"rooms", "charts", "navigation"})
Text = str | tuple[str, ...]


def catalogue_of(source: Path) -> Path:
    """The rooms keep their own catalogue, so that two people seldom edit one file."""
    parts = source.relative_to(WEB).with_suffix("").parts
    return WEB / "rooms" / "locale" if OF_ROOMS.intersection(parts) else WEB / "locale"


def texts_in(source: Path) -> Iterator[tuple[int, Text, str | None]]:
    """Line, text (or singular and plural) and context of everything that a page or module says."""
    code = source.read_text(encoding="utf-8")
    if source.suffix == ".html":
        # templatize turns {% translate %} into gettext() and blanks the rest; what it blanks keeps no sensible indentation.
        code = "\n".join(line.strip() for line in templatize(code).splitlines())
    for line, text, _, context in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
        yield line, text, context


def wanted() -> dict[Path, Catalog]:
    """Per catalogue folder, all texts of its pages."""
    found: dict[Path, Catalog] = {}
    for source in sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")]):
        catalogue = found.setdefault(catalogue_of(source), Catalog())
        for line, text, context in texts_in(source):
            catalogue.add(text, locations=[(str(source.relative_to(WEB)), line)], context=context)
    return found


def untranslated(catalogue: Catalog) -> list[Text]:
    """Texts whose translation, or one of whose plural forms, is empty, or that are only guessed."""
    return [
        message.id
        for message in catalogue
        if message.id and (message.fuzzy or not all(message.string if isinstance(message.string, tuple) else [message.string]))
    ]


def read_catalogue(po: Path) -> Catalog:
    """The catalogue in `po`; an empty one where a language has its folder and nothing else yet."""
    locale = po.parent.parent.name
    if not po.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with po.open("rb") as old:
        return read_po(old, locale=locale)


def main(check: bool) -> int:
    if not settings.configured:
        settings.configure()
    missing = 0
    for folder, texts in wanted().items():
        for po in (messages / "django.po" for messages in sorted(folder.glob("*/LC_MESSAGES"))):
            catalogue = read_catalogue(po)
            catalogue.update(texts, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            if not check:
                with po.open("wb") as new:
                    write_po(new, catalogue, width=140, sort_by_file=True, omit_header=False, include_lineno=False)
            for text in untranslated(catalogue):
                missing += 1
                print(f"{po.relative_to(WEB)}: no translation of {text!r}")
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
