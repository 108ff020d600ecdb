"""The yield forecast of a season: kg of each plot and of each block, how sure, by which model, issued when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS, Outlook
from pinfold.forecast.backtest import Score
from pinfold.forecast.issue_ripening import SCORES_SCHEMA, scores_frame
from pinfold.forecast.shocks import Shocks
from pinfold.forecast.watched import HERE, AtWork, Watch
from pinfold.forecast.yields import LEARNED_MODELS
from pinfold.forecast.yields.distribution import block_draws, kg_quantiles, outlook_of
from pinfold.forecast.yields.growth import full_grown
from pinfold.forecast.yields.interface import HarvestExpectation
from pinfold.forecast.yields.record import NamedHarvests, YieldTables, named_harvests
from pinfold.forecast.yields.serving import MIX, Served, models_for, serve

WITH_COVARIATES, BY_AGE = " with covariates", ", by age"
NUMBERS = {"mean": pl.Float64, **dict.fromkeys(COLUMNS, pl.Float64)}
SHARED = dict.fromkeys(("shared", "shared_district", "shared_block"), pl.Float64)
ISSUED = {"model": pl.String, "issued_on": pl.Date}
PLOTS_SCHEMA = {"plot_id": pl.String, "season": pl.Int64, **NUMBERS, **ISSUED, **SHARED, "seasons_seen": pl.Int64}
TOTALS_SCHEMA = {"season": pl.Int64, **NUMBERS, **ISSUED}


@dataclass(frozen=True)
class YieldForecast:
    """What issue_yield gives, in the unit of the harvests.

    plots : plot_id, season, mean, p10 .. p90, model, issued_on, shared, shared_district, shared_block (0..1: shares of the error's
        variance that all plots of the crop, those of a district beyond it and those of a block beyond both have in common in a season),
        seasons_seen (0: a plot without a past, forecast from others of its crop)
    totals : block, season, mean, p10 .. p90, model, issued_on: sum over the block's plots that have a past, all crops together
    cooperatives : cooperative_id and the same, sum over its villages; no row where villages do not say whose they are
    scores : crop, stage (harvest), model, score (mean CRPS of the hindcasts), error (root mean square error), seasons, serves
    """

    plots: pl.DataFrame
    totals: pl.DataFrame
    cooperatives: pl.DataFrame
    scores: pl.DataFrame


def issue_yield(tables: YieldTables, season: int, issued_on: date, seed: int, *, at_work: AtWork = HERE) -> YieldForecast:
    """What each plot will bear in `season`, from harvests of earlier seasons.

    seed : of the simulation that sums blocks
    at_work : whose progress is told, and on which workers; every crop is a part
    A crop of which no past harvest is known has no rows. Raises InputError on amounts that are missing, negative or not finite.
    """
    crops = list(named_harvests(tables, season))
    found = at_work.over(partial(_one_crop, issued_on=issued_on, seed=seed), crops, [named.crop for named in crops])
    blocks = _by_block(found)
    return YieldForecast(
        pl.concat([pl.DataFrame(schema=PLOTS_SCHEMA), *(crop.plots for crop in found)]),
        _totals(blocks, season, issued_on, "block"),
        _totals(_by_cooperative(blocks, tables.villages), season, issued_on, "cooperative_id"),
        pl.concat([pl.DataFrame(schema=SCORES_SCHEMA), *(crop.scores for crop in found)]),
    )


@dataclass(frozen=True)
class OneCrop:
    """Forecast of one crop; `draws` are simulated totals of its blocks, shape (DRAWS, blocks)."""

    model: str
    plots: pl.DataFrame
    scores: pl.DataFrame
    blocks: list[str | None]
    draws: np.ndarray


def _one_crop(named: NamedHarvests, watch: Watch, issued_on: date, seed: int) -> OneCrop:
    named, served, serves = _served(named, watch)
    model = _called(served, grown=named.record.bearing is not None)
    record, expectation, shocks = named.record, served.expectation, served.shocks
    outlook = kg_quantiles(expectation, record.size, shocks)
    height = len(named.plot_ids)
    plots = pl.DataFrame(
        {
            "plot_id": named.plot_ids,
            "season": pl.repeat(record.season, height, dtype=pl.Int64, eager=True),
            **_numbers(outlook),
            "model": pl.repeat(model, height, dtype=pl.String, eager=True),
            "issued_on": pl.repeat(issued_on, height, dtype=pl.Date, eager=True),
            "shared": np.full(height, shocks.shared),
            "shared_district": np.full(height, shocks.district / shocks.total),
            "shared_block": np.full(height, shocks.block / shocks.total),
            "seasons_seen": np.isfinite(record.root).sum(axis=1),
        },
        schema=PLOTS_SCHEMA,
    )
    # Each crop has a stream of its own, so that it comes out the same wherever and in whatever order the crops are worked on.
    random = np.random.default_rng([seed, *named.crop.encode()])
    draws = _draws_with_a_past(named, expectation, shocks, random)
    return OneCrop(model, plots, scores_frame(named.crop, "harvest", served.scores, serves), named.blocks, draws)


def _served(named: NamedHarvests, watch: Watch) -> tuple[NamedHarvests, Served, int]:
    """(the record that serves, what is said of it, whose score serves): the crop's harvests as they are, or freed of the trees' growth.

    Growth by age is let in unless past seasons were better forecast without it; its score stands beside the others.
    """
    plain = serve(named.record, watch(models_for(named.record)))
    mix = len(plain.scores) - 1
    aged = named if named.bearing is None else replace(named, record=full_grown(named.record, named.bearing))
    if named.bearing is None or not aged.record.has_past.any():
        return named, plain, mix
    grown = serve(aged.record, watch(models_for(aged.record)))
    scores = [*plain.scores, replace(grown.scores[-1], model=MIX + BY_AGE)]
    if _missed_more(grown.scores[-1], plain.scores[-1]):
        return named, replace(plain, scores=scores), mix
    return aged, replace(grown, scores=scores), mix + 1


def _called(served: Served, grown: bool) -> str:
    """The mix by what is in it, as say.py knows it."""
    weighed = {score.model for score, weight in zip(served.scores, served.weights, strict=False) if weight > 0}
    learned = any(model.name in weighed for model in LEARNED_MODELS)
    return MIX + WITH_COVARIATES * learned + BY_AGE * grown


def _missed_more(one: Score, other: Score) -> bool:
    """Whether `one` was worse over the seasons that both have forecast; before any there is only the crop file's word."""
    both = sorted(set(one.seasons) & set(other.seasons))
    crps = [dict(zip(score.seasons, score.crps, strict=True)) for score in (one, other)]
    return bool(sum(crps[0][season] for season in both) > sum(crps[1][season] for season in both))


def _draws_with_a_past(named: NamedHarvests, expectation: HarvestExpectation, shocks: Shocks, random: np.random.Generator) -> np.ndarray:
    """Simulated totals over the plots that have a past, shape (DRAWS, blocks); 0 for a block without such plots."""
    record = named.record
    rows = np.flatnonzero(record.has_past)
    totals = block_draws(expectation.of(rows), record.size[rows], record.places.of(rows), shocks, random)
    missing = len(named.blocks) - totals.shape[1]
    return np.pad(totals, ((0, 0), (0, missing)))


def _numbers(outlook: Outlook) -> dict[str, np.ndarray]:
    return {"mean": outlook.mean, **{column: outlook.quantiles[:, at] for at, column in enumerate(COLUMNS)}}


@dataclass(frozen=True)
class _Drawn:
    """Simulated kg of one place, shape (DRAWS,), and the models of its crops."""

    kg: np.ndarray
    models: tuple[str, ...]

    def and_of(self, other: _Drawn) -> _Drawn:
        return _Drawn(self.kg + other.kg, (*self.models, *other.models))


def _by_block(crops: list[OneCrop]) -> dict[str, _Drawn]:
    """What every named block was drawn to bear, over all its crops; two crops of a block do not share a season shock here."""
    found: dict[str, _Drawn] = {}
    for crop in crops:
        for number, block in enumerate(crop.blocks):
            if block is not None and crop.draws[:, number].any():
                drawn = _Drawn(crop.draws[:, number], (crop.model,))
                found[block] = found[block].and_of(drawn) if block in found else drawn
    return found


def _by_cooperative(blocks: dict[str, _Drawn], villages: pl.DataFrame | None) -> dict[str, _Drawn]:
    """The same for cooperatives: in every draw the sum over their villages, which share the season and their district's luck."""
    found: dict[str, _Drawn] = {}
    if villages is None or "cooperative_id" not in villages.columns:
        return found
    for village_id, cooperative_id in villages.select("village_id", "cooperative_id").iter_rows():
        if village_id in blocks:
            drawn = blocks[village_id]
            found[cooperative_id] = found[cooperative_id].and_of(drawn) if cooperative_id in found else drawn
    return found


def _totals(places: dict[str, _Drawn], season: int, issued_on: date, name: str) -> pl.DataFrame:
    """Rows of TOTALS_SCHEMA about `places`, their ids in the column `name`."""
    schema = {name: pl.String} | TOTALS_SCHEMA
    if not places:
        return pl.DataFrame(schema=schema)
    outlook = outlook_of(np.stack([drawn.kg for drawn in places.values()], axis=1))
    return pl.DataFrame(
        {
            name: list(places),
            "season": [season] * len(places),
            **_numbers(outlook),
            "model": [" and ".join(dict.fromkeys(drawn.models)) for drawn in places.values()],
            "issued_on": [issued_on] * len(places),
        },
        schema=schema,
    )
