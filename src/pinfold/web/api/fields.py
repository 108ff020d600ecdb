"""Kinds of fields, each with its unit and its limits; schemas are made of these.

What comes in is limited more tightly than the database is: no control characters (PostgreSQL cannot keep NUL), no number that no
cooperative will ever need.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

WEEKS_MAX = 520
KG_MAX = 1_000_000

# Given by the caller.
Id = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$"), Field(description="an id")]
LongId = Annotated[str, StringConstraints(min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\x7f]+$"), Field(description="an id")]
RequestId = Annotated[
    str,
    StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$"),
    Field(description="an id that you make, new for each request; the same one again returns the first answer"),
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
GivenWeek = Annotated[int, Field(ge=0, le=WEEKS_MAX, description="week of the season; the first is 0")]
GivenGrade = Annotated[int, Field(ge=0, le=2, description="0 best, 1, 2")]
GivenKg = Annotated[float, Field(gt=0, lt=KG_MAX, allow_inf_nan=False, description="kg")]
GivenPrice = Annotated[float, Field(gt=0, lt=100_000, allow_inf_nan=False, description="yuan per kg")]
GivenDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1), description="a day where the growers live")]
Seats = Annotated[int, Field(ge=1, le=1_000, description="seats (packs)")]
Votes = Annotated[int, Field(ge=0, le=100_000, description="member households; each has one vote")]
Certainty = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="how sure the report is, 0..1")]

# Given back.
Fen = Annotated[int, Field(description="fen (1/100 yuan)")]
Kg = Annotated[float, Field(description="kg")]
YuanPerKg = Annotated[float, Field(description="yuan per kg")]
Yuan = Annotated[float, Field(description="yuan")]
Share = Annotated[float, Field(description="share of 1")]
Days = Annotated[float, Field(description="days")]
Week = Annotated[int, Field(description="week of the season; the first is 0")]
Grade = Annotated[int, Field(description="0 best, 1, 2")]
Moment = Annotated[datetime, Field(description="a moment, UTC")]


class Named(Schema):
    """Something with a name in both languages."""

    id: str
    name: str
    name_zh: str
