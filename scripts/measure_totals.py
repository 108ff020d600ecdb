"""How close totals come as sums of their rows, beside an outlook of the totals themselves by the same gate.

    python scripts/measure_totals.py [NAME ...]        folders of ../shared/data/demand; all of them by default

For each day of issue and the four weeks from it; a total counts where it sold in six of the eight weeks before. About two CPU minutes for
the trade areas, three for the store.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl

from pinfold.basics.quantiles import COLUMNS, LEVELS
from pinfold.demand.history import KEYS, PRICES
from pinfold.demand.outlook import issue
from pinfold.demand.totals import ALL

DATA = Path(os.environ.get("PINFOLD_SHARED", Path(__file__).parents[1].parent / "shared")) / "data" / "demand"
WEEKS = 4
KEPT = {"by product": ["product_id"], "by region": ["region_id"], "everything": []}


def main() -> None:
    print("| | sums of rows: WAPE, pinball, in p10..p90 | outlook of the totals themselves |\n|---|---|---|")
    for name in sys.argv[1:] or ["produce_areas", "vegetable_store"]:
        for level, found in compare(DATA / name).items():
            cells = (", ".join(f"{figure:.4f}" for figure in score(found, suffix)) for suffix in ("", "_own"))
            print(f"| {name}, {level} ({found.height} weeks) | {' | '.join(cells)} |", flush=True)


def compare(folder: Path) -> dict[str, pl.DataFrame]:
    """By level the totals that came (kg), with the quantiles of both ways."""
    sales, products = pl.read_csv(folder / "sales.csv", try_parse_dates=True), pl.read_csv(folder / "products.csv")
    priced = [column for column in PRICES if column in sales.columns]
    sales = sales.select("date", *KEYS, pl.col("kg").cast(pl.Float64), *priced)
    origins = pl.read_csv(folder / "origins.csv", try_parse_dates=True)["as_of"]
    found: dict[str, list[pl.DataFrame]] = {}
    for as_of in origins:
        known = sales.filter(pl.col("date") < as_of)
        sums = issue(known, products, as_of, WEEKS).totals
        for level, keep in KEPT.items():
            if all(sales[key].n_unique() == 1 or key in keep for key in KEYS):
                continue  # these totals are the rows
            listed = products if "product_id" in keep else pl.DataFrame({"product_id": [ALL]})
            own = issue(together(known, keep), listed, as_of, WEEKS).outlook.with_columns(pl.col("region_id").cast(pl.String))
            kg = together(sales, keep).group_by(*KEYS, week=pl.col("date").dt.truncate("1w")).agg(pl.col("kg").sum().clip(0))
            before = kg.filter(pl.col("week").is_between(as_of - timedelta(weeks=8), as_of, closed="left"), pl.col("kg") > 0)
            sold = before.group_by(KEYS).len().filter(pl.col("len") >= 6)
            came = kg.filter(pl.col("week").is_between(as_of, as_of + timedelta(weeks=WEEKS - 1))).join(sold, on=KEYS, how="semi")
            mine = own.select(*KEYS, "week", *COLUMNS)
            both = came.join(sums.drop("mean"), on=[*KEYS, "week"]).join(mine, on=[*KEYS, "week"], suffix="_own")
            found.setdefault(level, []).append(both)
    return {level: pl.concat(parts) for level, parts in found.items()}


def together(sales: pl.DataFrame, keep: list[str]) -> pl.DataFrame:
    """The same sales with one series for each of `keep`; prices are means by kg."""
    prices = [(pl.col(each) * pl.col("kg").clip(0)).sum() / pl.col("kg").clip(1e-9).sum() for each in PRICES if each in sales.columns]
    named = sales.with_columns(pl.lit(ALL).alias(key) for key in KEYS if key not in keep)
    return named.group_by("date", *KEYS).agg(pl.col("kg").sum(), *prices).sort("date", *KEYS)


def score(found: pl.DataFrame, suffix: str) -> tuple[float, float, float]:
    """WAPE of the median, pinball loss over the mean (both as in the hindcast), and the share that came between p10 and p90."""
    came, quantiles, levels = found["kg"].to_numpy(), found.select(f"{column}{suffix}" for column in COLUMNS).to_numpy(), np.array(LEVELS)
    off = came[:, None] - quantiles
    pinball = 2 * np.maximum(levels * off, (levels - 1) * off).mean() / came.mean()
    inside = (came >= quantiles[:, 0]) & (came <= quantiles[:, -1])
    return float(np.abs(off[:, 2]).sum() / came.sum()), float(pinball), float(inside.mean())


if __name__ == "__main__":
    main()
