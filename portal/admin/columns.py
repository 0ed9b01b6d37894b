"""The columns of an item's generated list: what every case has, and the answers the item's own document names.

A row is put into words for a whole page at once, so that no cell asks the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from portal.cases.models import Case
from portal.cases.rules import OUTCOMES, STATUSES, clock, days_left
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.db import db
from portal.forms import Question
from portal.organisation.queries import calendar, region_titles
from portal.reader import lang, t, text, today
from portal.rendering.display import display_text
from portal.values import Text, WorkingCalendar, yuan

ANSWER = "q_"  # a column or search field that holds an answer: this and the question's id
PROMOTED: dict[str, Text] = {
    "applicant": Text("申请人", "Applicant"),
    "number": Text("编号", "Number"),
    "place": Text("户籍地", "Place"),
    "clock": Text("时限", "Clock"),
    "standing": Text("进度", "Standing"),
    "outcome": Text("研判与建议", "Decision and proposal"),
    "amount": Text("金额(元)", "Amount (yuan)"),
}
OPENED = Text("受理日期", "Accepted on")
LONG = 20  # longer answers may break over several lines
NUMBERS = frozenset({"amount"})
# What a list may be sorted by: the columns its index holds.
ORDERS = {"number": Case.id, "place": Case.region_code, "clock": Case.rank}
# Questions that stand among the promoted columns already.
SHOWN_ALREADY = frozenset({"applicant_name", "hh_hukou_region"})
CLOCKS: dict[str, Text] = {
    "green": Text("正常", "on time"),
    "yellow": Text("黄牌", "yellow card"),
    "red": Text("红牌", "red card"),
    "paused": Text("暂停", "paused"),
}


@dataclass(frozen=True)
class Columns:
    """The columns of one item, and its questions by the name of their column."""

    titles: Mapping[str, Text]
    questions: Mapping[str, Question]

    @classmethod
    def of(cls, item: Item, catalogue: Catalogue) -> Columns:
        names = [name for name in item.view.list if name not in SHOWN_ALREADY]
        questions = {ANSWER + name: catalogue.bank.questions[name] for name in names}
        own = {name: title_of(question) for name, question in questions.items()}
        return cls({**PROMOTED, **own, "opened": OPENED}, questions)


def title_of(question: Question) -> Text:
    """A question's title where it stands alone: a member's name is not the applicant's."""
    if question.group != "members" or question.title.zh.startswith("是否"):
        return question.title
    return Text(f"成员{question.title.zh.removeprefix('成员')}", f"Member: {question.title.en}")


@dataclass(frozen=True)
class Sheet:
    """What a page of rows needs besides the rows: read once."""

    columns: Columns
    catalogue: Catalogue
    calendar: WorkingCalendar
    regions: Mapping[str, str]
    today: date
    lang: str

    @classmethod
    def of(cls, cases: Iterable[Case], columns: Columns, catalogue: Catalogue) -> Sheet:
        session = db.session()
        codes = {case.region_code for case in cases}
        codes |= {
            code
            for name, question in columns.questions.items()
            if question.type == "region"
            for case in cases
            for code in _each(case.listing.get(name.removeprefix(ANSWER)))
            if isinstance(code, str)
        }
        titles = region_titles(session, codes) if codes else {}
        names = {code: text(title) for code, title in titles.items()}
        return cls(columns, catalogue, calendar(session), names, today(), lang())

    def cells(self, case: Case) -> dict[str, object]:
        """One row as people read it."""
        own = {name: self._answer(case, name, question) for name, question in self.columns.questions.items()}
        return {
            "number": case.number,
            "applicant": case.applicant_name,
            "place": self.regions.get(case.region_code) or case.region_code,
            "clock": clock_cell(case, self.today, self.calendar),
            "standing": standing_cell(case, self.catalogue),
            "outcome": outcome_cell(case),
            "amount": "" if case.amount_fen is None else yuan(case.amount_fen),
            **own,
            "opened": case.opened_on.isoformat(),
        }

    def _answer(self, case: Case, name: str, question: Question) -> Markup | str:
        shown = (
            display_text(self.catalogue.bank, question, value, self.lang, regions=self.regions)
            for value in _each(case.listing.get(name.removeprefix(ANSWER)), question)
        )
        words = t("、", ", ").join(one for one in shown if one)
        return Markup('<span class="long">{}</span>').format(words) if len(words) > LONG else words


def is_paused(case: Case) -> bool:
    return bool(case.state.get("paused_on") or case.state.get("held_up"))


def card_of(case: Case, on: date) -> str:
    """The colour of a case's clock; a closed case has none."""
    if case.closed_on is not None:
        return ""
    return clock(on, case.due_on, case.yellow_on, paused=is_paused(case))


def clock_cell(case: Case, on: date, days: WorkingCalendar) -> Markup | str:
    """The card in words and colour, with what is left of the time."""
    card = card_of(case, on)
    if not card:
        return ""
    left = days_left(days, on, case.due_on)
    rest = ""
    if card != "paused" and left is not None:
        rest = t(f" 剩{left}天", f" {left} d left") if left >= 0 else t(f" 超{-left}天", f" {-left} d late")
    return Markup('<span class="clock clock-{}">{}{}</span>').format(card, text(CLOCKS[card]), rest)


def standing_cell(case: Case, catalogue: Catalogue) -> str:
    """Where it stands: the step when the case is open, how it ended otherwise."""
    if case.closed_on is not None:
        return f"{text(STATUSES[case.status])} {case.closed_on.isoformat()}"
    item = catalogue.items.get(case.item)
    steps = catalogue.workflows[item.workflow].steps if item is not None else {}
    if case.status == "waiting" or case.step not in steps:
        return text(STATUSES[case.status])
    return text(steps[case.step].title)


def outcome_cell(case: Case) -> Markup | str:
    """What was decided, and what the rules propose where nobody has decided or somebody decided otherwise."""
    decided = case.prepared_outcome or case.outcome
    proposed = text(OUTCOMES[case.proposed_outcome]) if case.proposed_outcome in OUTCOMES else ""
    if not decided:
        return t(f"建议 {proposed}", f"proposed: {proposed}") if proposed else ""
    words = text(OUTCOMES.get(decided))
    if not proposed or case.proposed_outcome in {decided, "likely"}:
        return words
    return Markup('{} <span class="differs">{}</span>').format(
        words, t(f"与建议不同:{proposed}", f"differs from the proposal: {proposed}")
    )


def _each(value: object, question: Question | None = None) -> list[object]:
    """The values of the rows of an answer; a choice of several is one answer."""
    if value is None:
        return []
    several = isinstance(value, list) and not (question is not None and question.type in {"choices", "photo", "file"})
    return list(value) if isinstance(value, list) and several else [value]
