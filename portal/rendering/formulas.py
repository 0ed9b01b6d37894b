"""A rule as a person reads it: names by their titles, codes by their meaning, operators as signs and small words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.forms import ROW_TITLES
from portal.recognitions.rules import AIDED, BENEFIT, FILE
from portal.values import Text

AND, OR, NOT = Text(" 且 ", " and "), Text(" 或 ", " or "), Text("不满足", "not ")
SIGNS: Mapping[str, Text] = {
    "and": AND,
    "or": OR,
    "==": Text(" 为 ", " is "),
    "!=": Text(" 不为 ", " is not "),
    "<": Text(" < ", " < "),
    "<=": Text(" ≤ ", " ≤ "),
    ">": Text(" > ", " > "),
    ">=": Text(" ≥ ", " ≥ "),
    "in": Text(" 属于 ", " is one of "),
    "contains": Text(" 包含 ", " contains "),
    "under": Text(" 位于 ", " lies in "),
    "on_or_after": Text(" 不早于 ", " is not before "),
    "+": Text(" + ", " + "),
    "-": Text(" − ", " − "),
    "*": Text(" × ", " × "),
    "/": Text(" ÷ ", " ÷ "),
}
CALLS: Mapping[str, Text] = {
    "min": Text("取小", "the least of"),
    "max": Text("取大", "the greatest of"),
    "count_true": Text("成立的个数", "how many hold of"),
    "age": Text("年龄", "age by"),
    "months_since": Text("距今月数", "months since"),
    "present": Text("有", "there is"),
    "between": Text("介于", "between"),
}
OVER_ROWS: Mapping[str, Text] = {
    "any": Text("任一{rows}:", "any {rows}: "),
    "all": Text("每一{rows}:", "every {rows}: "),
    "count": Text("{rows}的个数,其中", "the number of {rows}, where "),
    "sum": Text("各{rows}之和:", "over every {rows} the sum of "),
}
TIGHT = frozenset({"*", "/"})
WORDS = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("无", "none")}


@dataclass(frozen=True)
class Reader:
    """Reads rules of one catalogue in one language."""

    catalogue: Catalogue
    lang: str

    def formula(self, document: Any) -> str:
        """The whole rule."""
        return self._read(document, None, outer=True)

    def _read(self, document: Any, about: str | None, *, outer: bool = False) -> str:
        if not isinstance(document, Mapping):
            return self._literal(document, about)
        (op, args), *_ = document.items()
        parts = args if isinstance(args, list) else [args]
        reading = READINGS.get(op)
        if reading is not None:
            return reading(self, op, parts)
        if op in SIGNS:
            return self._infix(op, parts, outer=outer)
        return self._call(op, parts)

    def _name(self, op: str, parts: list[Any]) -> str:
        name = str(parts[0])
        title = self.catalogue.titles.get(name) or X_NAMES.get(name) or self._beyond(name)
        said = title.to(self.lang) if title is not None else name
        return (
            said.partition("(")[0].strip() or said if op == "param" else said
        )  # its unit stands in the list of standards

    def _beyond(self, name: str) -> Text | None:
        """What looks beyond the family's answers: an item received, help for the same reason, a paper on file."""
        for prefix, text in BEYOND.items():
            if name.startswith(prefix):
                slug = name.removeprefix(prefix)
                item = self.catalogue.items.get(slug)
                what = item.title if item is not None else Text(slug, slug)
                return Text(text.zh.format(what=what.zh), text.en.format(what=what.en))
        return None

    def _literal(self, value: Any, about: str | None) -> str:
        if value is None or isinstance(value, bool):
            return WORDS[value].to(self.lang)
        if isinstance(value, list):
            return self._say("、", ", ").join(self._literal(one, about) for one in value)
        question = self.catalogue.bank.questions.get(about or "")
        if question is not None and question.codes and isinstance(value, str):
            known = self.catalogue.bank.code_lists[question.codes].values.get(value)
            return known.to(self.lang) if known is not None else value
        region = next((one for one in self.catalogue.regions if one.code == value), None)
        return region.title.to(self.lang) if region is not None else str(value)

    def _infix(self, op: str, parts: list[Any], *, outer: bool) -> str:
        about = next((str(p["var"]) for p in parts if isinstance(p, Mapping) and "var" in p), None)
        read = [self._read(part, about) for part in parts]
        if op == "-" and len(read) == 1:
            return f"− {read[0]}"
        joined = SIGNS[op].to(self.lang).join(read)
        return joined if outer or len(read) == 1 else f"({joined})"

    def _call(self, op: str, parts: list[Any]) -> str:
        title = CALLS.get(op)
        inside = self._say("、", ", ").join(self._read(part, None, outer=len(parts) == 1) for part in parts)
        return f"{title.to(self.lang) if title is not None else op}({inside})"

    def _not(self, _op: str, parts: list[Any]) -> str:
        inside = self._read(parts[0], None)
        return f"{self._say('未:', 'not: ')}{inside}"

    def _if(self, _op: str, parts: list[Any]) -> str:
        said = []
        for at in range(0, len(parts) - 1, 2):
            when, then = self._read(parts[at], None, outer=True), self._read(parts[at + 1], None, outer=True)
            said.append(self._say(f"如{when}:{then}", f"if {when}: {then}"))
        if len(parts) % 2:
            last = self._read(parts[-1], None, outer=True)
            said.append(self._say(f"否则:{last}", f"otherwise: {last}"))
        return self._say(";", "; ").join(said)

    def _match(self, _op: str, parts: list[Any]) -> str:
        about = str(parts[0].get("var")) if isinstance(parts[0], Mapping) else None
        cases = parts[1] if len(parts) > 1 and isinstance(parts[1], Mapping) else {}
        said = [f"{self._literal(key, about)} → {self._read(value, None, outer=True)}" for key, value in cases.items()]
        if len(parts) > 2:
            said.append(f"{self._say('其他', 'otherwise')} → {self._read(parts[2], None, outer=True)}")
        head = self._read(parts[0], None)
        return f"{self._say(f'按{head}', f'by {head}')}:{self._say(';', '; ').join(said)}"

    def _rows(self, op: str, parts: list[Any]) -> str:
        rows = ROW_TITLES.get(str(parts[0]))
        title = rows.to(self.lang) if rows is not None else str(parts[0])
        inside = self._read(parts[1], None, outer=True) if len(parts) > 1 else ""
        return f"({OVER_ROWS[op].to(self.lang).format(rows=title if self.lang == 'zh' else title.lower())}{inside})"

    def _say(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh


BEYOND: Mapping[str, Text] = {
    AIDED: Text("一年内已因同一事由获得“{what}”", "aided for the same reason within a year ({what})"),
    BENEFIT: Text("已享受“{what}”", "receives {what}"),
    FILE: Text("已提供材料“{what}”", "has handed in {what}"),
}
X_NAMES: Mapping[str, Text] = {
    "x_cpi_triggered": Text("价格联动机制已启动", "the price mechanism was triggered"),
    "x_any_check_conflict": Text("有比对不一致", "a comparison contradicts"),
    "x_requested_amount": Text("申请金额", "the amount asked for"),
}
READINGS: Mapping[str, Callable[[Reader, str, list[Any]], str]] = {
    "var": Reader._name,  # noqa: SLF001 - the table of its own readings
    "param": Reader._name,  # noqa: SLF001
    "status": Reader._name,  # noqa: SLF001
    "not": Reader._not,  # noqa: SLF001
    "if": Reader._if,  # noqa: SLF001
    "match": Reader._match,  # noqa: SLF001
    "any": Reader._rows,  # noqa: SLF001
    "all": Reader._rows,  # noqa: SLF001
    "count": Reader._rows,  # noqa: SLF001
    "sum": Reader._rows,  # noqa: SLF001
}
