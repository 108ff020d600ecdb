"""What the bench measures goes into the docs' own tables, and every table of the docs that says so is one of the bench's."""

import re

import pytest

from scripts.bench_page import DOCS, TABLES, Row, Table, put, rows_of, show

SALE = Table("sale", "sale.md", ("season", "kg", "yuan"))
PAGE = """# Sale

<!-- table: sale -->
| season | kg | yuan |
|---|---|---|
| S0 | 1 | 10 |
| S1 | 2 | 20 |

More.
"""


def test_a_row_that_is_measured_anew_takes_the_place_of_the_old_one_and_leaves_the_others():
    page = put(PAGE, Row(SALE, ("S0", "3", "30")))
    assert rows_of(page, SALE) == [("S0", "3", "30"), ("S1", "2", "20")]
    assert page == PAGE.replace("| S0 | 1 | 10 |", "| S0 | 3 | 30 |")


def test_a_season_that_the_page_does_not_have_comes_last():
    page = put(PAGE, Row(SALE, ("S2", "3", "30")))
    assert rows_of(page, SALE) == [("S0", "1", "10"), ("S1", "2", "20"), ("S2", "3", "30")]
    assert page.endswith("\n\nMore.\n")


def test_an_empty_cell_stays_empty():
    assert rows_of(put(PAGE, Row(SALE, ("S0", "", ""))), SALE)[0] == ("S0", "", "")


def test_a_page_without_the_mark_is_refused_by_name():
    with pytest.raises(SystemExit, match=r"sale\.md has no line <!-- table: sale -->"):
        put("# Sale\n", Row(SALE, ("S0", "1", "10")))


def test_a_table_with_another_head_is_refused_by_name():
    with pytest.raises(SystemExit, match="another head than"):
        rows_of(PAGE.replace("| season | kg |", "| season | tonnes |"), SALE)


def test_only_what_is_to_be_written_changes_the_page(tmp_path):
    page = tmp_path / "sale.md"
    for write, kg in ((False, "1"), (True, "3")):
        page.write_text(PAGE)
        show([Row(SALE, ("S0", "3", "30"))], write, tmp_path)
        assert rows_of(page.read_text(), SALE)[0][1] == kg


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_marked_table_of_the_docs_is_one_that_is_measured_and_no_other(path):
    page = path.read_text(encoding="utf-8")
    measured = {table.name: table for table in TABLES if table.page == path.name}
    assert set(re.findall("<!-- table: (.*) -->", page)) == set(measured)
    for table in measured.values():
        rows = rows_of(page, table)
        keys = [row[: table.key] for row in rows]
        assert all(len(row) == len(table.columns) for row in rows)
        assert len(keys) == len(set(keys)), f"{table.name} has a row twice"
