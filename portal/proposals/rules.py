"""Who may do what with a proposal, and what a document is called in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from portal.catalogue.kinds import kind_of
from portal.errors import Problem
from portal.values import Text

STATUSES: Final[Mapping[str, Text]] = {
    "open": Text("编辑中", "Being edited"),
    "submitted": Text("待他人审核", "Waiting for a second person"),
    "scheduled": Text("已批准,待生效", "Approved, waiting for its day"),
    "published": Text("已发布", "Published"),
    "discarded": Text("已放弃", "Discarded"),
}
KINDS: Final[Mapping[str, Text]] = {
    "questions": Text("问题", "Questions"),
    "codes": Text("代码表", "Code list"),
    "derived": Text("推算值", "Derived values"),
    "parameters": Text("标准与参数", "Standards"),
    "statuses": Text("身份认定", "Recognitions"),
    "exclusions": Text("不可同享次序", "Exclusions"),
    "departments": Text("部门", "Departments"),
    "roles": Text("岗位", "Roles"),
    "documents": Text("材料", "Papers"),
    "comparisons": Text("核对", "Comparisons"),
    "application": Text("申请表", "Application form"),
    "home_visit": Text("入户调查表", "Home-visit form"),
    "items": Text("事项", "Item"),
    "registers": Text("台账", "Register"),
    "examples": Text("样例家庭", "Sample families"),
    "regions": Text("区划", "Regions"),
    "bundles": Text("联办组合", "Bundles"),
    "workflow": Text("流程", "Workflow"),
    "calendar": Text("工作日历", "Calendar"),
}
SLUG: Final = re.compile(r"[a-z][a-z0-9_]{1,58}")

NO_PROPOSAL = Problem("no-proposal", 404, Text("没有这个方案。", "There is no such proposal."))
STALE = Problem(
    "proposal-stale",
    409,
    Text(
        "这个方案在您打开之后已被 {who} 改动;您的修改没有保存,请对照后再改。",
        "{who} changed this proposal after you opened it; your edit was not saved. Compare and edit again.",
    ),
)
NOT_OPEN = Problem(
    "proposal-closed",
    409,
    Text("方案当前为“{status}”,不能这样操作。", "The proposal is {status}; this cannot be done."),
)
NOTHING_CHANGED = Problem("nothing-changed", 422, Text("方案里还没有任何修改。", "The proposal changes nothing yet."))
UNKNOWN_DOCUMENT = Problem("unknown-document", 422, Text("没有这种文档:{path}", "There is no such document: {path}"))
SECOND_PERSON = Problem(
    "second-person",
    403,
    Text("发布须由另一个人批准:提交人和编辑人都不行。", "Somebody else must approve: not who submitted or edited it."),
)
BEHIND = Problem(
    "proposal-behind",
    409,
    Text("目录已有新版本,请先更新方案的基础。", "The catalogue has moved on; bring the proposal up to date first."),
)
CONTRADICTS = Problem(
    "proposal-contradicts",
    409,
    Text("有 {count} 处与新版本冲突,请逐处选择。", "{count} places contradict the new release; choose for each."),
)
NAME_TAKEN = Problem("name-taken", 409, Text("“{name}”已被使用。", "{name} is taken."))
BAD_NAME = Problem(
    "bad-name",
    422,
    Text(
        "名称只能用小写字母、数字和下划线,以字母开头。",
        "A name has small letters, digits and underscores, a letter first.",
    ),
)
NOTHING_TO_UNDO = Problem(
    "nothing-to-undo", 409, Text("没有可以撤销或重做的修改。", "There is nothing to undo or redo.")
)
PAST_DAY = Problem("past-day", 422, Text("生效日期须在今天之后。", "The day must lie after today."))


def title_of(path: str, document: Any) -> Text:
    """A document in words: its kind and its own title."""
    kind = kind_of(path)
    name = KINDS.get(kind.name, Text(path, path)) if kind else Text(path, path)
    own = document.get("title") if isinstance(document, Mapping) else None
    if isinstance(own, Mapping) and "zh" in own:
        return Text(f"{name.zh}“{own['zh']}”", f"{name.en}: {own.get('en', '')}")
    stem = path.rsplit("/", 1)[-1].removesuffix(".json")
    return name if kind is None or "*" not in kind.pattern else Text(f"{name.zh} {stem}", f"{name.en} {stem}")
