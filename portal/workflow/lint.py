"""Faults of a workflow document, all at once, with what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from portal.errors import Finding, Findings
from portal.values import Text, nearest
from portal.workflow.conditions import BadCondition, compile_condition
from portal.workflow.explore import explore_workflow
from portal.workflow.model import EARLIER, FRONT, FRONT_SIGNALS, ORIGIN, forward, parse, reach

SIGNALS = frozenset({*FRONT_SIGNALS.values(), "front_refused", "confirmed"})


def _near(word: str, known: Collection[str]) -> Text | None:
    hit = nearest(word, known)
    return Text(f"是否指“{hit}”?", f"Did you mean {hit!r}?") if hit else None


def _names(f: Findings, file: str, at: str, names: Collection[str], known: Collection[str], zh: str, en: str) -> None:
    for name in names:
        if name not in known:
            f.add(file, at, f"没有{zh}“{name}”。", f"There is no {en} {name!r}.", _near(name, known))


def _text(f: Findings, file: str, at: str, d: Mapping[str, Any]) -> None:
    title = d.get("title") or {}
    for lang in ("zh", "en"):
        if not str(title.get(lang, "")).strip():
            f.add(file, f"{at}/title/{lang}", "缺少文字。", "The text is missing.")


def _rule(f: Findings, file: str, at: str, rule: Any) -> None:
    try:
        compile_condition(rule)
    except BadCondition as fault:
        f.add(file, at, f"条件写法不对:{fault}。", f"The condition is not in the language: {fault}.")


def _step(
    f: Findings,
    file: str,
    at: str,
    d: Mapping[str, Any],
    steps: Mapping[str, Any],
    roles: Collection[str],
    forms: Collection[str] | None,
) -> None:
    _text(f, file, at, d)
    if "assign" in d:
        _names(f, file, f"{at}/assign/role", [d["assign"]["role"]], roles, "角色", "role")
        _names(f, file, f"{at}/assign/different_from", d["assign"].get("different_from", ()), steps, "步骤", "step")
    if forms is not None and "form" in d:
        _names(f, file, f"{at}/form", [d["form"]], forms, "办理界面", "form")
    if "signal" in d:
        _names(f, file, f"{at}/signal", [d["signal"]], {*SIGNALS, FRONT}, "信号", "signal")
    _names(f, file, f"{at}/join", d.get("join", ()), steps, "步骤", "step")
    if not d.get("actions"):
        f.add(file, f"{at}/actions", "此步骤没有出口。", "There is no way out of this step.")
    for key in ("when",):
        if key in d:
            _rule(f, file, f"{at}/{key}", d[key])
    if "automatic" in d:
        _rule(f, file, f"{at}/automatic/when", d["automatic"]["when"])
        _names(f, file, f"{at}/automatic/action", [d["automatic"]["action"]], d["actions"], "操作", "action")
    if "needs" in d and not any(a.get("needs") for a in d["actions"].values()):
        f.add(
            file,
            f"{at}/needs",
            "需要前置认定,却没有受其约束的操作。",
            "It needs a recognition but no action waits for it.",
        )
    for name, action in d.get("actions", {}).items():
        here = f"{at}/actions/{name}"
        _text(f, file, here, action)
        _names(f, file, f"{here}/to", action.get("to", ()), {*steps, ORIGIN, EARLIER}, "步骤", "step")
        _names(f, file, f"{here}/emit", action.get("emit", ()), SIGNALS, "信号", "signal")
        if bool(action.get("to")) == bool(action.get("end")):
            f.add(
                file,
                here,
                "操作须写明去向或结束,二者取一。",
                "An action goes on or ends: give exactly one of to and end.",
            )
        if "when" in action:
            _rule(f, file, f"{here}/when", action["when"])


def lint(document: Mapping[str, Any], roles: Collection[str], forms: Collection[str] | None = None) -> list[Finding]:
    """Everything wrong with a document that fits the meta-schema; a clean one is explored for traps as well."""
    f = Findings()
    file = f"workflows/{document['workflow']}.json"
    steps = document["steps"]
    _text(f, file, "", document)
    _names(f, file, "/start", document["start"], steps, "步骤", "step")
    _names(f, file, "/withdraw/until", document.get("withdraw", {}).get("until", ()), steps, "步骤", "step")
    if "rejudge" in document:
        _names(f, file, "/rejudge", [document["rejudge"]], steps, "步骤", "step")
    for name, d in steps.items():
        _step(f, file, f"/steps/{name}", d, steps, roles, forms)
    if f.items:
        return f.items
    wf = parse(document)
    edges = forward(wf.steps)
    for name, step in wf.steps.items():
        if name in reach(edges, name):
            f.add(
                file,
                f"/steps/{name}",
                "步骤绕回自身;退回须写 back。",
                "The step comes round to itself; mark returns with back.",
            )
        for other in step.join:
            if name not in wf.downstream[other]:
                f.add(
                    file,
                    f"/steps/{name}/join",
                    f"“{other}”不通向此步骤,永远等不齐。",
                    f"{other!r} does not lead here, so the join never completes.",
                )
    if f.items:
        return f.items
    found = explore_workflow(wf)
    for name in found.unreachable:
        f.add(file, f"/steps/{name}", "没有途径到达此步骤。", "Nothing leads to this step.")
    for where in found.stuck:
        f.add(file, "/steps", f"办到“{where}”后无法办结。", f"From {where!r} no end can be reached.")
    if not found.complete:
        f.add(file, "/steps", "流程过于复杂,无法查清。", "Too many states to be checked.")
    return f.items
