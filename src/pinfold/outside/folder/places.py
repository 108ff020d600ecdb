"""Tables of people and places: who belongs where, what grows there, what was seen and picked."""

from __future__ import annotations

import polars as pl

from pinfold.basics.languages import LANGUAGES
from pinfold.basics.units import UNITS_KG, UNITS_M2
from pinfold.fields.words import FILLED, FRUIT_COUNT, FRUITS_PER_PLANT_MAX, KINDS
from pinfold.outside.folder.columns import Need, Table, day, identity, number, text, truth, whole

ROLES = ("household", "coordinator", "board", "merchant", "packhouse", "customer", "officer", "operator")


class Settings(Table):
    """Rules of the season that differ from their defaults (every setting: settings.md)."""

    name = text("name of the setting, ROOM.field", key=True)
    value = text("its value")
    unit = text("the unit of the value, for the reader", need=Need.NO)
    source = text("where the value comes from, or 'assumed'", need=Need.NO)


class Cooperatives(Table):
    """Cooperatives that sell together."""

    cooperative_id = identity("the cooperative", key=True)
    name = text("name in English")
    name_zh = text("name in Chinese")
    invested_fen = whole("fen", "one-off investment that founded it and gives its members equity", 0)


class Villages(Table):
    """Villages, and the way from each to its hub."""

    village_id = identity("the village", key=True)
    cooperative_id = identity("cooperative that its households belong to", "cooperatives")
    hub_id = identity("hub where its crop is collected", "hubs")
    name = text("name in English")
    name_zh = text("name in Chinese")
    latitude = number("degrees north", "where it lies", -90, 90)
    longitude = number("degrees east", "where it lies", -180, 180)
    altitude_m = number("m", "height above the sea", -430, 6000)
    road_km = number("km", "road from the village to the town", 0)
    walk_minutes = number("minutes", "walk from the road to the plots", 0)
    collect_days = whole("days", "from picking until the crop is at the hub", 0, 30)
    collect_cost_per_kg = number("yuan/kg", "cost of bringing the crop to the hub", 0)


class Households(Table):
    """Grower households, by number and never by name."""

    household_id = identity("the household", key=True)
    village_id = identity("village it lives in", "villages")
    people = whole("people", "how many live from its income", 1, 50)
    registered_poor = truth("registered as poor; seen by its board and the officer alone")
    equity_fen = whole("fen", "its share of the cooperative's equity", 0)
    farm_cost_fen = whole("fen", "fertiliser and hired labour in a year", 0)
    other_income_fen = whole("fen", "income of a year from outside the cooperative", 0)
    language = text("language in which it is written to", tuple(LANGUAGES))


class Plots(Table):
    """Plots, or single trees where those are measured."""

    plot_id = identity("the plot", key=True)
    crop = text("crop that grows on it (a file of crops/)")
    household_id = identity("household that picks it", "households", need=Need.SEASON)
    village_id = identity("village it lies in", "villages", need=Need.NO)
    block = text("group of plots whose harvests are also summed", need=Need.NO)
    area_m2 = number("m²", "area", above=0, need=Need.NO)
    area = number("area_unit", "area in the unit beside it, instead of area_m2", above=0, need=Need.NO)
    area_unit = text("unit of area", tuple(UNITS_M2), need=Need.NO)
    trees = whole("trees", "how many trees stand on it", 1, need=Need.NO)
    planted_on = day("when it was planted; harvests of young trees are forecast by age", past=True, need=Need.NO)
    variety = text("variety", need=Need.NO)
    latitude = number("degrees north", "where it lies", -90, 90, need=Need.NO)
    longitude = number("degrees east", "where it lies", -180, 180, need=Need.NO)
    altitude_m = number("m", "height above the sea", -430, 6000, need=Need.NO)
    row = whole("", "its place in a planted grid", need=Need.NO)
    col = whole("", "its place in a planted grid", need=Need.NO)

    @staticmethod
    def area_stands_with_area_unit() -> pl.Expr:
        return pl.col("area").is_null() == pl.col("area_unit").is_null()

    @staticmethod
    def area_m2_and_area_are_not_both_given() -> pl.Expr:
        return pl.col("area").is_null() | pl.col("area_m2").is_null()


class Stages(Table):
    """Field reports: which stage of its crop was seen on a plot, and when."""

    plot_id = identity("plot that was looked at", "plots", key=True)
    season = whole("", "season's number (the year in which it starts, or 1, 2, 3 ...)", key=True)
    stage = text("stage that was reached; in a season one of the crop's file, or 'picking over'", key=True)
    on = day("day on which it was reached", past=True)
    reported_by = text("who saw it (a phone number of people, or a name of a station)", need=Need.NO)
    reported_on = day("day on which the report was written", past=True, need=Need.NO)
    certainty = number("share", "how sure the reporter was", 0, 1, need=Need.NO)

    @staticmethod
    def on_is_not_after_reported_on() -> pl.Expr:
        return pl.col("on") <= pl.col("reported_on")


class CropReports(Table):
    """What was seen of the crop itself before the harvest: fruit counted, or fruit lost. Of one day's reports the surest counts."""

    plot_id = identity("plot that was looked at", "plots", key=True)
    season = whole("", "season's number", key=True)
    kind = text("what was counted, or what did the damage", KINDS, key=True)
    on = day("day on which it was seen", past=True, key=True)
    reported_by = text("who saw it (a phone number of people, or a name)", key=True, need=Need.NO)
    reported_on = day("day on which the report was written", past=True, need=Need.NO)
    fruits_per_plant = number("fruits", "fruit counted on one plant, mean of those looked at", 0, FRUITS_PER_PLANT_MAX, need=Need.NO)
    lost_share = number("share", "share of the fruit that was there and is lost", 0, 1, need=Need.NO)
    certainty = number("share", "how sure the reporter was", 0, 1, need=Need.NO)

    @staticmethod
    def on_is_not_after_reported_on() -> pl.Expr:
        return pl.col("on") <= pl.col("reported_on")

    @staticmethod
    def fruits_per_plant_is_given_for_a_fruit_count_and_lost_share_for_a_loss() -> pl.Expr:
        counted = pl.col("kind") == FRUIT_COUNT
        return (pl.col("fruits_per_plant").is_not_null() == counted) & (pl.col("lost_share").is_not_null() != counted)


class Harvests(Table):
    """What was picked."""

    plot_id = identity("plot that was picked", "plots", key=True)
    season = whole("", "season's number", key=True)
    kg = number("kg", "weight picked", 0, need=Need.SEASON)
    kg_per_m2 = number("kg/m²", "weight per area, instead of kg where plots differ in size", 0, need=Need.NO)
    weight = number("unit", "weight in the unit beside it, instead of kg", 0, need=Need.NO)
    unit = text("unit of weight", tuple(UNITS_KG), need=Need.NO)
    grade = whole("", "0 is best", 0, 2, key=True, need=Need.NO)
    picked_on = day("when it was picked", past=True, key=True, need=Need.NO)

    @staticmethod
    def exactly_one_of_kg_and_kg_per_m2_and_weight_is_given() -> pl.Expr:
        return pl.sum_horizontal(pl.col(column).is_not_null() for column in ("kg", "kg_per_m2", "weight")) == 1

    @staticmethod
    def weight_stands_with_unit() -> pl.Expr:
        return pl.col("weight").is_null() == pl.col("unit").is_null()


class Covariates(Table):
    """Numbers known about a plot and season before the harvest; every further column is one, named as you like."""

    plot_id = identity("the plot", "plots", key=True)
    season = whole("", "season's number", key=True)


class Weather(Table):
    """Daily weather of a plot or of a village."""

    plot_id = identity("plot that the weather is of", "plots", key=True, need=Need.NO)
    village_id = identity("village that the weather is of", "villages", key=True, need=Need.SEASON)
    date = day("the day", past=True, key=True)
    tmax_c = number("°C", "highest temperature", -60, 60, need=Need.NO)
    tmin_c = number("°C", "lowest temperature", -60, 60, need=Need.NO)
    tmean_c = number("°C", "mean temperature", -60, 60, need=Need.NO)
    rain_mm = number("mm", "rain of the day", 0, 2000, need=Need.NO)
    source = text("weather service that gave it; blank for a station's own", need=Need.NO)
    filled = text("how a missing day was filled (weather.md); blank for one that was measured", FILLED, need=Need.NO)

    @staticmethod
    def plot_id_or_village_id_is_given() -> pl.Expr:
        return pl.col("plot_id").is_not_null() | pl.col("village_id").is_not_null()


class WeatherForecasts(Table):
    """What weather services said of days that were still to come; every day of issue is kept."""

    plot_id = identity("plot that the weather is of", "plots", key=True, need=Need.NO)
    village_id = identity("village that the weather is of", "villages", key=True, need=Need.SEASON)
    date = day("the day that was forecast", key=True)
    issued_on = day("when it was said", past=True, key=True)
    tmax_c = number("°C", "highest temperature", -60, 60, need=Need.NO)
    tmin_c = number("°C", "lowest temperature", -60, 60, need=Need.NO)
    tmean_c = number("°C", "mean temperature", -60, 60, need=Need.NO)
    rain_mm = number("mm", "rain of the day", 0, 2000, need=Need.NO)
    source = text("weather service that said it", need=Need.NO)

    @staticmethod
    def issued_on_is_not_after_date() -> pl.Expr:
        return pl.col("issued_on") <= pl.col("date")


class People(Table):
    """Who may sign in, and as what."""

    phone = identity("phone number", key=True)
    role = text("what they do", ROLES)
    subject_id = identity(
        "their household, village, cooperative, merchant, hub or customer; blank for officer and operator", need=Need.BLANK
    )
    language = text("language of their pages", tuple(LANGUAGES))
