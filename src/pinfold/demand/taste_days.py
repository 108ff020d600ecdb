"""Who bought what on which day, as numbers: what all models of taste look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]

AHEAD_DAYS = 28  # popularity counts these days back; what is bought in as many days to come is what a ranking is judged by


@dataclass(frozen=True)
class BoughtDays:
    """Each day on which a customer bought a product, once; int arrays of shape (days,), customers in rising order.

    customer, product : numbers from 0 to before `customers` and `products`; product numbers rise with the ids
    age_days : days before the day of asking, 1 or more
    category : shape (products,), number of each product's category
    """

    customer: Ints
    product: Ints
    age_days: Ints
    customers: int
    category: Ints

    @property
    def products(self) -> int:
        return len(self.category)

    @property
    def pairs(self) -> Ints:
        """customer x products + product of each day."""
        return self.customer * self.products + self.product

    def before(self, days: int) -> BoughtDays:
        """As it was known so many days ago."""
        return self._where(self.age_days > days, self.age_days - days)

    def ahead_of(self, days: int) -> BoughtDays:
        """What was bought in the AHEAD_DAYS that began so many days ago."""
        return self._where((self.age_days <= days) & (self.age_days > days - AHEAD_DAYS), self.age_days)

    def within(self, days: int) -> BoughtDays:
        """What was bought in the last so many days."""
        return self._where(self.age_days <= days, self.age_days)

    def new_to(self, known: BoughtDays) -> BoughtDays:
        """What none of these customers, numbered as in `known`, had bought there."""
        return self._where(~np.isin(self.pairs, known.pairs), self.age_days)

    def of(self, customers: Ints) -> BoughtDays:
        """These customers alone, numbered anew; `customers` in rising order."""
        kept = np.isin(self.customer, customers)
        number = np.searchsorted(customers, self.customer[kept])
        return BoughtDays(number, self.product[kept], self.age_days[kept], len(customers), self.category)

    def some(self, customers_max: int) -> BoughtDays:
        """Every second, third ... customer, so that there are no more than that."""
        every = -(-self.customers // customers_max)
        return self if every <= 1 else self.of(np.arange(0, self.customers, every))

    def _where(self, kept: npt.NDArray[np.bool_], age_days: Ints) -> BoughtDays:
        return BoughtDays(self.customer[kept], self.product[kept], age_days[kept], self.customers, self.category)


def bought_days(purchases: pl.DataFrame, products: pl.DataFrame, as_of: date) -> tuple[BoughtDays, pl.Series, pl.Series]:
    """What was bought before `as_of`, and the ids of its customers and products by their numbers.

    purchases : date, customer_id, product_id; of products that are not listed nothing is kept but their customers
    products : product_id, and category where known (otherwise all are alike)
    """
    listed = products.select("product_id", pl.col("category") if "category" in products.columns else pl.lit("").alias("category"))
    listed = listed.unique("product_id").sort("product_id")
    past = purchases.filter(pl.col("date") < as_of).select("date", "customer_id", "product_id")
    customers = past.select("customer_id").unique().sort("customer_id")
    known = (
        past.unique()
        .join(customers.with_row_index("customer"), on="customer_id")
        .join(listed.with_row_index("product"), on="product_id")
        .select("customer", "product", age_days=(pl.lit(as_of) - pl.col("date")).dt.total_days())
        .sort("customer", "product", "age_days")
    )
    customer, product, age_days = (known[name].cast(pl.Int64).to_numpy() for name in ("customer", "product", "age_days"))
    category = listed["category"].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1
    return BoughtDays(customer, product, age_days, customers.height, category), customers["customer_id"], listed["product_id"]
