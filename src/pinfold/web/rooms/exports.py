"""Tables that are taken away: CSV that a spreadsheet opens with Chinese in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table as a download. name : of the file, without its ending."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    # The mark at the start tells spreadsheets that this is UTF-8; without it they garble Chinese.
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def short(value: object) -> object:
    """A figure as a table holds it: to four places; what is not known is left empty."""
    return "" if value is None else round(value, 4) if isinstance(value, float) else value
