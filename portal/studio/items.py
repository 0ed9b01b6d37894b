"""Items of a proposal: the list, and one item edited section by section."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from portal.db import db, transaction
from portal.errors import NOT_FOUND, Refused
from portal.proposals import commands
from portal.reader import current_actor, needs, now, text
from portal.studio import choices
from portal.studio.bench import Bench, bench, page, save, token
from portal.studio.fields import Field, Section, draw, take
from portal.studio.proposals import next_code
from portal.values import Text

pages = Blueprint("studio_items", __name__, url_prefix="/studio/<int:proposal_id>/items")
CONFIGURATOR = "catalogue.publish"

SECTIONS: Final = (
    Section(
        "basics",
        Text("基本信息", "Basics"),
        (
            Field("title", Text("名称", "Title"), "bilingual", required=True),
            Field("code", Text("编码", "Code"), "line", required=True),
            Field("layer", Text("层次", "Layer"), "choice", choices.layers, required=True),
            Field(
                "department",
                Text("主管部门", "Department"),
                "choice",
                choices.listed("departments", "departments", "code"),
                required=True,
            ),
            Field("unit", Text("救助对象", "Who is aided"), "choice", choices.UNITS, required=True),
            Field("decision_level", Text("由谁确认", "Who confirms"), "choice", choices.LEVELS, required=True),
            Field("starts", Text("怎样启动", "How it starts"), "many", choices.STARTS),
            Field(
                "retired_on",
                Text("停办日期", "Retired on"),
                "day",
                help=Text(
                    "从这一天起不再受理新申请,在办的照常办完。",
                    "From this day no new application is taken; running cases are finished.",
                ),
            ),
        ),
    ),
    Section(
        "questions",
        Text("要问的问题", "What is asked"),
        (
            Field("questions", Text("申请时问", "In the application"), "many", choices.questions("application")),
            Field("survey", Text("入户时问", "At the home visit"), "many", choices.questions("home_visit")),
            Field("survey_use", Text("入户", "Home visit"), "choice", choices.SURVEY, required=True),
        ),
        Text(
            "规则用到的问题必须在这里勾选;同一问题在多个事项中只问一次。",
            "What a rule reads must be ticked here; a question several items need is asked once.",
        ),
    ),
    Section(
        "benefit",
        Text("待遇与发放", "Benefit and payment"),
        (
            Field("benefit/title", Text("标准说明", "Benefit in words"), "bilingual", required=True),
            Field("benefit/kind", Text("种类", "Kind"), "line", required=True),
            Field("benefit/period", Text("周期", "Period"), "choice", choices.PERIODS, required=True),
            Field("benefit/award", Text("发给", "Awarded"), "choice", choices.AWARDS, required=True),
            Field("benefit/scope", Text("按什么计算", "Computed for"), "choice", choices.SCOPES, required=True),
            Field("payment/method", Text("发放方式", "How it is paid"), "bilingual", required=True),
            Field("payment/payer", Text("发放单位", "Who pays"), "bilingual", required=True),
            Field("payment/cycle", Text("发放时间", "When"), "bilingual", required=True),
            Field("review/months", Text("每几个月复核", "Reviewed every … months"), "whole"),
        ),
        Text("金额规则在“规则”一节编辑。", "The rule of the amount is edited under “Rules”."),
    ),
    Section(
        "papers",
        Text("材料", "Papers"),
        (
            Field(
                "materials/before",
                Text("改革前要的材料", "Asked for formerly"),
                "many",
                choices.listed("documents", "documents"),
            ),
            Field(
                "materials/after",
                Text("现在要的材料", "Asked for now"),
                "many",
                choices.listed("documents", "documents"),
            ),
        ),
        Text("一证一书一表之外,只列视情况才要的。", "Beside the three, only what some circumstance asks for."),
    ),
    Section(
        "flow",
        Text("流程与时限", "Workflow and limits"),
        (
            Field("workflow", Text("办理流程", "Workflow"), "choice", choices.workflows, required=True),
            Field("front", Text("需要的前台环节", "Front steps it needs"), "many", choices.FRONT),
            Field(
                "time_limit/before", Text("改革前时限(工作日)", "Former limit (working days)"), "number", required=True
            ),
            Field(
                "time_limit/after", Text("承诺时限(工作日)", "Promised limit (working days)"), "number", required=True
            ),
            Field("time_limit/urgent_hours", Text("急难时限(小时)", "Urgent limit (hours)"), "number"),
            Field("time_limit/publicity_inside", Text("公示计入时限", "Publicity counts inside the limit"), "flag"),
            Field(
                "comparisons",
                Text("要核对的信息", "Comparisons"),
                "many",
                choices.listed("comparisons", "comparisons", "code"),
            ),
        ),
    ),
    Section(
        "relations",
        Text("与其他事项", "Beside other items"),
        (
            Field("co_apply", Text("可以一同申请", "May be asked together with"), "many", choices.items),
            Field("excludes", Text("不可同享", "Not together with"), "many", choices.items),
            Field("needs", Text("须先取得其一", "Needs one of"), "many", choices.needs),
            Field("grants", Text("确认后认定为", "Grants the recognition"), "choice", choices.needs),
        ),
        Text("“不可同享”保存时在两边同时写入。", "“Not together with” is written on both sides when it is saved."),
    ),
    Section(
        "view",
        Text("部门的列表", "The department's list"),
        (
            Field("view/list", Text("列表显示", "Columns"), "many", choices.asked),
            Field("view/search", Text("可以查询", "Search fields"), "many", choices.asked),
        ),
    ),
)
BY_ID: Final = {section.id: section for section in SECTIONS}


def path_of(slug: str) -> str:
    return f"form_schemas/items/{slug}.json"


@pages.get("")
@needs(CONFIGURATOR)
def index(proposal_id: int) -> tuple[str, int]:
    """Every item of the proposal, changed ones marked."""
    here = bench(proposal_id)
    rows = [
        (document, path in here.proposal.documents, path not in here.base.documents)
        for path, document in here.source.of_kind("items")
    ]
    departments = {e["code"]: e["title"] for e in here.source.one("departments").get("departments", ())}
    return page("items.html", bench=here, rows=rows, departments=departments, code=next_code(here.source))


@pages.post("")
@needs(CONFIGURATOR)
def add(proposal_id: int) -> Response:
    """A new item in this proposal."""
    actor, moment, form = current_actor(), now(), request.form
    slug = form.get("slug", "").strip()
    with transaction(db.session()) as session:
        commands.copy_item(
            session,
            actor,
            proposal_id,
            slug=slug,
            code=form.get("code", "").strip(),
            like=form.get("like") or None,
            token=token(),
            now=moment,
        )
    return redirect(f"/studio/{proposal_id}/items/{slug}", code=303)


@pages.get("/<slug>")
@needs(CONFIGURATOR)
def show(proposal_id: int, slug: str) -> tuple[str, int]:
    """One item, all sections; each is saved by itself."""
    return _page(bench(proposal_id), slug)


def _page(
    here: Bench, slug: str, errors: dict[str, str] | None = None, typed: object = None, status: int = 200
) -> tuple[str, int]:
    document = here.document(path_of(slug))
    if document is None:
        raise Refused(NOT_FOUND)
    shown = typed or document
    sections = [(section, draw(section.fields, shown, here.source, errors)) for section in SECTIONS]
    place = path_of(slug)
    mine = [finding for finding in here.faults if finding.file in {place, f"form_schemas/examples/{slug}.json"}]
    return page("item.html", status=status, bench=here, item=document, sections=sections, findings=mine, slug=slug)


@pages.post("/<slug>")
@needs(CONFIGURATOR)
def save_section(proposal_id: int, slug: str) -> Response | tuple[str, int]:
    """Save one section; what cannot be read stays on the page beside what is wrong."""
    here = bench(proposal_id)
    section = BY_ID.get(request.form.get("_section", ""))
    document = here.document(path_of(slug))
    if section is None or document is None:
        raise Refused(NOT_FOUND)
    made, errors = take(section.fields, request.form, document)
    if errors:
        return _page(here, slug, {error.question: text(error.message) for error in errors}, made, 422)
    if not (made.get("review") or {}).get("months", (made.get("review") or {}).get("by_class")):
        made["review"] = None
    title = made["title"]["zh"], made["title"]["en"]
    words = Text(f"{title[0]}:{section.title.zh}", f"{title[1]}: {section.title.en}")
    back = f"/studio/{proposal_id}/items/{slug}#{section.id}"
    others = _other_sides(here, slug, document, made) if section.id == "relations" else {}
    return save(proposal_id, path_of(slug), made, words, back=back, also=others)


def _other_sides(here: Bench, slug: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """An exclusion stands in both items: the others as they must be now."""
    was, excluded = set(before.get("excludes", ())), set(after.get("excludes", ()))
    found = {}
    for other in sorted(was ^ excluded):
        document = here.document(path_of(other))
        if document is not None:
            kept = [name for name in document.get("excludes", ()) if name != slug]
            found[path_of(other)] = {**document, "excludes": [*kept, slug] if other in excluded else kept}
    return found


@pages.post("/<slug>/remove")
@needs(CONFIGURATOR)
def remove(proposal_id: int, slug: str) -> Response | tuple[str, int]:
    """Take an item out. One that runs is retired by its date instead; a new one may simply go."""
    here = bench(proposal_id)
    document = here.document(path_of(slug))
    if document is None:
        raise Refused(NOT_FOUND)
    title = document.get("title", {})
    words = Text(f"删除事项 {title.get('zh', slug)}", f"Item removed: {title.get('en', slug)}")
    return save(proposal_id, path_of(slug), None, words, back=f"/studio/{proposal_id}/items")
