"""What is assumed about customers when a season is played; each is a setting named replay.NAME."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.rules import rule


@dataclass(frozen=True)
class ReplayRules:
    opens_hour: int = rule(8, "hour", "customers come from this hour of the growers' day on; assumed", 0, 23)
    closes_hour: int = rule(22, "hour", "and until this one; assumed", 1, 24)
    other_product_share: float = rule(
        0.3, "share", "customers who find no pin of what they came for and look at what they bought before; assumed", 0, 1
    )
    dearest_share: float = rule(1.0, "share of list price", "nobody joins a pin that asks for more than this; assumed", 0)
    forgets_share: float = rule(0.05, "share", "orders that are never paid, so that the hold lapses; assumed", 0, 1)
    cash_share: float = rule(0.1, "share", "orders paid in cash to a coordinator or at the pick-up point; assumed", 0, 1)
    late_share: float = rule(0.03, "share", "payments whose notice comes after the hold has lapsed; assumed", 0, 1)
    repeated_share: float = rule(0.05, "share", "payments whose notice comes twice; assumed", 0, 1)
