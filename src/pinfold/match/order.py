"""Rows in order, those that are equal as they stood: numbers of 16 bits at a time, which numpy sorts 20 times as fast as longer ones."""

from __future__ import annotations

import numpy as np

from pinfold.match.season import Floats, Ints

SIGN, LOW = 1 << 31, 0xFFFF


def by_number(numbers: Ints, many: int) -> Ints:
    """Rows by whole numbers from 0 to before `many`."""
    return np.argsort(numbers.astype(np.uint16 if many <= LOW + 1 else np.int64), kind="stable")


def by_size(amounts: Floats) -> Ints:
    """Rows by finite amounts, the least first; amounts that are the same to seven digits count as equal.

    >>> by_size(np.array([2.5, -1.0, 0.0, -3.0])).tolist()
    [3, 1, 2, 0]
    """
    # As whole numbers, floats of one sign stand in the order of their sizes, and the negative ones backwards.
    bits = (amounts.astype(np.float32) + 0).view(np.uint32)
    bits = np.where(bits & SIGN, ~bits, bits | SIGN)
    order = by_number(bits & LOW, LOW + 1)
    return order[by_number(bits[order] >> 16, LOW + 1)]
