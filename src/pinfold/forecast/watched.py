"""Forecasts at work: where their parts run, and models that say when they are asked, for whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from pinfold.basics.progress import Progress, silent


class OfASeason(Protocol):
    @property
    def season(self) -> int: ...


Record = TypeVar("Record", bound=OfASeason)
Record_contra = TypeVar("Record_contra", contravariant=True)
Said = TypeVar("Said")
Part = TypeVar("Part")
Found = TypeVar("Found")
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


@dataclass(frozen=True)
class Watch:
    """Whose progress part number `part` of `parts`, which is about `what`, tells."""

    progress: Progress
    what: str
    part: int
    parts: int

    def __call__(self, models: Sequence[Model[Record, Said]]) -> list[Watched[Record, Said]]:
        """The same models at work on this part: each is one step of it."""
        steps = len(models)
        return [Watched(model, self.progress, self.what, self.part * steps + step, self.parts * steps) for step, model in enumerate(models)]


@dataclass(frozen=True)
class AtWork:
    """How a forecast's parts are worked on. Nothing that comes out depends on it.

    progress : hears of every model and season here, and of every part on workers
    workers : where the parts go, each pickled; None for this process, one after the other
    """

    progress: Progress = silent
    workers: Executor | None = None

    def over(self, work: Callable[[Part, Watch], Found], parts: Sequence[Part], names: Sequence[str]) -> list[Found]:
        """What `work` finds for each part, in their order. work : stands at the top of a module, or is a `partial` of such a function"""
        if self.workers is None:
            return [
                work(part, Watch(self.progress, name, at, len(parts))) for at, (part, name) in enumerate(zip(parts, names, strict=True))
            ]
        found: list[Found] = []
        for part in self.workers.map(partial(_unwatched, work), parts):
            self.progress(names[len(found)], len(found) + 1, len(parts))
            found.append(part)
        return found


def _unwatched(work: Callable[[Part, Watch], Found], part: Part) -> Found:
    return work(part, Watch(silent, "", 0, 1))


HERE = AtWork()
