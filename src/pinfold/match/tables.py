"""The five tables that a match reads, checked before anything is planned on them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from pinfold.basics.errors import InputError

SHOWN_MAX = 20
ANY, NOT_NEGATIVE, POSITIVE, SHARE, WHOLE, GRADE = "a number", "0 or more", "more than 0", "0 to 1", "a whole number", "0, 1 or 2"
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
    problems = [problem for name, table in given.items() for problem in _missing_columns(name, table)]
    if not problems:
        given = {name: table.with_columns(pl.col(TEXTS[name]).cast(pl.String)) for name, table in given.items()}
        met = pl.concat([given["lots"].select("product_id"), given["wants"].select("product_id")])
        unknown = _unknown_products(given)
        given["products"] = given["products"].join(met, on="product_id", how="semi")
        problems = [problem for name, table in given.items() for problem in (*_bad_numbers(name, table), *_repeated(name, table))]
        problems += [*unknown, *_rising_steps(given["wants"])]
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


def _bad_numbers(name: str, table: pl.DataFrame) -> list[str]:
    good = {column: _is(column, allowed).fill_null(False) for column, allowed in NUMBERS[name].items()}
    problems = []
    for column, all_good in table.select(holds.all().alias(column) for column, holds in good.items()).row(0, named=True).items():
        if not all_good:
            bad = table.with_row_index("row", offset=1).filter(~good[column])
            problems += [f"{_row(name, row)}: {column} is {row[column]}; give {NUMBERS[name][column]}" for row in bad.to_dicts()]
    return problems


def _is(column: str, allowed: str) -> pl.Expr:
    """Whether each value of `column` is a number that is `allowed`; null where it is none."""
    number = pl.col(column).cast(pl.Float64, strict=False)
    inside = {
        ANY: pl.lit(True),
        NOT_NEGATIVE: number >= 0,
        POSITIVE: number > 0,
        SHARE: number.is_between(0, 1),
        WHOLE: number == number.round(),
        GRADE: number.is_in([0.0, 1.0, 2.0]),
    }[allowed]
    return number.is_finite() & inside


def _repeated(name: str, table: pl.DataFrame) -> list[str]:
    problems = []
    for key in KEYS[name]:
        rows = table.with_row_index("row", offset=1)
        bad = rows.filter(pl.struct(key).is_first_distinct().not_() | pl.any_horizontal(pl.col(key).is_null()))
        what = " and ".join(key)
        problems += [
            f"{_row(name, row)}: {what} {', '.join(str(row[part]) for part in key)} is empty or comes twice" for row in bad.to_dicts()
        ]
    return problems


def _unknown_products(given: dict[str, pl.DataFrame]) -> list[str]:
    problems = []
    for name in ("lots", "wants"):
        bad = given[name].with_row_index("row", offset=1).join(given["products"], on="product_id", how="anti")
        problems += [f"{_row(name, row)}: product_id {row['product_id']} is not in products; add it there" for row in bad.to_dicts()]
    return problems


def _rising_steps(wants: pl.DataFrame) -> list[str]:
    """A later, dearer step would let a plan sell to the dear step without filling the cheap one before it."""
    rising = [
        (pl.col(f"price_{late}") > pl.col(f"price_{early}")) & (pl.col(f"kg_{late}") > 0) & (pl.col(f"kg_{early}") > 0)
        for early, late in ((1, 2), (2, 3), (1, 3))
    ]
    bad = wants.with_row_index("row", offset=1).filter(pl.any_horizontal(rising))
    return [
        f"{_row('wants', row)}: a later step pays more than one before it; give price_1 to price_3 dearest first" for row in bad.to_dicts()
    ]


def _typed(name: str, table: pl.DataFrame) -> pl.DataFrame:
    whole = [column for column, allowed in NUMBERS[name].items() if allowed in (WHOLE, GRADE)]
    return table.with_columns(
        pl.col([column for column in NUMBERS[name] if column not in whole]).cast(pl.Float64),
        pl.col(whole).cast(pl.Float64).cast(pl.Int64),
    )


def _row(name: str, row: dict[str, object]) -> str:
    ids = ", ".join(f"{column} {row[column]}" for column in KEYS[name][0])
    return f"{name} row {row['row']} ({ids})"
