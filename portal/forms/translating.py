"""Translate a rule into a JSON Schema condition, so that other validators require what our engine requires.

Three-valued like the rules: `holds` matches only answers for which the rule is certainly true, `fails` only those for
which it is certainly false. Ages, sums and derived values have no schema; they raise `Inexpressible` and stay with
the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.forms.questions import Question

Schema = dict[str, Any]
NEVER: Final[Schema] = {"not": {}}
_ORDER: Final = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_NUMERIC: Final = frozenset({"integer", "decimal", "money"})


class Inexpressible(Exception):  # noqa: N818 - a rule that JSON Schema cannot say is no fault
    """This rule cannot be said in JSON Schema about one object."""


def condition(document: Any, here: Mapping[str, Question]) -> Schema:
    """The schema that one object must satisfy for the rule to hold; `here` are the questions of that object."""
    return _translate(document, here, True)


def _translate(document: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    if isinstance(document, bool):
        return {} if document is wanted else NEVER
    if not isinstance(document, Mapping) or len(document) != 1:
        raise Inexpressible
    operator, args = next(iter(document.items()))
    if operator in {"and", "or"}:
        parts = [_translate(part, here, wanted) for part in args]
        return {"allOf" if (operator == "and") is wanted else "anyOf": parts}
    if operator == "not":
        return _translate(args[0] if isinstance(args, list) else args, here, not wanted)
    if operator == "var":
        name = _name(document, here)
        if here[name].type != "boolean":
            raise Inexpressible
        return _about(name, {"const": wanted})
    translate = _COMPARISONS.get(operator)
    if translate is None:
        raise Inexpressible
    return translate(operator, args, here, wanted)


def _name(document: Any, here: Mapping[str, Question]) -> str:
    if isinstance(document, Mapping) and set(document) == {"var"} and document["var"] in here:
        return str(document["var"])
    raise Inexpressible


def _about(name: str, schema: Schema) -> Schema:
    return {"properties": {name: schema}, "required": [name]}


def _opposite(schema: Schema, wanted: bool) -> Schema:
    return schema if wanted else {"not": schema}


def _equality(operator: str, args: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    left, right = args
    name, literal = (_name(left, here), right) if isinstance(left, Mapping) else (_name(right, here), left)
    if not isinstance(literal, str | bool):
        # Numbers stay with the engine: validators disagree on 1, 1.0 and true.
        raise Inexpressible
    return _about(name, _opposite({"const": literal}, wanted is (operator == "==")))


def _order(operator: str, args: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    left, right = args
    if not isinstance(left, Mapping):
        left, right, operator = right, left, _MIRROR[operator]
    name = _name(left, here)
    if here[name].type not in _NUMERIC or isinstance(right, bool) or not isinstance(right, int | float):
        raise Inexpressible
    return _about(name, {_ORDER[operator if wanted else _OPPOSITE[operator]]: right})


def _membership(_operator: str, args: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    name, literals = _name(args[0], here), args[1]
    if not isinstance(literals, list) or not all(isinstance(literal, str) for literal in literals):
        raise Inexpressible
    return _about(name, _opposite({"enum": literals}, wanted) if literals else _opposite(NEVER, wanted))


def _contains(_operator: str, args: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    name, literal = _name(args[0], here), args[1]
    if here[name].type != "choices" or not isinstance(literal, str):
        raise Inexpressible
    return _about(name, _opposite({"contains": {"const": literal}}, wanted))


def _present(_operator: str, args: Any, here: Mapping[str, Question], wanted: bool) -> Schema:
    # A blank answer is unknown, not absent: without null in the data, "not present" is never certain.
    return {"required": [_name(args, here)]} if wanted else NEVER


_Translator = Callable[[str, Any, Mapping[str, Question], bool], Schema]
_COMPARISONS: Final[Mapping[str, _Translator]] = {
    "==": _equality,
    "!=": _equality,
    "<": _order,
    "<=": _order,
    ">": _order,
    ">=": _order,
    "in": _membership,
    "contains": _contains,
    "present": _present,
}
