"""Harvests that a forecast holds possible: each lot's kg with its own spread, moving together as the forecast's errors do."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import ndtri

from pinfold.basics.errors import InputError
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.uncertain.rules import UncertainRules

# Shares of the variance of a lot's forecast error, named as the yield forecast names them, and who shares each.
FITTED = {"shared": ["product_id"], "shared_district": ["hub_id", "product_id"], "shared_block": ["village_id", "product_id"]}


def draw_kg(season: Season, rules: UncertainRules, random: np.random.Generator) -> Floats:
    """Kg of every lot in every scenario, shape (scenarios, lots), each with mean `lot_kg` and deviation kg_cv x `lot_kg`.

    A lot's score has parts that it shares with others and one of its own (see `_parts`). Kg are log-normal in it, so never negative. Each
    part is a Latin hypercube: every one of the equally likely slices of its distribution comes once (McKay, Beckman & Conover 1979,
    Technometrics 21(2)), so that few scenarios already tell a lot's quantiles. Raises InputError when lots lack kg_cv.
    """
    lots, count = season.tables.lots, rules.scenarios
    if "kg_cv" not in lots.columns:
        raise InputError("lots: column 'kg_cv' is missing; add it, with 0 where kg are certain, to plan for many harvests")
    score = np.zeros((count, lots.height))
    for share, group in _parts(lots, rules):
        score += np.sqrt(share) * _sliced_scores(count, int(group.max(initial=-1)) + 1, random)[:, group]
    spread = log_spread(lots["kg_cv"].cast(pl.Float64).to_numpy())
    kg: Floats = season.lot_kg * np.exp(spread * score - spread**2 / 2)
    return kg


def _parts(lots: pl.DataFrame, rules: UncertainRules) -> list[tuple[Floats | float, Ints]]:
    """Of each part of the lots' errors: its share of the variance, of every lot or of all, and which group each lot is in.

    Lots that carry the forecast's own shares (FITTED) have those parts that forecast/shocks.py calls season, district and block; others
    have what the rules say, by hub and product and by village. Raises InputError naming a lot whose shares sum to more than all.
    """
    own = np.arange(lots.height)
    fitted = [name for name in FITTED if name in lots.columns]
    if not fitted:
        groups = (_number(lots, ["hub_id", "product_id"]), _number(lots, ["village_id"]), own)
        return list(zip((rules.hub_product_share, rules.village_share, rules.own_share), groups, strict=True))
    shares = lots.select(pl.col(fitted).cast(pl.Float64).fill_null(0.0)).to_numpy()
    left = 1 - shares.sum(axis=1)
    if (left < -1e-9).any():
        row = int(left.argmin())
        raise InputError(
            f"lots row {row + 1} (lot_id {lots['lot_id'][row]}): {', '.join(fitted)} sum to {1 - left[row]:.3g}, more than all of the "
            "variance; lower one of them"
        )
    parts = [(share, _number(lots, FITTED[name])) for name, share in zip(fitted, shares.T, strict=True)]
    return [*parts, (np.maximum(left, 0.0), own)]


def log_spread(kg_cv: Floats) -> Floats:
    """Deviation of the logarithm of a log-normal number whose deviation is `kg_cv` times its mean.

    Source: Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 14.
    """
    return np.asarray(np.sqrt(np.log1p(kg_cv**2)))


def _number(lots: pl.DataFrame, columns: list[str]) -> Ints:
    """Number of each lot's group, 0, 1, 2 ..., in the order in which groups first stand in the table."""
    groups = lots.select(columns).unique(maintain_order=True).with_row_index("group")
    return lots.join(groups, on=columns, how="left", maintain_order="left", nulls_equal=True)["group"].cast(pl.Int64).to_numpy()


def _sliced_scores(count: int, groups: int, random: np.random.Generator) -> Floats:
    """Normal scores, shape (count, groups): of each group one in each of `count` equally likely slices, in an order of its own."""
    slices = random.permuted(np.tile(np.arange(count), (groups, 1)), axis=1).T
    return np.asarray(ndtri((slices + random.random((count, groups))) / count))
