"""Two ways of selling without a plan, to stand beside it: the dearest sale first, and first come, first served."""

from __future__ import annotations

from typing import Literal

import numpy as np

from pinfold.match.kernel import Network
from pinfold.match.order import by_number, by_size
from pinfold.match.season import Floats, Season

Baseline = Literal["greedy", "first-come"]


def baselines(season: Season, network: Network) -> dict[Baseline, Floats]:
    """Kg on every way when the ways take what is left in an order, each as long as one more kg still pays; shape (ways,) each.

    greedy : by what a kg brings at the want's first step, dearest first
    first-come : by the week in which their lots are ripe, within a week as the lots stand in the table; each pool's dearest way first
    network : of `season`
    """
    ways, pools = season.ways, season.pools
    dearest_first = by_size(ways.cost_per_kg - ways.kept * season.step_price_per_kg[ways.want, 0])
    place_of_pool = np.argsort(np.argsort(pools["ready_week"].to_numpy(), kind="stable"))
    as_they_come = dearest_first[by_number(place_of_pool[ways.pool[dearest_first]], pools.height)]
    return {"greedy": network.fill(dearest_first), "first-come": network.fill(as_they_come)}
