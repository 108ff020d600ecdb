"""Why one cell could not be read, and what to write instead. Only ever called on the few cells that are shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from pinfold.basics.units import UNITS_KG, UNITS_M2

UNKNOWN = {"nan", "na", "n/a", "null", "none", "-", "--", "?", "无", "未知", "不详", "inf", "-inf"}
YES, NO = {"是", "yes", "y", "1", "t", "真"}, {"否", "no", "n", "0", "f", "假"}
EXCEL_EPOCH = date(1899, 12, 30)  # Excel counts days from here, ECMA-376 part 1, 18.17.4.1


def explain_number(cell: str, unit: str, is_whole: bool) -> tuple[str, str]:
    """What is wrong with `cell`, which is not a number, and what to write.

    >>> explain_number("120斤", "kg", False)
    ('is written in 斤, not in kg', 'write 60; or put 120 into a column weight and 斤 into a column unit')
    >>> explain_number("１２０", "kg", False)
    ('has full-width characters', 'write 120')
    """
    plain = unicodedata.normalize("NFKC", cell).strip()
    if cell.lower() in UNKNOWN:
        return "is not a number", "leave the cell blank where the value is not known"
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        return "has a thousands separator", f"write {plain.replace(',', '')}"
    if re.fullmatch(r"[+-]?\d+,\d+", plain):
        return "has a decimal comma", f"write {plain.replace(',', '.')}"
    if plain != cell and _is_number(plain):
        return "has full-width characters", f"write {plain}"
    if is_whole and _is_number(plain):
        return "is not a whole number", f"write a whole number of {unit}" if unit else "write a whole number"
    if re.fullmatch(r"[+-]?[\d.]+%", plain) and unit == "share":
        return "is written in percent", f"write {float(plain[:-1]) / 100:g}"
    with_unit = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)\s*([^\W\d_]\S*)", plain)
    if with_unit:
        return _explain_unit(with_unit[1], with_unit[2], unit)
    return "is not a number", f"write a number of {unit}, digits and a point only" if unit else "write a number, digits and a point only"


def _explain_unit(amount: str, written: str, unit: str) -> tuple[str, str]:
    for factors, kept, columns in ((UNITS_KG, "kg", ("weight", "unit")), (UNITS_M2, "m²", ("area", "area_unit"))):
        if unit == kept and written.lower() in factors:
            converted = f"{float(amount) * factors[written.lower()]:g}"
            if factors[written.lower()] == 1.0:
                return f"has its unit {written} in the cell", f"write {converted}"
            remedy = f"write {converted}; or put {amount} into a column {columns[0]} and {written} into a column {columns[1]}"
            return f"is written in {written}, not in {unit}", remedy
        if unit == kept:
            return f"has a unit {written!r} that is not known", f"write the number of {unit} only (known units: {', '.join(factors)})"
    return f"has {written!r} behind the number", f"write {amount} only, in {unit}" if unit else f"write {amount} only"


def explain_day(cell: str) -> tuple[str, str]:
    """What is wrong with `cell`, which is not a date, and what to write.

    >>> explain_day("2026/3/1")
    ('is not written year-month-day', 'write 2026-03-01')
    >>> explain_day("2026-02-30")
    ('is a day that does not exist', 'correct the day or the month')
    >>> explain_day("46082")
    ("is Excel's number of a day", 'write 2026-03-01')
    """
    plain = unicodedata.normalize("NFKC", cell).strip()
    parts = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]+[\d:.]+)?", plain)
    parts = parts or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    if parts:
        try:
            meant = date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            return "is a day that does not exist", "correct the day or the month"
        has_time = re.search(r"[T ]\d", plain) is not None
        return "has a time of day" if has_time else "is not written year-month-day", f"write {meant}"
    if re.fullmatch(r"[2-7]\d{4}", plain):
        return "is Excel's number of a day", f"write {EXCEL_EPOCH + timedelta(days=int(plain))}"
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}", plain):
        return "does not say which part is the day and which the month", "write year-month-day, as 2026-03-01"
    return "is not a date", "write year-month-day, as 2026-03-01"


def explain_truth(cell: str) -> tuple[str, str]:
    """What is wrong with `cell`, which is neither true nor false, and what to write."""
    meant = "true" if cell.lower() in YES else "false" if cell.lower() in NO else "true or false"
    return "is neither true nor false", f"write {meant}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
