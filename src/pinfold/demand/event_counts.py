"""Events counted by product, region and week: what demand is learned from, and all of it that leaves the house."""

from __future__ import annotations

import polars as pl

from pinfold.demand.events import JOIN, PAY, VIEW

KEYS = ("product_id", "region_id", "week")
COUNTS = ("views", "joins", "paid_kg", "people")
# Rule 10 of the design: a group of fewer people could be told apart.
PEOPLE_MIN = 5
HOME = "Asia/Shanghai"


def count_events(events: pl.LazyFrame) -> pl.LazyFrame:
    """Views, joins, paid kg and distinct pseudonyms by product, region and week (its Monday where the growers live).

    events : kind, at (UTC), pseudonym (null for strangers), product_id, region_id, kg
    Every week is counted from its own events alone, so that weeks may be counted apart and put together.
    """
    kind, monday = pl.col("kind"), pl.col("at").dt.convert_time_zone(HOME).dt.truncate("1w").dt.date()
    return events.group_by("product_id", "region_id", monday.alias("week")).agg(
        (kind == VIEW).sum().cast(pl.Int64).alias("views"),
        (kind == JOIN).sum().cast(pl.Int64).alias("joins"),
        pl.col("kg").filter(kind == PAY).sum().alias("paid_kg"),
        pl.col("pseudonym").drop_nulls().n_unique().cast(pl.Int64).alias("people"),
    )


def without_small_groups(counts: pl.DataFrame) -> pl.DataFrame:
    """The same rows in the order of their keys; those of fewer than PEOPLE_MIN people say so and tell nothing else.

    Strangers are not counted as people: a group of which nobody has signed in is a small one.
    """
    small = pl.col("people") < PEOPLE_MIN
    told = [pl.when(~small).then(pl.col(name)).alias(name) for name in COUNTS]
    return counts.with_columns(*told, small.alias("suppressed")).sort(KEYS)
