"""A small picture for each crop."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
MARKS = Path(__file__).parent.parent / "static" / "pinfold" / "marks"


@register.simple_tag
def crop_mark(crop: str, size_px: int = 56) -> SafeString:
    """The crop's drawing, or a leaf for a crop that has none. Decoration only: the name always stands beside it."""
    address = static(f"pinfold/marks/{crop if crop in _drawn() else 'leaf'}.svg")
    return format_html('<img class="mark" src="{}" alt="" width="{}" height="{}">', address, size_px, size_px)


@cache
def _drawn() -> frozenset[str]:
    return frozenset(path.stem for path in MARKS.glob("*.svg"))
