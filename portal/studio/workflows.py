"""Workflows: the steps down the page with their roles, limits and ways on; a copy to change, explored before publishing."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.errors import NOT_FOUND, Problem, Refused
from portal.proposals.rules import BAD_NAME, NAME_TAKEN, SLUG
from portal.reader import needs
from portal.studio.bench import Bench, bench, page, save
from portal.studio.choices import fixed, listed
from portal.studio.fields import Drawn, Field, draw, take
from portal.values import Text
from portal.workflow import parse as parse_workflow
from portal.workflow.explore import Exploration, explore_workflow

pages = Blueprint("studio_workflows", __name__, url_prefix="/studio/<int:proposal_id>/workflows")
CONFIGURATOR = "catalogue.publish"
BAD_STEP = Problem("bad-step", 422, Text("环节没有保存:{why}", "The step was not saved: {why}"))
STAGES: Final[Mapping[str, Text]] = {
    "apply": Text("申请", "Apply"),
    "review": Text("审核", "Review"),
    "research": Text("研判", "Research"),
    "confirm": Text("确认", "Confirm"),
}
ORGS: Final = fixed(
    ("window", "受理窗口", "the window"), ("hukou_village", "户籍地村居", "home village"),
    ("hukou_township", "户籍地乡镇", "home township"), ("hukou_county", "户籍地县区", "home county"), ("city", "市", "the city"),
    ("department", "主管部门", "the department"), ("decision_level", "确认层级", "whoever confirms"),
    ("applicant", "申请人", "the applicant"),
)  # fmt: skip
STEP: Final = (
    Field("title", Text("环节名称", "Step"), "bilingual", required=True),
    Field("assign/role", Text("岗位", "Role"), "choice", listed("roles", "roles")),
    Field("assign/org", Text("在哪里", "Where"), "choice", ORGS),
    Field("limit/days", Text("时限(工作日)", "Limit (working days)"), "number"),
    Field(
        "limit/share",
        Text("或占总时限的比例", "or a share of the item's limit"),
        "number",
        help=Text("0 到 1 之间;与工作日二选一。", "Between 0 and 1; one of the two."),
    ),
    Field("wait/calendar_days", Text("等待(自然日)", "Wait (calendar days)"), "whole"),
)


@dataclass(frozen=True)
class StepRow:
    """One step with what can be changed in it, and where its actions lead, in words."""

    id: str
    step: Mapping[str, Any]
    fields: list[Drawn]
    ways: tuple[tuple[Text, Text], ...]


def path_of(name: str) -> str:
    return f"workflows/{name}.json"


def _document(here: Bench, name: str) -> dict[str, Any]:
    found = here.document(path_of(name))
    if found is None or "steps" not in found:
        raise Refused(NOT_FOUND)
    document: dict[str, Any] = found
    return document


@pages.get("")
@needs(CONFIGURATOR)
def index(proposal_id: int) -> tuple[str, int]:
    """Every workflow and the items that run it."""
    here = bench(proposal_id)
    used: dict[str, list[Any]] = {}
    for _, item in here.source.of_kind("items"):
        used.setdefault(str(item.get("workflow")), []).append(item.get("title"))
    return page("workflows.html", bench=here, flows=[d for _, d in here.source.of_kind("workflow")], used=used)


@pages.get("/<name>")
@needs(CONFIGURATOR)
def show(proposal_id: int, name: str) -> tuple[str, int]:
    """The steps from top to bottom, stage by stage, and what the exploration found."""
    here = bench(proposal_id)
    document = _document(here, name)
    steps = document["steps"]
    rows = [StepRow(key, step, draw(STEP, step, here.source), tuple(_ways(step, steps))) for key, step in steps.items()]
    return page(
        "workflow.html",
        bench=here,
        flow=document,
        name=name,
        rows=rows,
        stages=STAGES,
        explored=_explored(document),
        findings=[finding for finding in here.faults if finding.file == path_of(name)],
        used=[d.get("title") for _, d in here.source.of_kind("items") if d.get("workflow") == name],
    )


def _ways(step: Mapping[str, Any], steps: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """(action, where it leads) in words."""
    told = []
    for action in step.get("actions", {}).values():
        title = Text(action["title"]["zh"], action["title"]["en"])
        if action.get("end"):
            told.append((title, Text(f"办结({action['end']})", f"ends ({action['end']})")))
            continue
        names = [_title_of(target, steps) for target in action.get("to", ())]
        told.append((title, Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))))
    return told


def _title_of(target: str, steps: Mapping[str, Any]) -> Text:
    if target == "$origin":
        return Text("回到来处", "back to where it came from")
    if target == "$step":
        return Text("选定的前面环节", "an earlier step that is chosen")
    title = steps.get(target, {}).get("title", {})
    return Text(title.get("zh", target), title.get("en", target))


def _explored(document: Mapping[str, Any]) -> Exploration | None:
    """What can happen to one case of this workflow; None while the document cannot be read."""
    try:
        return explore_workflow(parse_workflow(document))
    except (KeyError, TypeError, ValueError, AttributeError, Refused):
        return None


@pages.post("/<name>/steps/<step>")
@needs(CONFIGURATOR)
def save_step(proposal_id: int, name: str, step: str) -> Response | tuple[str, int]:
    """Keep what was changed in one step."""
    here = bench(proposal_id)
    document = copy.deepcopy(_document(here, name))
    before = document["steps"].get(step)
    if before is None:
        raise Refused(NOT_FOUND)
    made, faults = take(STEP, request.form, before)
    if faults:
        raise Refused(BAD_STEP, tuple(faults), why=faults[0].message)
    document["steps"][step] = {key: value for key, value in made.items() if not _is_hollow(key, value)}
    words = Text(f"流程 {name}:{made['title']['zh']}", f"Workflow {name}: {made['title']['en']}")
    return save(proposal_id, path_of(name), document, words, back=f"/studio/{proposal_id}/workflows/{name}#{step}")


def _is_hollow(key: str, value: Any) -> bool:
    """An assignment, limit or wait that says nothing."""
    return (
        key in {"assign", "limit", "wait"}
        and isinstance(value, dict)
        and not any(v is not None for v in value.values())
    )


@pages.post("")
@needs(CONFIGURATOR)
def copy_flow(proposal_id: int) -> Response | tuple[str, int]:
    """A copy under a new name: what other items run stays as it is."""
    here = bench(proposal_id)
    name, like = request.form.get("name", "").strip(), request.form.get("like", "")
    if SLUG.fullmatch(name) is None:
        raise Refused(BAD_NAME)
    if here.document(path_of(name)) is not None:
        raise Refused(NAME_TAKEN, name=name)
    document = copy.deepcopy(_document(here, like))
    document["workflow"] = name
    title = document["title"]
    document["title"] = {"zh": f"{title['zh']}(副本)", "en": f"{title['en']} (copy)"}
    words = Text(f"新增流程 {name}", f"New workflow {name}")
    return save(proposal_id, path_of(name), document, words, back=f"/studio/{proposal_id}/workflows/{name}")
