"""Cursors: where the next page begins, opaque and signed, good only for the same question asked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.api.contract import Asked
from portal.cases.queries import BAD_CURSOR
from portal.errors import Refused

PAGE = 50
MOST = 100


def _signer(kind: str, query: Mapping[str, Any]) -> URLSafeSerializer:
    """A cursor belongs to one list with its filters; with others it would skip rows nobody saw."""
    filters = urlencode(sorted((k, str(v)) for k, v in query.items() if k not in {"cursor", "limit"}))
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=f"cursor:{kind}?{filters}")


def position(asked: Asked, kind: str) -> str | None:
    """Where to go on, or None for the first page. Refused when the cursor is not one of ours."""
    cursor = asked.query.get("cursor")
    if cursor is None:
        return None
    try:
        return str(_signer(kind, asked.query).loads(cursor))
    except BadData as error:
        raise Refused(BAD_CURSOR) from error


def cursor(asked: Asked, kind: str, next_position: str | None) -> str | None:
    return None if next_position is None else str(_signer(kind, asked.query).dumps(next_position))


def links(path: str, asked: Asked, following: str | None) -> dict[str, str]:
    """The Link header (RFC 8288) of a page."""
    if following is None:
        return {}
    query = {**asked.query, "cursor": following}
    return {"Link": f'<{path}?{urlencode(query)}>; rel="next"'}
