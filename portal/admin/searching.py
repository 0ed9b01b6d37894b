"""Searching an item's list: the form, and filters that an index serves.

The names of the fields are the same on the page and in the API. A filter class knows no item: it asks the interface it
is used with, because Flask-AppBuilder keeps filters by their operator for the whole process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter
from sqlalchemy import and_, false, func, or_, select
from wtforms import DateField, SelectField, StringField

from portal.access.queries import under
from portal.admin.columns import ANSWER, CLOCKS, title_of
from portal.admin.cures import said
from portal.cases.finding import BY_BEGINNING, having
from portal.cases.models import Case
from portal.cases.queries import waiting_for
from portal.cases.rules import OUTCOMES, STATUSES
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.db import begins, vault_of
from portal.forms import Question
from portal.organisation.models import Region
from portal.reader import current_actor, t, text, today
from portal.values import Text

PROPOSED = Text("系统建议", "Proposal")
PREPARED = Text("研判结论", "Decision")
FIELDS: dict[str, Text] = {
    "number": Text("编号", "Number"),
    "applicant": Text("申请人", "Applicant"),
    "place": Text("户籍地(名称或代码)", "Place (name or code)"),
    "mine": Text("待办", "To do"),
    "status": Text("状态", "Status"),
    "card": Text("时限", "Clock"),
    "proposed": PROPOSED,
    "prepared": PREPARED,
    "opened_from": Text("受理日期起", "Accepted from"),
    "opened_until": Text("受理日期止", "Accepted until"),
}
TEXTS = {"number": Case.number, "applicant": Case.applicant_name}
CODES = {"status": Case.status, "proposed": Case.proposed_outcome, "prepared": Case.prepared_outcome}
DAYS = {"opened_from", "opened_until"}
OPEN, CLOSED = "unfinished", "finished"
STATES: dict[str, Text] = {OPEN: Text("未办结", "Unfinished"), CLOSED: Text("已办结", "Finished"), **STATUSES}
DECISIONS = {name: OUTCOMES[name] for name in ("eligible", "not_eligible")}
MINE = {"mine": Text("待我办理", "waiting for me")}
CHOICES: dict[str, dict[str, Text]] = {
    "mine": MINE,
    "status": STATES,
    "card": CLOCKS,
    "proposed": OUTCOMES,
    "prepared": DECISIONS,
}
# Questions that stand among the fields above already.
ASKED_ALREADY = frozenset({"applicant_name", "hh_hukou_region"})


def plain(value) -> str:
    """What was looked for as a text no database refuses."""
    return str(value).replace("\0", "").strip()


class Begins(BaseFilter):
    """A promoted text that begins so."""

    name = said(Text("开头为", "begins with"))
    arg_name = "begins"

    def apply(self, query, value):
        return query.filter(begins(TEXTS[self.column_name], plain(value)))


class Is(BaseFilter):
    """A promoted code; `unfinished` and `finished` stand for several statuses."""

    name = said(Text("是", "is"))
    arg_name = "is"

    def apply(self, query, value):
        wanted = plain(value)
        if self.column_name == "status" and wanted in {OPEN, CLOSED}:
            return query.filter(Case.closed_on.is_(None) if wanted == OPEN else Case.closed_on.is_not(None))
        return query.filter(CODES[self.column_name] == wanted)


class Within(BaseFilter):
    """A place and everything in it, by code or by the beginning of its name."""

    name = said(Text("位于", "within"))
    arg_name = "within"

    def apply(self, query, value):
        wanted = plain(value)
        if wanted.isascii() and wanted.isdigit():
            return query.filter(under(Case.region_code, wanted))
        column = or_(
            Region.name.startswith(wanted, autoescape=True), Region.name_en.startswith(wanted, autoescape=True)
        )
        codes = self.datamodel.session.scalars(select(Region.code).where(column).limit(50)).all()
        return query.filter(or_(false(), *(under(Case.region_code, code) for code in codes)))


class Card(BaseFilter):
    """Open cases by the colour of their clock."""

    name = said(Text("是", "is"))
    arg_name = "card"

    def apply(self, query, value):
        on, wanted = today(), plain(value)
        paused = or_(
            func.coalesce(Case.state["paused_on"].as_string(), "") != "",
            func.coalesce(Case.state["held_up"].as_boolean(), false()),
        )
        red = Case.rank < on.toordinal()
        yellow = and_(~red, func.coalesce(Case.yellow_on <= on, false()))
        cards = {"paused": paused, "red": ~paused & red, "yellow": ~paused & yellow, "green": ~paused & ~red & ~yellow}
        return query.filter(Case.closed_on.is_(None), cards.get(wanted, false()))


class Mine(BaseFilter):
    """Cases on which a task waits for the reader."""

    name = said(Text("", ""))
    arg_name = "mine"

    def apply(self, query, value):
        return query.filter(waiting_for(current_actor()))


class Day(BaseFilter):
    """Accepted on a day or later, or on a day or before."""

    name = said(Text("", ""))
    arg_name = "day"

    def apply(self, query, value):
        try:
            day = date.fromisoformat(plain(value))
        except ValueError:
            return query.filter(false())
        return query.filter(Case.opened_on >= day if self.column_name == "opened_from" else Case.opened_on <= day)


class Answered(BaseFilter):
    """An answer of the item's own search fields, through the indexed table of searchable answers."""

    name = said(Text("是", "is"))
    arg_name = "answered"

    def apply(self, query, value):
        question = self.datamodel.searched[self.column_name]
        return query.filter(having(vault_of(self.datamodel.session), question, plain(value)))


class AnsweredBeginning(Answered):
    """The same, for words that are found by their beginning."""

    name = said(Text("开头为", "begins with"))
    arg_name = "answered_beginning"


class ItemFilters(BaseFilterConverter):
    """Which filters a field has: one each, because one is enough."""

    def convert(self, col_name):
        kind = self._kind(col_name)
        return [] if kind is None else [kind(col_name, self.datamodel)]

    def _kind(self, name) -> type[BaseFilter] | None:
        if name in TEXTS:
            return Begins
        if name in CODES:
            return Is
        if name in DAYS:
            return Day
        question = self.datamodel.searched.get(name)
        if question is not None:
            return AnsweredBeginning if question.type in BY_BEGINNING and not question.codes else Answered
        return {"place": Within, "card": Card, "mine": Mine}.get(name)


def searched_questions(item: Item, catalogue: Catalogue) -> dict[str, Question]:
    """The item's own search fields, by the name of their field."""
    names = [name for name in item.view.search if name not in ASKED_ALREADY]
    return {ANSWER + name: catalogue.bank.questions[name] for name in names}


def search_form(slug: str, questions: dict[str, Question], catalogue: Catalogue) -> type[DynamicForm]:
    """The form over an item's list: promoted columns and the item's own search fields, in the reader's words."""
    fields = {name: _field(name, title) for name, title in FIELDS.items()}
    fields |= {name: _question_field(question, catalogue) for name, question in questions.items()}
    return type(f"search_{slug}", (DynamicForm,), fields)


def _field(name: str, title: Text):
    if name in CHOICES:
        return SelectField(said(title), choices=_choices(CHOICES[name].items()), validate_choice=False)
    return (DateField if name in DAYS else StringField)(said(title))


def _question_field(question: Question, catalogue: Catalogue):
    label = said(title_of(question))
    if question.codes is not None:
        return SelectField(label, choices=_choices(catalogue.bank.code_lists[question.codes].values.items()))
    if question.type == "boolean":
        return SelectField(label, choices=_yes_no)
    return StringField(label)


def _choices(titles: Iterable[tuple[str, Text]]) -> Callable[[], list[tuple[str, str]]]:
    """Choices in the reader's language, made when the form is."""
    known = list(titles)
    return lambda: [(code, text(title)) for code, title in known]


def _yes_no():
    return [("true", t("是", "yes")), ("false", t("否", "no"))]
