"""The REST API of people's programs: the contracts of docs/architecture.md, problem+json, cursor paging.

Parses a request, calls one command or query, answers JSON. Knows no rules of the domain.
"""

from portal.api.registering import register

__all__ = ["register"]
