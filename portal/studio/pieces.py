"""A condition as pieces a configurator puts together: who, what, how compared, with what; joined by all or by any.

Most rules of the catalogue have this shape. A rule that does not is shown as a sentence and edited as a document; it is
never bent into pieces. Pieces make only what the rule language can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from portal.catalogue.documents import Source
from portal.catalogue.sentences import Words
from portal.errors import FieldError
from portal.values import Text, parse_yuan, yuan

# What can be said of each kind of value: the operator's name on the form, and its words.
ORDER: Final = ("<", "<=", ">", ">=", "==", "!=")
OPERATORS: Final[Mapping[str, Sequence[str]]] = {
    "flag": ("yes", "no"),
    "status": ("yes", "no"),
    "money": ORDER,
    "number": ORDER,
    "code": ("==", "!=", "in", "present"),
    "codes": ("contains", "present"),
    "day": ("age>=", "age<", "present"),
    "text": ("present", "absent"),
}
OPERATOR_WORDS: Final[Mapping[str, Text]] = {
    "yes": Text("是", "is so"),
    "no": Text("否", "is not so"),
    "<": Text("低于", "is below"),
    "<=": Text("不超过", "is at most"),
    ">": Text("超过", "is above"),
    ">=": Text("不低于", "is at least"),
    "==": Text("为", "is"),
    "!=": Text("不为", "is not"),
    "in": Text("属于其一", "is one of"),
    "contains": Text("包含", "includes"),
    "present": Text("已填", "is there"),
    "absent": Text("没有", "is not there"),
    "age>=": Text("年龄不小于(岁)", "age is at least (years)"),
    "age<": Text("年龄小于(岁)", "age is below (years)"),
}
QUANTIFIERS: Final[Mapping[str, Text]] = {
    "": Text("(本行或全家)", "(this row, or the household)"),
    "any:members": Text("至少一名成员", "at least one member"),
    "all:members": Text("每名成员", "every member"),
    "any:houses": Text("至少一处房屋", "at least one house"),
    "all:houses": Text("每处房屋", "every house"),
}
BLANK_ROWS: Final = 2
NO_SUCH_NAME = Text("请从列表中选择。", "Choose one from the list.")
NOT_FITTING = Text("这种比较不适合所选内容。", "This comparison does not fit what was chosen.")
NO_VALUE = Text("请填写比较的值,或选择一个标准。", "Give a value, or choose a standard.")
NOT_A_NUMBER = Text("请填数字。", "A number is expected.")
NO_SUCH_CODE = Text("不是这个问题的选项:{value}", "Not one of the question's choices: {value}")


@dataclass(frozen=True)
class Piece:
    """One comparison. `standard` names a parameter to compare with instead of the typed value."""

    quantifier: str = ""
    subject: str = ""
    operator: str = ""
    value: str = ""
    standard: str = ""


@dataclass(frozen=True)
class Kinds:
    """What kind of value each name holds, and which codes it may have."""

    of: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Text]]


def kinds_of(source: Source, words: Words) -> Kinds:
    """The kinds of every name of the catalogue a piece may speak of."""
    by_type = {
        "boolean": "flag", "money": "money", "integer": "number", "decimal": "number", "choice": "code",
        "choices": "codes", "date": "day",
    }  # fmt: skip
    found: dict[str, str] = {}
    for _, document in source.of_kind("questions"):
        for question in document.get("questions", ()):
            if isinstance(question, Mapping):
                found[str(question.get("id"))] = by_type.get(str(question.get("type")), "text")
    for entry in source.one("derived").get("derived", ()):
        found[str(entry.get("id"))] = "money" if entry.get("unit") == "fen" else _computed(entry.get("value"))
    for entry in source.one("statuses").get("statuses", ()):
        found[str(entry.get("id"))] = "status"
    return Kinds(found, words.codes)


NUMBERS: Final = frozenset({"+", "-", "*", "/", "min", "max", "sum", "count", "count_true", "age", "months_since"})


def _computed(value: Any) -> str:
    """Whether a derived value is a number or a yes-or-no, by its outermost operator."""
    op = next(iter(value)) if isinstance(value, dict) and value else ""
    if op == "if" and isinstance(value["if"], list):
        return _computed(value["if"][1]) if isinstance(value["if"][1], dict) else "number"
    return "number" if op in NUMBERS else "flag"


# --- from a rule to pieces ------------------------------------------------------------------------------------------


def pieces_of(rule: Any, kinds: Kinds) -> tuple[str, tuple[Piece, ...]] | None:
    """How the pieces are joined ("and" or "or") and which they are; None for a rule of another shape."""
    joiner, parts = "and", [rule]
    if isinstance(rule, dict) and len(rule) == 1:
        ((op, args),) = rule.items()
        if op in {"and", "or"} and isinstance(args, list):
            joiner, parts = op, args
    pieces = [_piece(part, kinds) for part in parts]
    found = tuple(piece for piece in pieces if piece is not None)
    return (joiner, found) if len(found) == len(pieces) and rule_of(joiner, found, kinds)[0] == rule else None


def _piece(part: Any, kinds: Kinds, quantifier: str = "") -> Piece | None:
    if not isinstance(part, dict) or len(part) != 1:
        return None
    ((op, args),) = part.items()
    if op in {"any", "all"} and not quantifier and isinstance(args, list) and len(args) == 2:
        return _piece(args[1], kinds, f"{op}:{args[0]}") if f"{op}:{args[0]}" in QUANTIFIERS else None
    said = _said(part, ("yes", "present"))
    if said is None and op == "not":
        said = _said(args, ("no", "absent"))
    return Piece(quantifier, *said) if said is not None else _compared(op, args, kinds, quantifier)


def _said(part: Any, operators: tuple[str, str]) -> tuple[str, str] | None:
    """(name, operator) of a name that stands alone, or whose being there is asked."""
    if not isinstance(part, dict) or len(part) != 1:
        return None
    ((op, name),) = part.items()
    if op in {"var", "status"} and isinstance(name, str):
        return name, operators[0]
    asked = name.get("var") if op == "present" and isinstance(name, dict) else None
    return (asked, operators[1]) if isinstance(asked, str) else None


def _compared(op: str, args: Any, kinds: Kinds, quantifier: str) -> Piece | None:
    if not isinstance(args, list) or len(args) != 2 or not isinstance(args[0], dict) or len(args[0]) != 1:
        return None
    left, right = args
    ((below, name),) = left.items()
    if below == "age" and isinstance(name, dict) and set(name) == {"var"} and op in {">=", "<"}:
        return Piece(quantifier, str(name["var"]), f"age{op}", *_right(right, "number"))
    if below != "var" or op not in OPERATOR_WORDS:
        return None
    return Piece(quantifier, str(name), op, *_right(right, kinds.of.get(str(name), "text")))


def _right(right: Any, kind: str) -> tuple[str, str]:
    if isinstance(right, dict):
        return "", str(right.get("param", "?"))
    if isinstance(right, list):
        return " ".join(str(value) for value in right), ""
    if kind == "money" and isinstance(right, int):
        return yuan(right).replace(",", "").removesuffix(".00"), ""
    return f"{right:g}" if isinstance(right, float) else str(right), ""


# --- from pieces to a rule ------------------------------------------------------------------------------------------


def rule_of(joiner: str, pieces: Iterable[Piece], kinds: Kinds) -> tuple[Any, list[FieldError]]:
    """The rule the pieces say, and what is wrong with them, by piece."""
    parts, errors = [], []
    for at, piece in enumerate(pieces):
        try:
            parts.append(_part(piece, kinds))
        except PieceError as error:
            errors.append(FieldError(f"/{at}/{error.field}", f"{at}.{error.field}", "piece", error.words))
    if len(parts) == 1:
        return parts[0], errors
    return ({joiner: parts} if parts else True), errors


class PieceError(ValueError):
    """A piece that says nothing: which field, and why."""

    def __init__(self, field: str, words: Text) -> None:
        super().__init__(words.en)
        self.field, self.words = field, words


def _part(piece: Piece, kinds: Kinds) -> Any:
    kind = kinds.of.get(piece.subject)
    if kind is None:
        raise PieceError("subject", NO_SUCH_NAME)
    if piece.operator not in OPERATORS[kind]:
        raise PieceError("operator", NOT_FITTING)
    subject = {"status" if kind == "status" else "var": piece.subject}
    rule: Any
    match piece.operator:
        case "yes":
            rule = subject
        case "no":
            rule = {"not": subject}
        case "present":
            rule = {"present": subject}
        case "absent":
            rule = {"not": {"present": subject}}
        case "age>=" | "age<":
            rule = {piece.operator.removeprefix("age"): [{"age": subject}, _value(piece, "number", kinds)]}
        case _:
            rule = {piece.operator: [subject, _value(piece, kind, kinds)]}
    if piece.quantifier:
        op, _, rows = piece.quantifier.partition(":")
        rule = {op: [rows, rule]}
    return rule


def _value(piece: Piece, kind: str, kinds: Kinds) -> Any:
    if piece.standard:
        return {"param": piece.standard}
    typed = piece.value.strip()
    if not typed:
        raise PieceError("value", NO_VALUE)
    if kind in {"code", "codes"}:
        values = [
            _code(word, kinds.codes.get(piece.subject, {}))
            for word in typed.replace("、", " ").replace(",", " ").split()
        ]
        return values if piece.operator == "in" else values[0]
    try:
        if kind == "money":
            return int(parse_yuan(typed))
        number = float(typed)
    except ValueError as error:
        raise PieceError("value", NOT_A_NUMBER) from error
    return int(number) if number.is_integer() else number


def _code(word: str, codes: Mapping[str, Text]) -> str:
    """A code, or its title in either language."""
    if not codes or word in codes:
        return word
    hit = next((code for code, title in codes.items() if word in {title.zh, title.en}), None)
    if hit is None:
        raise PieceError("value", Text(NO_SUCH_CODE.zh.format(value=word), NO_SUCH_CODE.en.format(value=word)))
    return hit


def posted(form: MultiDict[str, str]) -> tuple[str, list[Piece]]:
    """The pieces a page sent; rows without a subject are blank and left out."""
    joiner = "or" if form.get("joiner") == "or" else "and"
    found, at = [], 0
    while f"piece.{at}.subject" in form and at < 60:
        row = {name: form.get(f"piece.{at}.{name}", "").strip() for name in Piece.__dataclass_fields__}
        if row["subject"]:
            found.append(Piece(**row))
        at += 1
    return joiner, found
