# ruff: noqa: E501  (messages are quoted whole)
"""Every kind of broken table in tests/broken, and what is said about it. One folder is one case; nothing of it may be loaded."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from pinfold.cli import main
from pinfold.flows.season import check_season

BROKEN = Path(__file__).parent.parent / "broken"
TODAY = date(2026, 9, 7)

EXPECTED = {
    "area-in-acres": [
        "plots.csv, line 3, area_unit: 'acre' is not known here; use one of m2, mu, 亩, ha, 公顷",
    ],
    "bid-less-than-its-minimum": [
        "bids.csv, line 2: 'kg 1000.0, kg_min 3000.0' breaks a rule of bids: kg_min is not above kg; correct the row",
    ],
    "blank-key": [
        "plots.csv, line 2, plot_id: is blank; fill it in: the plot",
    ],
    "byte-order-mark": [
        "plots.csv, line 2, trees: '0' is less than 1; correct it, or its unit: how many trees stand on it in trees",
    ],
    "column-twice": [
        "plots.csv, line 1, crop: stands twice in the header; rename or remove one of them",
    ],
    "date-in-the-future": [
        "harvests.csv, line 2, picked_on: '2999-01-01' lies in the future, after 2026-09-07; correct the date; what is still to come stands in later/",
    ],
    "date-with-slashes": [
        "stages.csv, line 2, on: '2026/3/1' is not written year-month-day; write 2026-03-01",
    ],
    "day-or-month": [
        "stages.csv, line 2, on: '3/1/2026' does not say which part is the day and which the month; write year-month-day, as 2026-03-01",
    ],
    "decimal-comma": [
        "harvests.csv, line 2, kg: '12,5' has a decimal comma; write 12.5",
    ],
    "duplicate-plot": [
        "plots.csv, line 4, plot_id: 'p1' stands already in line 2; keep one of the two rows",
    ],
    "empty-file": [
        "plots.csv: is empty; write a header line with the column names, then one line per row",
    ],
    "excel-day-number": [
        "stages.csv, line 2, on: '46082' is Excel's number of a day; write 2026-03-01",
    ],
    "excel-workbook": [
        "plots.csv: is an Excel workbook, not a CSV; in Excel choose Save As, CSV UTF-8",
    ],
    "forecast-after-its-day": [
        "weather_forecasts.csv, line 2: 'date 2026-09-01, issued_on 2026-09-02' breaks a rule of weather_forecasts: "
        "issued_on is not after date; correct the row",
    ],
    "full-width-digits": [
        "harvests.csv, line 2, kg: '１２０' has full-width characters; write 120",
    ],
    "gbk": [
        "plots.csv, line 3, plot_id: 'p1' stands already in line 2; keep one of the two rows",
        "plots.csv: '卡蒂姆' note: is written in GBK and was read as such; check that the value reads right; save as CSV UTF-8",
    ],
    "hail-without-share": [
        "crop_reports.csv, line 2: 'fruits_per_plant 30.0' breaks a rule of crop_reports: "
        "fruits_per_plant is given for a fruit count and lost_share for a loss; correct the row",
    ],
    "half-a-season": [
        "harvests.csv, line 2, season: '2025.5' is not a whole number; write a whole number",
    ],
    "impossible-date": [
        "harvests.csv, line 2, picked_on: '2026-02-30' is a day that does not exist; correct the day or the month",
    ],
    "jin-in-the-cell": [
        "harvests.csv, line 3, kg: '120斤' is written in 斤, not in kg; write 60; or put 120 into a column weight and 斤 into a column unit",
    ],
    "line-lengths": [
        "plots.csv, line 3: has 2 cells where the header has 3; put a cell that holds a comma between quotation marks, or add the missing cells",
        "plots.csv, line 4: has 4 cells where the header has 3; put a cell that holds a comma between quotation marks, or add the missing cells",
    ],
    "mistyped-column": [
        "plots.csv, line 1, plot_id: is missing; rename column 'plotid'",
    ],
    "mistyped-optional-column": [
        "plots.csv, line 1, lattitude: note: is not a column of plots; did you mean latitude?",
    ],
    "negative-weight": [
        "harvests.csv, line 2, kg: '-3.5' is negative; write kg of 0 or more",
    ],
    "neither-utf8-nor-gbk": [
        "plots.csv, line 3: 'byte 0xff at offset 26' is neither UTF-8 nor GBK; save it as CSV UTF-8",
    ],
    "no-parquet": [
        "plots.parquet: cannot be read as Parquet; write it again",
    ],
    "one-stage-twice": [
        "stages.csv, line 3, on: '2026-11-02' lies in the future, after 2026-09-07; correct the date; what is still to come stands in later/",
        "stages.csv, line 4, plot_id, season, stage: 'p1, 2026, flowering' stands already in line 2; keep one of the two rows",
    ],
    "open-quotation": [
        "plots.csv, line 2: opens a quotation that never ends; close it, or remove the mark",
    ],
    "parquet-of-text": [
        "harvests.parquet, line 3, kg: 'sixty' is not a number; write a number of kg, digits and a point only",
    ],
    "plot-without-household": [
        "plots.csv, line 3, household_id: 'p2' has no household; write the household_id of the household that picks it",
    ],
    "reported-too-early": [
        "stages.csv, line 2: 'on 2026-03-05, reported_on 2026-03-01' breaks a rule of stages: on is not after reported_on; correct the row",
    ],
    "sale-of-no-product": [
        "sales.csv, line 3, product_id: 'mangoe' is not in products; did you mean mango?",
    ],
    "season-with-holes": [
        "settings.csv, line 2, value: '2026-09-08' season.starts_on is 2026-09-08, a Tuesday; give the Monday of the season's first week",
        "settings.csv, line 3, value: 'ninety' setting season.weeks is 'ninety', which is not a int; give it in weeks",
        "settings.csv, line 4, value: '3' setting match.loss_base is 3; it must lie between 0 and 1 share",
        "settings.csv, line 5, name: 'mach.loss_base' is not a setting; did you mean match.loss_base?",
        "cooperatives.csv: is missing; add cooperatives.csv or cooperatives.parquet with the columns in docs/tables.md",
        "hubs.csv: is missing; add hubs.csv or hubs.parquet with the columns in docs/tables.md",
        "regions.csv: is missing; add regions.csv or regions.parquet with the columns in docs/tables.md",
        "villages.csv: has a header and no rows; add a line per row",
        "households.csv: is missing; add households.csv or households.parquet with the columns in docs/tables.md",
        "plots.csv, line 1, household_id: is missing, and a season needs it; add it: household that picks it",
        "plots.csv, line 2, crop: 'cofee' is in no crop file; did you mean coffee?",
        "products.csv: is missing; add products.csv or products.parquet with the columns in docs/tables.md",
        "hub_weeks.csv: is missing; add hub_weeks.csv or hub_weeks.parquet with the columns in docs/tables.md",
        "lanes.csv: is missing; add lanes.csv or lanes.parquet with the columns in docs/tables.md",
    ],
    "semicolons": [
        "plots.csv, line 1: 'plot_id;crop' separates its cells by semicolons; save it with commas (CSV UTF-8)",
    ],
    "swapped-off-the-earth": [
        "plots.csv, line 3, latitude: '99.2' looks swapped with longitude; write latitude 25.1 and longitude 99.2",
    ],
    "swapped-on-the-earth": [
        "plots.csv, line 4, latitude: '8.5' looks swapped with longitude; write latitude 47.4 and longitude 8.5",
    ],
    "thousands-separator": [
        "harvests.csv, line 2, kg: '1,200' has a thousands separator; write 1200",
    ],
    "two-files-of-one-table": [
        "plots.csv: stands beside plots.parquet; keep one of the two",
    ],
    "two-weights": [
        "harvests.csv, line 2: 'kg 60.0, weight 120.0' breaks a rule of harvests: exactly one of kg and kg_per_m2 and weight is given; correct the row",
    ],
    "unknown-household": [
        "plots.csv, line 2, household_id: 'h1' is not in households; did you mean h01?",
    ],
    "unknown-table": [
        "plot.csv: note: is not a table of a season folder and is not read; did you mean plots?",
    ],
    "unknown-unit": [
        "harvests.csv, line 3, unit: 'lb' is not known here; use one of kg, 公斤, jin, 斤, g, 克, t, 吨, dan, 担",
    ],
    "utf-16": [
        "plots.csv, line 3, plot_id: 'p1' stands already in line 2; keep one of the two rows",
        "plots.csv: '卡蒂姆' note: is written in UTF-16 and was read as such; check that the value reads right; save as CSV UTF-8",
    ],
    "weight-without-unit": [
        "harvests.csv, line 3: 'weight 90.0' breaks a rule of harvests: weight stands with unit; correct the row",
    ],
    "word-for-a-number": [
        "harvests.csv, line 2, kg: '不详' is not a number; leave the cell blank where the value is not known",
    ],
    "yes-in-chinese": [
        "households.csv, line 2, registered_poor: '是' is neither true nor false; write true",
        "households.csv, line 2, language: 'zh' is not known here; use one of zh-hans, en",
    ],
}


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    """What one check of the whole folder says, by case."""
    result = check_season(BROKEN, TODAY)
    lines: dict[str, list[str]] = {}
    for problem in [*result.problems, *result.warnings]:
        case, _, rest = str(problem).removeprefix(f"{BROKEN}/").partition("/")
        lines.setdefault(case, []).append(rest)
    return lines


@pytest.mark.parametrize("case", EXPECTED)
def test_each_broken_table_is_named_with_line_column_value_and_remedy(case: str, said: dict[str, list[str]]) -> None:
    assert said[case] == EXPECTED[case]


def test_no_case_is_without_an_expectation(said: dict[str, list[str]]) -> None:
    assert set(said) == set(EXPECTED) == {folder.name for folder in BROKEN.iterdir()}


def test_the_command_prints_every_message_and_exits_with_2() -> None:
    done = CliRunner().invoke(main, ["season", "check", str(BROKEN), "--as-of", str(TODAY)])
    assert done.exit_code == 2
    for case, lines in EXPECTED.items():
        for line in lines:
            assert f"{BROKEN / case}/{line}" in done.output


def test_a_program_can_read_the_problems() -> None:
    done = CliRunner().invoke(main, ["season", "check", str(BROKEN / "jin-in-the-cell"), "--as-of", str(TODAY), "--json"])
    assert done.exit_code == 2
    problem = json.loads(done.output)["problems"][0]
    assert (problem["row"], problem["column"], problem["value"]) == (3, "kg", "120斤")
