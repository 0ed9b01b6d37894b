"""Makes `golden.json`, the one file of vectors that both rule interpreters must pass.

The tables were reasoned by hand. The second part is every rule of the shipped catalogue on the example families, as the
Python interpreter gives them: it pins the two interpreters to each other. `python -m tests.rules.golden` writes the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.documents import read_directory
from portal.catalogue.model import Item
from portal.catalogue.reading import read
from portal.rules import Environment, Rule, Undetermined, parse
from portal.rules.parsing import SCOPE_GROUPS
from tests.rules.tables import TABLES, Unknown, Vector, result_json

FILE = Path(__file__).with_name("golden.json")
FAMILY = Path(__file__).parent.parent / "catalogue" / "data" / "example_family.json"


def environment_of(vector: Vector) -> Environment:
    """What a vector knows, as the interpreter takes it."""
    from portal.rules import Derived
    from portal.values import Text

    derived = {
        name: Derived(name, Text(name, name), given["scope"], parse(given["rule"], scope=given["scope"]))
        for name, given in vector.derived.items()
    }
    params = {name: Fraction(value) for name, value in vector.params.items()}
    return Environment(vector.facts, date.fromisoformat(vector.on), params, vector.statuses, derived)


def as_expected(value: Any) -> Any:
    """An interpreter's result in the words of the tables."""
    return Unknown(tuple(sorted(value.missing))) if isinstance(value, Undetermined) else value


def settings_of(catalogue: Catalogue) -> Iterator[tuple[str, dict[str, Any], date, tuple[Item, ...]]]:
    """The families: the one of the domain pack meets every item, an item's own examples meet that item."""
    pack = json.loads(FAMILY.read_text("utf-8"))
    facts = pack["facts"] | {"x_requested_amount": 100_000}
    yield "family", facts, date.fromisoformat(pack["on"]), tuple(catalogue.items.values())
    for n, example in enumerate(catalogue.examples):
        yield f"{example.item} {n}", dict(example.facts), example.on, (catalogue.item(example.item),)


def rules_of(item: Item) -> Iterator[tuple[str, str, Rule]]:
    for requirement in item.policy.requirements:
        yield f"{item.slug}.{requirement.id}", requirement.scope, requirement.rule
    if item.policy.benefit.amount is not None:
        yield f"{item.slug}.amount", item.policy.benefit.scope, item.policy.benefit.amount


def of_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """Every rule and amount of the catalogue on the families: rules and settings once, results by their names."""
    rules: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    results: list[dict[str, Any]] = []
    for name, facts, on, items in settings_of(catalogue):
        environment = catalogue.environment(facts, on)
        settings[name] = {
            "on": on.isoformat(),
            "facts": dict(sorted(environment.facts.items())),
            "statuses": dict(environment.statuses),
        }
        for item in items:
            for key, scope, rule in rules_of(item):
                rules[key] = rule.document
                group = SCOPE_GROUPS[scope]
                rows: list[Any] = [None] if group == "application" else list(facts.get(group) or ())
                for position, row in enumerate(rows):
                    where = {} if row is None else {"group": group, "row": position}
                    result = result_json(as_expected(rule.evaluate(environment, row)))
                    results.append({"setting": name, "rule": key} | where | result)
    used = sorted({setting["on"] for setting in settings.values()})
    params = {day: {n: str(v) for n, v in catalogue.parameters_on(date.fromisoformat(day)).items()} for day in used}
    derived = {d.id: {"scope": d.scope, "rule": d.rule.document} for d in catalogue.derived.values()}
    return {"derived": derived, "params": params, "rules": rules, "settings": settings, "results": results}


def document() -> dict[str, Any]:
    source, _ = read_directory()
    return {
        "tables": {name: [vector.to_json() for vector in table] for name, table in TABLES.items()},
        "catalogue": of_catalogue(read(source)),
    }


def written(whole: dict[str, Any]) -> str:
    """One vector or one result a line, so that a difference shows which."""
    lines = ['{"tables": {']
    for n, (name, vectors) in enumerate(whole["tables"].items()):
        comma = "," if n + 1 < len(whole["tables"]) else ""
        lines += [f" {json.dumps(name)}: [", *_each(vectors), f" ]{comma}"]
    lines.append('}, "catalogue": {')
    parts = whole["catalogue"]
    for name in ("derived", "params", "rules", "settings"):
        entries = [f"{json.dumps(key)}: {_line(value)}" for key, value in parts[name].items()]
        lines += [
            f" {json.dumps(name)}: {{",
            *(f"  {e}{',' if n + 1 < len(entries) else ''}" for n, e in enumerate(entries)),
            " },",
        ]
    return "\n".join([*lines, ' "results": [', *_each(parts["results"]), " ]", "}}"]) + "\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _each(entries: list[Any]) -> Iterator[str]:
    for n, entry in enumerate(entries):
        yield f"  {_line(entry)}{',' if n + 1 < len(entries) else ''}"


if __name__ == "__main__":
    FILE.write_text(written(document()), "utf-8")
