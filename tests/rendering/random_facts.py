"""Random households for a rule: right values near its limits, and everything a window may send instead."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from portal.rules import Rule
from portal.rules.rule import Derived

TODAY = date(2022, 6, 1)
WRONG = (
    None,
    None,
    None,
    "",
    "x",
    0,
    1,
    -1,
    True,
    False,
    0.1,
    [],
    ["x"],
    [True],
    {"a": 1},
    "2000-02-30",
    "20000229",
    "𠮷",
)
ROWS = (None, [], "x", 7)


class Households:
    """Makes facts for one rule: the names it reads, directly or through derived values, and the values it names."""

    def __init__(self, catalogue: Any, seed: int) -> None:
        self.dice = random.Random(seed)
        self.derived: dict[str, Derived] = dict(catalogue.derived)
        self.questions = catalogue.bank.questions
        self.codes = catalogue.bank.code_lists
        self.params = {name: str(value) for name, value in catalogue.parameters_on(TODAY).items()}

    def cases(self, rule: Rule, count: int) -> Iterator[dict[str, Any]]:
        names, statuses, groups, params, literals = self.reads(rule)
        group = {"member": "members", "house": "houses"}.get(rule.scope)
        if group is not None:
            groups = groups | {group}
        for _ in range(count):
            yield self.case(
                sorted(names), sorted(statuses), sorted(groups), sorted(params), sorted(literals, key=repr), group
            )

    def reads(self, rule: Rule) -> tuple[set[str], set[str], set[str], set[str], set[Any]]:
        names: set[str] = set()
        statuses, groups, params = set(rule.statuses), set(rule.groups), set(rule.params)
        literals = set(literals_of(rule.document))
        waiting = set(rule.reads)
        while waiting:
            name = waiting.pop()
            if name in names:
                continue
            names.add(name)
            if name in self.derived:
                below = self.derived[name].rule
                waiting |= below.reads
                statuses |= below.statuses
                groups |= below.groups
                params |= below.params
                literals |= set(literals_of(below.document))
        return names, statuses, groups, params, literals

    def case(
        self,
        names: list[str],
        statuses: list[str],
        groups: list[str],
        params: list[str],
        literals: list[Any],
        group: str | None,
    ) -> dict[str, Any]:
        dice = self.dice
        care = 1 if dice.random() < 0.5 else dice.random()  # some households are whole, some full of holes
        home = {name: self.questions[name].group for name in names if name in self.questions}
        facts: dict[str, Any] = {}
        for name in names:
            if home.get(name) not in groups and name not in self.derived and dice.random() < 0.3 + 0.7 * care:
                facts[name] = self.value(name, literals, care)
        for one in groups:
            if one == group or dice.random() < 0.9:
                rows = [
                    {
                        n: self.value(n, literals, care)
                        for n in names
                        if home.get(n) == one and dice.random() < 0.5 + care
                    }
                    for _ in range(dice.randrange(1 if one == group else 0, 4))
                ]
                facts[one] = rows if one == group or dice.random() < 0.9 else dice.choice(ROWS)
        case: dict[str, Any] = {
            "facts": facts,
            "on": str(TODAY + timedelta(days=dice.randrange(-800, 800))),
            "params": {n: self.params[n] for n in params if n in self.params and dice.random() < 0.97},
            "statuses": {n: dice.choice([True, False, None]) for n in statuses if dice.random() < 0.8},
        }
        return case | ({"group": group, "row": dice.randrange(len(facts[group]))} if group is not None else {})

    def value(self, name: str, literals: list[Any], care: float) -> Any:
        dice = self.dice
        if dice.random() > 0.4 + 0.6 * care:
            return dice.choice(WRONG)
        question = self.questions.get(name)
        kind = question.type if question is not None else "boolean"
        makers = {
            "boolean": lambda: dice.random() < 0.5,
            **dict.fromkeys(("money", "integer", "decimal"), lambda: self.number(kind, literals)),
            **dict.fromkeys(("date", "datetime"), self.day),
            **dict.fromkeys(("choice", "choices"), lambda: self.code(question, literals)),
            "region": lambda: dice.choice(["321311106201", "321302105", "3213", "110101001001"]),
        }
        return makers.get(kind, lambda: dice.choice(["", "某某", "321311", "v", "2022"]))()

    def day(self) -> str:
        return str(TODAY - timedelta(days=self.dice.choice([0, 365 * 16, 365 * 60]) + self.dice.randrange(-40, 4000)))

    def code(self, question: Any, literals: list[Any]) -> Any:
        known = list(self.codes[question.codes].values)
        if question.type == "choices":
            return self.dice.sample(known, self.dice.randrange(min(4, len(known))))
        near = [one for one in literals if isinstance(one, str)]
        return self.dice.choice(near if near and self.dice.random() < 0.6 else known)

    def number(self, kind: str, literals: list[Any]) -> Any:
        dice = self.dice
        if kind == "decimal":
            return round(dice.uniform(0, 200), dice.randrange(3))
        near = [one for one in literals if isinstance(one, int) and not isinstance(one, bool)]
        if kind == "money":
            known = [int(float(v)) for v in self.params.values() if "/" not in v and float(v) > 1000]
            near = [*near, dice.choice(known) if known else 0]
        if near and dice.random() < 0.5:
            return dice.choice(near) + dice.randrange(-1, 2)
        return dice.choice([0, dice.randrange(20), dice.randrange(200_000), dice.randrange(100_000_000)])


def literals_of(document: Any) -> Iterator[Any]:
    if isinstance(document, dict):
        for op, args in document.items():
            if op not in {"var", "param", "status"}:
                yield from literals_of(args)
    elif isinstance(document, list):
        for part in document:
            yield from literals_of(part)
    elif isinstance(document, str | int | float):
        yield document
