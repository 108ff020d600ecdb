"""Tables of people and places: who belongs where, what grows there, what was seen and picked."""

from __future__ import annotations

from pinfold.basics.units import UNITS_KG, UNITS_M2
from pinfold.outside.folder.columns import Table, day, identity, number, text, truth, whole

LANGUAGES = ("zh-hans", "en")
STAGES = ("flowering", "fruit set", "ripe", "picking over", "bloom")
ROLES = ("household", "coordinator", "board", "merchant", "packhouse", "customer", "officer", "operator")


class Settings(Table):
    """Rules of the season that differ from their defaults (every setting: settings.md)."""

    name = text("name of the setting, ROOM.field", key=True)
    value = text("its value")
    unit = text("the unit of the value, for the reader", optional=True)
    source = text("where the value comes from, or 'assumed'", optional=True)


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
    language = text("language in which it is written to", LANGUAGES)


class Plots(Table):
    """Plots, or single trees where those are measured."""

    plot_id = identity("the plot", key=True)
    crop = text("crop that grows on it (a file of crops/)")
    household_id = identity("household that picks it; needed wherever households are read too", "households", optional=True)
    village_id = identity("village it lies in", "villages", optional=True)
    block = text("group of plots whose harvests are also summed", optional=True)
    area_m2 = number("m²", "area", above=0, optional=True)
    area = number("area_unit", "area in the unit beside it, instead of area_m2", above=0, optional=True)
    area_unit = text("unit of area", tuple(UNITS_M2), optional=True)
    trees = whole("trees", "how many trees stand on it", 1, optional=True)
    planted_on = day("when it was planted", past=True, optional=True)
    variety = text("variety", optional=True)
    latitude = number("degrees north", "where it lies", -90, 90, optional=True)
    longitude = number("degrees east", "where it lies", -180, 180, optional=True)
    altitude_m = number("m", "height above the sea", -430, 6000, optional=True)
    row = whole("row", "its place in a planted grid", optional=True)
    col = whole("column", "its place in a planted grid", optional=True)


class Stages(Table):
    """Field reports: which stage of its crop was seen on a plot, and when."""

    plot_id = identity("plot that was looked at", "plots", key=True)
    season = whole("season", "season's number (the year in which it starts, or 1, 2, 3 ...)", key=True)
    stage = text("stage that was reached", STAGES, key=True)
    on = day("day on which it was reached", past=True)
    reported_by = text("who saw it (a phone number of people, or a name of a station)", optional=True)
    reported_on = day("day on which the report was written", past=True, optional=True)
    certainty = number("share", "how sure the reporter was", 0, 1, optional=True)


class Harvests(Table):
    """What was picked."""

    plot_id = identity("plot that was picked", "plots", key=True)
    season = whole("season", "season's number", key=True)
    kg = number("kg", "weight picked", 0, optional=True)
    kg_per_m2 = number("kg/m²", "weight per area, instead of kg where plots differ in size", 0, optional=True)
    weight = number("unit", "weight in the unit beside it, instead of kg", 0, optional=True)
    unit = text("unit of weight", tuple(UNITS_KG), optional=True)
    grade = whole("grade", "0 is best", 0, 2, key=True, optional=True)
    picked_on = day("when it was picked", past=True, key=True, optional=True)


class Covariates(Table):
    """Numbers known about a plot and season before the harvest; every further column is one, named as you like."""

    plot_id = identity("the plot", "plots", key=True)
    season = whole("season", "season's number", key=True)


class Weather(Table):
    """Daily weather of a plot or of a village."""

    plot_id = identity("plot that the weather is of", "plots", key=True, optional=True)
    village_id = identity("village that the weather is of", "villages", key=True, optional=True)
    date = day("the day", past=True, key=True)
    tmax_c = number("°C", "highest temperature", -60, 60, optional=True)
    tmin_c = number("°C", "lowest temperature", -60, 60, optional=True)
    tmean_c = number("°C", "mean temperature", -60, 60, optional=True)
    rain_mm = number("mm", "rain of the day", 0, 2000, optional=True)


class People(Table):
    """Who may sign in, and as what."""

    phone = identity("phone number", key=True)
    role = text("what they do", ROLES)
    subject_id = identity("their household, village, cooperative, merchant, hub or customer; blank for officer and operator", blank=True)
    language = text("language of their pages", LANGUAGES)
