"""The same harvest and the same customers without a plan: sold to whoever comes first, or to a middleman at the local price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pinfold.basics.errors import InputError
from pinfold.match.kernel import Network
from pinfold.match.rules import MatchRules
from pinfold.match.season import Ints, Season, build_season
from pinfold.match.shipments import share_out, within_limits
from pinfold.match.tables import Tables


@dataclass(frozen=True)
class SimpleSale:
    """What a simpler way of selling would have brought.

    harvested_kg, sold_kg : of product; sold leaves the village
    buyers_yuan : what customers or the middleman pay
    growers_yuan : what is left for the growers, the worth of unsold goods included
    """

    harvested_kg: float
    sold_kg: float
    buyers_yuan: float
    growers_yuan: float

    @property
    def unsold_share(self) -> float:
        """Share of the harvest that found no buyer."""
        return 1 - self.sold_kg / self.harvested_kg if self.harvested_kg else 0.0

    @property
    def growers_share(self) -> float:
        """Growers' money over the buyers' money."""
        return self.growers_yuan / self.buyers_yuan if self.buyers_yuan else 0.0


def wants_asked(asked: pl.DataFrame) -> pl.DataFrame:
    """Wants with a single price step and no minimum, in the order in which they were asked.

    asked : product_id, region_id, week (of delivery), kg, price_per_kg
    """
    return asked.select(
        pl.format("asked-{}", pl.int_range(pl.len())).alias("want_id"),
        "product_id",
        "region_id",
        "week",
        kind=pl.lit("pin"),
        kg_min=pl.lit(0.0),
        open_cost=pl.lit(0.0),
        price_1=pl.col("price_per_kg"),
        kg_1=pl.col("kg"),
        price_2=pl.col("price_per_kg"),
        kg_2=pl.lit(0.0),
        price_3=pl.col("price_per_kg"),
        kg_3=pl.lit(0.0),
    )


def first_come(tables: Tables, rules: MatchRules, kept_share: float = 0.0) -> SimpleSale:
    """The harvest sold week by week: the oldest goods to the customers who asked first, as long as a kg pays its way.

    tables : lots as they were really picked; wants as they were really asked (see `wants_asked`)
    kept_share : share of the customers' money that the cooperative and the platform keep, 0..1, the same as in the season's own split
    The costs and losses of the way are those of the plan (`match.season.find_ways`), so that only the order of selling differs.
    """
    season = build_season(tables, rules)
    kg = within_limits(season, Network.of(season).fill(_in_the_order_of_coming(season)))
    ways = season.ways
    sent_kg = kg.sum()
    lots = share_out(season, kg)
    lot_sent_kg = np.bincount(lots.lot, lots.kg, len(season.lot_kg))
    same_price = replace(rules, grade_discount_best=0.0, grade_discount_second=0.0, grade_discount_third=0.0, freshness_discount=0.0)
    # What a lower grade or an older kg takes off the price is counted as a cost of the way; the customer sees it as a lower price.
    cost_per_kg = build_season(tables, same_price).ways.cost_per_kg
    price_off = kg @ (ways.cost_per_kg - cost_per_kg)
    buyers_yuan = float(kg * ways.kept @ season.step_price_per_kg[ways.want, 0] - price_off)
    collected = lot_sent_kg @ season.tables.lots["collect_cost_per_kg"].to_numpy()
    salvaged = (season.lot_kg - lot_sent_kg) @ season.tables.lots["salvage_per_kg"].to_numpy()
    growers_yuan = buyers_yuan * (1 - kept_share) - float(kg @ cost_per_kg + collected - salvaged)
    return SimpleSale(float(season.lot_kg.sum()), float(sent_kg), buyers_yuan, growers_yuan)


def _in_the_order_of_coming(season: Season) -> Ints:
    """Ways by the week of delivery, then by who asked first, then the oldest goods first."""
    ways = season.ways
    week, ready_week = season.tables.wants["week"].to_numpy(), season.pools["ready_week"].to_numpy()
    order: Ints = np.lexsort((ready_week[ways.pool], ways.want, week[ways.want]))
    return order


def middleman(lots: pl.DataFrame, local_price_per_kg: Mapping[str, float]) -> SimpleSale:
    """The whole harvest sold in the village at the local price.

    lots : product_id, kg
    local_price_per_kg : yuan per kg of each product. Raises InputError when one is missing, naming it.
    """
    missing = sorted(set(lots["product_id"]) - set(local_price_per_kg))
    if missing:
        raise InputError(f"product {missing[0]!r} has no local price; give what a middleman pays for a kg in the village")
    kg = lots["kg"].to_numpy()
    paid = float(kg @ np.array([local_price_per_kg[product] for product in lots["product_id"]])) if len(kg) else 0.0
    return SimpleSale(float(kg.sum()), float(kg.sum()), paid, paid)
