"""The table of the API: every address, who may use it, what it takes, what it gives and what it refuses.

Serving, the checks of a request, the OpenAPI document and the tests all read this table; nothing is said twice.
"""

from __future__ import annotations

from typing import Final

from portal.api import applications, catalogue, judging, tasks, verifications, visits
from portal.api.body import NOT_JSON, NOT_JSON_TYPE
from portal.api.contract import Parameter, Route
from portal.api.once import KEY_REUSED
from portal.api.paging import MOST
from portal.api.schemas import ITEMS, Schema, one_of
from portal.applications import rules as application_rules
from portal.cases.acting import TASK_CHANGED
from portal.cases.queries import BAD_CURSOR, TASK_GONE
from portal.cases.submitting import NOT_BY_APPLICATION
from portal.catalogue.catalogue import UNKNOWN_ITEM
from portal.catalogue.queries import NOT_PUBLISHED
from portal.errors import INVALID, NOT_FOUND
from portal.values import Text
from portal.verification.commands import WRONG_STATE
from portal.visits.commands import BAD_UUID, VISIT_KEPT
from portal.workflow.engine import BLOCKED, NOT_OPEN, REASON_MISSING

TAGS: Final[dict[str, Text]] = {
    "catalogue": Text("事项与表单", "Items and forms"),
    "judging": Text("预判与联办方案", "Judging and planning"),
    "applications": Text("申请", "Applications"),
    "tasks": Text("待办", "Tasks"),
    "field": Text("入户与核对", "Visits and comparisons"),
}
# What the path's parts look like, by name.
PATH: Final[dict[str, tuple[Text, Schema]]] = {
    "slug": (Text("事项", "Item"), {"type": "string", "maxLength": 60}),
    "number": (Text("受理编号", "Number of the application"), {"type": "string", "minLength": 1, "maxLength": 30}),
    "id": (Text("编号", "Number"), {"type": "integer", "minimum": 1, "maximum": 2_147_483_647}),
    "uuid": (Text("设备生成的标识", "Identifier made by the device"), {"type": "string", "format": "uuid"}),
    "action": (Text("操作", "Action"), {"type": "string", "pattern": "^[a-z_]{1,40}$"}),
}


def _query(name: str, zh: str, en: str, schema: Schema, *, required: bool = False) -> Parameter:
    return Parameter(name, "query", Text(zh, en), schema, required)


CHOSEN: Final = _query("items", "事项,逗号分隔", "Items, separated by commas", ITEMS, required=True)
CURSOR: Final = _query(
    "cursor",
    "上一页给出的翻页标记",
    "The marker the page before gave",
    {"type": "string", "minLength": 1, "maxLength": 400},
)
LIMIT: Final = _query("limit", "每页条数", "Rows on a page", {"type": "integer", "minimum": 1, "maximum": MOST})
SEARCH: Final = {"type": "string", "maxLength": 60}
KEY_SCHEMA: Final = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"}
KEY_TEXT: Final = Text(
    "同一请求重发时用同一个键,只办理一次;保存 7 天。",
    "The same key on a request sent again: it is done once; kept for seven days.",
)
KEY: Final = Parameter("Idempotency-Key", "header", KEY_TEXT, KEY_SCHEMA)
KEY_NEEDED: Final = Parameter("Idempotency-Key", "header", KEY_TEXT, KEY_SCHEMA, required=True)
IF_MATCH: Final = Parameter(
    "If-Match",
    "header",
    Text("查看待办时得到的版本(ETag)。", "The revision seen when looking at the task (its ETag)."),
    {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
)

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "catalogue", "GET", "/catalogue", catalogue.listing, "catalogue",
        Text("现行事项目录", "The catalogue in force"), (),
        {200: ("Catalogue", Text("事项、部门、套餐", "Items, departments, bundles"))},
        problems=(NOT_PUBLISHED,), cached=True,
    ),
    Route(
        "item", "GET", "/catalogue/items/{slug}", catalogue.one, "catalogue",
        Text("一个事项", "One item"), (),
        {200: ("Item", Text("依据、时限、材料、问题、规则", "Basis, limits, papers, questions, rules"))},
        problems=(UNKNOWN_ITEM, NOT_PUBLISHED), cached=True,
    ),
    Route(
        "application_form", "GET", "/forms/application", catalogue.application_form, "catalogue",
        Text("所选事项共用的一张申请表", "The one application form for the chosen items"), (),
        {200: ("Form", Text("JSON Schema、版式、问题数", "JSON Schema, layout, how many questions"))},
        (CHOSEN,), problems=(UNKNOWN_ITEM, NOT_PUBLISHED), cached=True,
    ),
    Route(
        "home_visit_form", "GET", "/forms/home-visit", catalogue.home_visit_form, "catalogue",
        Text("所选事项共用的一张入户表", "The one survey of the home visit for the chosen items"), (),
        {200: ("Form", Text("JSON Schema、版式、问题数", "JSON Schema, layout, how many questions"))},
        (CHOSEN,), problems=(UNKNOWN_ITEM, NOT_PUBLISHED), cached=True,
    ),
    Route(
        "eligibility", "POST", "/eligibility", judging.eligibility, "judging",
        Text("按规则预判一个家庭", "Judge a household by the rules"), (),
        {200: ("Eligibility", Text("每个事项的结论、金额、理由", "Outcome, amount and reasons of each item"))},
        body="EligibilityAsked", problems=(UNKNOWN_ITEM, INVALID, NOT_PUBLISHED),
        example={"facts": {"members": [{"member_birth_date": "1950-03-01"}]}, "items": ["dibao"], "on": "2025-03-10"},
    ),
    Route(
        "plan", "POST", "/plan", judging.planned, "judging",
        Text("联办方案:先后、互斥、节省", "What a choice of items means: order, exclusions, savings"), (),
        {200: ("Plan", Text("方案", "The plan"))},
        body="PlanAsked", problems=(UNKNOWN_ITEM, NOT_PUBLISHED),
        example={"items": ["dibao", "education_aid", "housing_aid"]},
    ),
    Route(
        "create_application", "POST", "/applications", applications.create, "applications",
        Text("提交一份申请", "Send one application"), ("application.create",),
        {201: ("ApplicationTaken", Text("已收件", "Taken"))},
        (KEY_NEEDED,), body="ApplicationSent",
        problems=(
            INVALID, NOT_BY_APPLICATION, KEY_REUSED, applications.STALE_RELEASE, UNKNOWN_ITEM, NOT_PUBLISHED,
        ),
    ),
    Route(
        "applications", "GET", "/applications", applications.listing, "applications",
        Text("查询申请", "Find applications"), ("application.read",),
        {200: ("ApplicationPage", Text("一页,新的在前", "One page, the newest first"))},
        (
            _query("q", "编号、姓名开头或电话", "A number, the beginning of a name, or a phone", SEARCH),
            _query("status", "状态", "Status", one_of(application_rules.STATUSES)),
            CURSOR, LIMIT,
        ),
        problems=(BAD_CURSOR,),
    ),
    Route(
        "application", "GET", "/applications/{number}", applications.one, "applications",
        Text("一份申请的进度与文书", "Where one application stands, and its letters"), ("application.read",),
        {200: ("Application", Text("申请", "The application"))}, problems=(NOT_FOUND,),
    ),
    Route(
        "tasks", "GET", "/tasks", tasks.listing, "tasks",
        Text("我的待办", "My open tasks"), (),
        {200: ("TaskPage", Text("一页,最急的在前", "One page, the most urgent first"))},
        (
            _query("q", "姓名开头或编号", "The beginning of a name, or a number", SEARCH),
            _query("step", "环节", "Step", SEARCH),
            _query("item", "事项", "Item", SEARCH),
            _query("clock", "时限颜色", "Colour of the clock", one_of(("green", "yellow", "red", "paused"))),
            CURSOR, LIMIT,
        ),
        problems=(BAD_CURSOR,),
    ),
    Route(
        "task", "GET", "/tasks/{id}", tasks.one, "tasks",
        Text("一项待办和可做的操作", "One task and what may be done on it"), (),
        {200: ("Task", Text("待办", "The task"))}, problems=(TASK_GONE,),
    ),
    Route(
        "act", "POST", "/tasks/{id}/actions/{action}", tasks.act, "tasks",
        Text("办理一项待办", "Do one action on a task"), (),
        {200: ("ActionDone", Text("已办理", "Done"))},
        (IF_MATCH, KEY), body="ActionSent",
        problems=(TASK_GONE, NOT_OPEN, BLOCKED, REASON_MISSING, TASK_CHANGED, INVALID, KEY_REUSED),
        example={"reason": "材料齐全"},
    ),
    Route(
        "put_visit", "PUT", "/visits/{uuid}", visits.put, "field",
        Text("上传一次入户调查(可重发)", "Keep the record of a home visit; may be sent again"), ("visit.record",),
        {200: ("Visit", Text("已保存", "Kept")), 201: ("Visit", Text("首次保存", "Kept for the first time"))},
        body="VisitSent", problems=(INVALID, VISIT_KEPT, BAD_UUID, NOT_FOUND),
    ),
    Route(
        "visit", "GET", "/visits/{uuid}", visits.one, "field",
        Text("一次入户调查", "The record of a home visit"), ("application.read",),
        {200: ("Visit", Text("记录,证件号已遮蔽", "The record, identifiers masked"))}, problems=(NOT_FOUND,),
    ),
    Route(
        "record_result", "POST", "/verifications/{id}/results", verifications.result, "field",
        Text("登记一项比对的结果", "Hand in the answer of a comparison"), ("verification.act",),
        {200: ("Check", Text("已登记", "Recorded"))},
        (KEY,), body="ResultSent", problems=(INVALID, WRONG_STATE, KEY_REUSED, NOT_FOUND),
        example={"state": "no_record"},
    ),
)  # fmt: skip

OF_EVERY_BODY: Final = (NOT_JSON, NOT_JSON_TYPE, INVALID)
