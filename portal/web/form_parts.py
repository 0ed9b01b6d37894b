"""The form's macros, styles and scripts, for every page that shows a form."""

from __future__ import annotations

from flask import Blueprint

from portal.rendering.forms import STATIC, TEMPLATES

form_parts = Blueprint(
    "form_parts", __name__, template_folder=str(TEMPLATES), static_folder=str(STATIC), static_url_path="/form"
)
