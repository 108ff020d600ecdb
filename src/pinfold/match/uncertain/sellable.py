"""How much of a lot may be sold before it is picked: up to where a refund costs as much as a late sale loses.

A kg more that is promised gains, if it comes, what it brings over staying and being sold late or not at all; if it does not come it
costs its refund and the truck that was booked for it. Up to the quantile at which the two balance, promising pays: the newsvendor's
critical ratio (Arrow, Harris & Marschak 1951, Econometrica 19(3)), lot by lot, at what the plan earns with the lot's goods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtri

from pinfold.match.core import near_best_flow
from pinfold.match.score import filled_steps
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.uncertain.rules import UncertainRules
from pinfold.match.uncertain.scenarios import log_spread


@dataclass(frozen=True)
class Margins:
    """Yuan per kg of each lot that is sent: gain of a promise that is kept over a late sale, loss by one that is not; shape (lots,)."""

    gain: Floats
    loss: Floats

    @property
    def quantile(self) -> Floats:
        """Of the lot's harvest, up to which promising pays, 0..1; shape (lots,)."""
        both = self.gain + self.loss
        return np.divide(self.gain, both, out=np.ones_like(both), where=both > 0)


@dataclass(frozen=True)
class SellAhead:
    """share : of each lot's expected kg that may be promised, 0..1, shape (lots,); 1 once it is weighed"""

    season: Season
    margins: Margins
    share: Floats

    @property
    def by_lot(self) -> pl.DataFrame:
        """lot_id, sellable_share."""
        return self.season.tables.lots.select("lot_id", sellable_share=pl.Series(self.share))

    @property
    def by_product(self) -> pl.DataFrame:
        """product_id, gain_per_kg, loss_per_kg, share: means by kg over the lots that are still forecast, by product."""
        lots = self.season.tables.lots.with_columns(
            gain=pl.Series(self.margins.gain), loss=pl.Series(self.margins.loss), of_it=pl.Series(self.share)
        )
        mean = [(pl.col(name) * pl.col("kg")).sum() / pl.col("kg").sum() for name in ("gain", "loss", "of_it")]
        uncertain = lots.filter((pl.col("kg_cv") > 0) & (pl.col("kg") > 0))
        named = {"gain_per_kg": mean[0], "loss_per_kg": mean[1], "share": mean[2]}
        return uncertain.group_by("product_id").agg(**named).sort("product_id")


def sell_ahead(season: Season, rules: UncertainRules) -> SellAhead:
    """How much of each lot may be sold before it is picked, by what the plan at the expected harvest earns with its goods."""
    found = margins(season, near_best_flow(season).kg, rules)
    return SellAhead(season, found, sellable_share(season.tables.lots["kg_cv"].cast(pl.Float64).to_numpy(), found.quantile))


def margins(season: Season, flow_kg: Floats, rules: UncertainRules) -> Margins:
    """What a lot's goods gain and lose by being promised, on average over where a plan sends its pool, else over all that it sends.

    flow_kg : shape (ways,), of a plan at the expected harvest
    """
    ways, lanes = season.ways, season.tables.lanes
    truck = (lanes["truck_cost"] / lanes["truck_kg"]).to_numpy()[ways.lane]
    delivered = np.bincount(ways.want, flow_kg * ways.kept, len(season.step_kg)).astype(np.float64)
    revenue = (filled_steps(season, delivered) * season.step_price_per_kg).sum(axis=1)
    price = np.divide(revenue, delivered, out=season.step_price_per_kg[:, 0].copy(), where=delivered > 0)
    paid, way_cost = ways.kept * price[ways.want], ways.cost_per_kg - truck
    # Of the pool's lots, what leaving is worth on average.
    pools = season.pools.height
    leaving = _mean(season.lot_pool, season.lot_value_per_kg, season.lot_kg, pools)[ways.pool]
    promised = paid - way_cost - truck + leaving
    late = rules.late_price_share * paid - way_cost - rules.spot_truck_factor * truck + leaving
    gain, loss = np.maximum(promised - np.maximum(late, 0), 0), rules.refund_cost_share * paid + truck
    return Margins(*(_mean(ways.pool, each, flow_kg, pools)[season.lot_pool] for each in (gain, loss)))


def sellable_share(kg_cv: Floats, quantile: Floats) -> Floats:
    """Share of a lot's expected kg that may be promised, 0..1: its quantile, as scenarios draw it, and never more than is expected.

    >>> sellable_share(np.array([0.0, 0.5]), np.array([0.3, 0.3])).round(2).tolist()
    [1.0, 0.7]
    """
    spread = log_spread(kg_cv)
    return np.asarray(np.minimum(np.exp(spread * ndtri(np.clip(quantile, 1e-9, 1 - 1e-9)) - spread**2 / 2), 1.0))


def _mean(group: Ints, values: Floats, weights: Floats, groups: int) -> Floats:
    """Mean of `values` in each group, by `weights`; where a group has none, the mean of all; 0 where nothing has any."""
    total = np.bincount(group, weights, groups)
    everywhere = values @ weights / total.sum() if total.sum() > 0 else 0.0
    found: Floats = np.divide(np.bincount(group, values * weights, groups), total, out=np.full(groups, float(everywhere)), where=total > 0)
    return found
