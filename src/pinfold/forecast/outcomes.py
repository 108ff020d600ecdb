"""Were forecasts right? Forecasts beside what came of them, with how far luck alone may lead from the promised share.

Plots that ripen in one week share their weather, and so do the villages that pick in it: they are right or wrong together. Luck is
therefore counted over weeks and not over plots, and for a whole season's kilograms over seasons.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

from pinfold.basics.quantiles import LEVELS

PROMISED = LEVELS[-1] - LEVELS[0]
# Two-sided: luck alone leads out of the interval once in twenty times.
LUCK = 0.05
# A forecast is counted under the largest of these that it was ahead, days.
LEADS_DAYS = (0, 5, 15, 30, 60)
AHEAD_DAYS = 15
# With fewer weeks luck reaches below 0.4, so that to be within it says nothing. Assumed.
WEEKS_TO_TELL = 5

Kind = tuple[str, str, str, int | None]
"""crop, what, model, lead_days of an Outcome."""


@dataclass(frozen=True)
class Case:
    """One forecast and what came of it.

    what : a stage, kg a week, or kg (of a plot in the season); subject : the plot, or village and week
    luck : number of the week or season that it shares its luck with
    quantiles : p10 .. p90; came : what was seen, both in days or in kg
    """

    crop: str
    what: str
    subject: str
    luck: int
    model: str
    lead_days: int
    quantiles: tuple[float, ...]
    came: float


@dataclass(frozen=True)
class Tally:
    """Cases of one kind that share their luck, counted, so that they can be kept without them. Columns but these as of an Outcome.

    luck : as of a Case; inside : outcomes from p10 to p90
    error_sum, off_sum : days or kg between middle and outcome, without and with their sign
    below : outcomes below each of p10 .. p90
    """

    crop: str
    what: str
    model: str
    lead_days: int | None
    luck: int
    cases: int
    inside: int
    error_sum: float
    off_sum: float
    below: tuple[float, ...]


@dataclass(frozen=True)
class Outcome:
    """How forecasts of one kind did. model : "" for all; lead_days : None for the usual one, see usual()

    cases : forecasts; weeks : how many equal independent weeks (or seasons) they are worth
    inside_share : of outcomes from p10 to p90; a right forecast has PROMISED there, and by luck between luck_low and luck_high
    error_mean : days or kg between middle and outcome; off_mean : the same with its sign, above 0 came later or was more
    below : share of outcomes below each of p10 .. p90
    """

    crop: str
    what: str
    model: str
    lead_days: int | None
    cases: int
    weeks: int
    inside_share: float
    luck_low: float
    luck_high: float
    error_mean: float
    off_mean: float
    below: tuple[float, ...]

    @property
    def verdict(self) -> str:
        """too sure: fewer inside than luck explains; too unsure: more; else right, or too few to tell."""
        if self.luck_low <= self.inside_share <= self.luck_high:
            return "right" if self.weeks >= WEEKS_TO_TELL else "too few"
        return "too sure" if self.inside_share < self.luck_low else "too unsure"


def lead_of(days_ahead: int) -> int:
    """The lead under which a forecast is counted.

    >>> lead_of(20), lead_of(4), lead_of(90)
    (15, 0, 60)
    """
    return max(lead for lead in LEADS_DAYS if lead <= max(days_ahead, 0))


def usual(cases: Iterable[Case]) -> list[Case]:
    """One forecast for each outcome: the newest that was at least AHEAD_DAYS ahead, or the earliest where none was."""
    found: dict[tuple[str, str, str], Case] = {}
    for case in sorted(cases, key=lambda each: abs(each.lead_days - AHEAD_DAYS) + (LEADS_DAYS[-1] if each.lead_days < AHEAD_DAYS else 0)):
        found.setdefault((case.crop, case.what, case.subject), case)
    return list(found.values())


def tallies(cases: Sequence[Case]) -> list[Tally]:
    """The cases counted by crop, what and luck: all usual ones together, by model, and every lead by itself.

    Every case of a subject has the same luck, so that cases of other lucks can be counted at another time.
    """
    groups: dict[Kind, dict[int, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for case in usual(cases):
        groups[case.crop, case.what, "", None][case.luck].append(case)
        if case.model:
            groups[case.crop, case.what, case.model, None][case.luck].append(case)
    for case in cases:
        groups[case.crop, case.what, "", case.lead_days][case.luck].append(case)
    return [_tally(kind, luck, found) for kind, by_luck in groups.items() for luck, found in by_luck.items()]


def outcomes(counted: Iterable[Tally]) -> list[Outcome]:
    """By crop and what: all usual ones together, then by model, then every lead by itself."""
    groups: dict[Kind, list[Tally]] = defaultdict(list)
    for each in counted:
        groups[each.crop, each.what, each.model, each.lead_days].append(each)
    return [_outcome(kind, groups[kind]) for kind in sorted(groups, key=_place)]


def luck_interval(weeks: int) -> tuple[float, float]:
    """Shares between which a right forecast ends by luck, all but LUCK of the time: central interval of the binomial distribution.

    weeks : independent cases, 1 or more

    >>> luck_interval(1), luck_interval(20)
    ((0.0, 1.0), (0.6, 0.95))
    """
    return _reached(weeks, LUCK / 2), _reached(weeks, 1 - LUCK / 2)


def _reached(weeks: int, level: float) -> float:
    """Smallest share of `weeks` that a right forecast stays at or below with probability `level`."""
    below = 0.0
    for inside in range(weeks + 1):
        below += comb(weeks, inside) * PROMISED**inside * (1 - PROMISED) ** (weeks - inside)
        if below >= level:
            return inside / weeks
    return 1.0


def independent(sizes: Sequence[int]) -> int:
    """How many equal groups the cases are worth if those of one group are right or wrong together, at least 1.

    sizes : cases of each group

    Source: effective sample size, Kish (1965), Survey Sampling, Wiley: the square of the sum over the sum of squares.

    >>> independent([3, 3]), independent([5, 1])
    (2, 1)
    """
    return max(int(sum(sizes) ** 2 / sum(size**2 for size in sizes) + 1e-9), 1)


def _place(kind: Kind) -> tuple[bool, bool, str, str, str, int]:
    crop, what, model, lead_days = kind
    return lead_days is not None, bool(model), crop, what, model, lead_days or 0


def _tally(kind: Kind, luck: int, cases: Sequence[Case]) -> Tally:
    off = [case.came - case.quantiles[len(LEVELS) // 2] for case in cases]
    inside = sum(case.quantiles[0] <= case.came <= case.quantiles[-1] for case in cases)
    # Days are whole, so an outcome on the very day of a quantile counts half below it.
    below = [sum((case.came < case.quantiles[at]) + (case.came <= case.quantiles[at]) for case in cases) / 2 for at in range(len(LEVELS))]
    return Tally(*kind, luck, len(cases), inside, sum(map(abs, off)), sum(off), tuple(below))


def _outcome(kind: Kind, counted: Sequence[Tally]) -> Outcome:
    size_of: Counter[int] = Counter()
    for each in counted:
        size_of[each.luck] += each.cases
    n, weeks = size_of.total(), independent(list(size_of.values()))
    inside_share = sum(each.inside for each in counted) / n
    error_mean, off_mean = sum(each.error_sum for each in counted) / n, sum(each.off_sum for each in counted) / n
    below = tuple(sum(each.below[at] for each in counted) / n for at in range(len(LEVELS)))
    return Outcome(*kind, n, weeks, inside_share, *luck_interval(weeks), error_mean, off_mean, below)
