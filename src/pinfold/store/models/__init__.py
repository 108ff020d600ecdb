"""The tables. Column names are those of docs/tables.md wherever a season folder has the same column."""

from pinfold.store.models.books import Entry, Posting, Settlement, SettlementLine
from pinfold.store.models.events import Event, EventKey, EventLoss, Impression, Mark
from pinfold.store.models.field import Covariate, CropReport, Harvest, ReplacedReport, StageReport, Weather, WeatherForecast
from pinfold.store.models.forecasts import (
    DayForecast,
    DemandForecast,
    DemandTotal,
    GateScore,
    JoinHabits,
    OutlookTally,
    PriceAnswer,
    RipeningForecast,
    Taste,
    WeekForecast,
    YieldForecast,
    YieldReason,
)
from pinfold.store.models.goods import BidLot, Delivery, Intake
from pinfold.store.models.market import Bid, Choice, Customer, Merchant, Product, Purchase, Sale, Unserved
from pinfold.store.models.people import CalendarFeed, Person, Session
from pinfold.store.models.pins import Message, Notice, Order, Payment, Pin, PinLot, PinMove, Refund
from pinfold.store.models.places import Cooperative, Household, Hub, HubWeek, Lane, Plot, Region, Village
from pinfold.store.models.plans import Lot, Plan, Shipment, Want
from pinfold.store.models.season import Season, Setting
