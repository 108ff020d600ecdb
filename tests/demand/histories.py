"""Weekly sales as a History, for tests that need no days or prices."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from pinfold.demand.history import DAYS, History

FIRST_MONDAY = date(2024, 9, 2)


def history_of(kg, price=None):
    """One product per row of `kg`, all in region R1, everything sold on Mondays; prices unknown unless given per row and week."""
    series, weeks = kg.shape
    day_kg = np.zeros((series, weeks, DAYS))
    day_kg[..., 0] = kg
    keys = pl.DataFrame({"product_id": [f"P{row}" for row in range(series)], "region_id": ["R1"] * series})
    unknown = np.full(kg.shape, np.nan)
    return History(keys, kg, day_kg.reshape(series, -1), unknown if price is None else price, unknown, FIRST_MONDAY)


def daily_history_of(day_kg):
    """One product per row of `day_kg`, which begins on a Monday, all in region R1; prices unknown."""
    kg = day_kg.reshape(len(day_kg), -1, DAYS).sum(axis=2)
    return replace(history_of(kg), day_kg=day_kg)
