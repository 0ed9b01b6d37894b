"""The window of another county, on the shipped catalogue."""

from __future__ import annotations

import pytest

from tests.window import Window


@pytest.fixture
def window(app, shipped_release):
    return Window(app, shipped_release)
