"""What a plan earns and which limits it breaks, counted from its shipments alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pinfold.match.season import Floats, Season, numbered_hub_weeks
from pinfold.match.shipments import Shipments

# Of what a limit holds, or of a kg where it holds less: what adding up large numbers may be off.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Facts:
    """Yuan: objective = revenue + equity + salvage - collection - way - trucks - opening (0 when trucks are paid per kg).

    Shares: of all kg (sold), of kg sent (spoiled).
    """

    objective: float
    revenue: float
    collection: float
    way: float
    trucks: float
    salvage: float
    equity: float
    sold_share: float
    spoiled_share: float
    poorest_fifth_sold_share: float
    opening: float = 0.0

    @property
    def income(self) -> float:
        """Yuan that reach the growers and their cooperative: the objective without the equity bonus, which nobody pays."""
        return self.objective - self.equity


def judge(season: Season, shipments: Shipments) -> Facts:
    """Facts of `shipments`. Trucks are paid per kg; what arrives sells to the want's dearest step first."""
    ways, lots, lanes = season.ways, season.tables.lots, season.tables.lanes
    way, kg = shipments.way, shipments.kg
    sent = sent_kg(season, shipments)
    filled = filled_steps(season, delivered_kg(season, shipments))
    truck_per_kg = (lanes["truck_cost"] / lanes["truck_kg"]).to_numpy()[ways.lane[way]]
    poorest = poorest_fifth(season)
    parts = {
        "revenue": float((filled * season.step_price_per_kg).sum()),
        "collection": float(sent @ lots["collect_cost_per_kg"].to_numpy()),
        "way": float(kg @ (ways.cost_per_kg[way] - truck_per_kg)),
        "trucks": float(kg @ truck_per_kg),
        "salvage": float((season.lot_kg - sent) @ lots["salvage_per_kg"].to_numpy()),
        "equity": float(sent @ equity_per_kg(season)),
    }
    return Facts(
        objective=parts["revenue"] + parts["equity"] + parts["salvage"] - parts["collection"] - parts["way"] - parts["trucks"],
        sold_share=_share(sent.sum(), season.lot_kg.sum()),
        spoiled_share=_share((kg * (1 - ways.kept[way])).sum(), sent.sum()),
        poorest_fifth_sold_share=_share(sent[poorest].sum(), season.lot_kg[poorest].sum()),
        **parts,
    )


def equity_per_kg(season: Season) -> Floats:
    """Yuan that a kg of each lot counts more when it is sold, and that nobody pays; shape (lots,)."""
    lots = season.tables.lots
    return (season.rules.equity_bonus * lots["poverty_weight"] * lots["floor_price_per_kg"]).cast(pl.Float64).to_numpy()


def poorest_fifth(season: Season) -> npt.NDArray[np.bool_]:
    """Which lots come from villages as poor as the poorest fifth of all lots; shape (lots,)."""
    poverty = season.tables.lots["poverty_weight"]
    return np.asarray(poverty >= (poverty.quantile(0.8, "linear") or 0.0))


def filled_steps(season: Season, delivered: Floats) -> Floats:
    """Kg of each want's steps that `delivered` kg fill, dearest first; shape (wants, 3)."""
    steps_before = season.step_kg.cumsum(axis=1) - season.step_kg
    filled: Floats = np.clip(delivered[:, None] - steps_before, 0, season.step_kg)
    return filled


def broken_limits(season: Season, shipments: Shipments) -> list[str]:
    """One sentence per kind of limit that `shipments` pass, naming the worst row; empty when the plan can be carried out."""
    ways = season.ways
    used_and_held = {
        "lot": (sent_kg(season, shipments), season.lot_kg),
        "lane": (np.bincount(ways.lane[shipments.way], shipments.kg, len(season.lane_kg_max)), season.lane_kg_max),
        "hub": (np.bincount(ways.hub_week[shipments.way], shipments.kg, len(season.hub_week_kg_max)), season.hub_week_kg_max),
        "want": (delivered_kg(season, shipments), season.step_kg.sum(axis=1)),
    }
    broken = [f"{_shipment(season, shipments, row)} has no weight" for row in np.flatnonzero(~(shipments.kg > 0))[:1]]
    if (season.lot_pool[shipments.lot] != ways.pool[shipments.way]).any():
        broken.append("a lot is sent on a way of another pool")
    for what, (used, holds) in used_and_held.items():
        # A hub without limit holds infinitely many kg.
        excess = np.where(used > holds, used - holds, 0.0)
        too_full = int((excess > TOLERANCE * np.maximum(np.minimum(holds, used), 1.0)).sum())
        if too_full:
            others = f", and {too_full - 1} more {what}s hold less than it puts on them" if too_full > 1 else ""
            row = int(excess.argmax())
            broken.append(f"{named(season, what, row)} holds {excess[row]:.6g} kg less than the plan puts on it{others}")
    return broken


def named(season: Season, what: str, row: int | np.integer[Any]) -> str:
    """A lot, want, lane or hub (of a hub-week) by its id, as the tables wrote it; row : its number."""
    if what == "hub":
        hub_id, week = numbered_hub_weeks(season.tables).row(int(row))[1:3]
        return f"hub {hub_id} in week {week}"
    table = {"lot": season.tables.lots, "lane": season.tables.lanes, "want": season.tables.wants}[what]
    return f"{what} {table[f'{what}_id'][int(row)]}"


def _shipment(season: Season, shipments: Shipments, row: int) -> str:
    lot, want = shipments.lot[row], season.ways.want[shipments.way[row]]
    return f"what goes from {named(season, 'lot', lot)} to {named(season, 'want', want)}"


def sent_kg(season: Season, shipments: Shipments) -> Floats:
    """Kg that leave each lot; shape (lots,)."""
    return np.bincount(shipments.lot, shipments.kg, len(season.lot_kg)).astype(np.float64)


def delivered_kg(season: Season, shipments: Shipments) -> Floats:
    """Kg that reach each want in a state to be sold; shape (wants,)."""
    way = shipments.way
    return np.bincount(season.ways.want[way], shipments.kg * season.ways.kept[way], len(season.step_kg)).astype(np.float64)


def _share(part: np.float64, whole: np.float64) -> float:
    return float(part / whole) if whole > 0 else 0.0
