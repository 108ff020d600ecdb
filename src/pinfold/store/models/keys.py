"""Column kinds used by several tables."""

from __future__ import annotations

from typing import Any

from django.db import models


def key(**options: Any) -> models.CharField[str, str]:
    """A table's own id, as the season folder gives it."""
    return models.CharField(max_length=80, primary_key=True, **options)


def to(model: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """A reference that keeps what it points to from being deleted."""
    return models.ForeignKey(model, on_delete=models.PROTECT, related_name="+", **options)
