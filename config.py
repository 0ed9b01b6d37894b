"""The deployment's settings: the only file that reads the environment."""

from __future__ import annotations

import os

from portal.settings import Settings, load


def settings() -> Settings:
    """The settings of this process."""
    return load(os.environ)
