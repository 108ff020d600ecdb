"""The compiled loops of loops.c, forest.c, harvests.c and provinces.c, which hatch_build.py makes when Pinfold is installed."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).with_name("loops.so")
# So many harvests stand side by side in harvests.c.
SIDE = 4


@cache
def loops() -> Any:
    """The library with the types of its functions: `reach` for calendar.py, `bend` for descent.py, `tidy` for tidy.py, `harvests` and
    `early` for uncertain/dual.py, `provinces` for provinces.py, else kernel.py."""
    if not LIBRARY.exists():
        raise AssertionError(f"{LIBRARY} is not there; install Pinfold again (make .venv/test-ready), which compiles it")
    library, array, whole = ctypes.CDLL(str(LIBRARY)), ctypes.c_void_p, ctypes.c_int64
    library.reach.restype, library.reach.argtypes = None, [array, array, whole, *[array] * 5]
    library.smoothed.restype, library.smoothed.argtypes = ctypes.c_double, [array, ctypes.c_double, array, whole, whole, *[array] * 6]
    library.fill.restype, library.fill.argtypes = None, [array, array, whole, *[array] * 8]
    library.harvests.restype = None
    library.harvests.argtypes = [array, ctypes.c_double, whole, *[array] * 4, ctypes.c_double, array, array]
    library.early.restype, library.early.argtypes = ctypes.c_double, [array, array, ctypes.c_double, whole, *[array] * 3]
    library.provinces.restype, library.provinces.argtypes = None, [whole, *[array] * 6]
    library.bend.restype, library.bend.argtypes = None, [whole, whole, *[array] * 4]
    library.tidy.restype, library.tidy.argtypes = ctypes.c_int, [array, array, whole, ctypes.c_double, *[array] * 5]
    return library


def pointer(array: Any) -> int:
    """Where a contiguous array stands in memory."""
    return int(array.ctypes.data)
