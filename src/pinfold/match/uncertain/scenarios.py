"""Harvests that a forecast holds possible: each lot's kg with its own spread, moving together as the forecast's errors do."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import ndtri

from pinfold.match.rows import NOT_NEGATIVE, missing_columns, refuse, wrong_numbers, wrong_rows
from pinfold.match.season import Floats, Ints, Season
from pinfold.match.uncertain.rules import UncertainRules

# Shares of the variance of a lot's forecast error, named as the yield forecast names them, and who shares each.
FITTED = {"shared": ["product_id"], "shared_district": ["hub_id", "product_id"], "shared_block": ["village_id", "product_id"]}


def draw_kg(season: Season, rules: UncertainRules, random: np.random.Generator) -> Floats:
    """Kg of every lot in every scenario, shape (scenarios, lots), each with mean `lot_kg` and deviation kg_cv x `lot_kg`.

    A lot's score has parts that it shares with others and one of its own (see `_parts`). Kg are log-normal in it, so never negative. Each
    part is a Latin hypercube: every one of the equally likely slices of its distribution comes once (McKay, Beckman & Conover 1979,
    Technometrics 21(2)), so that few scenarios already tell a lot's quantiles. Raises InputError naming lots without kg_cv.
    """
    lots, count = season.tables.lots, rules.scenarios
    refuse(missing_columns("lots", lots, {"kg_cv"}))
    # Kg that are certain have 0.
    refuse(wrong_rows("lots", lots, ["lot_id"], wrong_numbers({"kg_cv": NOT_NEGATIVE})))
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
    of_lot = lots.with_columns(pl.col(fitted).cast(pl.Float64).fill_null(0.0)).with_columns(total=pl.sum_horizontal(fitted))
    too_much = f"{', '.join(fitted)} sum to {{total:.3g}}, more than all of the variance; lower one of them"
    refuse(wrong_rows("lots", of_lot, ["lot_id"], {too_much: pl.col("total") > 1 + 1e-9}))
    shares = of_lot.select(fitted).to_numpy()
    left = 1 - shares.sum(axis=1)
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
