"""What was sold and bought so far, from the season's tables and from the orders of its pins."""

from __future__ import annotations

import polars as pl
from django.utils.timezone import localdate

from pinfold.store.models import Order, Unserved
from pinfold.store.tables import read_table

BOUGHT = {"date": pl.Date, "customer_id": pl.String, "region_id": pl.String, "product_id": pl.String, "quantity": pl.Int64}


def purchases_so_far() -> pl.DataFrame:
    """date, customer_id, region_id, product_id, quantity (packs): the purchases table and every paid order since, by the day it was paid.

    A refund at the growers' end does not take a purchase back: the customer did want it.
    """
    rows = (
        Order.objects.filter(paid_at__isnull=False)
        .order_by("paid_at", "order_id")
        .values_list("paid_at", "customer_id", "pin__region_id", "pin__product_id", "seats")
    )
    ordered = pl.DataFrame([(localdate(paid_at), *rest) for paid_at, *rest in rows], schema=BOUGHT, orient="row")
    return pl.concat([read_table("purchases").select(list(BOUGHT)).cast(BOUGHT), ordered])  # type: ignore[arg-type]


def unserved_so_far() -> pl.DataFrame:
    """date, customer_id, region_id, product_id, quantity (packs): what customers came for and found no seats of.

    A shop that knows only what it sold takes its own empty shelves for a lack of wants, plans less, and sells less again.
    """
    rows = Unserved.objects.order_by("date", "pk").values_list(*BOUGHT)
    return pl.DataFrame(list(rows), schema=BOUGHT, orient="row")
