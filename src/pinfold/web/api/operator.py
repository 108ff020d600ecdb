"""The operator's: opening and sweeping pins, settling a week, which models serve, and whether all is well."""

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from pinfold.flows import clock, pins
from pinfold.flows.doctor import Finding, examine
from pinfold.flows.settle import Settled, settle
from pinfold.pin.facts import SweepResult
from pinfold.store.models import Person
from pinfold.store.reads import goods
from pinfold.store.season import settings_given
from pinfold.web.api.fields import Fen, GivenWeek, Week
from pinfold.web.api.guard import Only
from pinfold.web.api.paging import Pages
from pinfold.web.api.refusals import may_refuse

router = Router(tags=["operator"], auth=Only(Person.Role.OPERATOR))


class OpenedAnswer(Schema):
    opened: int = Field(description="pins opened now")


class SweepAnswer(Schema):
    lapsed: int = Field(description="orders whose hold was over")
    filled: int = Field(description="pins")
    expired: int = Field(description="pins")
    refunds_told: int = Field(description="refunds that their providers were told of")
    refunds_waiting: int = Field(description="refunds whose providers did not answer")


class SettledAnswer(Schema):
    week: Week
    households: int = Field(description="households that were credited")
    amount_fen: Fen


class ScoreAnswer(Schema):
    issued_on: date
    kind: str = Field(description="ripening, yield or demand")
    crop: str
    model: str
    score: float = Field(description="pinball loss in the unit of what is forecast; smaller is better")
    serves: bool


class FindingAnswer(Schema):
    what: str
    ok: bool
    says: str


class SettingAnswer(Schema):
    name: str
    value: str


@router.post("/pins/open", response=may_refuse(OpenedAnswer))
def open_pins(request: HttpRequest) -> dict[str, int]:
    """Opens every pin of the newest plan that is due. Safe to repeat."""
    return {"opened": pins.open_pins(clock.now())}


@router.post("/pins/sweep", response=may_refuse(SweepAnswer))
def sweep(request: HttpRequest) -> SweepResult:
    """Lapses holds, fills or expires pins whose time is up, tells providers of refunds. The server does it by itself as well."""
    return pins.sweep(clock.now())


@router.post("/weeks/{week}/settle", response=may_refuse(SettledAnswer))
def settle_week(request: HttpRequest, week: GivenWeek) -> Settled:
    """Credits each household for all that was sold until this week. Safe to repeat."""
    return settle(week, clock.now())


@router.get("/gate-scores", response=may_refuse(list[ScoreAnswer]))
@paginate(Pages)
def list_gate_scores(request: HttpRequest) -> list[goods.Score]:
    """What the backtests said of every model, and which one serves; the newest first."""
    return goods.gate_scores()


@router.get("/health", response=may_refuse(list[FindingAnswer]))
@paginate(Pages)
def list_findings(request: HttpRequest) -> list[Finding]:
    """Whether this installation is well."""
    return list(examine())


@router.get("/settings", response=may_refuse(list[SettingAnswer]))
@paginate(Pages)
def list_settings(request: HttpRequest) -> list[dict[str, str]]:
    """What this season sets otherwise than the defaults (docs/settings.md)."""
    return [{"name": name, "value": value} for name, value in sorted(settings_given().items())]
