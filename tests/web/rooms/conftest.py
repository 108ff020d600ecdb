"""The small world of two cooperatives, for the rooms' pages."""

from __future__ import annotations

import pytest
import two_cooperatives


@pytest.fixture
def world(season, now) -> two_cooperatives.World:
    """Two cooperatives, and a browser for every role."""
    return two_cooperatives.make_world(now)
