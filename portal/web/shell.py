"""The shell of every page: language, money and dates as people read them, the menu, and `page()`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, flash, g, render_template, request
from flask_login import current_user

from portal.db import db
from portal.organisation.queries import CITY_TIME, region_title, region_titles
from portal.reader import LANGUAGES, current_actor, lang, needs, now, signed_in, t, text, today
from portal.values import Text
from portal.values import yuan as in_yuan
from portal.web.navigation import menu_for

__all__ = [
    "current_actor",
    "day",
    "know_regions",
    "lang",
    "needs",
    "now",
    "page",
    "region",
    "say",
    "signed_in",
    "t",
    "text",
    "today",
    "yuan",
]


def yuan(fen: int | None) -> str:
    return "" if fen is None else in_yuan(fen)


def day(value: date | datetime | str | None) -> str:
    """A date as 2025-03-08, a moment as 2025-03-08 14:05 in the city's time."""
    if isinstance(value, datetime):
        return value.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else value or ""


def region(code: str | None) -> str:
    """A region's full name in the reader's language; each code is looked up once per request."""
    if not code:
        return ""
    known: dict[str, Text] = g.setdefault("region_names", {})
    if code not in known:
        known[code] = region_title(db.session(), code)
    return text(known[code])


def know_regions(codes: Iterable[str]) -> None:
    """Look several regions up with one query, for a page that names many."""
    known: dict[str, Text] = g.setdefault("region_names", {})
    fresh = {code for code in codes if code and code not in known}
    known.update(region_titles(db.session(), fresh))


def say(message: Text | str, kind: str = "success") -> None:
    """A sentence shown on the next page: success, info, warning or danger."""
    flash(text(message), kind)


def page(template: str, *, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of our own inside the shell."""
    return render_template(template, **context), status


def here() -> str:
    """The address that shows this page again: what was posted is looked at where it can be got."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.url_map.bind("")
    return request.path if adapter.test(request.path, "GET") else "/"


def _shell() -> Mapping[str, Any]:
    actor = current_actor()
    return {
        "actor": actor,
        "lang": lang(),
        "languages": LANGUAGES,
        "menu": menu_for(actor),
        "here": here(),
        "reader_name": current_user.get_full_name() if current_user.is_authenticated else "",
    }


def init_app(app: Flask) -> None:
    """Give every template the shell's words, filters and menu."""
    app.jinja_env.globals.update(t=t, current_lang=lang)
    app.jinja_env.filters.update(yuan=yuan, day=day, text=text, region=region)
    app.context_processor(lambda: dict(_shell()))
