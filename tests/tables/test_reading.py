"""What comes out of a folder whose tables are right, and where a reader is led when they are not."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinfold.basics.errors import BrokenTables
from pinfold.outside.folder import as_they_came, id_types, read_tables
from pinfold.outside.folder.lines import BLOCK_BYTES, count_rows
from pinfold.outside.folder.problems import EXAMPLES_MAX
from pinfold.outside.folder.reading import Asked, read_folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_a_command_reads_only_the_tables_it_needs(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop\np1,cherry\n")
    write(tmp_path, "stages", "plot_id,season,stage,on\np1,1951,bloom,1951-05-05\n")
    write(tmp_path, "harvests", "this is not a table at all")
    tables = read_tables(tmp_path, ["plots", "stages"], optional=["weather"])
    assert set(tables) == {"plots", "stages"}
    assert tables["stages"].row(0) == ("p1", 1951, "bloom", date(1951, 5, 5))


def test_a_needed_table_that_is_missing_is_named_with_the_file_to_add(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop\np1,cherry\n")
    with pytest.raises(BrokenTables, match=r"stages\.csv: is missing; add stages\.csv or stages\.parquet"):
        read_tables(tmp_path, ["plots", "stages"])


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop,trees\np1,coffee,many\n")
    write(tmp_path, "harvests", "plot_id,season,kg\np2,2025,-1\n")
    with pytest.raises(BrokenTables) as broken:
        read_tables(tmp_path, ["plots", "harvests", "stages"])
    assert [(Path(p.file).name, p.row, p.column) for p in broken.value.problems] == [  # type: ignore[attr-defined]
        ("plots.csv", 2, "trees"),
        ("harvests.csv", 2, "kg"),
        ("harvests.csv", 2, "plot_id"),
        ("stages.csv", None, None),
    ]


def test_jin_and_mu_become_kg_and_square_metres(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop,area,area_unit\np1,coffee,1.5,亩\n")
    write(tmp_path, "harvests", "plot_id,season,kg,weight,unit\np1,2024,,120,斤\np1,2025,70,,\n")
    tables = read_tables(tmp_path, ["plots", "harvests"])
    assert tables["harvests"]["kg"].to_list() == [60.0, 70.0]
    assert tables["harvests"].columns == ["plot_id", "season", "kg"]
    assert tables["plots"]["area_m2"].to_list() == pytest.approx([1000.0])


def test_an_id_keeps_its_leading_zeros(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop\n007,coffee\n7,coffee\n")
    assert read_tables(tmp_path, ["plots"])["plots"]["plot_id"].to_list() == ["007", "7"]
    assert id_types(tmp_path, "plots")["plot_id"] == pl.String


def test_whole_ids_of_a_csv_go_back_as_whole_numbers(tmp_path: Path) -> None:
    (tmp_path / "lots.csv").write_bytes("lot_id,village_id\n5,丛岗\n0,丛岗\n".encode("gbk"))
    assert id_types(tmp_path, "lots") == {"lot_id": pl.Int64, "village_id": pl.String}


def test_whole_ids_go_back_as_they_came(tmp_path: Path) -> None:
    came = pl.DataFrame({"product_id": [176, 27], "shelf_life_days": [5.0, 9.0], "price_per_kg": [8.0, 4.0]})
    came.write_parquet(tmp_path / "products.parquet")
    inside = read_tables(tmp_path, ["products"])["products"]
    assert inside["product_id"].to_list() == ["176", "27"]
    assert as_they_came(inside, id_types(tmp_path, "products")).equals(came)


def test_whole_ids_that_pandas_made_decimals_are_whole_again(tmp_path: Path) -> None:
    pl.DataFrame({"plot_id": ["p1", "p2"], "crop": ["coffee"] * 2, "household_id": [5.0, None]}).write_parquet(tmp_path / "plots.parquet")
    assert read_tables(tmp_path, ["plots"])["plots"]["household_id"].to_list() == ["5", None]


def test_parquet_columns_of_another_type_are_read_or_named(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "plot_id": pl.Series(["p1", "p2"], dtype=pl.Categorical),
            "season": [2025.0, 2026.0],
            "kg": [date(2025, 1, 1), None],
            "kg_per_m2": [None, "0.5"],
            "picked_on": [datetime(2025, 1, 1), datetime(2026, 1, 1, 12)],
        }
    ).write_parquet(tmp_path / "harvests.parquet")
    reading = read_folder(tmp_path, Asked(["harvests"]))
    assert [(p.row, p.column, p.says) for p in reading.errors] == [(2, "kg", "is not a number"), (3, "picked_on", "has a time of day")]
    assert reading.tables["harvests"]["season"].to_list() == [2025, 2026]
    assert reading.tables["harvests"]["kg_per_m2"].to_list() == [None, 0.5]


def test_a_parquet_cell_that_holds_a_list_is_named(tmp_path: Path) -> None:
    pl.DataFrame({"plot_id": [["p1", "p2"]], "crop": ["coffee"]}).write_parquet(tmp_path / "plots.parquet")
    with pytest.raises(BrokenTables, match="plot_id: holds List"):
        read_tables(tmp_path, ["plots"])


def test_further_columns_are_kept_as_numbers_where_they_are_numbers(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop,slope,soil\np1,coffee,12,red\np2,coffee,,red\n")
    plots = read_tables(tmp_path, ["plots"])["plots"]
    assert plots["slope"].to_list() == [12.0, None]
    assert plots["soil"].to_list() == ["red", "red"]


def test_every_further_covariate_must_be_a_number(tmp_path: Path) -> None:
    write(tmp_path, "covariates", "plot_id,season,urea\np1,4,900\np1,5,a lot\n")
    with pytest.raises(BrokenTables, match="line 3, urea: 'a lot' is not a number"):
        read_tables(tmp_path, ["covariates"])


def test_what_excel_leaves_around_a_table_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_bytes("\ufeffplot_id,crop,,\r\n p1 ,coffee,,\r\n,,,\r\n\r\np2,coffee,,\r\n".encode())
    assert read_tables(tmp_path, ["plots"])["plots"].rows() == [("p1", "coffee"), ("p2", "coffee")]


def test_lines_are_counted_as_the_file_shows_them(tmp_path: Path) -> None:
    write(tmp_path, "plots", 'plot_id,crop,block\n\np1,coffee,"upper\nfield"\np2,coffee,"a ""b"" c"\np3,,lower\n')
    with pytest.raises(BrokenTables, match="line 6, crop: is blank"):
        read_tables(tmp_path, ["plots"])


def test_gbk_is_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_bytes("plot_id,crop,variety\np1,coffee,卡蒂姆\n".encode("gbk"))
    reading = read_folder(tmp_path, Asked(["plots"]))
    assert reading.tables["plots"]["variety"].to_list() == ["卡蒂姆"]
    assert [note.value for note in reading.warnings] == ["卡蒂姆"]


def test_a_day_is_in_the_future_only_against_a_given_day(tmp_path: Path) -> None:
    write(tmp_path, "weather", "plot_id,date,tmean_c\np1,2026-03-01,12\n")
    assert read_tables(tmp_path, ["weather"])["weather"].height == 1
    assert read_tables(tmp_path, ["weather"], date(2026, 3, 1))["weather"].height == 1
    with pytest.raises(BrokenTables, match="lies in the future, after 2026-02-28"):
        read_tables(tmp_path, ["weather"], date(2026, 2, 28))


def test_rows_that_cannot_be_read_do_not_make_others_point_nowhere(tmp_path: Path) -> None:
    write(tmp_path, "plots", "plot_id,crop\np1,coffee\np2,coffee,extra\n")
    write(tmp_path, "harvests", "plot_id,season,kg\np2,2025,60\n")
    assert [Path(p.file).name for p in read_folder(tmp_path, Asked(["plots", "harvests"])).errors] == ["plots.csv"]


def test_a_cell_that_cannot_be_read_is_not_also_called_blank(tmp_path: Path) -> None:
    write(tmp_path, "stages", "plot_id,season,stage,on\np1,2026,flowering,soon\n")
    assert [p.says for p in read_folder(tmp_path, Asked(["stages"])).errors] == ["is not a date"]


def test_a_wrong_column_of_any_length_is_shown_by_its_first_rows_and_counted(tmp_path: Path) -> None:
    rows = 200_000
    pl.DataFrame({"plot_id": [f"p{row}" for row in range(rows)], "season": [2025] * rows, "kg": ["120斤"] * rows}).write_csv(
        tmp_path / "harvests.csv"
    )
    problems = read_folder(tmp_path, Asked(["harvests"])).errors
    assert len(problems) == EXAMPLES_MAX
    assert [p.row for p in problems] == list(range(2, 2 + EXAMPLES_MAX))
    assert problems[-1].more == rows - EXAMPLES_MAX


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8))
def test_rows_are_counted_as_the_csv_module_reads_them(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    counted = count_rows(text.getvalue().encode())
    reader = csv.reader(io.StringIO(text.getvalue()))
    ends = [(len(row), reader.line_num) for row in reader]
    assert counted.cells.tolist() == [cells for cells, _ in ends]
    assert counted.line.tolist() == [1, *(end + 1 for _, end in ends[:-1])]
    assert not counted.open_quote


def test_rows_are_counted_across_blocks() -> None:
    row = b'p1,"a,\nb",3\n'
    times = BLOCK_BYTES // len(row) + 10
    counted = count_rows(row * times)
    assert len(counted.line) == times
    assert set(counted.cells.tolist()) == {3}
    assert counted.line[-1] == 2 * times - 1
