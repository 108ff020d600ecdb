"""Every step that a pin, an order or a payment may take; nothing else may change their state."""

from __future__ import annotations

from pinfold.basics.errors import WrongStep

PIN_STEPS: dict[str, tuple[str, ...]] = {
    "open": ("filled", "expired", "merged"),
    "filled": ("dispatched",),
    "expired": (),
    "merged": (),  # its members are another pin's now
    "dispatched": (),
}

ORDER_STEPS: dict[str, tuple[str, ...]] = {
    "held": ("paid", "lapsed", "cancelled"),
    "lapsed": ("paid",),  # late money is honoured while seats remain
    "paid": ("refunded", "shipped"),
    "cancelled": (),
    "refunded": (),
    "shipped": (),
}

PAYMENT_STEPS: dict[str, tuple[str, ...]] = {
    "started": ("received", "refused"),
    "refused": ("received",),  # a customer whose card was refused may try again at the provider
    "received": ("returned",),
    "returned": (),
}

STEPS = {"pin": PIN_STEPS, "order": ORDER_STEPS, "payment": PAYMENT_STEPS}


def states_before(thing: str, state: str) -> tuple[str, ...]:
    """The states from which a pin, order or payment may step to `state`; a conditional statement names them.

    >>> states_before("order", "paid")
    ('held', 'lapsed')
    """
    return tuple(before for before, after in STEPS[thing].items() if state in after)


def refused_step(thing: str, name: str, state: str, wanted: str) -> WrongStep:
    """The error for a step that the table does not allow.

    >>> str(refused_step("order", "o1", "shipped", "cancelled"))
    'order o1 is shipped and cannot become cancelled; only one that is held can'
    """
    before = states_before(thing, wanted)
    return WrongStep(f"{thing} {name} is {state} and cannot become {wanted}; only one that is {' or '.join(before)} can")
