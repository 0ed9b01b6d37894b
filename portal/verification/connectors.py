"""How comparisons leave the platform: one table from a connector's name to the function that asks.

A real adapter is one module and one line in CONNECTORS. A connector answers now, or returns None: not yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.verification import demo
from portal.verification.query import Answer, Query

__all__ = ["CONNECTORS", "DEFAULT", "Answer", "Connector", "Query"]

Connector = Callable[[Query], Answer | None]

DEFAULT = "demo"
CONNECTORS: Mapping[str, Connector] = {
    "demo": demo.ask,
    "manual": lambda _query: None,  # answers are typed in by the county's verification centre
}
# Which connector serves which comparison; whatever is not named here goes to the default.
ROUTES: Mapping[str, str] = {}


def connector_for(code: str, default: str = DEFAULT) -> Connector:
    return CONNECTORS[ROUTES.get(code, default)]
