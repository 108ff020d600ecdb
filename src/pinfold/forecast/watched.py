"""Models that say when they are asked, so that whoever waits for a long backtest sees which model forecasts which season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pinfold.basics.progress import Progress


class OfASeason(Protocol):
    @property
    def season(self) -> int: ...


Record = TypeVar("Record", bound=OfASeason)
Record_contra = TypeVar("Record_contra", contravariant=True)
Said = TypeVar("Said")
Said_co = TypeVar("Said_co", covariant=True)


class Model(Protocol[Record_contra, Said_co]):
    @property
    def name(self) -> str: ...

    def expect(self, record: Record_contra) -> Said_co: ...


@dataclass(frozen=True)
class Watched(Generic[Record, Said]):
    """The same model, which says before each forecast that it is `done` of `total`, with its name and the season."""

    model: Model[Record, Said]
    progress: Progress
    what: str
    done: int
    total: int

    @property
    def name(self) -> str:
        return self.model.name

    def expect(self, record: Record) -> Said:
        self.progress(f"{self.what}: {self.name} {record.season}", self.done, self.total)
        return self.model.expect(record)


def watched(models: Sequence[Model[Record, Said]], progress: Progress, what: str, part: int, parts: int) -> list[Watched[Record, Said]]:
    """The same models at work on part number `part` of `parts`, which is about `what`: each model is one step of it."""
    return [Watched(model, progress, what, part * len(models) + step, parts * len(models)) for step, model in enumerate(models)]
