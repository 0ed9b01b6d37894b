"""The question bank of a release, and what one composed form is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.forms.layouts import Layout
from portal.forms.questions import CodeList, Question, Section, code_lists_of
from portal.values import Text


@dataclass(frozen=True)
class FormDocument:
    """The unified application form or the merged home visit: what it always asks, and its full layout."""

    id: str
    title: Text
    core: tuple[str, ...]
    layout: Layout

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> FormDocument:
        return cls(document["id"], Text.of(document["title"]), tuple(document["core"]), Layout.of(document["layout"]))


@dataclass(frozen=True, repr=False)
class Bank:
    """Every question of a release once, with its sections, code lists and the two forms."""

    questions: Mapping[str, Question]
    sections: Mapping[str, Section]
    code_lists: Mapping[str, CodeList]
    application: FormDocument
    home_visit: FormDocument

    def __repr__(self) -> str:
        return f"Bank({len(self.questions)} questions)"

    @classmethod
    def of(
        cls,
        sections: Iterable[Mapping[str, Any]],
        codes: Iterable[Mapping[str, Any]],
        application: Mapping[str, Any],
        home_visit: Mapping[str, Any],
    ) -> Bank:
        """Parse the documents of `form_schemas/`; a question that stands twice is refused."""
        parsed = [Section.of(document) for document in sections]
        questions: dict[str, Question] = {}
        for section in parsed:
            for question in section.questions:
                if question.id in questions:
                    raise ValueError(f"question {question.id} stands in {questions[question.id].section} as well")
                questions[question.id] = question
        return cls(
            questions,
            {section.id: section for section in parsed},
            code_lists_of(list(codes)),
            FormDocument.of(application),
            FormDocument.of(home_visit),
        )

    def document(self, which: str) -> FormDocument:
        return self.application if which == "application" else self.home_visit


@dataclass(frozen=True, eq=False, repr=False)
class Form:
    """The smallest form that answers all chosen items: schema for machines, layout for people, report for the promise.

    Compared by identity: callers keep one per release and set of items.
    """

    which: str
    title: Text
    schema: Mapping[str, Any]
    layout: Layout
    questions: Mapping[str, Question]
    sections: Mapping[str, Section]
    code_lists: Mapping[str, CodeList]
    core: tuple[str, ...]
    item_needs: Mapping[str, tuple[str, ...]]
    known: frozenset[str]
    report: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Form({self.which}, {len(self.questions)} questions for {len(self.item_needs)} items)"

    @cached_property
    def order(self) -> Mapping[str, int]:
        return {question: at for at, question in enumerate(self.questions)}

    @cached_property
    def scalars(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions.values() if not question.in_rows)

    @cached_property
    def rows(self) -> Mapping[str, tuple[Question, ...]]:
        """The row groups of the form with their questions, in the order of the layout."""
        groups: dict[str, list[Question]] = {}
        for question in self.questions.values():
            if question.in_rows:
                groups.setdefault(question.group, []).append(question)
        return {name: tuple(questions) for name, questions in groups.items()}

    @cached_property
    def shown_when(self) -> Mapping[str, Any]:
        """The condition to show a question, by its id, for the questions that have one."""
        return {c.question: c.shown_when for c in self.layout.controls() if c.shown_when is not None}

    @cached_property
    def needed_rows(self) -> frozenset[str]:
        """Row groups that must be answered: with rows, or with "there is none"."""
        return frozenset(
            name
            for name, questions in self.rows.items()
            if any(question.required and question.id not in self.shown_when for question in questions)
        )
