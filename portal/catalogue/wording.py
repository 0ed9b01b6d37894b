"""A rule's result as a sentence people can act on: by how much a limit was missed, what is still to be answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.facts import BEYOND_TITLES
from portal.forms.questions import ROW_TITLES
from portal.rules import Judgement, Reason, near_miss_in_words
from portal.values import Text

NAMED_AT_MOST: Final = 6
FAILED: Final[dict[str, Text]] = {
    "reject": Text("不符合", "not met"),
    "refer": Text("不符合,请转有关部门", "not met, another office is responsible"),
    "return": Text("不符合,请补正", "not met, to be completed"),
    "manual": Text("不符合,由人工认定", "not met, a person decides"),
    "note": Text("否", "no"),
    "route": Text("否", "no"),
}


def judgement_json(catalogue: Catalogue, judgement: Judgement) -> dict[str, Any]:
    """A judgement as the command line and the API give it to others; a reason's sentence says what its result rests on."""
    return {
        "outcome": judgement.outcome,
        "amount_fen": judgement.amount_fen,
        "persons": [
            {"row": person.row, "outcome": person.outcome, "amount_fen": person.amount_fen}
            for person in judgement.persons
        ],
        "reasons": [
            {
                "rule": reason.rule,
                "holds": reason.holds,
                "clause": reason.clause.to_json() if isinstance(reason.clause, Text) else reason.clause,
                **in_words(catalogue, reason).to_json(),
                "missing": sorted(reason.missing),
            }
            for reason in judgement.reasons
        ],
    }


def in_words(catalogue: Catalogue, reason: Reason) -> Text:
    """The rule's own sentence, and what its result rests on when it does not plainly hold."""
    if reason.holds is True:
        return Text(reason.zh, reason.en)
    if reason.holds is None:
        return _unknown(catalogue, reason)
    failed = FAILED[reason.on_fail]
    if reason.near_miss is None:
        return Text(f"{reason.zh}:{failed.zh}", f"{reason.en}: {failed.en}")
    words = near_miss_in_words(reason.near_miss, catalogue.titles, money=is_money(catalogue, reason.near_miss.name))
    return Text(f"{reason.zh}:{failed.zh}({words.zh})", f"{reason.en}: {failed.en} ({words.en})")


def _unknown(catalogue: Catalogue, reason: Reason) -> Text:
    if not reason.missing:
        return Text(f"{reason.zh}:无法判断", f"{reason.en}: cannot be judged")
    names = named(catalogue, reason.missing)
    return Text(f"{reason.zh}:尚缺 {names.zh}", f"{reason.en}: still missing: {names.en}")


def named(catalogue: Catalogue, names: Iterable[str]) -> Text:
    """The titles of names, the first few of them, and how many more there are."""
    titles = [title_of(catalogue, name) for name in sorted(names)]
    first, more = titles[:NAMED_AT_MOST], len(titles) - NAMED_AT_MOST
    zh, en = "、".join(title.zh for title in first), "; ".join(title.en for title in first)
    return Text(f"{zh}等 {len(titles)} 项", f"{en} and {more} more") if more > 0 else Text(zh, en)


def title_of(catalogue: Catalogue, name: str) -> Text:
    """What a fact, a standard, a recognition or a group of rows is called."""
    if name in catalogue.titles:
        return catalogue.titles[name]
    if name in ROW_TITLES:
        return ROW_TITLES[name]
    beyond = next((title for stem, title in BEYOND_TITLES.items() if name.startswith(stem)), None)
    return beyond or Text(name, name)


def is_money(catalogue: Catalogue, name: str) -> bool:
    """Whether a name's number is 分."""
    question, derived = catalogue.bank.questions.get(name), catalogue.derived.get(name)
    parameter = catalogue.parameters.get(name)
    unit = (derived and derived.unit) or (parameter and parameter.unit)
    return unit == "fen" or name == "x_requested_amount" or (question is not None and question.type == "money")
