"""Rules of a room: one frozen dataclass per room, each field with default, unit, limits and a sentence.

The settings table, the command line, the forms and docs/settings.md are all made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from pinfold.basics.errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rules = TypeVar("Rules", bound="DataclassInstance")


def rule(default: Any, unit: str, says: str, low: float | None = None, high: float | None = None) -> Any:
    """A field of a rules dataclass: `default` in `unit`, allowed from `low` to `high`, explained by `says`."""
    return field(default=default, metadata={"unit": unit, "says": says, "low": low, "high": high})


@dataclass(frozen=True)
class Declared:
    """One rule as the settings table, a form or the docs show it."""

    name: str
    default: Any
    unit: str
    says: str
    low: float | None
    high: float | None


def declared(kind: type, room: str) -> Iterator[Declared]:
    """Every rule that `kind` declares, named ROOM.field."""
    for item in fields(kind):
        if item.metadata:
            default = None if item.default is MISSING else item.default
            yield Declared(f"{room}.{item.name}", default, **item.metadata)


def read_rules(kind: type[Rules], room: str, given: Mapping[str, str]) -> Rules:
    """`kind` filled from the settings named ROOM.field in `given`; absent ones keep their default.

    Raises InputError naming the setting, its value and what is allowed: not a number, outside its limits, or not known in this room.
    """
    items: dict[str, Any] = {f"{room}.{item.name}": item for item in fields(kind)}
    unknown = [name for name in given if name.startswith(f"{room}.") and name not in items]
    if unknown:
        raise InputError(f"setting {unknown[0]!r} is not known; {room} has {', '.join(sorted(items))}")
    return kind(**{item.name: _parse(item, name, given[name]) for name, item in items.items() if name in given})


def _parse(item: Any, name: str, text: str) -> Any:
    kinds: dict[str, Callable[[str], Any]] = {"int": int, "float": float, "str": str, "date": date.fromisoformat}
    try:
        value = kinds[str(item.type)](text)
    except ValueError:
        raise InputError(
            f"setting {name} is {text!r}, which is not a {item.type}; give it in {item.metadata.get('unit', item.type)}"
        ) from None
    low, high = item.metadata.get("low"), item.metadata.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        raise InputError(f"setting {name} is {text}; it must lie between {low} and {high} {item.metadata.get('unit', '')}".rstrip())
    return value
