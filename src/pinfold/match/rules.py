"""The rules of the match: what a way from a lot to a want costs, how long goods may travel, what sales of poor villages are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import inf, isfinite, sqrt

from pinfold.basics.errors import InputError
from pinfold.basics.rules import rule

GRADES = 3
# More than any season has villages that are settled one after another.
LEVELS_MAX = 100_000


@dataclass(frozen=True)
class MatchRules:
    lag_weeks_max: int = rule(6, "weeks", "longest wait of a lot between ripe and delivered", 0, 60)
    shelf_share_max: float = rule(0.8, "share", "goods older than this share of their shelf life are not delivered", 0, 1)
    loss_base: float = rule(0.01, "share", "kg lost on any way", 0, 1)
    loss_at_full_age: float = rule(0.30, "share", "further kg lost at the end of shelf life; grows with the square of age", 0, 1)
    handling_per_kg: float = rule(0.18, "yuan/kg", "sorting, packing and loading", 0)
    storage_per_kg_week: float = rule(0.05, "yuan/kg/week", "keeping a lot at the hub", 0)
    cold_per_kg: float = rule(0.25, "yuan/kg", "cooling on a long lane", 0)
    cold_from_shelf_share: float = rule(0.25, "share", "lanes longer than this share of shelf life are cooled", 0)
    grade_discount_best: float = rule(0.0, "share of price", "what a kg of grade 0 sells below the want's price", 0, 1)
    grade_discount_second: float = rule(0.18, "share of price", "what a kg of grade 1 sells below the want's price", 0, 1)
    grade_discount_third: float = rule(0.38, "share of price", "what a kg of grade 2 sells below the want's price", 0, 1)
    freshness_discount: float = rule(0.12, "share of price", "what a kg at the end of its shelf life sells below a fresh one", 0, 1)
    equity_bonus: float = rule(
        0.15, "yuan per yuan of floor value", "worth of a sale from a village where every household is registered poor", 0
    )

    village_band: float = rule(1.0, "share", "how far a village's sold share may lie from all villages' average; 1 sets no limit", 0, 1)
    village_floor: float = rule(
        0.0, "share", "every village sells this share of its level, by default the most that all can sell at once; 0 promises nothing", 0, 1
    )
    village_levels: int = rule(
        1, "levels", "1: the level is one for all; more: a village that can sell beyond it has a higher one (max-min)", 1, LEVELS_MAX
    )

    @property
    def is_fair(self) -> bool:
        """Whether anything is promised between villages."""
        return self.village_band < 1 or self.village_floor > 0

    @property
    def grade_discount(self) -> tuple[float, float, float]:
        return (self.grade_discount_best, self.grade_discount_second, self.grade_discount_third)


@dataclass(frozen=True)
class WholeRules:
    """How long a plan with whole trucks is sought: in a large season the CPU seconds grow with the root of its ways, up to a limit."""

    in_weekly_plans: int = rule(0, "", "1: the weekly plan books whole trucks and opens wants whole; 0: trucks are paid per kg", 0, 1)
    ways_at_once: int = rule(8_000, "ways", "a season with no more is decided at once", 1)
    ways_together: int = rule(4_000, "ways", "of a larger season, decided anew together in one step of the search", 1)
    side_by_side: int = rule(2, "", "so many parts that share nothing are decided anew at the same time, where there are cores for it", 1)
    seconds_at_once: float = rule(4.6, "CPU seconds", "sought at most for a season that is decided at once", 0.1, 86_400)
    seconds_per_root_way: float = rule(0.12, "CPU seconds", "sought for a larger one, times the root of the number of ways", 0.001, 100)
    seconds_max: float = rule(50.0, "CPU seconds", "sought for at most", 0.1, 86_400)
    gap_enough: float = rule(0.0005, "share of the bound", "a plan this near its bound is not sought further", 0, 1)
    seed: int = rule(0, "", "of the search's luck; the same seed tries the same steps in the same order", 0)

    def seconds(self, ways: int) -> float:
        """CPU seconds that a plan of so many ways is sought."""
        return self.seconds_at_once if ways <= self.ways_at_once else min(self.seconds_max, self.seconds_per_root_way * sqrt(ways))


def with_fairness(rules: MatchRules, said: str) -> MatchRules:
    """`rules` with the fairness that a person asks for: "none", "max-min", "band=0.1" or "floor=0.5" between villages, or "poverty=0.6".

    The last is the equity bonus, and promises nothing; the others leave the bonus as it is.
    Raises InputError naming what was said when it is none of these, its share does not lie between 0 and 1, or its bonus is below 0.

    >>> with_fairness(MatchRules(), "band=0.1").village_band
    0.1
    """
    name, _, text = said.partition("=")
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    plain = replace(rules, village_band=1.0, village_floor=0.0, village_levels=1)
    if said == "none":
        return plain
    if said == "max-min":
        return replace(plain, village_floor=1.0, village_levels=LEVELS_MAX)
    if name == "poverty" and 0 <= number < inf:
        return replace(plain, equity_bonus=number)
    if name not in ("band", "floor") or not 0 <= number <= 1:
        raise InputError(
            f"fairness {said!r} is not known; use none, max-min, band= or floor= with a share from 0 to 1, "
            "or poverty= with yuan per yuan of floor value"
        )
    return replace(plain, village_band=number) if name == "band" else replace(plain, village_floor=number)


def rules_from_json(given: Mapping[str, object]) -> MatchRules:
    """Rules as a folder's rules.json writes them: the fields' names, and grade_discount as a list of three.

    Raises InputError naming the entry when it is not known, not a finite number, or outside its limits.
    """
    flat = {name: value for name, value in given.items() if name != "grade_discount"}
    if "grade_discount" in given:
        discounts = given["grade_discount"]
        if not isinstance(discounts, list) or len(discounts) != GRADES:
            raise InputError(f"rules.json: grade_discount is {discounts!r}; give a list of {GRADES} shares, best grade first")
        flat |= dict(zip(("grade_discount_best", "grade_discount_second", "grade_discount_third"), discounts, strict=True))
    known = {item.name: item for item in fields(MatchRules)}
    values: dict[str, float] = {}
    for name, value in flat.items():
        if name not in known:
            raise InputError(f"rules.json: {name!r} is not known; the match has {', '.join(known)} and grade_discount")
        low, high = known[name].metadata["low"], known[name].metadata["high"]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise InputError(f"rules.json: {name} is {value!r}; give a number in {known[name].metadata['unit']}")
        if value < low or (high is not None and value > high) or (known[name].type == "int" and value != int(value)):
            raise InputError(f"rules.json: {name} is {value}; give {known[name].type} from {low} to {'any' if high is None else high}")
        values[name] = value
    return replace(MatchRules(), **values)  # type: ignore[arg-type]
