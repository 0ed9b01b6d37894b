"""Conditions over a case's context, in the platform's rule language: the few operators a workflow needs.

A context is complete by construction (the caller supplies it), so a name that is absent counts as null, not as unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Context = Mapping[str, Any]
Condition = Callable[[Context], Any]
OPERATORS = ("var", "==", "!=", "and", "or", "not", "in", "contains", "present")


class BadCondition(ValueError):  # noqa: N818 - names the document's fault
    """A condition that is not in the language."""


def _arguments(value: Any, count: int | None = None) -> list[Any]:
    parts = value if isinstance(value, list) else [value]
    if count is not None and len(parts) != count:
        raise BadCondition(f"expected {count} arguments")
    return parts


def _same(a: Any, b: Any) -> bool:
    return bool(type(a) is type(b) and a == b)


def compile_condition(rule: Any) -> Condition:  # noqa: C901, PLR0911 - one exit per operator
    """Turn a rule document into a function of the context. BadCondition when it is not in the language."""
    if not isinstance(rule, Mapping):
        return lambda _: rule
    if len(rule) != 1:
        raise BadCondition("one operator at a time")
    op, value = next(iter(rule.items()))
    if op == "var":
        if not isinstance(value, str):
            raise BadCondition("var needs a name")
        return lambda c: c.get(value)
    if op not in OPERATORS:
        raise BadCondition(str(op))
    if op in ("==", "!=", "contains"):
        left, right = (compile_condition(a) for a in _arguments(value, 2))
        if op == "contains":
            return lambda c: right(c) in (left(c) or ())
        return (lambda c: _same(left(c), right(c))) if op == "==" else (lambda c: not _same(left(c), right(c)))
    if op == "in":
        item, choices = _arguments(value, 2)
        if not isinstance(choices, list):
            raise BadCondition("in needs a list")
        wanted = compile_condition(item)
        return lambda c: any(_same(wanted(c), choice) for choice in choices)
    parts = [compile_condition(a) for a in _arguments(value)]
    if op == "and":
        return lambda c: all(part(c) for part in parts)
    if op == "or":
        return lambda c: any(part(c) for part in parts)
    if len(parts) != 1:
        raise BadCondition(f"{op} needs one argument")
    only = parts[0]
    return (lambda c: not only(c)) if op == "not" else (lambda c: only(c) is not None)


def names_in(rule: Any) -> frozenset[str]:
    """The context names a condition reads: what exploration has to vary."""
    if isinstance(rule, Mapping):
        if isinstance(rule.get("var"), str):
            return frozenset((rule["var"],))
        return frozenset().union(*(names_in(v) for v in rule.values()))
    if isinstance(rule, list):
        return frozenset().union(*(names_in(v) for v in rule))
    return frozenset()
