"""The five tables that a match reads, checked before anything is planned on them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import polars as pl

from pinfold.match.rows import (
    ANY,
    GRADE,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    WHOLE,
    missing_columns,
    refuse,
    repeated,
    wrong_numbers,
    wrong_rows,
)

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
    refuse([problem for name, table in given.items() for problem in missing_columns(name, table, _needed(name))])
    given = {name: table.with_columns(pl.col(TEXTS[name]).cast(pl.String).replace("", None)) for name, table in given.items()}
    known = given["products"]["product_id"]
    met = pl.concat([given["lots"]["product_id"], given["wants"]["product_id"]])
    given["products"] = given["products"].filter(known.is_in(met.implode()))
    refuse([problem for name, table in given.items() for problem in wrong_rows(name, table, KEYS[name][0], _wrong(name, known))])
    return Tables(**{name: _typed(name, table) for name, table in given.items()})


def _with_worst_grade(wants: pl.DataFrame) -> pl.DataFrame:
    """`wants` with grade_worst filled in: who names no worst grade takes the third too, at its discount."""
    said = pl.col("grade_worst") if "grade_worst" in wants.columns else pl.lit(None, pl.Int64)
    return wants.with_columns(grade_worst=said.fill_null(2))


def _needed(name: str) -> set[str]:
    return {*NUMBERS[name], *TEXTS[name], *(column for key in KEYS[name] for column in key)}


def _wrong(name: str, products: pl.Series) -> dict[str, pl.Expr]:
    """What may be wrong with a row of table `name`: what is then said of it, with its cells in braces, and whether it is."""
    wrong = wrong_numbers(NUMBERS[name])
    for key in KEYS[name]:
        wrong |= repeated(key)
    parts = {part for key in KEYS[name] for part in key}
    wrong |= {f"{column} is empty; fill it in": pl.col(column).is_null() for column in TEXTS[name] if column not in parts}
    if name in ("lots", "wants"):
        wrong["product_id {product_id} is not in products; add it there"] = ~pl.col("product_id").is_in(products.implode())
    if name == "wants":
        # A later, dearer step would let a plan sell to the dear step without filling the cheap one before it.
        wrong["a later step pays more than one before it; give price_1 to price_3 dearest first"] = pl.any_horizontal(
            (pl.col(f"price_{late}") > pl.col(f"price_{early}")) & (pl.col(f"kg_{late}") > 0) & (pl.col(f"kg_{early}") > 0)
            for early, late in ((1, 2), (2, 3), (1, 3))
        )
    return wrong


def _typed(name: str, table: pl.DataFrame) -> pl.DataFrame:
    whole = [column for column, allowed in NUMBERS[name].items() if allowed in (WHOLE, GRADE)]
    return table.with_columns(
        pl.col([column for column in NUMBERS[name] if column not in whole]).cast(pl.Float64),
        pl.col(whole).cast(pl.Float64).cast(pl.Int64),
    )
