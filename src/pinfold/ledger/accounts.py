"""The ledger's accounts. Their names are made here and nowhere else.

Sign: a debit is +, a credit is -. What others hold or owe us stands at +, what we owe stands at -.
"""

from __future__ import annotations

CUSTOMERS_HELD = "customers:held"
"""Owed to customers until their packs are shipped (-)."""

CUSTOMERS_REFUNDS = "customers:refunds"
"""Owed to customers who paid in cash, until a coordinator has handed their refunds back (-)."""

PLATFORM = "platform"
"""What the platform has earned (-)."""


def provider(name: str) -> str:
    """Money that a payment provider, or the coordinators' cash box, holds for us (+)."""
    return f"provider:{name}"


def lot(lot_id: str) -> str:
    """What the growers of a lot have earned and are still to be credited at settlement (-)."""
    return f"lot:{lot_id}"


def household(household_id: str) -> str:
    """Owed to a household until it is paid out (-)."""
    return f"household:{household_id}"


def cooperative(cooperative_id: str) -> str:
    """The cooperative's own means: its part of each sale, less guarantees, reserve and dividends (-)."""
    return f"cooperative:{cooperative_id}"


def reserve(cooperative_id: str) -> str:
    """What the members set aside from surplus (-)."""
    return f"reserve:{cooperative_id}"


def carrier(hub_id: str) -> str:
    """Owed to those who collect in the villages and drive from a hub (-)."""
    return f"carrier:{hub_id}"


def merchant(merchant_id: str) -> str:
    """What a merchant owes for delivered bids (+)."""
    return f"merchants:{merchant_id}"


def investment(cooperative_id: str) -> str:
    """What the one-off investment bought: the cooperative's processing equipment and stock (+)."""
    return f"investment:{cooperative_id}"


def equity(cooperative_id: str, household_id: str) -> str:
    """A member's share of the one-off investment (-)."""
    return f"equity:{cooperative_id}:{household_id}"
