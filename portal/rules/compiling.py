"""Compiling a rule's JSON to closures: each operator is looked up once, evaluation only calls functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from portal.rules.operators import ARITHMETIC, COMPARE, DATES, equal, is_number, parse_day
from portal.rules.outcomes import Environment, Row, Undetermined, number
from portal.rules.reading import names_in

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


# Parts of rules that explanations evaluate, compiled once: by identity, the part itself kept so that it stays unique.
_PARTS: dict[int, tuple[Any, Compiled]] = {}
PARTS_KEPT = 20_000  # a catalogue has some thousand; older releases are compiled again when they are asked


def part_of(document: Any) -> Compiled:
    """A part of a rule, compiled when it is first asked for."""
    known = _PARTS.get(id(document))
    if known is not None and known[0] is document:
        return known[1]
    if len(_PARTS) >= PARTS_KEPT:
        _PARTS.clear()
    made = compile_rule(document)
    _PARTS[id(document)] = (document, made)
    return made


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


def _condition(document: Any) -> Compiled:
    """A part read as a condition; when its value is no truth at all, the names it reads are what is not known."""
    part, names = compile_rule(document), names_in(document).all

    def run(env: Environment, row: Row | None) -> Any:
        return _named(truth(part(env, row)), names, env)

    return run


def _named(value: Any, names: frozenset[str], env: Environment) -> Any:
    """An unknown that nobody's silence explains (a wrong kind of value, a division by zero) names what it came from."""
    if isinstance(value, Undetermined) and not value.missing and names:
        return Undetermined(frozenset(_asked(names, env)))
    return value


def _asked(names: frozenset[str], env: Environment) -> Iterator[str]:
    """The facts behind names: derived values are followed down to what people can answer."""
    for name in names:
        if name in env.derived and name not in env.facts:
            yield from _asked(env.derived[name].rule.names.all, env)
        else:
            yield name


def _applied(op: str, args: Any) -> Compiled:
    names = names_in(args).all
    divisor = names_in(args[1]).all if op == "/" else names
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
            result = COMPARE[op](values[0], values[1])
        else:
            result = ARITHMETIC[op](values) if op in ARITHMETIC else DATES[op](values[0], env.on)
        return _named(result, divisor if op == "/" and all(map(is_number, values)) else names, env)

    return run


def _name(kind: str) -> Callable[[str], Compiled]:
    def build(name: str) -> Compiled:
        if kind == "var":
            from portal.rules.rule import value_of

            return lambda env, row: value_of(name, env, row)
        if kind == "param":
            return lambda env, _row: env.params[name] if name in env.params else Undetermined(frozenset({name}))

        def status(env: Environment, row: Row | None) -> Any:
            for known in (row or {}, env.statuses, env.facts):
                if name in known:
                    return known[name] is not None and known[name]  # asked, and there is none
            return Undetermined(frozenset({name}))

        return status

    return build


def _junction(stop: bool) -> Callable[[list[Any]], Compiled]:
    """`and` stops at the first false, `or` at the first true; otherwise one unknown makes the whole unknown."""

    def build(args: list[Any]) -> Compiled:
        parts = [_condition(a) for a in args]

        def run(env: Environment, row: Row | None) -> Any:
            gone: frozenset[str] | None = None
            for part in parts:
                value = part(env, row)
                if value is stop:
                    return stop
                if isinstance(value, Undetermined):
                    gone = value.missing | (gone or frozenset())
            return (not stop) if gone is None else Undetermined(gone)

        return run

    return build


def _not(args: Any) -> Compiled:
    part = _condition(args[0] if isinstance(args, list) else args)

    def run(env: Environment, row: Row | None) -> Any:
        value = part(env, row)
        return value if isinstance(value, Undetermined) else not value

    return run


def _if(args: list[Any]) -> Compiled:
    choices = [(_condition(a), compile_rule(b)) for a, b in zip(args[:-1:2], args[1::2], strict=False)]
    otherwise = compile_rule(args[-1])

    def run(env: Environment, row: Row | None) -> Any:
        for condition, then in choices:
            holds = condition(env, row)
            if isinstance(holds, Undetermined):
                return holds
            if holds:
                return then(env, row)
        return otherwise(env, row)

    return run


def _match(args: list[Any]) -> Compiled:
    subject, names = compile_rule(args[0]), names_in(args[0]).all
    cases = {key: compile_rule(result) for key, result in args[1].items()}
    default = compile_rule(args[2]) if len(args) > 2 else None

    def run(env: Environment, row: Row | None) -> Any:
        value = subject(env, row)
        if isinstance(value, Undetermined):
            return value
        hit = cases.get(value) if isinstance(value, str) else None
        if hit is None:
            return default(env, row) if default else _named(Undetermined(), names, env)
        return hit(env, row)

    return run


def _present(args: Any) -> Compiled:
    part = compile_rule(args[0] if isinstance(args, list) else args)

    def run(env: Environment, row: Row | None) -> Any:
        value = part(env, row)
        return value if isinstance(value, Undetermined) else value is not None and value not in ("", [])

    return run


def _count_true(args: list[Any]) -> Compiled:
    parts = [_condition(a) for a in args]

    def run(env: Environment, row: Row | None) -> Any:
        values = [part(env, row) for part in parts]
        return _missing(values) or sum(1 for v in values if v is True)

    return run


def _between(args: list[Any]) -> Compiled:
    return compile_rule({"and": [{">=": [args[0], args[1]]}, {"<=": [args[0], args[2]]}]})


def _on_or_after(args: Any) -> Compiled:
    day = parse_day(args[0] if isinstance(args, list) else args) or date.max
    return lambda env, _row: env.on >= day


def rows_of(env: Environment, group: str) -> Any:
    """The rows of a group: null is asked and none; what is no list of objects is not known."""
    rows = env.facts.get(group, ...)
    if rows is None:
        return ()
    sound = isinstance(rows, list | tuple) and all(isinstance(row, Mapping) for row in rows)
    return rows if sound else Undetermined(frozenset({group}))


def _each(combine: Callable[[list[Any]], Any], read: Callable[[Any], Compiled]) -> Callable[[list[Any]], Compiled]:
    def build(args: list[Any]) -> Compiled:
        group, part, names = args[0], read(args[1]), names_in(args[1]).all

        def run(env: Environment, _row: Row | None) -> Any:
            rows = rows_of(env, group)
            if isinstance(rows, Undetermined):
                return rows
            return _named(combine([part(env, inner) for inner in rows]), names, env)

        return run

    return build


def _any(values: list[Any]) -> Any:
    return True if any(v is True for v in values) else _missing(values) or False


def _all(values: list[Any]) -> Any:
    return False if any(v is False for v in values) else _missing(values) or True


def _count(values: list[Any]) -> Any:
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
    "any": _each(_any, _condition),
    "all": _each(_all, _condition),
    "count": _each(_count, _condition),
    "sum": _each(_sum, compile_rule),
}

__all__ = ["Compiled", "compile_rule", "equal", "part_of", "rows_of", "truth"]
