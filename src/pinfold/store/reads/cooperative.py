"""What a board's pages show: what bids would take, how the members voted, who the members are, and the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.timezone import get_default_timezone

from pinfold.basics.errors import NotFound
from pinfold.ledger import accounts
from pinfold.ledger.posting import EntryLine
from pinfold.store.coop import payment_posting
from pinfold.store.models import Choice, Cooperative, Delivery, Entry, Household, Lot, Plan, Plot, Posting, Settlement, Shipment
from pinfold.store.reads.shop import Named


@dataclass(frozen=True)
class Vote:
    """How the members decided on a bid."""

    bid_id: str
    accepted: bool
    votes_for: int
    votes_against: int
    was_proposed: bool
    chosen_at: datetime


@dataclass(frozen=True)
class Member:
    """One member household. credited_fen : for its crop this season; paid_fen : of that handed over."""

    household_id: str
    village: Named
    people: int
    registered_poor: bool
    equity_fen: int
    plots: int
    credited_fen: int
    paid_fen: int


@dataclass(frozen=True)
class AccountGroup:
    """All accounts of one kind together. kind : the first part of their names; + is held or owed to us, - is what we owe."""

    kind: str
    accounts: int
    amount_fen: int


@dataclass(frozen=True)
class Booked:
    """One posting with its lines, which sum to zero."""

    posting_id: str
    kind: str
    at: datetime
    why: str
    lines: tuple[EntryLine, ...]


@dataclass(frozen=True)
class Guaranteed:
    """What the cooperative bought of a product and grade at the floor price this season."""

    product: Named
    grade: int
    kg: float
    amount_fen: int


def cooperative(cooperative_id: str) -> Named:
    """Raises NotFound."""
    row = Cooperative.objects.filter(pk=cooperative_id).values_list("cooperative_id", "name", "name_zh").first()
    if row is None:
        raise NotFound(f"cooperative {cooperative_id!r} is not known; give a cooperative_id of the cooperatives table")
    return Named(*row)


def planned_for_bids() -> dict[str, float]:
    """Kg leaving the villages that the newest plan would give to each bid."""
    plan_id = Plan.objects.order_by("-id").values_list("id", flat=True).first()
    return dict(Shipment.objects.filter(plan=plan_id, want__kind="bid").values_list("want__bid_id").annotate(all_kg=Sum("kg")))


def votes(cooperative_id: str) -> dict[str, Vote]:
    """How the members decided, by bid; the newest decision counts."""
    rows = Choice.objects.filter(cooperative=cooperative_id).order_by("chosen_at", "choice_id")
    columns = ("bid_id", "accepted", "votes_for", "votes_against", "was_proposed", "chosen_at")
    return {row[0]: Vote(*row) for row in rows.values_list(*columns)}


def members(cooperative_id: str, season: int) -> list[Member]:
    """Every member household, by village and id."""
    settled = Settlement.objects.filter(season=season).values_list("household_id")
    credited, paid = dict(settled.annotate(fen=Sum("amount_fen"))), dict(settled.exclude(paid_out_at=None).annotate(fen=Sum("amount_fen")))
    plots = dict(Plot.objects.values_list("household_id").annotate(count=Count("plot_id")))
    rows = Household.objects.filter(village__cooperative=cooperative_id).select_related("village").order_by("village_id", "household_id")
    return [
        Member(
            row.pk, Named(row.village_id, row.village.name, row.village.name_zh), row.people, row.registered_poor, row.equity_fen,
            plots.get(row.pk, 0), credited.get(row.pk, 0), paid.get(row.pk, 0),
        )
        for row in rows
    ]  # fmt: skip


def account_groups() -> list[AccountGroup]:
    """Every kind of account of the federation with its sum; the sums add to zero."""
    groups: dict[str, AccountGroup] = {}
    for account, amount_fen in Entry.objects.values_list("account").annotate(fen=Sum("amount_fen")).order_by("account"):
        kind = account.split(":")[0]
        before = groups.get(kind, AccountGroup(kind, 0, 0))
        groups[kind] = AccountGroup(kind, before.accounts + 1, before.amount_fen + amount_fen)
    return sorted(groups.values(), key=lambda group: -group.amount_fen)


def last_booked_day(cooperative_id: str, until: date) -> date | None:
    """The newest day until `until` on which anything of the cooperative was booked."""
    at = _own_postings(cooperative_id).filter(at__lt=_end_of(until)).order_by("-at").values_list("at", flat=True).first()
    return at.astimezone(get_default_timezone()).date() if at else None


def booked_on(cooperative_id: str, day: date) -> list[Booked]:
    """The cooperative's postings of one day where the growers live, as they were booked."""
    return _booked(_own_postings(cooperative_id).filter(at__gte=_end_of(day - timedelta(days=1)), at__lt=_end_of(day)))


def booked_in(cooperative_id: str, season: int) -> list[Booked]:
    """All postings of the cooperative in one season."""
    return _booked(_own_postings(cooperative_id).filter(season=season))


def guaranteed(cooperative_id: str, season: int) -> list[Guaranteed]:
    """What was bought under the guarantee, by product and grade."""
    columns = ("lot__product_id", "lot__product__name", "lot__product__name_zh", "lot__grade")
    rows = Delivery.objects.filter(kind=Delivery.Kind.GUARANTEE, lot__season=season, lot__village__cooperative=cooperative_id)
    rows = rows.values(*columns).annotate(all_kg=Sum("kg_sent"), fen=Sum("growers_fen")).order_by("lot__product_id", "lot__grade")
    return [
        Guaranteed(Named(product_id, name, name_zh), grade, all_kg, fen)
        for product_id, name, name_zh, grade, all_kg, fen in rows.values_list(*columns, "all_kg", "fen")
    ]


def _own_postings(cooperative_id: str) -> QuerySet[Posting]:
    """Postings that touch an account of the cooperative, its members or their lots, or say that a merchant paid for these."""
    own = [accounts.cooperative(cooperative_id), accounts.reserve(cooperative_id), accounts.investment(cooperative_id)]
    households = Household.objects.filter(village__cooperative=cooperative_id).values_list("household_id", flat=True)
    lots = Lot.objects.filter(village__cooperative=cooperative_id).values_list("lot_id", flat=True)
    own += [accounts.household(household_id) for household_id in households] + [accounts.lot(lot_id) for lot_id in lots]
    touched = Entry.objects.filter(Q(account__in=own) | Q(account__startswith=accounts.equity(cooperative_id, "")))
    sold = Delivery.objects.exclude(bid=None).filter(lot__village__cooperative=cooperative_id).values_list("bid_id", flat=True)
    paid = [payment_posting(bid_id) for bid_id in sold.distinct()]
    return Posting.objects.filter(Q(pk__in=touched.values("posting_id")) | Q(pk__in=paid))


def _booked(postings: QuerySet[Posting]) -> list[Booked]:
    rows = list(postings.order_by("at", "posting_id"))
    lines: dict[str, list[EntryLine]] = {row.pk: [] for row in rows}
    entries = Entry.objects.filter(posting__in=postings.values("posting_id")).order_by("id")
    for posting_id, *line in entries.values_list("posting_id", "account", "amount_fen", "currency"):
        lines[posting_id].append(EntryLine(*line))
    return [Booked(row.pk, row.kind, row.at, row.why, tuple(lines[row.pk])) for row in rows]


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=get_default_timezone())
