"""What each role may do and what an actor may see: plain values, no database.

A function is a verb on a kind of thing ("case.decide"). A role is a set of functions. An assignment gives a role at a
place, for a department, for some items: that triple is a `Grant`, and all grants of a function make a `Scope`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.values import Text

FUNCTIONS: dict[str, Text] = {
    "application.create": Text("受理申请", "Take applications"),
    "application.read": Text("查看申请", "Read applications"),
    "front.act": Text("办理乡镇环节", "Work on township steps"),
    "verification.act": Text("办理核对", "Work on comparisons"),
    "visit.record": Text("入户调查", "Record home visits"),
    "case.read": Text("查看事项", "Read cases"),
    "case.decide": Text("认定研判", "Judge cases"),
    "case.confirm": Text("确认", "Confirm cases"),
    "entitlement.read": Text("查看待遇", "Read entitlements"),
    "board.read": Text("查看监督看板", "Read the board of clocks"),
    "audit.read": Text("查看留痕", "Read the audit trail"),
    "reference.write": Text("维护基础数据", "Keep reference data"),
    "register.write": Text("维护部门台账", "Keep department registers"),
    "catalogue.read": Text("查看事项目录", "Read the catalogue"),
    "catalogue.publish": Text("发布事项目录", "Publish the catalogue"),
    "user.manage": Text("管理用户", "Manage users"),
}


@dataclass(frozen=True)
class Role:
    """A function role: its name, the region levels it exists at, and what it may do."""

    id: str
    title: Text
    levels: tuple[str, ...]
    functions: frozenset[str]


def _role(role: str, zh: str, en: str, levels: str, functions: str) -> Role:
    return Role(role, Text(zh, en), tuple(levels.split()), frozenset(functions.split()))


# Who does what: procedure §1 (process.md of the domain pack). A window never judges, a county confirmer never visits.
ROLES: dict[str, Role] = {
    r.id: r
    for r in (
        _role(
            "village_worker",
            "村(居)协理员",
            "Village worker",
            "village",
            "application.create application.read visit.record",
        ),
        _role(
            "window_clerk",
            "窗口受理员",
            "Window clerk",
            "city county township village",
            "application.create application.read",
        ),
        _role(
            "township_officer",
            "乡镇经办人",
            "Township officer",
            "township",
            "application.create application.read front.act verification.act visit.record case.read",
        ),
        _role(
            "township_head",
            "乡镇分管领导",
            "Township head",
            "township",
            "application.read case.read case.decide case.confirm",
        ),
        _role(
            "county_verifier", "县核对中心", "County verification centre", "county", "application.read verification.act"
        ),
        _role(
            "department_officer",
            "部门研判岗",
            "Department officer",
            "county city",
            "case.read case.decide entitlement.read register.write",
        ),
        _role(
            "department_head",
            "部门确认岗",
            "Department confirmer",
            "county city",
            "case.read case.confirm entitlement.read",
        ),
        _role("finance_officer", "资金岗", "Finance officer", "county city", "entitlement.read"),
        _role(
            "supervisor",
            "监督岗",
            "Supervisor",
            "county city",
            "application.read case.read entitlement.read board.read",
        ),
        _role(
            "auditor",
            "审计员",
            "Auditor",
            "county city",
            "application.read case.read entitlement.read board.read audit.read",
        ),
        _role("configurator", "配置员", "Configurator", "city", "catalogue.read catalogue.publish"),
        _role("administrator", "系统管理员", "Administrator", "city", "reference.write user.manage catalogue.read"),
    )
}


@dataclass(frozen=True)
class Grant:
    """One assignment as a value: a role at a place; no department means all of them, no items means all of them."""

    role: str
    region: str
    department: str | None = None
    items: frozenset[str] | None = None

    def covers(self, region: str, department: str | None = None, item: str | None = None) -> bool:
        """Whether a row at this region, of this department and item, lies inside the grant."""
        return (
            region.startswith(self.region)
            and (self.department is None or department is None or department == self.department)
            and (self.items is None or item is None or item in self.items)
        )


@dataclass(frozen=True)
class Scope:
    """Everything an actor may see for one function: rows covered by any of the grants. No grant, no row."""

    grants: tuple[Grant, ...]

    def covers(self, region: str, department: str | None = None, item: str | None = None) -> bool:
        return any(grant.covers(region, department, item) for grant in self.grants)

    def reaches(self, department: str, item: str) -> bool:
        """Whether a case of this item could lie in it, wherever the case is."""
        return any(
            (grant.department is None or grant.department == department)
            and (grant.items is None or item in grant.items)
            for grant in self.grants
        )

    def __bool__(self) -> bool:
        return bool(self.grants)


@dataclass(frozen=True)
class Actor:
    """Who acts: a member of staff with grants, the system itself (id None) running a job, or a citizen.

    A citizen holds no grant and no id of staff: he reaches his own drafts and applications, and nothing else.
    """

    id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    lang: str = "zh"
    recused: frozenset[int] = frozenset()  # the applications he stepped back from
    citizen: int | None = None
    phone: str = ""  # a citizen's own, which proves whose earlier applications are his

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def may(self, function: str) -> bool:
        return any(function in ROLES[grant.role].functions for grant in self.grants if grant.role in ROLES)

    @property
    def may_apply(self) -> bool:
        """Whether he fills applications: at a window for others, or for himself."""
        return self.citizen is not None or self.may("application.create")

    def scope(self, function: str) -> Scope:
        return Scope(tuple(g for g in self.grants if g.role in ROLES and function in ROLES[g.role].functions))

    def holds(self, role: str, region: str, department: str | None = None, item: str | None = None) -> bool:
        """Whether the actor holds exactly this role for a piece of work at this place."""
        return any(g.role == role and g.covers(region, department, item) for g in self.grants)


SYSTEM = Actor(None, "system")


def in_force(first: date, last: date | None, today: date) -> bool:
    return first <= today and (last is None or today <= last)
