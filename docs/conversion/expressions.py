"""From the pack's Python expressions to rule JSON: every function and idiom the pack uses, and nothing else."""

from __future__ import annotations

import ast
from typing import Any

GROUPS = {"member": "members", "supporter": "supporters", "vehicle": "vehicles", "house": "houses"}
COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
MONEY = ("inc_", "exp_", "fin_", "med_", "d_income_year", "d_income_pc", "d_income_after", "d_fin", "d_rigid_expense")


class Unreadable(ValueError):
    """The pack holds an expression the converter does not understand, or a sum of money without a parameter."""


def convert(text: str, slugs: dict[str, str]) -> Any:
    """The rule JSON of one expression."""
    try:
        return _Reader(slugs).read(ast.parse(str(text).strip(), mode="eval").body)
    except SyntaxError as fault:
        raise Unreadable(f"{text}: {fault}") from fault


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_money(node: ast.AST) -> bool:
    return any(_name(part).startswith(MONEY) for part in ast.walk(node))


def _flat(operator: str, parts: list[Any]) -> dict[str, Any]:
    flat: list[Any] = []
    for part in parts:
        flat.extend(part[operator] if isinstance(part, dict) and operator in part else [part])
    return {operator: flat}


class _Reader:
    """Reads one expression tree; slugs replace the pack's codes."""

    def __init__(self, slugs: dict[str, str]) -> None:
        self.slugs = slugs

    def read(self, node: ast.AST) -> Any:
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            raise Unreadable(ast.dump(node))
        return reader(node)

    def _constant(self, node: ast.Constant) -> Any:
        return self.slugs.get(node.value, node.value) if isinstance(node.value, str) else node.value

    def _name(self, node: ast.Name) -> Any:
        kind = "param" if node.id.startswith("p_") else "status" if node.id.startswith("s_") else "var"
        return {kind: node.id}

    def _boolop(self, node: ast.BoolOp) -> Any:
        operator = "and" if isinstance(node.op, ast.And) else "or"
        return _flat(operator, [self.read(value) for value in node.values])

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.Not):
            raise Unreadable(ast.dump(node))
        return {"not": self.read(node.operand)}

    def _binop(self, node: ast.BinOp) -> Any:
        operator = ARITHMETIC[type(node.op)]
        if operator in "+-":
            self._guard([node.left, node.right])
            if operator == "+":
                return _flat("+", [self.read(node.left), self.read(node.right)])
        return {operator: [self.read(node.left), self.read(node.right)]}

    def _ifexp(self, node: ast.IfExp) -> Any:
        branches = [self.read(node.test), self.read(node.body)]
        otherwise = self.read(node.orelse)
        nested = isinstance(otherwise, dict) and "if" in otherwise
        return {"if": branches + (otherwise["if"] if nested else [otherwise])}

    def _subscript(self, node: ast.Subscript) -> Any:
        if not isinstance(node.value, ast.Dict):
            raise Unreadable(ast.dump(node))
        pairs = zip(node.value.keys, node.value.values, strict=True)
        return {"match": [self.read(node.slice), {key.value: self.read(value) for key, value in pairs}]}  # type: ignore[union-attr]

    def _list(self, node: ast.List | ast.Tuple) -> Any:
        return [self.read(element) for element in node.elts]

    _tuple = _list

    def _guard(self, nodes: list[ast.expr]) -> None:
        sums = [node for node in nodes if isinstance(node, ast.Constant) and type(node.value) in (int, float)]
        if any(constant.value for constant in sums) and any(_is_money(node) for node in nodes):
            raise Unreadable(f"money without a parameter: {[ast.unparse(node) for node in nodes]}")

    def _compare(self, node: ast.Compare) -> Any:
        left, parts = node.left, []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._pair(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else _flat("and", parts)

    def _pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Any:
        self._guard([left, right])
        if isinstance(operator, ast.In | ast.NotIn):
            return self._membership(left, right, negated=isinstance(operator, ast.NotIn))
        if isinstance(right, ast.Constant) and right.value in ("", None) and not isinstance(right.value, bool | int):
            present = {"present": self.read(left)}
            return present if isinstance(operator, ast.NotEq | ast.IsNot) else {"not": present}
        return {COMPARE[type(operator)]: [self.read(left), self.read(right)]}

    def _membership(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Any:
        if isinstance(right, ast.Tuple | ast.List):
            codes = self.read(right)
            inside = {"in": [self.read(left), [code for code in codes if code != ""]]}
            if not negated:
                return inside
            return {"and": [{"present": self.read(left)}, {"not": inside}]} if "" in codes else {"not": inside}
        contained = {"contains": [self.read(right), self.read(left)]}
        return {"not": contained} if negated else contained

    def _call(self, node: ast.Call) -> Any:
        function, arguments = _name(node.func), node.args
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in arguments]
        quantifier, _, row = function.partition("_")
        if quantifier in ("any", "all") and row.rstrip("s") in GROUPS:
            return {quantifier: [GROUPS[row.rstrip("s")], self.read(arguments[0])]}
        if function in ("count_houses", "sum_houses"):
            return {quantifier: ["houses", self.read(arguments[0])]}
        if function == "sum_members":
            return {"sum": ["members", self.read(arguments[0])]}
        if function in ("min", "max"):
            self._guard(list(arguments))
            return {function: [self.read(argument) for argument in arguments]}
        if function in ("age", "months_since"):
            return {function: self.read(arguments[0])}
        if function == "region_under":
            return {"under": [self.read(arguments[0]), values[1]]}
        if function == "effective_from":
            return {"on_or_after": values[0]}
        if function == "aided_same_reason":
            return {"var": f"x_aided_same_reason_{self.slugs[str(values[0])]}"}
        if function in ("has_benefit", "has_file"):
            return {"var": f"x_{function}_{values[0]!s}"}
        if function in ("requested_amount", "cpi_triggered", "any_check_conflict"):
            return {"var": f"x_{function}"}
        raise Unreadable(ast.dump(node))


def names(rule: Any, kind: str = "var") -> set[str]:
    """All facts (or parameters, statuses) a rule reads."""
    if isinstance(rule, dict):
        found = {rule[kind]} if kind in rule and isinstance(rule[kind], str) else set()
        return found.union(*(names(value, kind) for value in rule.values()))
    return set().union(*(names(value, kind) for value in rule)) if isinstance(rule, list) else set()
