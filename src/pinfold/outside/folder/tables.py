"""Every table of a season folder, in the order in which they can be stored: what is pointed at comes first."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pinfold.basics.units import UNITS_KG, UNITS_M2
from pinfold.outside.folder import places, trade
from pinfold.outside.folder.columns import Column, Kind, Table

TABLES: dict[str, type[Table]] = {
    "settings": places.Settings,
    "cooperatives": places.Cooperatives,
    "hubs": trade.Hubs,
    "regions": trade.Regions,
    "villages": places.Villages,
    "households": places.Households,
    "plots": places.Plots,
    "products": trade.Products,
    "merchants": trade.Merchants,
    "customers": trade.Customers,
    "stages": places.Stages,
    "crop_reports": places.CropReports,
    "harvests": places.Harvests,
    "covariates": places.Covariates,
    "weather": places.Weather,
    "weather_forecasts": places.WeatherForecasts,
    "hub_weeks": trade.HubWeeks,
    "lanes": trade.Lanes,
    "sales": trade.Sales,
    "purchases": trade.Purchases,
    "bids": trade.Bids,
    "people": places.People,
    "lots": trade.Lots,
    "wants": trade.Wants,
}


# Every further column of these tables is a number, under any name.
FREE_NUMBERS = ("covariates",)

# What is still to happen in a season that is played stands in this folder below it, in these tables, and only `advance` reads it.
LATER = "later"
LATER_TABLES = ("stages", "crop_reports", "harvests", "weather", "purchases")

# A folder that holds settings is a season and must hold these; any other folder holds tables for one command.
SEASON_NEEDS = ("settings", "cooperatives", "hubs", "regions", "villages", "households", "plots", "products", "hub_weeks", "lanes")


@dataclass(frozen=True)
class Conversion:
    """A pair of columns that the border turns into one: `amount` in `unit` becomes `into`."""

    amount: str
    unit: str
    into: str
    factors: dict[str, float]


CONVERSIONS = {
    "harvests": Conversion("weight", "unit", "kg", UNITS_KG),
    "plots": Conversion("area", "area_unit", "area_m2", UNITS_M2),
}


def columns_of(name: str) -> dict[str, Column]:
    """The declared columns of table `name`."""
    return {column: declared for column, declared in vars(TABLES[name]).items() if isinstance(declared, Column)}


def key_of(name: str) -> list[str]:
    """Columns that together name one row; empty where rows have no name (sales, purchases)."""
    return [column for column, kind in columns_of(name).items() if kind.key]


def ids_of(name: str) -> list[str]:
    """Columns that hold ids."""
    return [column for column, kind in columns_of(name).items() if kind.kind is Kind.ID]


def rules_of(name: str) -> dict[str, pl.Expr]:
    """The rules over several columns of table `name`, by name."""
    return {rule: declared.__func__() for rule, declared in vars(TABLES[name]).items() if isinstance(declared, staticmethod)}


def say_rule(rule: str, name: str) -> str:
    """The rule as a sentence, made from its name.

    >>> say_rule("kg_min_is_not_above_kg", "bids")
    'kg_min is not above kg'
    """
    sentence = rule.replace("_", " ")
    for column in columns_of(name):
        sentence = sentence.replace(column.replace("_", " "), column)
    return sentence
