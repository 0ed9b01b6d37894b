"""The two rule interpreters side by side: Python's, and the browser's inside QuickJS."""

from __future__ import annotations

import json
import re
from datetime import date
from fractions import Fraction
from typing import Any

import quickjs

from portal.rendering.forms import STATIC
from portal.rules import Derived, Environment, Undetermined

# Values as both sides write them down: numbers exact, lists as lists, unknown with its names.
WRITTEN = """
const written = (value) =>
  value instanceof Unknown ? { missing: [...value.missing].sort() }
  : typeof value === "number" ? written(Ratio.of(value))
  : value instanceof Ratio ? { number: value.d === 1n ? String(value.n) : `${value.n}/${value.d}` }
  : Array.isArray(value) ? value.map(written) : value;
"""
BATCH = """
globalThis.batch = (text) => {
  const { shared, cases } = JSON.parse(text);
  return JSON.stringify(cases.map((one) => {
    const c = { ...shared, ...one };
    return written(evaluate(c.rule, environment(c), c.group === undefined ? c.row ?? null : c.facts[c.group][c.row]));
  }));
};
"""


def source(*names: str) -> str:
    """Modules of ours as one plain script, for an engine that loads one text: each sees what it imports."""
    parts = ["const modules = {};"]
    for name in names:
        text = (STATIC / f"{name}.js").read_text(encoding="utf-8")
        exported = ", ".join(re.findall(r"^export (?:async )?(?:const|class|function) (\w+)", text, re.MULTILINE))
        text = re.sub(r'^import \{(.*?)\} from "\./(\w+)\.js";', r"const {\1} = modules.\2;", text, flags=re.MULTILINE)
        text = re.sub(r"^export ", "", text, flags=re.MULTILINE)
        parts.append(f"modules.{name} = (() => {{ {text}\nreturn {{ {exported} }}; }})();")
    return "\n".join(parts)


class Browser:
    """The browser's interpreter: a batch of cases in, their results out."""

    def __init__(self) -> None:
        self.context = quickjs.Context()
        own = "const { Ratio, Unknown, environment, evaluate } = modules.rules;"
        self.context.eval(f"(() => {{ {source('rules')}\n{own}\n{WRITTEN}\n{BATCH} }})()")

    def run(self, cases: list[dict[str, Any]], shared: dict[str, Any] | None = None) -> list[Any]:
        """Each case laid over what they share; a row is an object, or an index into a group's rows."""
        text = json.dumps({"shared": shared or {}, "cases": cases})
        found: list[Any] = json.loads(self.context.get("batch")(text))
        return found


def case_of(vector: dict[str, Any]) -> dict[str, Any]:
    """A golden vector as both sides take it."""
    return {**vector, "derived": {name: given["rule"] for name, given in vector.get("derived", {}).items()}}


def expected(vector: dict[str, Any]) -> Any:
    """What a golden vector says must come out, as both sides write it."""
    if "unknown" in vector:
        return {"missing": vector["unknown"]}
    return {"number": vector["fraction"]} if "fraction" in vector else written(vector["value"])


def environment_of(case: dict[str, Any], derived: dict[str, Derived]) -> Environment:
    return Environment(
        facts=case.get("facts", {}),
        on=date.fromisoformat(case["on"]),
        params={name: Fraction(str(value)) for name, value in case.get("params", {}).items()},
        statuses=case.get("statuses", {}),
        derived=derived,
    )


def python_value(rule: Any, env: Environment, case: dict[str, Any]) -> Any:
    row = case.get("row")
    if row is not None and "group" in case:
        row = env.facts[case["group"]][row]
    return written(rule.evaluate(env, row))


def written(value: Any) -> Any:
    if isinstance(value, Undetermined):
        return {"missing": sorted(value.missing)}
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    if isinstance(value, int | float | Fraction) and not isinstance(value, bool):
        return {"number": str(Fraction(str(value)))}
    return value
