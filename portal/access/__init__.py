"""Access: who acts, in which role, where, for which department and items; and the row predicate made from it.

An `Actor` is a value; `actor.scope(function)` gives the `Scope` each package's queries apply. Does not know the tables
it protects: they hand in their region, department and item columns.
"""

from portal.access.rules import FUNCTIONS, ROLES, Actor, Grant, Scope

__all__ = ["FUNCTIONS", "ROLES", "Actor", "Grant", "Scope"]
