"""Names by id, in both languages."""

from __future__ import annotations

from pinfold.store.models import Merchant, Product, Region, Village
from pinfold.store.reads.shop import Named


def products() -> dict[str, Named]:
    return {row[0]: Named(*row) for row in Product.objects.order_by("product_id").values_list("product_id", "name", "name_zh")}


def regions() -> dict[str, Named]:
    return {row[0]: Named(*row) for row in Region.objects.order_by("region_id").values_list("region_id", "name", "name_zh")}


def merchants() -> dict[str, Named]:
    return {row[0]: Named(*row) for row in Merchant.objects.order_by("merchant_id").values_list("merchant_id", "name", "name_zh")}


def villages() -> dict[str, Named]:
    return {row[0]: Named(*row) for row in Village.objects.order_by("village_id").values_list("village_id", "name", "name_zh")}
