"""Members, bids and the members' choices, in and out of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db.models import Sum

from pinfold.basics.errors import InputError, KeyReused, NotFound
from pinfold.coop.bids import Offer, proposed
from pinfold.coop.dividends import Member
from pinfold.coop.giving import FreeLot
from pinfold.deliver.keeping import age_on_arrival_days, kept_share
from pinfold.match.rules import MatchRules
from pinfold.store import scarce
from pinfold.store.models import (
    Bid,
    BidLot,
    Choice,
    Cooperative,
    Delivery,
    Household,
    Lot,
    Merchant,
    Person,
    Plan,
    Posting,
    Product,
    Region,
    Settlement,
    Shipment,
)  # fmt: skip
from pinfold.store.shipping import roads


@dataclass(frozen=True)
class BidOffer:
    """What a merchant offers. grade : the worst accepted; week : of delivery; kg_min : less than this is not taken at all."""

    bid_id: str
    merchant_id: str
    product_id: str
    grade: int
    region_id: str
    week: int
    kg: float
    kg_min: float
    price_per_kg: float


@dataclass(frozen=True)
class BidFacts:
    """A bid as it stands. owed_fen : what the merchant owes for what was delivered, before any payment; is_paid : whether that has come."""

    offer: BidOffer
    offered_on: date
    state: str
    proposed: bool
    owed_fen: int
    is_paid: bool


@dataclass(frozen=True)
class ChoiceFacts:
    """What the members chose. kg_given : kg that leave the villages for the bid; 0 when it was declined."""

    choice_id: str
    bid_id: str
    cooperative_id: str
    accepted: bool
    votes_for: int
    votes_against: int
    was_proposed: bool
    chosen_at: datetime
    kg_given: float


def invested_fen(cooperative_id: str) -> int:
    """The one-off investment. Raises NotFound."""
    fen = Cooperative.objects.filter(pk=cooperative_id).values_list("invested_fen", flat=True).first()
    if fen is None:
        raise NotFound(f"cooperative {cooperative_id!r} is not known; give a cooperative_id of the cooperatives table")
    return fen


def equity_fen(cooperative_id: str) -> dict[str, int]:
    """Equity of every member household, by id, locked."""
    households = Household.objects.filter(village__cooperative=cooperative_id).order_by("household_id").select_for_update(of=("self",))
    return dict(households.values_list("household_id", "equity_fen"))


def keep_equity(equity: Mapping[str, int]) -> None:
    """Writes what each household holds."""
    for household_id, fen in equity.items():
        Household.objects.filter(pk=household_id).exclude(equity_fen=fen).update(equity_fen=fen)


def members(cooperative_id: str, season: int) -> list[Member]:
    """Every member household with its equity and what its crop was credited with in this season."""
    traded = Settlement.objects.filter(season=season).values_list("household_id").annotate(fen=Sum("amount_fen"))
    traded_fen = dict(traded)
    return [Member(household_id, fen, traded_fen.get(household_id, 0)) for household_id, fen in equity_fen(cooperative_id).items()]


def members_count(cooperative_id: str) -> int:
    """How many member households there are; each has one vote."""
    return Household.objects.filter(village__cooperative=cooperative_id).count()


def cooperative_choosing(person_id: int | None) -> str:
    """The cooperative of a board member, or the only one there is. Raises InputError when neither tells."""
    own = Person.objects.filter(pk=person_id).values_list("cooperative_id", flat=True).first() if person_id else None
    everybody = list(Cooperative.objects.order_by("cooperative_id").values_list("cooperative_id", flat=True)[:2])
    if own or len(everybody) == 1:
        return own or everybody[0]
    raise InputError(f"person {person_id} sits on no cooperative's board; let a board member record the choice")


def keep_bid(offer: BidOffer, offered_on: date) -> bool:
    """True if the bid is new. Raises KeyReused when its id stands for another one, NotFound for an unknown merchant, product or region."""
    for model, name in ((Merchant, offer.merchant_id), (Product, offer.product_id), (Region, offer.region_id)):
        if not model.objects.filter(pk=name).exists():
            raise NotFound(f"{model.__name__.lower()} {name!r} is not known; give one that is in the season's tables")
    row, new = Bid.objects.get_or_create(bid_id=offer.bid_id, defaults={**asdict(offer), "offered_on": offered_on})
    if not new and _offer(row) != offer:
        raise KeyReused(f"bid {offer.bid_id} is known with other content; give a new bid its own id")
    return new


def bids(merchant_id: str | None = None) -> list[BidFacts]:
    """All bids, or those of one merchant, in the order in which they were offered."""
    highest = proposed(open_offers())
    owed = dict(Delivery.objects.exclude(bid=None).values_list("bid_id").annotate(fen=Sum("paid_fen")))
    paid = set(Posting.objects.filter(pk__startswith=payment_posting("")).values_list("pk", flat=True))
    rows = Bid.objects.filter(merchant=merchant_id) if merchant_id else Bid.objects.all()
    return [
        BidFacts(
            _offer(row), row.offered_on, row.state, row.bid_id in highest, owed.get(row.bid_id, 0), payment_posting(row.bid_id) in paid
        )
        for row in rows.order_by("offered_on", "bid_id")
    ]


def open_offers() -> list[Offer]:
    """Bids that the members have not decided on."""
    rows = Bid.objects.filter(state=Bid.State.OFFERED).order_by("bid_id")
    return [Offer(*row) for row in rows.values_list("bid_id", "product_id", "kg", "price_per_kg", "offered_on")]


def lock_bid(bid_id: str) -> tuple[BidOffer, str]:
    """The bid and its state, held by this transaction. Raises NotFound."""
    row = Bid.objects.select_for_update().filter(pk=bid_id).first()
    if row is None:
        raise NotFound(f"bid {bid_id!r} is not known")
    return _offer(row), row.state


def move_bid(bid_id: str, before: str, after: str) -> bool:
    """Takes a bid from one state to another."""
    return Bid.objects.filter(pk=bid_id, state=before).update(state=after) == 1


def merchant_of(bid_id: str) -> str:
    """Raises NotFound."""
    return lock_bid(bid_id)[0].merchant_id


def choice(choice_id: str) -> ChoiceFacts | None:
    """A choice that was recorded before, or None."""
    row = Choice.objects.filter(pk=choice_id).first()
    if row is None:
        return None
    kg = BidLot.objects.filter(bid=row.bid_id).aggregate(kg=Sum("kg"))["kg"] or 0.0
    return ChoiceFacts(
        row.choice_id, row.bid_id, row.cooperative_id, row.accepted, row.votes_for, row.votes_against, row.was_proposed, row.chosen_at, kg
    )


def keep_choice(facts: ChoiceFacts, chosen_by: int | None) -> None:
    """Writes what the members chose. Raises KeyReused when the same id was given to a choice about another bid in the same moment."""
    content = {field.name: getattr(facts, field.name) for field in fields(facts) if field.name not in ("choice_id", "kg_given")}
    row, new = Choice.objects.get_or_create(choice_id=facts.choice_id, defaults={**content, "chosen_by_id": chosen_by})
    if not new:
        raise KeyReused(f"choice {facts.choice_id} is recorded for bid {row.bid_id}; give a new vote its own id")


def free_lots(offer: BidOffer, cooperative_id: str, match: MatchRules) -> list[FreeLot]:
    """Lots of the cooperative that the bid accepts and that can reach its region in its week, locked, by id."""
    lots = Lot.objects.filter(product=offer.product_id, grade__lte=offer.grade, ready_week__lte=offer.week)
    lots = lots.filter(village__cooperative=cooperative_id).order_by("lot_id").select_for_update(of=("self",)).select_related("product")
    road_from = {road.hub_id: road for road in roads(offer.region_id, offer.week)}
    planned = Shipment.objects.filter(plan=Plan.objects.order_by("id").last(), want__bid=offer.bid_id)
    planned_kg = dict(planned.values_list("lot_id").annotate(sum_kg=Sum("kg")))
    found = []
    for lot in lots:
        road = road_from.get(lot.hub_id)
        age_days = age_on_arrival_days(lot.ready_week, offer.week, lot.collect_days, road.days) if road else None
        kept = kept_share(age_days, lot.product.shelf_life_days, match) if age_days is not None else None
        # What is still a forecast is sold ahead only as far as the plan itself would go, and what was weighed since only once it counts.
        sure = min(lot.kg, max(lot.kg_real or 0.0, lot.kg * lot.sellable_share))
        if road and kept and sure > lot.kg_promised:
            free = sure - lot.kg_promised
            found.append(FreeLot(lot.pk, lot.grade, lot.ready_week, road.lane_id, kept, free, planned_kg.get(lot.pk, 0.0)))
    return found


def give_to_bid(bid_id: str, lot: FreeLot, kg: float) -> bool:
    """Promises kg of a lot to a bid, if it still has them."""
    if not scarce.take_kg(lot.lot_id, kg):
        return False
    BidLot.objects.create(bid_id=bid_id, lot_id=lot.lot_id, lane_id=lot.lane_id, kg=kg, kept=lot.kept)
    return True


def owed_fen(bid_id: str) -> int:
    """What the merchant owes for what the bid delivered; 0 before."""
    return Delivery.objects.filter(bid=bid_id).aggregate(fen=Sum("paid_fen"))["fen"] or 0


def payment_posting(bid_id: str) -> str:
    """Id of the posting that says that a bid was paid."""
    return f"bid-payment:{bid_id}"


def chose(cooperative_id: str, bid_id: str) -> bool:
    """Whether this cooperative's members accepted the bid, so that it is their goods that were delivered."""
    return Choice.objects.filter(bid=bid_id, cooperative=cooperative_id, accepted=True).exists()


def unpaid_fen(cooperative_id: str) -> dict[str, int]:
    """What merchants still owe for the cooperative's goods, by bid."""
    rows = Delivery.objects.exclude(bid=None).filter(lot__village__cooperative=cooperative_id)
    owed = dict(rows.values_list("bid_id").annotate(fen=Sum("paid_fen")))
    paid = set(Posting.objects.filter(pk__in=[payment_posting(bid_id) for bid_id in owed]).values_list("pk", flat=True))
    return {bid_id: fen for bid_id, fen in owed.items() if fen and payment_posting(bid_id) not in paid}


def has_unsettled(season: int) -> bool:
    """Whether growers' money still stands on any lot."""
    return Delivery.objects.filter(lot__season=season, settled_in_week=None).exists()


def _offer(row: Bid) -> BidOffer:
    return BidOffer(**{field.name: getattr(row, field.name) for field in fields(BidOffer)})
