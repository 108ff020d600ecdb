"""What the files of a plan must hold, looked at before anything is worked out from them: somebody may have changed them since."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from pinfold.match.rows import ANY, NOT_NEGATIVE, POSITIVE, UNLIMITED, missing_columns, refuse, wrong_numbers, wrong_rows


class PlanFile(NamedTuple):
    """key : columns that tell rows apart; numbers : by column, what is allowed there; once : whether a key comes once

    limits : whose price may not be below 0, as the column `what` names them: nobody is paid for what passes through a limit
    """

    key: tuple[str, ...]
    numbers: dict[str, str]
    once: bool = True
    limits: tuple[str, ...] = ()


PRICED = ("what", "id", "week")
PLAN_FILES = {
    "shipments": PlanFile(("lot_id", "want_id"), {"kg": POSITIVE}, once=False),
    "loaded": PlanFile(("lot_id", "want_id"), {"kg": POSITIVE}, once=False),
    "prices": PlanFile(PRICED, {"yuan_per_kg": ANY}, limits=("lane", "hub_week")),
    "least": PlanFile(PRICED, {"yuan_per_kg": ANY}, limits=("lane", "hub_week")),
    "proof": PlanFile(PRICED, {"yuan": ANY}, limits=("hub_week",)),
    "trucks": PlanFile(("lane_id",), {"trucks": ANY}),
    "villages": PlanFile(
        ("village_id",),
        dict.fromkeys(("floor_kg", "band_yuan", "average_yuan"), ANY)
        | dict.fromkeys(("floor_yuan", "least_price"), NOT_NEGATIVE)
        | {"apart_kg": UNLIMITED},
    ),
}


def checked_file(name: str, frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """Plan file `name` with numbers as floats, and what is priced named by text and week.

    Raises InputError naming `path`, every row (the first is 1) that holds what cannot be, and what to give.
    """
    file = PLAN_FILES[name]
    refuse(missing_columns(path, frame, {*file.key, *file.numbers}))
    if file.key == PRICED:
        frame = frame.with_columns(pl.col("what", "id").cast(pl.String), pl.col("week").cast(pl.Int64, strict=False))
    wrong = wrong_numbers(file.numbers)
    if file.once:
        wrong["it comes twice; take one away"] = ~pl.struct(file.key).is_first_distinct()
    if file.limits:
        (column,) = file.numbers
        below = pl.col("what").is_in(file.limits) & (pl.col(column).cast(pl.Float64, strict=False) < 0)
        wrong[f"{column} is {{{column}}}, but the price of a limit below 0 proves nothing; give 0 or more, or make the plan again"] = below
    refuse(wrong_rows(path, frame, file.key, wrong))
    return frame.with_columns(pl.col(list(file.numbers)).cast(pl.Float64))
