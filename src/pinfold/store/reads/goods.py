"""What is sold, and what the forecasts were worth: for programs rather than pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pinfold.store.models import GateScore, Product


@dataclass(frozen=True)
class ProductFacts:
    """price_per_kg : yuan, for planning; pack_kg : kg in one seat of a pin."""

    id: str
    name: str
    name_zh: str
    category: str
    crop: str
    pack_kg: float
    shelf_life_days: float
    price_per_kg: float


@dataclass(frozen=True)
class Score:
    """What the backtest of one day said of one model. kind : ripening, yield or demand; score : smaller is better."""

    issued_on: date
    kind: str
    crop: str
    model: str
    score: float
    serves: bool


def products() -> list[ProductFacts]:
    """All products, by their id."""
    columns = ("product_id", "name", "name_zh", "category", "crop", "pack_kg", "shelf_life_days", "price_per_kg")
    return [ProductFacts(*row) for row in Product.objects.order_by("product_id").values_list(*columns)]


def gate_scores() -> list[Score]:
    """Every score, the newest first, models of one crop together and the best of them first."""
    rows = GateScore.objects.order_by("-issued_on", "kind", "crop", "score", "model")
    return [Score(*row) for row in rows.values_list("issued_on", "kind", "crop", "model", "score", "serves")]
