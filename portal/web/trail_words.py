"""Events of the trail in words: a title for every action, and names for the data an event carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.audit import Event
from portal.cases.rules import OUTCOMES, STATUSES
from portal.catalogue.catalogue import Catalogue
from portal.values import Text, yuan

ACTIONS: dict[str, Text] = {
    "application.submitted": Text("递交申请", "Application handed in"),
    "application.accepted": Text("受理申请", "Application accepted"),
    "application.refused": Text("不予受理或终止", "Application refused"),
    "application.withdrawn": Text("撤回申请", "Application withdrawn"),
    "application.reminded": Text("到龄提醒", "Reminded before a birthday"),
    "notice.written": Text("写出告知书", "Letter written"),
    "citizen.signed-in": Text("申请人手机登录", "Citizen signed in by phone"),
    "citizen.signed-out": Text("申请人退出", "Citizen signed out"),
    "citizen.proved": Text("申请人核对身份证后四位", "Citizen proved the end of the id number"),
    "application.supplied": Text("申请人网上补交材料", "Papers sent online by the applicant"),
    "application.printed": Text("打印文书", "Document printed"),
    "application.unmasked": Text("查看完整号码", "Numbers shown in full"),
    "number.unmasked": Text("查看完整证件号码", "Id number shown in full"),
    "authorisation.recorded": Text("登记授权", "Authorisation recorded"),
    "verification.requested": Text("发起比对", "Comparisons requested"),
    "verification.collected": Text("收到比对结果", "Comparisons answered"),
    "verification.answered": Text("登记比对结果", "Comparison typed in"),
    "conflict.settled": Text("核实不一致", "Conflict settled"),
    "visit.recorded": Text("入户调查", "Home visit recorded"),
    "visit.saved": Text("保存入户草稿", "Home visit saved"),
    "task.done": Text("办理环节", "Step done"),
    "task.delegated": Text("转交待办", "Task handed on"),
    "task.recused": Text("申请回避", "Stepped back"),
    "batch.run": Text("批量启动事项", "Batch of starts run"),
    "case.helped_first": Text("先行救助", "Helped first"),
    "case.recognition_changed": Text("前置认定变化", "Recognition changed"),
    "case.rejudged": Text("重新研判", "To be judged again"),
    "case.wait_elapsed": Text("公示期满", "Publicity over"),
    "case.confirmed": Text("确认", "Confirmed"),
    "case.refused": Text("不予确认", "Refused"),
    "case.referred": Text("转介", "Referred"),
    "case.not_together": Text("不可同享", "Not together"),
    "case.withdrawn": Text("事项撤回", "Item withdrawn"),
    "called.aid.release": Text("通知发放急难资金", "Emergency money ordered"),
    "called.front.completed": Text("推送部门", "Passed to the departments"),
    "entitlement.opened": Text("建立待遇", "Entitlement opened"),
    "entitlement.ceased": Text("终止待遇", "Entitlement ended"),
    "catalogue.published": Text("发布事项目录", "Catalogue published"),
    "user.created": Text("新建账号", "Account created"),
    "user.assigned": Text("分配岗位", "Post assigned"),
    "user.logged-in": Text("登录", "Signed in"),
    "user.logged-out": Text("退出", "Signed out"),
    "user.locked": Text("账号锁定", "Account locked"),
    "user.password-changed": Text("修改密码", "Password changed"),
    "audit.exported": Text("导出留痕", "Trail exported"),
    "demo.advanced": Text("快进演示时钟", "Demo clock moved"),
    "demo.seeded": Text("生成示例数据", "Demo data made"),
}
# What no line above names is put together: a noun and what was done to it.
NOUNS: dict[str, Text] = {
    "assignment": Text("岗位", "Post"),
    "delegation": Text("委托", "Delegation"),
    "department": Text("部门", "Department"),
    "draft": Text("草稿", "Draft"),
    "file": Text("文件", "File"),
    "holiday": Text("节假日", "Holiday"),
    "link": Text("链接", "Link"),
    "office": Text("办公地点", "Office"),
    "proposal": Text("目录草案", "Proposal"),
    "region": Text("区划", "Region"),
    "register": Text("台账", "Register"),
    "user": Text("账号", "Account"),
}
VERBS: dict[str, Text] = {
    "added": Text("新增", "added"),
    "begun": Text("开始", "begun"),
    "changed": Text("修改", "changed"),
    "deleted": Text("删除", "deleted"),
    "discarded": Text("放弃", "discarded"),
    "exported": Text("导出", "exported"),
    "filled": Text("预填", "filled"),
    "imported": Text("导入", "imported"),
    "kept": Text("保存", "kept"),
    "made": Text("生成", "made"),
    "moved": Text("更新", "moved"),
    "published": Text("发布", "published"),
    "removed": Text("删除", "removed"),
    "reopened": Text("重新打开", "reopened"),
    "revealed": Text("查看完整号码", "numbers shown in full"),
    "scheduled": Text("定时", "scheduled"),
    "started": Text("发起", "started"),
    "submitted": Text("提交", "submitted"),
    "used-again": Text("再次使用", "used again"),
}
DATA: dict[str, Text] = {
    "added": Text("新增", "new"),
    "after": Text("之后", "after"),
    "amount_fen": Text("金额(元)", "amount (yuan)"),
    "answers": Text("收到", "answered"),
    "basis": Text("采信", "basis"),
    "because": Text("因为", "because of"),
    "before": Text("之前", "before"),
    "changed": Text("变更", "changed"),
    "changes": Text("变化", "changes"),
    "channel": Text("渠道", "channel"),
    "choice": Text("操作", "action"),
    "code": Text("比对", "comparison"),
    "columns": Text("字段", "columns"),
    "conflicts": Text("不一致", "conflicts"),
    "count": Text("条数", "rows"),
    "counts": Text("件数", "counts"),
    "day": Text("日期", "day"),
    "days": Text("天数", "days"),
    "department": Text("部门", "department"),
    "faulty": Text("有误", "faulty"),
    "file": Text("文件", "file"),
    "first_day": Text("起始日", "from"),
    "households": Text("户数", "families"),
    "in_clear": Text("完整号码", "in full"),
    "item": Text("事项", "item"),
    "items": Text("事项", "items"),
    "late": Text("逾期", "late"),
    "limit_fen": Text("限额(元)", "limit (yuan)"),
    "not_signed": Text("未授权", "not signed"),
    "note": Text("说明", "note"),
    "number": Text("编号", "number"),
    "outcome": Text("结果", "outcome"),
    "promised": Text("承诺日", "promised"),
    "purpose": Text("用途", "purpose"),
    "question": Text("问题", "question"),
    "read": Text("读取", "read"),
    "reason": Text("理由", "reason"),
    "register": Text("台账", "register"),
    "registers": Text("台账", "registers"),
    "release": Text("版本", "release"),
    "revision": Text("版次", "revision"),
    "role": Text("岗位", "role"),
    "row": Text("行", "row"),
    "rule": Text("规则", "rule"),
    "sent": Text("已发", "sent"),
    "source": Text("来源", "source"),
    "state": Text("状态", "state"),
    "step": Text("环节", "step"),
    "task": Text("待办", "task"),
    "username": Text("账号", "login"),
    "where": Text("条件", "searched for"),
    "window": Text("窗口", "window"),
}


@dataclass(frozen=True)
class Words:
    """One event as a person reads it: what was done, and the data it carries as named values."""

    title: Text
    data: tuple[tuple[Text, Text], ...]


def title_of(action: str) -> Text:
    """The title of an action; one nobody has words for stands for itself."""
    known = ACTIONS.get(action)
    if known is not None:
        return known
    noun, _, verb = action.partition(".")
    if noun in NOUNS and verb in VERBS:
        thing, deed = NOUNS[noun], VERBS[verb]
        return Text(f"{deed.zh}{thing.zh}", f"{thing.en} {deed.en}")
    return Text(action, action)


def words_of(event: Event, catalogue: Catalogue) -> Words:
    """An event in words. Steps and actions are named as the current catalogue names them."""
    title = title_of(event.action)
    step, choice = _step_and_choice(event.data, catalogue)
    told = event.action == "task.done" and step is not None
    if told and step is not None:
        deed = choice or Text(str(event.data.get("choice", "")), str(event.data.get("choice", "")))
        title = Text(f"{step.zh}:{deed.zh}", f"{step.en}: {deed.en}")
    named = {"step": step, "choice": choice}
    data = tuple(
        (DATA.get(name, Text(name, name)), named.get(name) or _value(name, value, catalogue))
        for name, value in sorted(event.data.items())
        if value not in (None, "", []) and not (told and name in named)
    )
    return Words(title, data)


def _step_and_choice(data: Mapping[str, Any], catalogue: Catalogue) -> tuple[Text | None, Text | None]:
    for flow in catalogue.workflows.values():
        step = flow.steps.get(str(data.get("step")))
        if step is not None and (not data.get("choice") or data["choice"] in step.actions):
            action = step.actions.get(str(data.get("choice")))
            return step.title, action.title if action is not None else None
    return None, None


def _value(name: str, value: Any, catalogue: Catalogue) -> Text:
    if name.endswith("_fen") and isinstance(value, int):
        return Text(yuan(value), yuan(value))
    if name in {"item", "because"} and value in catalogue.items:
        return catalogue.items[value].title
    if name == "items" and isinstance(value, list):
        found = [
            catalogue.items[slug].title if slug in catalogue.items else Text(str(slug), str(slug)) for slug in value
        ]
        return Text("、".join(one.zh for one in found), ", ".join(one.en for one in found))
    if name == "outcome":
        known = STATUSES.get(str(value)) or OUTCOMES.get(str(value))
        if known is not None:
            return known
    if name in {"release", "before"} and isinstance(value, str) and len(value) == 64:
        return Text(value[:12], value[:12])
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return Text(text, text)
