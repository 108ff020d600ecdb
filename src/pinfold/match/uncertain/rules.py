"""The rules of a harvest that is not known yet: what scenarios share, and what is dear about deciding too early or too late."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule


@dataclass(frozen=True)
class UncertainRules:
    """Two stages: trucks and sales in advance are decided on the forecast; flows, spot trucks and refunds once the harvest is known."""

    hub_product_share: float = rule(
        0.36, "share of variance", "of a lot's forecast error, shared by all lots of one hub and product; assumed", 0, 1
    )
    village_share: float = rule(0.36, "share of variance", "of a lot's forecast error, shared by all lots of one village; assumed", 0, 1)
    spot_truck_factor: float = rule(1.6, "times the booked price", "a truck that is found only once the harvest is known; assumed", 1, 100)
    late_price_share: float = rule(0.6, "share of price", "what a kg that was not sold in advance brings once it is picked; assumed", 0, 1)
    refund_cost_share: float = rule(
        0.3, "share of price", "lost on a kg that was sold in advance and does not come, beside the money given back; assumed", 0, 10
    )
    tail_share: float = rule(0.1, "share of scenarios", "the worst that conditional value at risk is the mean of", 0.001, 1)
    risk_weight: float = rule(0.0, "share", "of the objective that is that mean; the rest is the mean of all scenarios", 0, 1)
    scenarios: int = rule(20, "harvests", "drawn from the forecast to plan for", 1, 1000)
    effort: float = rule(1.0, "times", "how long a plan is sought; 1 keeps season M with 20 harvests near 10 x one plan", 0, 10_000)
    seed: int = rule(0, "", "of the draw; the same seed draws the same harvests", 0)

    def __post_init__(self) -> None:
        if self.hub_product_share + self.village_share > 1:
            raise InputError(
                f"uncertain.village_share is {self.village_share}, which with uncertain.hub_product_share {self.hub_product_share} "
                "is more than all of the variance; lower one of them"
            )

    @property
    def own_share(self) -> float:
        """Share of the variance of a lot's error that it shares with no other."""
        return max(1 - self.hub_product_share - self.village_share, 0.0)

    @property
    def promise_quantile(self) -> float:
        """Of what reaches a want: sold in advance up to here, a further kg loses by a refund what it gains over a late sale.

        Source: the critical ratio of the newsvendor, Arrow, Harris & Marschak (1951), Econometrica 19(3).
        """
        gain, loss = 1 - self.late_price_share, self.refund_cost_share
        return gain / (gain + loss) if gain + loss else 1.0

    @property
    def booked_quantile(self) -> float:
        """Of a lane's load: booked up to here, a further kg of truck costs what it would on the spot times how often it is missed."""
        return 1 - 1 / self.spot_truck_factor
