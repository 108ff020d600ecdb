"""How the C library under numpy deals with memory that was given back."""

from __future__ import annotations

import ctypes
import sys

# Numbers of these parameters in glibc's malloc.h, and the largest threshold that it takes on 64 bits.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
LARGE_BYTES = 32 << 20


def keep_freed_memory() -> None:
    """Lets arrays up to 32 MB take the memory that others gave back, instead of asking the system for each, which zeroes it page by page.

    Does nothing where the C library is not glibc. Source: mallopt(3) of the Linux manual pages.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(M_TRIM_THRESHOLD, 2 * LARGE_BYTES)
        library.mallopt(M_TOP_PAD, LARGE_BYTES // 2)
