"""Every error that Pinfold raises for wrong input, refused steps or a world that does not answer.

    PinfoldError
    ├── InputError            what was given is wrong; says which thing, which value and what to do
    │   ├── UnknownUnit
    │   ├── BrokenTables      carries every problem of every table at once
    │   └── NotFound
    ├── Refused               what was asked is understood and may not be done now
    │   ├── NotAllowed        this person may not do it
    │   ├── SoldOut           seats or kilograms are gone
    │   ├── TooMany           a customer has as many unpaid things as one may have
    │   ├── WrongStep         the thing is not in a state from which this step is allowed
    │   └── KeyReused         a request id came again with other content
    ├── NoAnswer              an outside service is slow, wrong or down
    │   └── WrongAnswer       it answered what cannot be right; asking it again the same way would not help
    └── NoPlan                no feasible plan, or the optimiser gave up

A broken promise inside the program raises AssertionError instead.
"""


class PinfoldError(Exception):
    """The message names the thing, the value and what to do."""


class InputError(PinfoldError):
    pass


class UnknownUnit(InputError):
    pass


class NotFound(InputError):
    pass


class BrokenTables(InputError):
    """`problems` holds one object per problem, each with file, row, column, value and remedy (see outside/folder/problems.py)."""

    def __init__(self, problems: list[object]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Refused(PinfoldError):
    pass


class NotAllowed(Refused):
    pass


class SoldOut(Refused):
    pass


class TooMany(Refused):
    pass


class WrongStep(Refused):
    pass


class KeyReused(Refused):
    pass


class NoAnswer(PinfoldError):
    pass


class WrongAnswer(NoAnswer):
    pass


class NoPlan(PinfoldError):
    pass
