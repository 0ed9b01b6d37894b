"""Compiling a rule's JSON to closures: each operator is looked up once, evaluation only calls functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from portal.rules.operators import ARITHMETIC, COMPARE, DATES, equal, parse_day
from portal.rules.outcomes import Environment, Row, Undetermined, number

Compiled = Callable[[Environment, Row | None], Any]


def compile_rule(document: Any) -> Compiled:
    """A function of (environment, row) for one rule document that was checked before."""
    if isinstance(document, list):
        literal = [number(v) for v in document]
        return lambda _env, _row: literal
    if not isinstance(document, dict):
        value = number(document)
        return lambda _env, _row: value
    ((op, args),) = document.items()
    return _BUILD[op](args) if op in _BUILD else _applied(op, args)


def _missing(values: list[Any]) -> Undetermined | None:
    gone: frozenset[str] | None = None
    for value in values:
        if isinstance(value, Undetermined):
            gone = value.missing | (gone or frozenset())
    return None if gone is None else Undetermined(gone)


def truth(value: Any) -> Any:
    """A value as a condition: null is false, only booleans are true or false, anything else is unknown."""
    if value is None:
        return False
    return value if isinstance(value, bool | Undetermined) else Undetermined()


def _applied(op: str, args: Any) -> Compiled:
    parts = [compile_rule(a) for a in (args if isinstance(args, list) else [args])]
    if op == "in":  # the second argument is a literal list, not a list of rules
        known = [number(v) for v in args[1]]
        parts = [compile_rule(args[0]), lambda _env, _row: known]

    def run(env: Environment, row: Row | None) -> Any:
        values = [number(part(env, row)) for part in parts]
        gone = _missing(values)
        if gone is not None:
            return gone
        if op in COMPARE:
            return COMPARE[op](values[0], values[1])
        return ARITHMETIC[op](values) if op in ARITHMETIC else DATES[op](values[0], env.on)

    return run


def _name(kind: str) -> Callable[[str], Compiled]:
    def build(name: str) -> Compiled:
        if kind == "var":
            from portal.rules.rule import value_of

            return lambda env, row: value_of(name, env, row)
        if kind == "param":
            return lambda env, _row: env.params[name] if name in env.params else Undetermined(frozenset({name}))

        def status(env: Environment, row: Row | None) -> Any:
            held = row[name] if row is not None and name in row else env.statuses.get(name, env.facts.get(name))
            return Undetermined(frozenset({name})) if held is None else held

        return status

    return build


def _junction(stop: bool) -> Callable[[list[Any]], Compiled]:
    """`and` stops at the first false, `or` at the first true; otherwise one unknown makes the whole unknown."""

    def build(args: list[Any]) -> Compiled:
        parts = [compile_rule(a) for a in args]

        def run(env: Environment, row: Row | None) -> Any:
            gone: frozenset[str] | None = None
            for part in parts:
                value = truth(part(env, row))
                if value is stop:
                    return stop
                if isinstance(value, Undetermined):
                    gone = value.missing | (gone or frozenset())
            return (not stop) if gone is None else Undetermined(gone)

        return run

    return build


def _not(args: Any) -> Compiled:
    part = compile_rule(args[0] if isinstance(args, list) else args)

    def run(env: Environment, row: Row | None) -> Any:
        value = truth(part(env, row))
        return value if isinstance(value, Undetermined) else not value

    return run


def _if(args: list[Any]) -> Compiled:
    parts = [compile_rule(a) for a in args]

    def run(env: Environment, row: Row | None) -> Any:
        for condition, then in zip(parts[:-1:2], parts[1::2], strict=False):
            holds = truth(condition(env, row))
            if isinstance(holds, Undetermined):
                return holds
            if holds:
                return then(env, row)
        return parts[-1](env, row)

    return run


def _match(args: list[Any]) -> Compiled:
    subject = compile_rule(args[0])
    cases = {key: compile_rule(result) for key, result in args[1].items()}
    default = compile_rule(args[2]) if len(args) > 2 else None

    def run(env: Environment, row: Row | None) -> Any:
        value = subject(env, row)
        if isinstance(value, Undetermined):
            return value
        hit = cases.get(value) if isinstance(value, str) else None
        if hit is None:
            return default(env, row) if default else Undetermined()
        return hit(env, row)

    return run


def _present(args: Any) -> Compiled:
    part = compile_rule(args[0] if isinstance(args, list) else args)

    def run(env: Environment, row: Row | None) -> Any:
        value = part(env, row)
        return value if isinstance(value, Undetermined) else value is not None and value not in ("", [])

    return run


def _count_true(args: list[Any]) -> Compiled:
    parts = [compile_rule(a) for a in args]

    def run(env: Environment, row: Row | None) -> Any:
        values = [truth(part(env, row)) for part in parts]
        return _missing(values) or sum(1 for v in values if v is True)

    return run


def _between(args: list[Any]) -> Compiled:
    return compile_rule({"and": [{">=": [args[0], args[1]]}, {"<=": [args[0], args[2]]}]})


def _on_or_after(args: Any) -> Compiled:
    day = parse_day(args[0] if isinstance(args, list) else args) or date.max
    return lambda env, _row: env.on >= day


def _rows(env: Environment, group: str) -> Any:
    rows = env.facts.get(group)
    return rows if isinstance(rows, list | tuple) else Undetermined(frozenset({group}))


def _each(combine: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Compiled]:
    def build(args: list[Any]) -> Compiled:
        group, part = args[0], compile_rule(args[1])

        def run(env: Environment, _row: Row | None) -> Any:
            rows = _rows(env, group)
            if isinstance(rows, Undetermined):
                return rows
            return combine([part(env, inner) for inner in rows if isinstance(inner, dict)])

        return run

    return build


def _any(values: list[Any]) -> Any:
    values = [truth(v) for v in values]
    return True if True in values else _missing(values) or False


def _all(values: list[Any]) -> Any:
    values = [truth(v) for v in values]
    return False if any(v is False for v in values) else _missing(values) or True


def _count(values: list[Any]) -> Any:
    values = [truth(v) for v in values]
    return _missing(values) or sum(1 for v in values if v is True)


def _sum(values: list[Any]) -> Any:
    return _missing(values) or ARITHMETIC["+"]([0, *map(number, values)])


_BUILD: dict[str, Callable[[Any], Compiled]] = {
    "var": _name("var"),
    "param": _name("param"),
    "status": _name("status"),
    "and": _junction(stop=False),
    "or": _junction(stop=True),
    "not": _not,
    "if": _if,
    "match": _match,
    "present": _present,
    "count_true": _count_true,
    "between": _between,
    "on_or_after": _on_or_after,
    "any": _each(_any),
    "all": _each(_all),
    "count": _each(_count),
    "sum": _each(_sum),
}

__all__ = ["Compiled", "compile_rule", "equal", "truth"]
