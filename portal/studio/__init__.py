"""The studio: where people who write no code change the catalogue.

Every page edits documents of a proposal through `portal.proposals`; there is no second format and nothing the files
cannot say. Knows how documents look on a screen; knows no rules of publishing.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from flask import Blueprint, Flask

PREPARE = "portal_prepare"  # app.extensions key: builds the application of a release and writes its permissions

# One line per module of pages; each holds a blueprint named `pages`.
PAGES: tuple[str, ...] = (
    "portal.studio.proposals",
    "portal.studio.publications",
    "portal.studio.items",
    "portal.studio.rules",
    "portal.studio.preview",
    "portal.studio.trying",
    "portal.studio.evidence",
    "portal.studio.standards",
    "portal.studio.questions",
    "portal.studio.workflows",
)


def register(app: Flask) -> None:
    """The studio's pages, templates and files."""
    here = Path(__file__).parent
    app.register_blueprint(
        Blueprint(
            "studio",
            __name__,
            template_folder=str(here / "templates"),
            static_folder=str(here / "static"),
            static_url_path="/static/studio",
        )
    )
    for module in PAGES:
        app.register_blueprint(import_module(module).pages)
