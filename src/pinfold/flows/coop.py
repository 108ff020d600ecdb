"""The cooperative's own affairs: equity, bids and the members' choice among them, dividends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pinfold.basics.errors import InputError, KeyReused, NotAllowed, Refused, SoldOut, WrongStep
from pinfold.basics.rules import read_rules
from pinfold.basics.weeks import week_index, week_monday
from pinfold.coop import bids, giving
from pinfold.coop.dividends import Dividends, share_surplus
from pinfold.coop.equity import share_investment as shares_of
from pinfold.coop.rules import CoopRules
from pinfold.flows.clock import home_day
from pinfold.ledger import accounts
from pinfold.ledger.posting import EntryLine, Posting, moved
from pinfold.match.rules import MatchRules
from pinfold.store import coop as store
from pinfold.store import ledger
from pinfold.store.coop import BidFacts, BidOffer, ChoiceFacts
from pinfold.store.season import current_season, settings_given
from pinfold.store.transaction import atomic


@dataclass(frozen=True)
class DividendFacts:
    """What was paid out of a season's surplus. paid_fen : by household"""

    dividend_id: str
    surplus_fen: int
    reserve_fen: int
    paid_fen: dict[str, int]


def share_investment(cooperative_id: str, now: datetime) -> dict[str, int]:
    """Puts the one-off investment and each member's equity of it into the books, once; equity in fen by household.

    Raises NotFound, and InputError when members hold more than was invested.
    """
    with atomic():
        invested_fen = store.invested_fen(cooperative_id)
        equity = shares_of(cooperative_id, invested_fen, store.equity_fen(cooperative_id))
        if invested_fen and equity:
            lines = [EntryLine(accounts.equity(cooperative_id, household_id), -fen) for household_id, fen in equity.items()]
            lines.append(EntryLine(accounts.investment(cooperative_id), invested_fen))
            why = f"the investment in cooperative {cooperative_id}, as equity of its members"
            ledger.post(Posting(f"investment:{cooperative_id}", current_season().number, "investment", now, why, tuple(lines)))
            store.keep_equity(equity)
    return equity


def offer_bid(offer: BidOffer, now: datetime) -> BidFacts:
    """Keeps a merchant's bid. A repeated request returns the bid as it stands.

    Raises InputError for amounts and weeks that cannot be, NotFound for an unknown merchant, product or region, KeyReused.
    """
    season, today = current_season(), home_day(now)
    if not (offer.price_per_kg > 0 and 0 <= offer.kg_min <= offer.kg and offer.kg > 0 and offer.grade in (0, 1, 2)):
        raise InputError(f"bid {offer} cannot be; give kg and price above 0, kg_min from 0 to kg, and a grade of 0, 1 or 2")
    if not week_index(today, season.starts_on) < offer.week < season.weeks:
        raise InputError(f"bid {offer.bid_id} is for week {offer.week}; give a week after this one and before week {season.weeks}")
    with atomic():
        store.keep_bid(offer, today)
    return _bid(offer.bid_id)


def withdraw_bid(bid_id: str, merchant_id: str) -> BidFacts:
    """Takes back a bid on which the members have not decided. Raises NotFound, NotAllowed for another merchant, and WrongStep."""
    with atomic():
        offer, state = store.lock_bid(bid_id)
        if offer.merchant_id != merchant_id:
            raise NotAllowed(f"bid {bid_id} is not one of merchant {merchant_id}")
        if state != "withdrawn" and not store.move_bid(bid_id, "offered", "withdrawn"):
            raise WrongStep(f"bid {bid_id} is {state} and cannot be withdrawn; only an offered one can")
    return _bid(bid_id)


def list_bids(merchant_id: str | None = None) -> list[BidFacts]:
    """Every bid, or one merchant's, those still open first, in the order in which the members should look at them."""
    facts = {fact.offer.bid_id: fact for fact in store.bids(merchant_id)}
    order = [offer.bid_id for offer in bids.ranked(store.open_offers()) if offer.bid_id in facts]
    return [facts[bid_id] for bid_id in order] + [fact for bid_id, fact in facts.items() if bid_id not in order]


def choose_bid(choice_id: str, bid_id: str, votes_for: int, votes_against: int, chosen_by: int | None, now: datetime) -> ChoiceFacts:
    """Records the members' vote on a bid; more for than against accepts it and promises it kg of their lots.

    chosen_by : id of the board member who records the vote
    A repeated request returns the first answer. Raises NotFound, InputError for impossible votes, WrongStep when the bid is not open any
    more or would be accepted for a week that is over, SoldOut when less is left than the merchant's least, KeyReused.
    """
    with atomic():
        offer, state = store.lock_bid(bid_id)
        known = store.choice(choice_id)
        if known is not None:
            if (known.bid_id, known.votes_for, known.votes_against) != (bid_id, votes_for, votes_against):
                raise KeyReused(f"choice {choice_id} is recorded for bid {known.bid_id} with other votes; give a new vote its own id")
            return known
        if state != "offered":
            raise WrongStep(f"bid {bid_id} is {state}; only an offered one can be chosen")
        cooperative_id = store.cooperative_choosing(chosen_by)
        accepted = bids.accepted(votes_for, votes_against, store.members_count(cooperative_id))
        was_proposed = bid_id in bids.proposed(store.open_offers())
        facts = ChoiceFacts(choice_id, bid_id, cooperative_id, accepted, votes_for, votes_against, was_proposed, now, 0.0)
        if accepted and offer.week < week_index(home_day(now), current_season().starts_on):
            raise WrongStep(f"bid {bid_id} was for week {offer.week}, which is over; decline it")
        if accepted:
            facts = replace(facts, kg_given=_promise_lots(offer, cooperative_id))
        store.move_bid(bid_id, "offered", "chosen" if accepted else "declined")
        store.keep_choice(facts, chosen_by)
    return facts


def receive_bid_payment(bid_id: str, cooperative_id: str, counted_by: str, now: datetime) -> int:
    """Books that a merchant has paid all of a delivered bid, in cash and once; the fen that came. The bid's own id is the key of a retry.

    counted_by : the board member who counted the money; stands in the books
    Raises NotFound, WrongStep before the delivery, NotAllowed when it is another cooperative's goods that were delivered.
    """
    with atomic():
        merchant_id, owed_fen = store.merchant_of(bid_id), store.owed_fen(bid_id)
        if not owed_fen:
            raise WrongStep(f"bid {bid_id} is not delivered yet; it is paid for what arrives")
        if not store.chose(cooperative_id, bid_id):
            raise NotAllowed(f"bid {bid_id} was not delivered by cooperative {cooperative_id}; let the board that chose it count its money")
        lines = moved(accounts.merchant(merchant_id), accounts.provider("cash"), owed_fen)
        why = f"paid for bid {bid_id} in cash, counted by {counted_by}"
        ledger.post(Posting(store.payment_posting(bid_id), current_season().number, "receipt", now, why, lines))
    return owed_fen


def pay_dividends(dividend_id: str, cooperative_id: str, counted_by: str, now: datetime) -> DividendFacts:
    """Shares out and pays the season's surplus by the law's rule (coop.dividends), in cash; a repeated request returns the first answer.

    What merchants still owe for delivered bids is set aside: it stands in the cooperative's account already, but may never come. Once it
    has come, a new dividend shares it out.
    Raises Refused before the season has ended, while sales are unsettled, and when there is no surplus.
    """
    season = current_season()
    posting_id = f"dividend:{dividend_id}"
    with atomic():
        share_investment(cooperative_id, now)
        if not ledger.is_posted(posting_id):
            ends_on = week_monday(season.weeks, season.starts_on)
            if home_day(now) < ends_on or store.has_unsettled(season.number):
                raise Refused(f"dividends wait until every week is settled and the season has ended on {ends_on}")
            rules = read_rules(CoopRules, "coop", settings_given())
            surplus_fen = distributable_fen(cooperative_id)
            dividends = share_surplus(surplus_fen, store.members(cooperative_id, season.number), rules)
            _post_dividends(posting_id, cooperative_id, season.number, dividends, counted_by, now)
    return _dividend_facts(dividend_id, cooperative_id, ledger.posting(posting_id))


def distributable_fen(cooperative_id: str) -> int:
    """The cooperative's own means without all that merchants still owe for its goods; below 0 when they owe more than that."""
    return -ledger.balance(accounts.cooperative(cooperative_id)) - sum(store.unpaid_fen(cooperative_id).values())


def _promise_lots(offer: BidOffer, cooperative_id: str) -> float:
    """Kg promised to the bid."""
    lots = store.free_lots(offer, cooperative_id, read_rules(MatchRules, "match", settings_given()))
    kg = giving.kg_from_each(offer.kg, lots)
    kg_sold = sum(lot.kept * kg.get(lot.lot_id, 0.0) for lot in lots)
    if not kg or kg_sold < offer.kg_min:
        raise SoldOut(
            f"{kg_sold:.0f} kg are left that bid {offer.bid_id} would take; its merchant takes no less than {offer.kg_min:.0f} kg"
        )
    for lot in lots:
        if lot.lot_id in kg and not store.give_to_bid(offer.bid_id, lot, kg[lot.lot_id]):
            raise SoldOut(f"lot {lot.lot_id} has been promised elsewhere meanwhile; record the vote again")
    return sum(kg.values())


def _post_dividends(posting_id: str, cooperative_id: str, season: int, shared: Dividends, counted_by: str, now: datetime) -> None:
    paid_fen = {household_id: shared.of(household_id) for household_id in shared.by_trade_fen}
    lines = [EntryLine(accounts.cooperative(cooperative_id), shared.surplus_fen)]
    lines.append(EntryLine(accounts.reserve(cooperative_id), -shared.reserve_fen))
    lines += [EntryLine(accounts.household(household_id), -fen) for household_id, fen in paid_fen.items()]
    why = f"surplus of season {season}: reserve, {sum(shared.by_trade_fen.values())} fen by trade, the rest by equity"
    ledger.post(Posting(posting_id, season, "dividend", now, why, tuple(lines)))
    if not any(paid_fen.values()):
        return  # the members put everything into the reserve
    paid = [EntryLine(accounts.household(household_id), fen) for household_id, fen in paid_fen.items()]
    paid.append(EntryLine(accounts.provider("cash"), -sum(paid_fen.values())))
    ledger.post(Posting(f"{posting_id}:paid", season, "payout", now, f"dividends in cash, counted by {counted_by}", tuple(paid)))


def _dividend_facts(dividend_id: str, cooperative_id: str, posting: Posting) -> DividendFacts:
    fen = {line.account: -line.amount_fen for line in posting.lines}
    if accounts.cooperative(cooperative_id) not in fen:
        raise KeyReused(f"dividend {dividend_id} was another cooperative's; give this one its own id")
    household = accounts.household("")
    return DividendFacts(
        dividend_id=dividend_id,
        surplus_fen=-fen[accounts.cooperative(cooperative_id)],
        reserve_fen=fen.get(accounts.reserve(cooperative_id), 0),
        paid_fen={account.removeprefix(household): amount for account, amount in fen.items() if account.startswith(household)},
    )


def _bid(bid_id: str) -> BidFacts:
    return next(fact for fact in store.bids() if fact.offer.bid_id == bid_id)
