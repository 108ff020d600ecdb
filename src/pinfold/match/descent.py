"""Descent on a smooth convex function of numbers that must not fall below 0."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from pinfold.match.compiled import loops, pointer
from pinfold.match.season import Floats

# So many past steps shape the next one. Measured on season M at equal evaluations: 7 as good as 15 and 30, at half the cost of 15.
MEMORY = 8
SHRINK, DECREASE, STEP_MIN = 0.4, 1e-4, 1e-6


class Bend(NamedTuple):
    """How far a past step went, how much the slope changed over it, and one over their product; where the two stand in memory.

    Asking an array where it stands takes 2 microseconds, which every later step would ask again.
    """

    step: Floats
    change: Floats
    inverse: float
    step_at: int
    change_at: int


def descend(function: Callable[[Floats], tuple[float, Floats]], start: Floats, steps: int, enough: float) -> Floats:
    """Where `function` is low after at most `steps` steps from `start`, shape (n,), >= 0.

    function : value and slope at a point
    enough : stop when ten steps together lower the value by less than ten times this share of it
    Limited-memory BFGS on the coordinates that are free, projected onto x >= 0, with backtracking along the projection.
    Source: Bertsekas (1982), SIAM J. Control Optim. 20(2), two-metric projection; Nocedal & Wright (2006), algorithm 7.4.
    """
    point, (value, slope) = start, function(start)
    bends: deque[Bend] = deque(maxlen=MEMORY)
    values = [value]
    for _ in range(steps):
        held = (point <= 0) & (slope > 0)
        towards = _direction(np.where(held, 0.0, slope), bends)
        towards[held] = 0.0
        if _dot(towards, slope) <= 0:
            towards, bends = np.where(held, 0.0, slope), deque(maxlen=MEMORY)
        length = 1.0
        while True:
            reached = np.maximum(point - length * towards, 0.0)
            new_value, new_slope = function(reached)
            step = reached - point
            if new_value <= value + DECREASE * _dot(slope, step):
                break
            length *= SHRINK
            if length < STEP_MIN:
                return point
        change = new_slope - slope
        product = _dot(step, change)
        if product > 1e-12 * _dot(change, change):
            bends.append(Bend(step, change, 1 / product, pointer(step), pointer(change)))
        point, value, slope = reached, new_value, new_slope
        values.append(value)
        if len(values) > 10 and values[-11] - value < 10 * enough * abs(value):
            break
    return point


def _direction(slope: Floats, bends: deque[Bend]) -> Floats:
    """The slope, bent by what past steps told of the curvature."""
    if not bends:
        return slope / max(1.0, float(np.abs(slope).max(initial=0.0)))
    towards, many = slope.copy(), ctypes.c_void_p * len(bends)
    steps, changes = many(*[each.step_at for each in bends]), many(*[each.change_at for each in bends])
    inverse = np.array([each.inverse for each in bends])
    loops().bend(len(towards), len(bends), steps, changes, pointer(inverse), pointer(towards))
    return towards


def _dot(one: Floats, other: Floats) -> float:
    """Their inner product, on this thread: the library behind `@` starts others for it, at ten times the CPU when the machine is busy."""
    return float(np.einsum("i,i", one, other))
