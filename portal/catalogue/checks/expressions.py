"""Do the rules of the catalogue mean something? Every rule is read with the catalogue's own words, in its own scope."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

from portal.catalogue.checks.index import Index, Place, did_you_mean
from portal.catalogue.checks.layouts import controls
from portal.catalogue.checks.vocabulary import scope_of, vocabulary_of, with_returned
from portal.catalogue.documents import Source
from portal.catalogue.facts import BEYOND, BEYOND_WORDS
from portal.errors import Finding
from portal.rules import Rule, RuleError, Vocabulary, parse
from portal.values import Text


def check_expressions(source: Source, index: Index) -> Iterator[Finding]:
    words = vocabulary_of(source, index)
    derived: dict[str, Rule] = {}
    for path, document in source.of_kind("derived"):
        for position, entry in enumerate(document["derived"]):
            place = Place(path) / "derived" / position / "value"
            rule = yield from read_rule(place, entry["value"], words, entry["scope"])
            if rule is not None:
                derived[entry["id"]] = rule
                yield from _circles(place, entry["id"], derived)
    core = {question for kind in ("application", "home_visit") for question in source.one(kind).get("core", ())}
    for path, item in source.of_kind("items"):
        yield from _item(Place(path), item, words, derived, core, index)
    yield from _questions(source, words, index)
    yield from _layouts(source, words, index)
    yield from _papers_and_conflicts(source, words, index)


def read_rule(place: Place, document: Any, words: Vocabulary, scope: str) -> Generator[Finding, None, Rule | None]:
    """Parse one rule; yields what is wrong with it and returns the compiled rule, or None."""
    try:
        rule = parse(document, vocabulary=words, scope=scope)
    except RuleError as error:
        for pointer, message, suggestion in error.findings:
            yield Finding(place.file, place.pointer + pointer, message, suggestion)
        return None
    for name in sorted(rule.reads):
        if name.startswith("x_") and BEYOND.fullmatch(name) is None:
            yield place.finding(f"平台不提供“{name}”。", f"The platform does not answer {name!r}.", _beyond(name))
    return rule


def _beyond(name: str) -> Text | None:
    return did_you_mean(name, BEYOND_WORDS)


# What gives a number or a date, never yes or no.
NO_CONDITION = frozenset(
    {"+", "-", "*", "/", "min", "max", "sum", "count", "count_true", "age", "months_since", "param"}
)


def read_condition(
    place: Place, document: Any, words: Vocabulary, scope: str, index: Index
) -> Generator[Finding, None, Rule | None]:
    """A rule that must answer yes or no."""
    yield from _no_condition(place, document, index)
    return (yield from read_rule(place, document, words, scope))


def _no_condition(place: Place, document: Any, index: Index) -> Iterator[Finding]:
    operator, arguments = next(iter(document.items())) if isinstance(document, dict) and document else (None, None)
    if operator in {"and", "or"} and isinstance(arguments, list):
        for position, part in enumerate(arguments):
            yield from _no_condition(place / operator / position, part, index)
    elif operator == "not":
        inner = arguments[0] if isinstance(arguments, list) and len(arguments) == 1 else arguments
        yield from _no_condition(place / operator, inner, index)
    else:
        question = index.questions.get(str(arguments)) if operator == "var" else None
        literal = operator is None and not isinstance(document, bool)
        if literal or operator in NO_CONDITION or (question is not None and question.type != "boolean"):
            yield place.finding("这里要能回答“是”或“否”。", "This has to answer yes or no, and does not.")


def _item(
    place: Place, item: Mapping[str, Any], words: Vocabulary, derived: Mapping[str, Rule], core: set[str], index: Index
) -> Iterator[Finding]:
    asked = {*item["questions"], *item["survey"], *core}
    parsed: list[tuple[Place, Rule]] = []
    names: set[str] = set()
    for position, requirement in enumerate(item["rules"]):
        where = place / "rules" / position
        if requirement["id"] in names:
            yield (where / "id").finding("这个规则编号已用过。", "This rule id is already used.")
        names.add(requirement["id"])
        rule = yield from read_condition(where / "when", requirement["when"], words, requirement["scope"], index)
        if rule is not None:
            parsed.append((where / "when", rule))
        if requirement["clause"] is None and not requirement.get("basis"):
            yield (where / "clause").finding(
                "没有条款依据时须写明 basis,例如“to be confirmed”。",
                "A rule without a clause says so in 'basis', for example 'to be confirmed'.",
            )
    amount = item["benefit"].get("amount")
    if amount is not None:
        where = place / "benefit" / "amount"
        rule = yield from read_rule(where, amount, words, item["benefit"]["scope"])
        if rule is not None:
            parsed.append((where, rule))
    filled = _filled_elsewhere(item, index)
    for where, rule in parsed:
        yield from _unasked(where, rule, asked | filled, derived, index)
    yield from _needs(place, item, [rule for _, rule in parsed], derived, index)
    yield from _ungranted(place, item)


def _filled_elsewhere(item: Mapping[str, Any], index: Index) -> set[str]:
    """Questions a register or one of the item's own comparisons answers without anybody being asked."""
    return {
        question.id
        for question in index.questions.values()
        if question.prefill.get("kind") == "register"
        or (question.prefill.get("kind") == "check" and question.prefill.get("source") in item["comparisons"])
    }


def reads_deeply(rule: Rule, derived: Mapping[str, Rule]) -> dict[str, str | None]:
    """Every name a rule reads, through derived values too; with the derived value it is read through."""
    found: dict[str, str | None] = {}
    pending: list[tuple[str, str | None]] = [(name, None) for name in rule.reads]
    while pending:
        name, through = pending.pop()
        if name in found:
            continue
        found[name] = through
        if name in derived:
            pending.extend((inner, through or name) for inner in derived[name].reads)
    return found


def _unasked(place: Place, rule: Rule, asked: set[str], derived: Mapping[str, Rule], index: Index) -> Iterator[Finding]:
    for name, through in sorted(reads_deeply(rule, derived).items()):
        if name in index.questions and name not in asked:
            zh = f"(经由“{through}”)" if through else ""
            en = f" (through {through!r})" if through else ""
            yield place.finding(
                f"规则用到“{name}”{zh},但事项的申请表和入户调查都不询问它。",
                f"The rule reads {name!r}{en}, which the item asks neither in its form nor at the visit.",
                Text(f"请把“{name}”加到 questions 或 survey。", f"Add {name!r} to questions or survey."),
            )


def _needs(
    place: Place, item: Mapping[str, Any], rules: list[Rule], derived: Mapping[str, Rule], index: Index
) -> Iterator[Finding]:
    """A recognition an item waits for must matter to its rules; else it would wait for nothing."""
    read = {status for rule in rules for status in statuses_deeply(rule, derived)}
    for position, need in enumerate(item["needs"]):
        if need in index.known("status") and rules and need not in read:
            yield (place / "needs" / position).finding(
                f"事项等待“{need}”,但没有一条规则用到它。",
                f"The item waits for {need!r}, but none of its rules reads it.",
            )


def _ungranted(place: Place, item: Mapping[str, Any]) -> Iterator[Finding]:
    """A recognition that a rejecting rule asks for is one the item must be able to wait for."""
    for position, requirement in enumerate(item["rules"]):
        if requirement["on_fail"] != "reject" or requirement["scope"] != "application":
            continue
        for status in sorted(asked_for(requirement["when"]) - {*item["needs"], item.get("grants")}):
            yield (place / "rules" / position / "when").finding(
                f"规则要求“{status}”,但 needs 里没有它。", f"The rule asks for {status!r}, which 'needs' does not name."
            )


def asked_for(document: Any, wanted: bool = True) -> set[str]:
    """Recognitions whose presence helps a rule to hold; those under a `not` do the opposite and do not count."""
    if isinstance(document, list):
        return {status for part in document for status in asked_for(part, wanted)}
    if not isinstance(document, dict) or len(document) != 1:
        return set()
    ((operator, arguments),) = document.items()
    if operator == "status":
        return {arguments} if wanted and isinstance(arguments, str) else set()
    if operator in {"and", "or", "not"}:
        return asked_for(arguments, wanted is not (operator == "not"))
    return set()


def statuses_deeply(rule: Rule, derived: Mapping[str, Rule]) -> set[str]:
    through = (derived[name] for name in reads_deeply(rule, derived) if name in derived)
    return {*rule.statuses, *(status for inner in through for status in inner.statuses)}


def _circles(place: Place, name: str, derived: Mapping[str, Rule]) -> Iterator[Finding]:
    """A derived value that reads itself, directly or through others, can never be worked out."""
    inner = {other for read in derived[name].reads if read in derived for other in reads_deeply(derived[read], derived)}
    if name in derived[name].reads or name in inner:
        yield place.finding(f"“{name}”的推算绕回了自身。", f"{name!r} is worked out from itself.")


def _questions(source: Source, words: Vocabulary, index: Index) -> Iterator[Finding]:
    for path, section in source.of_kind("questions"):
        scope = scope_of(section["group"])
        for position, question in enumerate(section["questions"]):
            for key in ("required", "compute"):
                document = question.get(key)
                if document is not None and not isinstance(document, bool):
                    place = Place(path) / "questions" / position / key
                    if key == "required":
                        yield from read_condition(place, document, words, scope, index)
                    else:
                        yield from read_rule(place, document, words, scope)


def _layouts(source: Source, words: Vocabulary, index: Index) -> Iterator[Finding]:
    for kind in ("application", "home_visit"):
        for path, document in source.of_kind(kind):
            start = Place(path) / "layout" / "elements"
            for where, control, rows in controls(start, document["layout"]["elements"]):
                rule = control.get("rule")
                if isinstance(rule, dict) and "condition" in rule:
                    scope = scope_of(rows or "application")
                    place = where / "rule" / "condition"
                    yield from read_condition(place, rule["condition"], words, scope, index)


def _papers_and_conflicts(source: Source, words: Vocabulary, index: Index) -> Iterator[Finding]:
    for path, document in source.of_kind("documents"):
        for position, paper in enumerate(document["documents"]):
            if paper.get("when") is not None:
                place = Place(path) / "documents" / position / "when"
                yield from read_condition(place, paper["when"], words, "application", index)
    for path, document in source.of_kind("comparisons"):
        for position, comparison in enumerate(document["comparisons"]):
            place = Place(path) / "comparisons" / position
            returned = with_returned(words, (entry["id"] for entry in comparison["returns"]))
            for at, conflict in enumerate(comparison["conflicts"]):
                where = place / "conflicts" / at / "when"
                yield from read_condition(
                    where, conflict["when"], returned, conflict.get("scope", "application"), index
                )
