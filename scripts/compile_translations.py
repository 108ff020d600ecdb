"""Compiles every .po under src/ whose .mo is missing or older."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

for source in sorted(Path(__file__).parents[1].glob("src/**/LC_MESSAGES/django.po")):
    target = source.with_suffix(".mo")
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        with source.open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))
