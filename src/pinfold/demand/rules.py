"""What is assumed about demand where nothing was measured yet; each is a setting named demand.NAME."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.rules import rule


@dataclass(frozen=True)
class DemandRules:
    # Andreyeva, Long & Brownell (2010), Am. J. Public Health 100(2), 216-222: mean own-price elasticity of fruit 0.70 (vegetables 0.58)
    # over studies of the United States; that it holds for a Chinese city's group buys is assumed.
    elasticity: float = rule(0.7, "% less kg per % dearer", "how strongly customers answer to the price; published mean for fruit", 0.05, 5)
    elasticity_sd: float = rule(0.35, "% less kg per % dearer", "how far a product's answer may lie from that; assumed", 0.01, 5)
    discount_2: float = rule(0.10, "share of the list price", "how far the second price step lies below the list price; assumed", 0.0, 0.9)
    discount_3: float = rule(0.20, "share of the list price", "how far the third price step lies below the list price; assumed", 0.0, 0.9)
    kg_min_share: float = rule(
        0.25, "share of kg wanted", "a pin opens only if it can be given this share of what is wanted; assumed", 0, 1
    )
    kg_min_max: float = rule(300.0, "kg", "but no pin needs more than this to open; assumed", 0, 100_000)
    want_kg_min: float = rule(1.0, "kg", "smaller wants are left out of the plan; assumed", 0, 100_000)
    open_cost: float = rule(80.0, "yuan", "the coordinator's work on one pin, whatever its size; assumed", 0, 100_000)
    prior_orders: float = rule(1.0, "orders", "how much the default for new pins weighs against orders seen; assumed", 0.01, 1000)
    prior_orders_per_day: float = rule(2.0, "orders a day", "how fast orders come before any pin was seen; assumed", 0.01, 10_000)
    away_share: float = rule(
        0.05, "share of the chance at home", "how likely a pin is joined that is picked up in another region; assumed", 0, 1
    )
    neutral_share: float = rule(
        0.1,
        "chance a day",
        "how often a customer's list closes first although it may be personal, so that both are compared; assumed",
        0,
        1,
    )
