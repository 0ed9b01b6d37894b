"""What is left of a rule when everything but the answers of one form is known.

A page that evaluates rules beside the person who types needs the rules, and must not learn what only the server knows:
what registers returned, which recognitions are held. So every part of a rule that the form cannot change is replaced by
its result. What the browser then decides is what the server decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from portal.rules.compiling import compile_rule, rows_of
from portal.rules.operators import GROUPED, is_number
from portal.rules.outcomes import Environment, Row, Undetermined, number
from portal.rules.reading import names_in

# Going through rows that the server knows, written out row by row.
_UNROLLED = {"any": "or", "all": "and", "count": "count_true", "sum": "+"}
EXACT_IN_JSON = 2**53  # a browser reads larger whole numbers inexactly
_NO_ROWS = {"any": False, "all": True, "count": 0, "sum": 0}


@dataclass(frozen=True)
class Reducer:
    """Reduces rules to the `live` names and row groups; collects the derived values and standards still needed."""

    env: Environment
    live: Collection[str]
    groups: Collection[str]
    derived: dict[str, Any] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    _known: dict[str, bool] = field(default_factory=dict)

    def reduce(self, document: Any, row: Row | None = None) -> Any:
        """The same rule with every part that the form cannot change replaced by its result."""
        if not isinstance(document, dict):
            return document
        ((op, args),) = document.items()
        if op == "param" and args in self.env.params:
            # Standards are public, and their names say what a limit is.
            self.params[args] = str(Fraction(self.env.params[args]))
            return document
        if not self.depends(document):
            return self._literal(document, compile_rule(document)(self.env, row))
        if op == "var":
            return self._name(args, row)
        return self._rows(op, args[0], args[1]) if op in GROUPED else self._operation(op, args, row)

    def _operation(self, op: str, args: Any, row: Row | None) -> Any:
        parts = args if isinstance(args, list) else [args]
        if op == "match":
            cases = {key: self.reduce(part, row) for key, part in parts[1].items()}
            return {op: [self.reduce(parts[0], row), cases, *(self.reduce(part, row) for part in parts[2:])]}
        return {op: [part if isinstance(part, list) else self.reduce(part, row) for part in parts]}

    def depends(self, document: Any) -> bool:
        """Whether an answer of the form can change the result."""
        names = names_in(document)
        return any(group in self.groups for group in names.groups) or any(map(self._is_live, names.reads))

    def _is_live(self, name: str) -> bool:
        if name in self.live:
            return True
        if name in self.env.facts or name not in self.env.derived:
            return False
        if name not in self._known:
            self._known[name] = self.depends(self.env.derived[name].rule.document)
        return self._known[name]

    def _name(self, name: str, row: Row | None) -> Any:
        if name in self.live:
            return {"var": name}
        document = self.env.derived[name].rule.document
        if row is not None:  # a derived value stands in its caller's row, and the browser does not have that row
            return self.reduce(document, row)
        if name not in self.derived:
            self.derived[name] = None  # a name that leads back to itself is not followed for ever
            self.derived[name] = self.reduce(document)
        return {"var": name}

    def _rows(self, op: str, group: str, part: Any) -> Any:
        if group in self.groups:
            return {op: [group, self.reduce(part)]}
        rows = rows_of(self.env, group)
        if isinstance(rows, Undetermined):
            return unknown(rows.missing)
        parts = [self.reduce(part, row) for row in rows]
        if op == "sum":
            parts.insert(0, 0)
        return {_UNROLLED[op]: parts} if parts else _NO_ROWS[op]

    def _literal(self, document: Any, value: Any) -> Any:
        """A result as a rule that always gives it."""
        value = number(value)
        if isinstance(value, Undetermined):
            return unknown(value.missing)
        if is_number(value):
            return self._exact(Fraction(value))
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
            return value
        return document  # a position has no literal; only `present` could tell it from nothing, and that is a truth

    def _exact(self, value: Fraction) -> Any:
        if max(abs(value.numerator), value.denominator) > EXACT_IN_JSON:
            name = f"#{len(self.params)}"
            self.params[name] = str(value)
            return {"param": name}
        return value.numerator if value.denominator == 1 else {"/": [value.numerator, value.denominator]}


def unknown(names: Iterable[str]) -> Any:
    """A rule that is undetermined because of these names."""
    missing = [{"var": name} for name in sorted(names)]
    return {"/": [1, 0]} if not missing else missing[0] if len(missing) == 1 else {"+": missing}
