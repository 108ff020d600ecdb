"""What a learned model sees of a series when it guesses a coming week: ratios, so that large and small series teach each other."""

from __future__ import annotations

import warnings
from datetime import timedelta

import numpy as np

from pinfold.basics.quantiles import Floats
from pinfold.demand.festivals import days_off, weeks_from
from pinfold.demand.history import DAYS, History

YEAR_WEEKS = 52
SCALE_WEEKS, SCALE_HALF_LIFE_WEEKS = 8, 3.0
AHEAD_WEEKS = 8  # nothing is learned about weeks further ahead; they are guessed like the eighth
LEVEL_FLOOR = 0.05  # of the scale, so that a week without sales has a logarithm; assumed
SMALL_KG = 0.1  # below this, ratios would say more about the scales of the shop than about demand; assumed

Columns = dict[str, Floats]


def level_scale_kg(kg: Floats) -> Floats:
    """What ratios are taken to, shape (series,), > 0: the mean of 8 weeks, a week's weight halving every 3 weeks back."""
    recent = kg[:, -SCALE_WEEKS:]
    weights = 0.5 ** (np.arange(recent.shape[1])[::-1] / SCALE_HALF_LIFE_WEEKS)
    return np.asarray(recent @ weights / weights.sum() + SMALL_KG)


def features(history: History, weeks: int) -> tuple[list[str], Floats]:
    """Names, and values of shape (series, weeks ahead, names); NaN where the past is too short or nothing was sold.

    Each name begins with what it tells of: level, season, festival, price or ahead.
    """
    scale = level_scale_kg(history.kg)
    now = _levels(history, scale) | _days(history, scale) | _prices(history)
    names = list(now)
    fixed = np.stack(list(now.values()), axis=1)
    ahead = [_ahead(history, scale, week) for week in range(weeks)]
    coming = np.stack([np.stack(list(columns.values()), axis=1) for columns in ahead], axis=1)
    values = np.concatenate([np.repeat(fixed[:, None], weeks, axis=1), coming], axis=2)
    return names + list(ahead[0]), values


def _log_ratio(kg: Floats, base: Floats, floor: Floats | float) -> Floats:
    return np.asarray(np.log((kg + floor) / (base + floor)))


def _of_product(history: History, table: Floats) -> Floats:
    """`table` summed over all regions of each series' product, one row per series."""
    ids = history.keys["product_id"].rank("dense").to_numpy() - 1
    total = np.zeros((int(ids.max()) + 1, table.shape[1]))
    np.add.at(total, ids, table)
    return np.asarray(total[ids])


def _levels(history: History, scale: Floats) -> Columns:
    """Recent weeks, window means and how much they vary; the product over all regions beside the series itself."""
    kg, past = history.kg, history.weeks
    floor = LEVEL_FLOOR * scale
    product = _of_product(history, kg)
    product_scale = level_scale_kg(product)
    unknown = np.full(len(kg), np.nan)
    recent = kg[:, -SCALE_WEEKS:]
    columns = {f"level week {back} back": _log_ratio(kg[:, -back], scale, floor) if back <= past else unknown for back in range(1, 7)}
    for window in (2, 4, 8, 13, 26, YEAR_WEEKS):
        mean = kg[:, -window:].mean(axis=1)
        columns[f"level mean of {window}"] = _log_ratio(mean, scale, floor) if past > 0.6 * window else unknown
    for back in (1, 2, 3):
        known = back <= past
        columns[f"level product week {back} back"] = _log_ratio(product[:, -back], product_scale, SMALL_KG) if known else unknown
    return columns | {
        "level product mean of 13": _log_ratio(product[:, -13:].mean(axis=1), product_scale, SMALL_KG),
        "level geometric mean": np.log1p(recent).mean(axis=1) - np.log1p(scale),
        "level lowest of 4": _log_ratio(kg[:, -4:].min(axis=1), scale, floor),
        "level highest of 4": _log_ratio(kg[:, -4:].max(axis=1), scale, floor),
        "level variation": recent.std(axis=1) / scale,
        "level size": np.log1p(scale),
        "level weeks sold": (recent > 0).sum(axis=1).astype(float),
        "level weeks since first sale": np.minimum(past - (kg > 0).argmax(axis=1), 60).astype(float),
    }


def _days(history: History, scale: Floats) -> Columns:
    """The last days, each against its usual share of a week, and how long a series has been silent: a shelf that ran empty shows here."""
    day_kg = history.day_kg
    recent = day_kg[:, -SCALE_WEEKS * DAYS :]
    share = recent.reshape(len(day_kg), -1, DAYS).sum(axis=(0, 1))
    share = share / max(float(share.sum()), SMALL_KG)
    columns = {}
    for days in (1, 2, 4):
        usual = share[-days:].sum() * scale
        columns[f"level last {days} days"] = _log_ratio(day_kg[:, -days:].sum(axis=1), usual, SMALL_KG)
    sold = day_kg[:, -4 * DAYS :] > 0
    silent = sold[:, ::-1].argmax(axis=1)
    week_days = sold[:, -DAYS:].sum(axis=1)
    per_day = DAYS * day_kg[:, -DAYS:].sum(axis=1) / np.maximum(week_days, 1)
    return columns | {
        "level days silent": np.where(sold.any(axis=1), silent, 4 * DAYS).astype(float),
        "level days sold of 7": week_days.astype(float),
        "level days sold of 28": sold.sum(axis=1).astype(float),
        "level on days sold": _log_ratio(per_day, scale, SMALL_KG),
    }


def _prices(history: History) -> Columns:
    """Last prices against the usual one and the list price; sales at a lowered price say less about the weeks after it."""
    price, listed = history.price, history.list_price
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # a series without a price in the window has none: NaN
        usual = np.nanmedian(price[:, -13:], axis=1)
        usual_list = np.nanmedian(listed[:, -13:], axis=1)
        before = price[:, -2] if history.weeks > 1 else np.full(len(price), np.nan)
        ratios = {
            "price last against usual": price[:, -1] / usual,
            "price one before against usual": before / usual,
            "price usual against ever": usual / np.nanmedian(price, axis=1),
            "price last against list": price[:, -1] / listed[:, -1],
            "price list against usual list": listed[:, -1] / usual_list,
            "price of 8 weeks against list": np.nanmean(price[:, -8:], axis=1) / np.nanmean(listed[:, -8:], axis=1),
        }
        return {name: np.where(ratio > 0, np.log(np.where(ratio > 0, ratio, 1.0)), np.nan) for name, ratio in ratios.items()}


def _ahead(history: History, scale: Floats, ahead: int) -> Columns:
    """What is known about the week `ahead` weeks after the first coming one: last year's turn, the sun's year, festivals."""
    kg, past = history.kg, history.weeks
    floor = 0.2 * scale
    unknown = np.full(len(kg), np.nan)
    columns: Columns = {
        "ahead weeks": np.full(len(kg), float(min(ahead, AHEAD_WEEKS - 1))),
        "season turn of last year": unknown,
        "season level of last year": unknown,
        "season turn of the product": unknown,
    }
    then = past - YEAR_WEEKS
    if then >= 4 and ahead < YEAR_WEEKS - 1:
        around = slice(then + ahead - 1, then + ahead + 2)
        before, after = kg[:, then - 4 : then].mean(axis=1), kg[:, around].mean(axis=1)
        columns["season turn of last year"] = np.where(before + after > 0, _log_ratio(after, before, floor), np.nan)
        columns["season level of last year"] = np.where(after > 0, _log_ratio(after, scale, 0.05 * scale), np.nan)
        product = _of_product(history, kg[:, then - 4 : then + ahead + 2])
        before, after = product[:, :4].mean(axis=1), product[:, ahead + 3 : ahead + 6].mean(axis=1)
        columns["season turn of the product"] = _log_ratio(after, before, SMALL_KG)
    return columns | _calendar(history, ahead)


def _calendar(history: History, ahead: int) -> Columns:
    """Festivals, days off and the time of year; unknown in the first year, when nothing could be learned from them."""
    names = (
        "festival spring",
        "festival spring last week",
        "festival mid-autumn",
        "festival mid-autumn last week",
        "festival days off",
        "festival days off more than lately",
        "season sine",
        "season cosine",
    )
    series = len(history.kg)
    if history.weeks < YEAR_WEEKS:
        return {name: np.full(series, np.nan) for name in names}
    coming = history.first_monday + timedelta(weeks=history.weeks + ahead)
    lately = [history.first_monday + timedelta(weeks=history.weeks - back) for back in (1, 2, 3, 4)]
    spring, spring_last = weeks_from("Spring Festival", [coming, lately[0]])
    autumn, autumn_last = weeks_from("Mid-Autumn Festival", [coming, lately[0]])
    off, *off_lately = days_off([coming, *lately])
    year = 2 * np.pi * coming.timetuple().tm_yday / 365.25
    values = (spring, spring_last, autumn, autumn_last, off, off - np.mean(off_lately), np.sin(year), np.cos(year))
    return {name: np.full(series, float(value)) for name, value in zip(names, values, strict=True)}
