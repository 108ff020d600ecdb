"""Tables of trade: what is sold, on which way, to whom; and the two tables that only `pinfold match` reads."""

from __future__ import annotations

import polars as pl

from pinfold.outside.folder.columns import Need, Table, day, identity, number, text, truth, whole


class Products(Table):
    """What is sold."""

    product_id = identity("the product", key=True)
    name = text("name in English, or as the shop writes it", need=Need.SEASON)
    name_zh = text("name in Chinese", need=Need.SEASON)
    category = text("kind of product, for tastes", need=Need.SEASON)
    crop = text("crop that it is made from (a file of crops/); blank for what is sold but not grown", need=Need.NO)
    pack_kg = number("kg", "weight of one pack", above=0, need=Need.SEASON)
    shelf_life_days = number("days", "from picking until it cannot be sold", above=0, need=Need.SEASON)
    price_per_kg = number("yuan/kg", "usual price of the best grade", 0, need=Need.SEASON)
    kg_per_harvest_kg = number("kg/kg", "weight of product from one kg harvested", 0, 1, need=Need.NO)
    wastage_percent = number("%", "share that a shop loses", 0, 100, need=Need.NO)


class Hubs(Table):
    """Where a district's crop is collected, graded and packed."""

    hub_id = identity("the hub", key=True)
    name = text("name in English")
    name_zh = text("name in Chinese")
    latitude = number("degrees north", "where it lies", -90, 90)
    longitude = number("degrees east", "where it lies", -180, 180)


class HubWeeks(Table):
    """What a hub can pack and keep cold in a week."""

    hub_id = identity("the hub", "hubs", key=True)
    week = whole("weeks", "weeks since the season's first Monday", key=True)
    kg_max = number("kg", "most that can be dispatched in the week", 0)


class Regions(Table):
    """Where customers pick up."""

    region_id = identity("the region", key=True)
    name = text("name in English")
    name_zh = text("name in Chinese")
    latitude = number("degrees north", "where it lies", -90, 90)
    longitude = number("degrees east", "where it lies", -180, 180)


class Lanes(Table):
    """The way from a hub to a region in one week."""

    lane_id = identity("the lane", key=True)
    hub_id = identity("where it starts", "hubs")
    region_id = identity("where it ends", "regions")
    week = whole("weeks", "weeks since the season's first Monday")
    days = whole("days", "on the road", 0, 60)
    truck_kg = number("kg", "what one truck carries", above=0)
    truck_cost = number("yuan", "what one truck costs", 0)
    trucks_max = number("trucks", "how many can be had", 0)


class Sales(Table):
    """What was sold in past seasons."""

    date = day("day of sale, or Monday of the week where only weeks are known", past=True)
    product_id = identity("product sold", "products")
    region_id = identity("where", "regions")
    kg = number("kg", "weight sold; negative where goods came back")
    price_per_kg = number("yuan/kg", "price that customers paid", 0, need=Need.SEASON)
    list_price_per_kg = number("yuan/kg", "price before any discount", 0, need=Need.NO)
    wholesale_price_per_kg = number("yuan/kg", "what the seller paid", 0, need=Need.NO)
    sold_out = truth("nothing was left that day, so that more may have been wanted", need=Need.NO)


class Customers(Table):
    """Customers, by number; those who have bought are known from purchases and need not be here."""

    customer_id = identity("customer, by number", key=True)
    region_id = identity("where the customer picks up", "regions")


class Purchases(Table):
    """What each customer bought; customers are numbers, never names."""

    date = day("day of purchase", past=True)
    customer_id = identity("customer, by number")
    region_id = identity("where the customer picks up", "regions")
    product_id = identity("product bought", "products")
    quantity = whole("packs", "how many packs", 0)


class Merchants(Table):
    """Merchants who bid for bulk lots."""

    merchant_id = identity("the merchant", key=True)
    name = text("name in English")
    name_zh = text("name in Chinese")
    region_id = identity("where the merchant takes delivery", "regions")


class Bids(Table):
    """Merchants' offers for bulk lots."""

    bid_id = identity("the bid", key=True)
    merchant_id = identity("who bids", "merchants")
    product_id = identity("product wanted", "products")
    grade = whole("", "worst grade accepted; 0 is best", 0, 2)
    region_id = identity("where it is to be delivered", "regions")
    week = whole("weeks", "weeks since the season's first Monday")
    kg = number("kg", "most that is wanted", above=0)
    kg_min = number("kg", "fewer than this and the bid is void", 0)
    price_per_kg = number("yuan/kg", "price offered", above=0)
    offered_on = day("day of the offer", past=True)

    @staticmethod
    def kg_min_is_not_above_kg() -> pl.Expr:
        return pl.col("kg_min") <= pl.col("kg")


class Lots(Table):
    """Match only: kg of one product and grade from one village, ready in one week."""

    lot_id = identity("the lot", key=True)
    village_id = identity("where it grows", "villages")
    hub_id = identity("where it is collected", "hubs")
    product_id = identity("what it is", "products")
    grade = whole("", "0 is best", 0, 2)
    ready_week = whole("weeks", "week in which it is ready")
    kg = number("kg", "expected weight", 0)
    kg_cv = number("share", "standard deviation of the weight over its mean", 0, need=Need.NO)
    shared = number("share", "of its forecast error's variance: common to all lots of the product", 0, 1, need=Need.NO)
    shared_district = number("share", "the same, common to the hub's lots of the product beyond that", 0, 1, need=Need.NO)
    shared_block = number("share", "the same, common to the village's lots of the product beyond both", 0, 1, need=Need.NO)
    floor_price_per_kg = number("yuan/kg", "what the cooperative guarantees its growers", 0)
    poverty_weight = number("share", "share of the lot from registered poor households", 0, 1)
    collect_cost_per_kg = number("yuan/kg", "cost of bringing it to the hub", 0)
    collect_days = whole("days", "from picking until it is at the hub", 0, 30)
    salvage_per_kg = number("yuan/kg", "worth when unsold; negative where disposal costs")


class Wants(Table):
    """Match only: kg that customers of one region want in one week, in three steps of price, dearest first."""

    want_id = identity("the want", key=True)
    product_id = identity("what is wanted", "products")
    region_id = identity("where", "regions")
    week = whole("weeks", "week of delivery")
    kind = text("a pin of customers or a merchant's bid", ("pin", "bid"))
    kg_min = number("kg", "fewer than this and it does not open", 0)
    open_cost = number("yuan", "cost of opening it", 0)
    price_1 = number("yuan/kg", "price of the first step", 0)
    kg_1 = number("kg", "weight of the first step", 0)
    price_2 = number("yuan/kg", "price of the second step", 0)
    kg_2 = number("kg", "weight of the second step", 0)
    price_3 = number("yuan/kg", "price of the third step", 0)
    kg_3 = number("kg", "weight of the third step", 0)
