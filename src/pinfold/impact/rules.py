"""The rules of the impact report."""

from __future__ import annotations

from dataclasses import dataclass

from pinfold.basics.rules import rule


@dataclass(frozen=True)
class ImpactRules:
    """Source of the line: China's rural poverty standard, 2,300 yuan of income per person and year at 2010 prices, about 4,000 yuan at
    2020 prices (South China Morning Post, 26 November 2020, article 3111430).
    """

    poverty_line_fen: int = rule(400_000, "fen per person and year", "income per head below this counts as poor", 0)
    poverty_line_year: int = rule(2020, "year", "the year in whose prices the line is given", 1900, 2200)
    poverty_line_source: str = rule(
        "China's rural poverty standard: 2,300 yuan at 2010 prices, about 4,000 yuan at 2020 prices", "text", "where the line comes from"
    )
    group_people_min: int = rule(5, "people", "figures of a group with fewer people are not shown", 2, 100)
