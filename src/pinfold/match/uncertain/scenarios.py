"""Harvests that a forecast holds possible: each lot's kg with its own spread, moving together as the forecast's errors do."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import ndtri

from pinfold.match.season import Floats, Ints, Season
from pinfold.match.uncertain.rules import UncertainRules


def draw_kg(season: Season, rules: UncertainRules, random: np.random.Generator) -> Floats:
    """Kg of every lot in every scenario, shape (scenarios, lots), each with mean `lot_kg` and deviation kg_cv x `lot_kg`.

    A lot's score is one part shared by its hub and product, one by its village and one of its own: what forecast/shocks.py calls season,
    block and plot, in shares of variance. Kg are log-normal in it, so never negative. Each part is a Latin hypercube: every one of the
    equally likely slices of its distribution comes once (McKay, Beckman & Conover 1979, Technometrics 21(2)), so that few scenarios
    already tell a lot's quantiles.
    """
    lots, count = season.tables.lots, rules.scenarios
    parts = (
        (rules.hub_product_share, _number(lots, ["hub_id", "product_id"])),
        (rules.village_share, _number(lots, ["village_id"])),
        (rules.own_share, np.arange(lots.height)),
    )
    score = np.zeros((count, lots.height))
    for share, group in parts:
        score += np.sqrt(share) * _sliced_scores(count, int(group.max(initial=-1)) + 1, random)[:, group]
    spread = log_spread(lots["kg_cv"].cast(pl.Float64).to_numpy())
    kg: Floats = season.lot_kg * np.exp(spread * score - spread**2 / 2)
    return kg


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
