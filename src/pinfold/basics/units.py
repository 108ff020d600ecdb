"""Units of weight and area met in the villages, converted at the border to kg and m²."""

from __future__ import annotations

from pinfold.basics.errors import UnknownUnit

# 1 jin (市斤) = 0.5 kg, 1 dan (市担) = 100 jin, 1 mu (市亩) = 10 000 / 15 m²: State Council of China, 1959 and 1984, metric market system.
UNITS_KG = {"kg": 1.0, "公斤": 1.0, "jin": 0.5, "斤": 0.5, "g": 0.001, "克": 0.001, "t": 1000.0, "吨": 1000.0, "dan": 50.0, "担": 50.0}
UNITS_M2 = {"m2": 1.0, "mu": 10_000 / 15, "亩": 10_000 / 15, "ha": 10_000.0, "公顷": 10_000.0}


def to_kg(weight: float, unit: str) -> float:
    """Weight in kg.

    >>> to_kg(120, "斤")
    60.0
    """
    if unit not in UNITS_KG:
        raise UnknownUnit(f"unit {unit!r} is not a weight known here; use one of {', '.join(UNITS_KG)}")
    return weight * UNITS_KG[unit]


def to_m2(area: float, unit: str) -> float:
    """Area in square metres.

    >>> round(to_m2(1.5, "mu"), 6)
    1000.0
    """
    if unit not in UNITS_M2:
        raise UnknownUnit(f"unit {unit!r} is not an area known here; use one of {', '.join(UNITS_M2)}")
    return area * UNITS_M2[unit]
