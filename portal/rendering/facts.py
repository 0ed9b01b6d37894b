"""Answers for reading: one column, or declared, returned, seen and decided side by side with the differences marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.forms import ROW_TITLES, Bank, Control, Form, Group, Question
from portal.rendering.display import display_text
from portal.rendering.form_words import WORDS, word
from portal.values import Text


@dataclass(frozen=True)
class Column:
    """One origin of facts: its heading and its answers, in the shape of the form's answers."""

    id: str
    title: str
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class FactRow:
    """One question with what each column says; `differs` when two columns that speak contradict each other."""

    pointer: str
    question: str
    label: str
    texts: tuple[str, ...]
    differs: bool
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactGroup:
    """One section, or one member or house within a section."""

    id: str
    label: str
    rows: tuple[FactRow, ...]


@dataclass(frozen=True)
class FactsView:
    """The facts of an application as an approval screen shows them."""

    title: str
    columns: tuple[str, ...]
    groups: tuple[FactGroup, ...]
    words: Mapping[str, str]
    differences: int


def columns_of(lang: str, **answers: Mapping[str, Any]) -> tuple[Column, ...]:
    """The usual columns by their names: `columns_of("zh", declared=…, returned=…, seen=…, decided=…)`."""
    return tuple(Column(name, word(name, lang), values) for name, values in answers.items())


def facts_view(
    form: Form,
    columns: Sequence[Column],
    *,
    lang: str = "zh",
    only: Collection[str] | None = None,
    unmask: bool = False,
    blanks: bool = False,
    regions: Mapping[str, str] | None = None,
) -> FactsView:
    """What is known, in the order of the form. `only` limits it to the questions an item needs; blank lines are left
    out unless `blanks`. Numbers stay masked unless `unmask`, which is for the caller to permit and to log.
    """
    reader = _Reader(form, columns, lang, unmask, blanks, regions or {})
    groups = [part for group in form.layout.groups for part in reader.groups(group, only)]
    return FactsView(
        title=form.title.to(lang),
        columns=tuple(column.title for column in columns),
        groups=tuple(groups),
        words={name: text.to(lang) for name, text in WORDS.items()},
        differences=sum(row.differs for group in groups for row in group.rows),
    )


def fieldset_view(
    bank: Bank,
    title: Text,
    questions: Sequence[str],
    columns: Sequence[Column],
    *,
    lang: str = "zh",
    unmask: bool = False,
    regions: Mapping[str, str] | None = None,
) -> FactsView:
    """The facts of one titled group of questions, as an item's own document groups them."""
    reader = _Reader(bank, columns, lang, unmask, False, regions or {})
    by_rows: dict[str | None, list[Control]] = {}
    for name in questions:
        question = bank.questions[name]
        by_rows.setdefault(question.group if question.in_rows else None, []).append(Control(name))
    groups = [
        part
        for rows, controls in by_rows.items()
        for part in reader.groups(Group(f"{questions[0]}-{rows or ''}", title, tuple(controls), rows), None)
    ]
    return FactsView(
        title=title.to(lang),
        columns=tuple(column.title for column in columns),
        groups=tuple(groups),
        words={name: text.to(lang) for name, text in WORDS.items()},
        differences=sum(row.differs for group in groups for row in group.rows),
    )


@dataclass(frozen=True)
class _Reader:
    form: Form | Bank
    columns: Sequence[Column]
    lang: str
    unmask: bool
    blanks: bool
    regions: Mapping[str, str]

    def groups(self, group: Group, only: Collection[str] | None) -> list[FactGroup]:
        questions = [self.form.questions[c.question] for c in group.controls if only is None or c.question in only]
        label, identifier = group.label.to(self.lang), f"f-{group.section}"
        if group.rows is None:
            parts = [FactGroup(identifier, label, self._rows(questions, [c.answers for c in self.columns], ""))]
        else:
            parts = [
                FactGroup(
                    f"{identifier}-{at}", f"{label} · {heading}", self._rows(questions, rows, f"/{group.rows}/{at}")
                )
                for at, (heading, rows) in enumerate(self._joined(group.rows))
            ]
        return [part for part in parts if part.rows]

    def _joined(self, name: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """The same member in every column, joined by the row's mark; a column without that row says nothing."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for at, column in enumerate(self.columns):
            rows = column.answers.get(name)
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(row, Mapping):
                    mark = str(row.get("row_id") or f"#{number}")
                    found.setdefault(mark, [{} for _ in self.columns])[at] = row
        title = ROW_TITLES[name].to(self.lang)
        named = (q.id for q in self.form.questions.values() if q.group == name and q.id.endswith("_name"))
        names = sorted(named, key=len)  # the person's own name is the shortest of them: member_name
        joined = []
        for number, rows in enumerate(found.values(), 1):
            called = next((row[names[0]] for row in rows if names and row.get(names[0])), "")
            joined.append((f"{title} {number} {called}".strip(), rows))
        return joined

    def _rows(
        self, questions: Sequence[Question], answers: Sequence[Mapping[str, Any]], base: str
    ) -> tuple[FactRow, ...]:
        rows = []
        for question in questions:
            values = [one.get(question.id) for one in answers]
            known = [value for value in values if value is not None]
            if not known and not self.blanks:
                continue
            rows.append(
                FactRow(
                    pointer=f"{base}/{question.id}",
                    question=question.id,
                    label=question.title.to(self.lang),
                    texts=tuple(
                        self._text(question, column, value) for column, value in zip(self.columns, values, strict=True)
                    ),
                    differs=any(not _same(known[0], value) for value in known[1:]),
                )
            )
        return tuple(rows)

    def _text(self, question: Question, column: Column, value: Any) -> str:
        members = column.answers.get("members")
        return display_text(
            self.form,
            question,
            value,
            self.lang,
            unmask=self.unmask,
            members=[m for m in members if isinstance(m, Mapping)] if isinstance(members, list) else [],
            regions=self.regions,
        )


def _same(left: Any, right: Any) -> bool:
    """Equal as answers: yes is not 1, and the order of several choices says nothing."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return sorted(map(str, left)) == sorted(map(str, right))
    return bool(left == right)
