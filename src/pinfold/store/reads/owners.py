"""Whose a plot or a settlement is, so that roles.require_household can say who may touch it. Households come with their village."""

from __future__ import annotations

from pinfold.basics.errors import NotFound
from pinfold.store.models import Cooperative, Household, Plot, Settlement


def household_of_plot(plot_id: str) -> Household:
    """Raises NotFound."""
    plot = Plot.objects.filter(pk=plot_id).select_related("household__village").first()
    if plot is None:
        raise NotFound(f"plot {plot_id!r} is not known; give one of your village's plots")
    return plot.household


def household_of_settlement(settlement_id: str) -> Household:
    """Raises NotFound."""
    settlement = Settlement.objects.filter(pk=settlement_id).select_related("household__village").first()
    if settlement is None:
        raise NotFound(f"settlement {settlement_id!r} is not known; its week must be settled first")
    return settlement.household


def cooperative_ids() -> list[str]:
    """Every cooperative of the federation."""
    return list(Cooperative.objects.order_by("cooperative_id").values_list("cooperative_id", flat=True))
