"""Made-up records with known truth for the tests of this room."""

from dataclasses import replace
from datetime import date

import numpy as np

from pinfold.forecast.ripening.interface import Heat, StageRecord
from pinfold.forecast.shocks import Places
from pinfold.forecast.yields.interface import HarvestRecord

YEARS = np.arange(2001, 2021)


def stage_record(plots=6, seasons=20, issued_day=60, seed=1, gaps=0.2):
    """Bloom around day 100, later on higher plots, with flowering 30 days before it and a record of temperatures."""
    random = np.random.default_rng(seed)
    years = YEARS[-seasons:] if seasons else YEARS[:0]
    own = np.linspace(-8, 8, plots)
    days = np.rint(100 + own[:, None] + random.normal(0, 5, seasons) + random.normal(0, 2, (plots, seasons)))
    days[random.random(days.shape) < gaps] = np.nan
    if seasons:
        days[0, -1] = 92.0
    earlier = np.where(np.isnan(days), np.nan, np.rint(days - 50 + random.normal(0, 1, days.shape)))
    return StageRecord(years, days, earlier[None], 2021, issued_day, np.full((1, plots), 50.0), temperatures(plots, seed))


def temperatures(plots=1, seed=1, last=date(2021, 3, 2)):
    """One place; a year's wave between 2 and 22 °C with noise, from 2000 to `last`."""
    random = np.random.default_rng(seed)
    first = date(2000, 1, 1)
    days = np.arange((last - first).days + 1)
    mean_c = 12 - 10 * np.cos(2 * np.pi * (days - 15) / 365.25) + random.normal(0, 2, len(days))
    return Heat(mean_c[None], first.toordinal(), np.zeros(plots, dtype=int))


def two_blocks(plots):
    """Every other plot in one of two blocks of one district."""
    return Places(np.arange(plots) % 2, np.zeros(plots, dtype=int))


def harvest_record(plots=40, seasons=6, seed=1, gaps=0.0):
    """Harvests about 16 kg that swing from season to season, in two blocks."""
    random = np.random.default_rng(seed)
    phase = random.choice([-1.0, 1.0], plots)
    swing = phase[:, None] * (-1.0) ** np.arange(seasons) * 0.8
    root = np.maximum(4 + random.normal(0, 0.5, plots)[:, None] + swing + random.normal(0, 0.4, (plots, seasons)), 0)
    root[random.random(root.shape) < gaps] = np.nan
    return HarvestRecord(np.arange(1, seasons + 1), root, np.ones(plots), two_blocks(plots), seasons + 1)


def only_plots(record, rows):
    """The same record with some of its plots."""
    if isinstance(record, HarvestRecord):
        return replace(record, root=record.root[rows], size=record.size[rows], places=record.places.of(rows))
    heat = replace(record.heat, place=record.heat.place[rows])
    return replace(record, days=record.days[rows], earlier=record.earlier[:, rows], earlier_now=record.earlier_now[:, rows], heat=heat)
