"""How each chosen item stands while the form is being filled: beside the form, from the same rules as the decision.

The server draws it with the page; the browser keeps it up to date from the same policies and the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, Final

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.wording import is_money, title_of
from portal.forms import Form, facts_of, situation
from portal.rendering.form_words import WORDS as FORM_WORDS
from portal.rules import Environment, Judgement, NearMiss, Policy, Reason, Reducer, judge
from portal.rules.explaining import MEASURES, OPERATOR_WORDS
from portal.rules.judging import ON_FAIL
from portal.rules.parsing import SCOPE_GROUPS
from portal.rules.reading import names_in
from portal.rules.standing import CLOSE, STANDINGS, standing
from portal.values import Text, round_fen, yuan

NAMED_AT_MOST: Final = 4
WORDS: Final[Mapping[str, Text]] = {
    "near_miss": Text("{subject},应{word} {right},差 {gap}", "{subject}, must be {word} {right}; {gap} off"),
    "on_the_line": Text("{subject},应{word} {right}", "{subject}, must be {word} {right}"),
    "missing": Text("尚缺:{names}", "still missing: {names}"),
    "more": Text("{names}等 {count} 项", "{names} and others ({count})"),
    "joiner": Text("、", ", "),
    "awaited": Text("待入户或核对后确定", "settled by the visit or the comparisons"),
    "open_rules": FORM_WORDS["open_rules"],
    "amount": Text("按现在填的测算 {amount} 元", "{amount} yuan on what is filled in now"),
    "amount_open": Text("金额还算不出", "The amount cannot be worked out yet"),
}


@dataclass(frozen=True)
class Eligibility:
    """The chosen items' rules, what is known beyond the form, and how the names that rules read are called.

    `awaited` names what only the visit or the comparisons bring.
    """

    policies: Mapping[str, Policy]
    item_titles: Mapping[str, Text]
    env: Environment
    title_of: Callable[[str], Text]
    is_money: Callable[[str], bool]
    awaited: frozenset[str] = frozenset()

    @classmethod
    def of(cls, catalogue: Catalogue, slugs: Iterable[str], env: Environment) -> Eligibility:
        """The items' own rules on this day, with the recognitions and looks beyond the form that `env` knows."""
        items = catalogue.chosen(slugs)
        return cls(
            policies={item.slug: item.policy for item in items},
            item_titles={item.slug: item.title for item in items},
            env=env,
            title_of=partial(title_of, catalogue),
            is_money=partial(is_money, catalogue),
            awaited=catalogue.seen_or_returned,
        )

    def beside(self, form: Form) -> Eligibility:
        """What this form asks is not awaited from elsewhere."""
        return replace(self, awaited=self.awaited - form.questions.keys())


@dataclass(frozen=True)
class HintLine:
    """One rule that does not hold, or not yet: what it asks, why, and by which clause."""

    kind: str
    title: str
    detail: str
    clause: str


@dataclass(frozen=True)
class HintView:
    """One item as it stands now."""

    item: str
    title: str
    standing: str
    label: str
    amount: str
    lines: tuple[HintLine, ...]

    @property
    def failed(self) -> tuple[HintLine, ...]:
        return tuple(line for line in self.lines if line.kind == "failed")

    @property
    def open(self) -> tuple[HintLine, ...]:
        return tuple(line for line in self.lines if line.kind == "open")


def hint_views(form: Form, answers: Mapping[str, Any], eligibility: Eligibility, lang: str) -> tuple[HintView, ...]:
    """The hints for these answers."""
    env = eligibility.env
    sound = situation(form, answers, env).environment.facts
    kept = {name: sound[name] for name in answers if name in sound}
    facts = {**env.facts, **facts_of(form, kept, env)}
    known = Environment(facts, env.on, env.params, env.statuses, env.derived)
    beside = eligibility.beside(form)
    return tuple(
        _hint(slug, judge(policy, known, awaited=beside.awaited), beside, lang)
        for slug, policy in eligibility.policies.items()
    )


def _hint(slug: str, judgement: Judgement, eligibility: Eligibility, lang: str) -> HintView:
    how = standing(judgement)
    amount = judgement.amount_fen
    return HintView(
        item=slug,
        title=eligibility.item_titles[slug].to(lang),
        standing=how,
        label=STANDINGS[how].to(lang),
        amount="" if amount is None else WORDS["amount"].to(lang).format(amount=yuan(amount)),
        lines=tuple(
            _line(reason, eligibility, lang)
            for reason in judgement.reasons
            if reason.holds is not True and reason.on_fail in ON_FAIL
        ),
    )


def _line(reason: Reason, eligibility: Eligibility, lang: str) -> HintLine:
    title = WORDS["amount_open"].to(lang) if reason.rule == "amount" else reason.zh if lang == "zh" else reason.en
    clause = reason.clause.to(lang) if reason.clause is not None else ""
    if reason.holds is False:
        detail = _near_miss(reason.near_miss, eligibility, lang) if reason.near_miss is not None else ""
        return HintLine("failed", title, detail, clause)
    return HintLine("open", title, _missing(reason.missing, eligibility, lang), clause)


def _missing(names: frozenset[str], eligibility: Eligibility, lang: str) -> str:
    """What is still to be answered; what only the visit or a comparison can answer is not the family's fault."""
    asked = sorted(names - eligibility.awaited)
    if not asked:
        return WORDS["awaited"].to(lang) if names else ""
    joiner = WORDS["joiner"].to(lang)
    named = joiner.join(eligibility.title_of(name).to(lang) for name in asked[:NAMED_AT_MOST])
    if len(asked) > NAMED_AT_MOST:
        named = WORDS["more"].to(lang).format(names=named, count=len(asked))
    return WORDS["missing"].to(lang).format(names=named)


def _near_miss(miss: NearMiss, eligibility: Eligibility, lang: str) -> str:
    money = eligibility.is_money(miss.name) and miss.measure in {"value", "computed"}
    left, right, gap = (shown(value, money=money) for value in (miss.left, miss.right, miss.gap))
    subject = MEASURES[miss.measure].to(lang).format(title=eligibility.title_of(miss.name).to(lang), left=left)
    sentence = WORDS["near_miss" if miss.gap else "on_the_line"].to(lang)
    return sentence.format(subject=subject, word=OPERATOR_WORDS[miss.op].to(lang), right=right, gap=gap)


def shown(value: Fraction, *, money: bool) -> str:
    """Yuan with two places; other numbers with up to two, rounded half up: the browser counts the same way."""
    hundredths = round_fen(value if money else value * 100)
    text = yuan(hundredths)
    return text if money else text.replace(",", "").rstrip("0").rstrip(".")


def hints_document(form: Form, eligibility: Eligibility, lang: str) -> dict[str, Any]:
    """Policies, names and words for the browser, reduced to what the form can change."""
    eligibility = eligibility.beside(form)
    reducer = Reducer(eligibility.env, form.questions.keys(), form.rows.keys())
    items = [_item_document(slug, policy, reducer, lang) for slug, policy in eligibility.policies.items()]
    rules = [part for item in items for part in (item["amount"], *(rule["rule"] for rule in item["rules"]))]
    read = [names_in(document) for document in (*rules, *reducer.derived.values())]
    names = {name for one in read for name in one.all | one.groups} | {item["group"] for item in items if item["group"]}
    return {
        "on": eligibility.env.on.isoformat(),
        "items": items,
        "derived": reducer.derived,
        "params": reducer.params,
        "titles": {name: eligibility.title_of(name).to(lang) for name in sorted(names)},
        "money": sorted(filter(eligibility.is_money, names)),
        "awaited": sorted(eligibility.awaited & names),
        "close": str(CLOSE),
        "named": NAMED_AT_MOST,
        "standings": {name: text.to(lang) for name, text in STANDINGS.items()},
        "measures": {name: text.to(lang) for name, text in MEASURES.items()},
        "orders": {op: text.to(lang) for op, text in OPERATOR_WORDS.items()},
        "words": {name: text.to(lang) for name, text in WORDS.items()},
    }


def _item_document(slug: str, policy: Policy, reducer: Reducer, lang: str) -> dict[str, Any]:
    amount = policy.benefit.amount
    return {
        "item": slug,
        "group": SCOPE_GROUPS[policy.row_scope] if policy.row_scope != "application" else None,
        "amount": reducer.reduce(amount.document) if amount is not None else None,
        "rules": [
            {
                "title": one.title.to(lang),
                "clause": one.clause.to(lang) if one.clause is not None else "",
                "row": one.scope != "application",
                "rule": reducer.reduce(one.rule.document),
                "on_fail": one.on_fail,
            }
            for one in policy.requirements
            if one.on_fail in ON_FAIL
        ],
    }
