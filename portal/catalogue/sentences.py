"""A rule as a sentence people read: 家庭人均月收入低于低保标准. Any rule the language can say, in both languages.

Works on documents, not on parsed rules, so that a rule being edited, even a faulty one, can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.catalogue.documents import Source
from portal.catalogue.facts import BEYOND_TITLES
from portal.forms.questions import ROW_TITLES
from portal.values import Text, yuan

NAMED_ROWS: Final[Mapping[str, Text]] = {
    "members": Text("成员", "member"),
    "houses": Text("房屋", "house"),
    "vehicles": Text("车辆", "vehicle"),
    "supporters": Text("赡扶养人", "supporter"),
}
COMPARING: Final[Mapping[str, Text]] = {
    "==": Text("{0}为{1}", "{0} is {1}"),
    "!=": Text("{0}不为{1}", "{0} is not {1}"),
    "<": Text("{0}低于{1}", "{0} is below {1}"),
    "<=": Text("{0}不超过{1}", "{0} is at most {1}"),
    ">": Text("{0}超过{1}", "{0} is above {1}"),
    ">=": Text("{0}不低于{1}", "{0} is at least {1}"),
    "in": Text("{0}属于{1}", "{0} is one of {1}"),
    "contains": Text("{0}包含{1}", "{0} includes {1}"),
    "between": Text("{0}在{1}与{2}之间", "{0} lies between {1} and {2}"),
}
COMPUTING: Final[Mapping[str, str]] = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}
SELECTING: Final[Mapping[str, Text]] = {
    "any": Text("至少一{unit}{rows}:{what}", "at least one {rows}: {what}"),
    "all": Text("每{unit}{rows}都:{what}", "every {rows}: {what}"),
    "count": Text("({what})的{rows}数", "the number of {rows}s where {what}"),
    "sum": Text("各{rows}({what})之和", "the sum over every {rows} of ({what})"),
}
CLASSIFIERS: Final[Mapping[str, str]] = {"members": "名", "supporters": "名", "houses": "处", "vehicles": "辆"}


@dataclass(frozen=True)
class Words:
    """What the names of a catalogue are called, and in which kind of value each is measured."""

    titles: Mapping[str, Text]
    codes: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    money: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    def title(self, name: str) -> Text:
        if name in self.titles:
            return self.titles[name]
        beyond = next((title for stem, title in BEYOND_TITLES.items() if name.startswith(stem)), None)
        return beyond or NAMED_ROWS.get(name) or ROW_TITLES.get(name) or Text(name, name)


def words_of(source: Source) -> Words:
    """The words of a catalogue's documents, faulty ones included as far as they go."""
    titles: dict[str, Text] = {}
    codes: dict[str, Mapping[str, Text]] = {}
    money: set[str] = set()
    flags: set[str] = set()
    lists = {str(d.get("id")): _code_titles(d) for _, d in source.of_kind("codes")}
    for _, document in source.of_kind("questions"):
        for question in _entries(document, "questions"):
            name = str(question.get("id"))
            titles[name] = _short(question)
            if question.get("codes") in lists:
                codes[name] = lists[str(question["codes"])]
            if question.get("type") == "money":
                money.add(name)
            if question.get("type") == "boolean":
                flags.add(name)
    for kind, inside in (("derived", "derived"), ("parameters", "parameters"), ("statuses", "statuses")):
        for entry in _entries(source.one(kind), inside):
            titles[str(entry.get("id"))] = _short(entry)
            if entry.get("unit") == "fen":
                money.add(str(entry["id"]))
    return Words(titles, codes, frozenset(money), frozenset(flags))


def _entries(document: Any, name: str) -> list[Mapping[str, Any]]:
    found = document.get(name, ()) if isinstance(document, Mapping) else ()
    return [entry for entry in found if isinstance(entry, Mapping)]


_ASIDE: Final = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")


def _short(entry: Mapping[str, Any]) -> Text:
    """A title without the remark in brackets at its end: sentences are read, not looked up."""
    title = entry.get("title")
    if not isinstance(title, Mapping):
        return Text(str(entry.get("id")), str(entry.get("id")))
    zh, en = str(title.get("zh", "")), str(title.get("en", ""))
    return Text(_ASIDE.sub("", zh) or zh, _ASIDE.sub("", en) or en)


def _code_titles(document: Any) -> dict[str, Text]:
    return {
        str(entry.get("code")): _short({"title": entry.get("title"), "id": entry.get("code")})
        for entry in _entries(document, "values")
    }


def sentence(rule: Any, words: Words) -> Text:
    """The rule in both languages."""
    return Text(*(_Teller(words, lang).whole(rule) for lang in ("zh", "en")))


@dataclass(frozen=True)
class _Teller:
    """Tells one rule in one language."""

    words: Words
    lang: str

    def pick(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def tell(self, rule: Any, beside: Any = None, *, inside: bool = False) -> str:
        """One part of a rule. `beside` is what it is compared with: a number beside money is written in yuan."""
        if not isinstance(rule, dict) or len(rule) != 1:
            return self.literal(rule, beside)
        ((op, args),) = rule.items()
        told = TELLING.get(op)
        if told is not None:
            return told(self, args, inside)
        arguments = args if isinstance(args, list) else [args]
        if op in COMPARING:
            parts = [self.tell(part, arguments[0] if at else None) for at, part in enumerate(arguments)]
            parts += ["?"] * 3
            return COMPARING[op].to(self.lang).format(*parts)
        if op in COMPUTING:
            beside = self.of_money(arguments) if op in {"+", "-"} else None
            joined = COMPUTING[op].join(self.tell(part, beside, inside=True) for part in arguments)
            return f"({joined})" if inside else joined
        if op in SELECTING:
            return self.selecting(op, arguments)
        return f"{op}({', '.join(self.tell(part) for part in arguments)})"

    def of_money(self, arguments: list[Any]) -> Any:
        """A sum's own numbers are in 分 when something in it is; a product's factors are plain numbers."""
        return next((part for part in arguments if self.is_money(part)), None)

    def is_money(self, rule: Any) -> bool:
        if not isinstance(rule, dict) or len(rule) != 1:
            return False
        ((op, args),) = rule.items()
        if op in {"var", "param"}:
            return str(args) in self.words.money
        return op in {"+", "-", "max", "min", "*", "/"} and any(self.is_money(part) for part in args)

    def literal(self, value: Any, beside: Any) -> str:
        if isinstance(value, bool):
            return self.pick("是", "yes") if value else self.pick("否", "no")
        if value is None:
            return self.pick("无", "none")
        if isinstance(value, list):
            return self.pick("、", ", ").join(self.literal(entry, beside) for entry in value)
        if isinstance(value, int | float) and self.is_money(beside):
            return f"{yuan(int(value))} {self.pick('元', 'yuan')}"
        name = beside.get("var") if isinstance(beside, dict) else None
        title = self.words.codes.get(str(name), {}).get(str(value))
        return title.to(self.lang) if title is not None else str(value)

    def name(self, name: Any) -> str:
        return self.words.title(str(name)).to(self.lang)

    def whole(self, rule: Any) -> str:
        """A rule by itself, without brackets around it."""
        name = rule.get("var") if isinstance(rule, dict) else None
        return self.condition(rule) if isinstance(name, str) else self.tell(rule)

    def condition(self, rule: Any) -> str:
        """A part that stands as a condition of its own: a yes-or-no question reads as its title being so."""
        name = rule.get("var") if isinstance(rule, dict) else None
        if isinstance(name, str) and name in self.words.flags:
            return self.name(name).removeprefix("是否") + self.pick(":是", ": yes")
        return self.tell(rule, inside=True)

    def joined(self, parts: list[Any], zh: str, en: str, *, inside: bool) -> str:
        told = self.pick(zh, en).join(self.condition(part) for part in parts)
        return f"({told})" if inside and len(parts) > 1 else told

    def selecting(self, op: str, arguments: list[Any]) -> str:
        rows = str(arguments[0]) if arguments else ""
        what = self.condition(arguments[1]) if len(arguments) > 1 else self.pick("有", "there is")
        row = NAMED_ROWS.get(rows, Text(rows, rows)).to(self.lang)
        unit = CLASSIFIERS.get(rows, "项")
        return SELECTING[op].to(self.lang).format(rows=row, what=what, unit=unit)

    def deciding(self, arguments: list[Any]) -> str:
        pairs = list(zip(arguments[:-1:2], arguments[1::2], strict=False))
        told = [
            self.pick("如果{0}则{1}", "if {0} then {1}").format(self.condition(when), self.tell(then))
            for when, then in pairs
        ]
        rest = self.pick("否则{0}", "otherwise {0}").format(self.tell(arguments[-1])) if len(arguments) % 2 else ""
        return self.pick(";", "; ").join([*told, *([rest] if rest else [])])

    def matching(self, arguments: list[Any]) -> str:
        subject, table = arguments[0], arguments[1] if len(arguments) > 1 else {}
        cases = [
            f"{self.literal(code, subject)}→{self.tell(result)}"
            for code, result in (table.items() if isinstance(table, dict) else ())
        ]
        return self.pick("按{0}:{1}", "by {0}: {1}").format(self.tell(subject), self.pick(";", "; ").join(cases))


def _list(args: Any) -> list[Any]:
    return args if isinstance(args, list) else [args]


def _yes(teller: _Teller, args: Any) -> str:
    """A yes-or-no question that is denied reads as its title being not so."""
    inner = _list(args)[0]
    name = inner.get("var") if isinstance(inner, dict) else None
    if isinstance(name, str):
        return teller.name(name).removeprefix("是否") + teller.pick(":否", ": no")
    return teller.pick("并非({0})", "not ({0})").format(teller.condition(inner))


TELLING: Final[Mapping[str, Callable[[_Teller, Any, bool], str]]] = {
    "var": lambda t, a, _: t.name(a),
    "param": lambda t, a, _: t.name(a),
    "status": lambda t, a, _: t.pick("已认定为", "is recognised as: ") + t.name(a),
    "and": lambda t, a, inside: t.joined(_list(a), ",并且", ", and ", inside=inside),
    "or": lambda t, a, inside: t.joined(_list(a), ",或者", ", or ", inside=inside),
    "not": lambda t, a, _: _yes(t, a),
    "present": lambda t, a, _: t.pick("有{0}", "there is: {0}").format(t.tell(_list(a)[0])),
    "age": lambda t, a, _: t.pick("年龄({0})", "age ({0})").format(t.tell(_list(a)[0])),
    "months_since": lambda t, a, _: t.pick("距{0}的月数", "months since {0}").format(t.tell(_list(a)[0])),
    "on_or_after": lambda t, a, _: t.pick("{0}不早于{1}", "{0} is on or after {1}").format(
        *(t.tell(part) for part in [*_list(a), "?"][:2])
    ),
    "under": lambda t, a, _: t.pick("{0}在{1}之内", "{0} lies in {1}").format(
        *(t.tell(p) for p in [*_list(a), "?"][:2])
    ),
    "min": lambda t, a, _: t.pick("较小者({0})", "the lesser of ({0})").format(", ".join(t.tell(p) for p in _list(a))),
    "max": lambda t, a, _: t.pick("较大者({0})", "the greater of ({0})").format(", ".join(t.tell(p) for p in _list(a))),
    "count_true": lambda t, a, _: t.pick("其中为是的个数({0})", "how many are so ({0})").format(
        "、".join(t.condition(p) for p in _list(a))
    ),
    "if": lambda t, a, _: t.deciding(_list(a)),
    "match": lambda t, a, _: t.matching(_list(a)),
}
