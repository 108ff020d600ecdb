"""Lists come in pages of at most 200."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import PaginationBase


class Pages(PaginationBase):
    """?limit=&offset= of a list that a read model gave."""

    class Input(Schema):
        limit: int = Field(50, ge=1, le=200, description="rows in this page")
        offset: int = Field(0, ge=0, le=10_000_000, description="rows to leave out before it")

    class Output(Schema):
        items: list[Any]
        count: int = Field(description="rows in all pages")

    def paginate_queryset(self, queryset: Sequence[Any], pagination: Input, request: HttpRequest, **params: Any) -> dict[str, object]:
        return {"items": queryset[pagination.offset : pagination.offset + pagination.limit], "count": len(queryset)}
