"""The five tables that a match reads, checked before anything is planned on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import polars as pl

from pinfold.basics.errors import InputError

SHOWN_MAX = 20
# Just above this a float does not tell whole numbers apart any more.
NUMBER_MAX = 9e15
ANY, NOT_NEGATIVE, POSITIVE = "a number below 9e15", "0 or more, below 9e15", "more than 0, below 9e15"
SHARE, WHOLE, GRADE = "0 to 1", "a whole number below 9e15", "0, 1 or 2"
# What is no number, or infinite, is never allowed.
ALLOWED: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    ANY: lambda number: number.abs() <= NUMBER_MAX,
    NOT_NEGATIVE: lambda number: number.is_between(0, NUMBER_MAX),
    POSITIVE: lambda number: (number > 0) & (number <= NUMBER_MAX),
    SHARE: lambda number: number.is_between(0, 1),
    WHOLE: lambda number: (number == number.round()) & (number.abs() <= NUMBER_MAX),
    GRADE: lambda number: number.is_in([0.0, 1.0, 2.0]),
}
NUMBERS = {
    "products": {"shelf_life_days": POSITIVE, "price_per_kg": NOT_NEGATIVE},
    "lots": {
        "grade": GRADE,
        "ready_week": WHOLE,
        "kg": NOT_NEGATIVE,
        "floor_price_per_kg": NOT_NEGATIVE,
        "poverty_weight": SHARE,
        "collect_cost_per_kg": NOT_NEGATIVE,
        "collect_days": NOT_NEGATIVE,
        "salvage_per_kg": ANY,
    },
    "wants": {"week": WHOLE, "grade_worst": GRADE} | {f"{name}_{step}": NOT_NEGATIVE for step in (1, 2, 3) for name in ("price", "kg")},
    "lanes": {"week": WHOLE, "days": NOT_NEGATIVE, "truck_kg": POSITIVE, "truck_cost": NOT_NEGATIVE, "trucks_max": NOT_NEGATIVE},
    "hub_weeks": {"week": WHOLE, "kg_max": NOT_NEGATIVE},
}
KEYS = {
    "products": [["product_id"]],
    "lots": [["lot_id"]],
    "wants": [["want_id"]],
    "lanes": [["lane_id"], ["hub_id", "region_id", "week"]],
    "hub_weeks": [["hub_id", "week"]],
}
TEXTS = {
    "products": ["product_id"],
    "lots": ["hub_id", "product_id"],
    "wants": ["product_id", "region_id"],
    "lanes": ["hub_id", "region_id"],
    "hub_weeks": ["hub_id"],
}


@dataclass(frozen=True)
class Tables:
    """The tables of `pinfold match` (docs/match.md): weights in kg, money in yuan, weeks from the season's first Monday.

    wants may carry `grade_worst`: the worst grade that is accepted (absent or null: any).
    """

    products: pl.DataFrame
    lots: pl.DataFrame
    wants: pl.DataFrame
    lanes: pl.DataFrame
    hub_weeks: pl.DataFrame


def checked(tables: Tables) -> Tables:
    """The same rows with numbers as floats, weeks and grades as whole numbers, and hub, product and region as text.

    lot_id, want_id and lane_id stay as they came; products that nobody grows or wants are left out.
    Raises InputError naming table, row (the first is 1), id and value of everything wrong.
    """
    given = {item.name: getattr(tables, item.name) for item in fields(Tables)}
    given["wants"] = _with_worst_grade(given["wants"])
    missing = [problem for name, table in given.items() for problem in _missing_columns(name, table)]
    if missing:
        raise InputError("\n".join(missing))
    given = {name: table.with_columns(pl.col(TEXTS[name]).cast(pl.String)) for name, table in given.items()}
    known = given["products"]["product_id"]
    met = pl.concat([given["lots"]["product_id"], given["wants"]["product_id"]])
    given["products"] = given["products"].filter(known.is_in(met.implode()))
    problems = [problem for name, table in given.items() for problem in _wrong_rows(name, table, known)]
    if problems:
        more = [f"and {len(problems) - SHOWN_MAX} more"] if len(problems) > SHOWN_MAX else []
        raise InputError("\n".join(problems[:SHOWN_MAX] + more))
    return Tables(**{name: _typed(name, table) for name, table in given.items()})


def _with_worst_grade(wants: pl.DataFrame) -> pl.DataFrame:
    """`wants` with grade_worst filled in: who names no worst grade takes the third too, at its discount."""
    said = pl.col("grade_worst") if "grade_worst" in wants.columns else pl.lit(None, pl.Int64)
    return wants.with_columns(grade_worst=said.fill_null(2))


def _missing_columns(name: str, table: pl.DataFrame) -> list[str]:
    needed = {*NUMBERS[name], *TEXTS[name], *(column for key in KEYS[name] for column in key)}
    return [f"{name}: column {column!r} is missing; add it" for column in sorted(needed - set(table.columns))]


def _wrong_rows(name: str, table: pl.DataFrame, products: pl.Series) -> list[str]:
    """One sentence for everything that is wrong with a row of table `name`; products : ids that are known."""
    wrong = _wrong(name, products)
    # One look for all; most tables have nothing wrong.
    found = table.select(some.any().alias(says) for says, some in wrong.items()).row(0, named=True)
    rows = table.with_row_index("row", offset=1) if any(found.values()) else table
    ids = ", ".join(f"{column} {{{column}}}" for column in KEYS[name][0])
    return [
        f"{name} row {{row}} ({ids}): {says}".format(**row)
        for says, some in found.items()
        if some
        for row in rows.filter(wrong[says]).iter_rows(named=True)
    ]


def _wrong(name: str, products: pl.Series) -> dict[str, pl.Expr]:
    """What may be wrong with a row of table `name`: what is then said of it, with its cells in braces, and whether it is."""
    wrong = {
        f"{column} is {{{column}}}; give {allowed}": ~_is(column, allowed).fill_null(False) for column, allowed in NUMBERS[name].items()
    }
    for key in KEYS[name]:
        says = f"{' and '.join(key)} {', '.join(f'{{{part}}}' for part in key)} is empty or comes twice"
        wrong[says] = ~pl.struct(key).is_first_distinct() | pl.any_horizontal(pl.col(key).is_null())
    if name in ("lots", "wants"):
        # Without a product it is in none of them.
        wrong["product_id {product_id} is not in products; add it there"] = ~pl.col("product_id").is_in(products.implode()).fill_null(False)
    if name == "wants":
        # A later, dearer step would let a plan sell to the dear step without filling the cheap one before it.
        wrong["a later step pays more than one before it; give price_1 to price_3 dearest first"] = pl.any_horizontal(
            (pl.col(f"price_{late}") > pl.col(f"price_{early}")) & (pl.col(f"kg_{late}") > 0) & (pl.col(f"kg_{early}") > 0)
            for early, late in ((1, 2), (2, 3), (1, 3))
        )
    return wrong


def _is(column: str, allowed: str) -> pl.Expr:
    """Whether each value of `column` is a number that is `allowed`; null where it is none."""
    return ALLOWED[allowed](pl.col(column).cast(pl.Float64, strict=False))


def _typed(name: str, table: pl.DataFrame) -> pl.DataFrame:
    whole = [column for column, allowed in NUMBERS[name].items() if allowed in (WHOLE, GRADE)]
    return table.with_columns(
        pl.col([column for column in NUMBERS[name] if column not in whole]).cast(pl.Float64),
        pl.col(whole).cast(pl.Float64).cast(pl.Int64),
    )
