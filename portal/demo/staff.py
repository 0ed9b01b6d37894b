"""Fictional staff: one login per role and place, so that every desk of the town has somebody and four eyes can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal import audit
from portal.access.commands import assign, create_user
from portal.access.models import Assignment, Delegation
from portal.access.rules import ROLES
from portal.cases.rules import CITY_LEVELS
from portal.catalogue.catalogue import Catalogue
from portal.demo.people import name
from portal.organisation.models import Region
from portal.values import Text

PASSWORD = "demo town pass phrase"  # noqa: S105 - printed on purpose; the demo holds fictional people only
OPERATOR = "portal seed"
TOWNSHIP, COUNTY, OTHER_COUNTY, CITY = "321311106", "321311", "321302", "3213"
VILLAGE = "321311106201"
FIRST_DAY = date(2020, 1, 1)  # everybody was there before the first file was


@dataclass(frozen=True)
class Post:
    """One login: its role, its place, and what somebody who tries the platform might do with it first."""

    username: str
    role: str
    region: str
    department: str | None = None
    hint: Text | None = None


FIRST: tuple[Post, ...] = (
    Post("clerk", "window_clerk", OTHER_COUNTY, hint=Text("新申请:低保+教育+住房", "New application: three items")),
    Post("clerk_town", "window_clerk", TOWNSHIP, hint=Text("草稿、补交材料", "Drafts and papers owed")),
    Post("village", "village_worker", VILLAGE, hint=Text("代办申请、入户", "Apply for a neighbour; visit")),
    Post(
        "township",
        "township_officer",
        TOWNSHIP,
        hint=Text("待办:受理、入户、处理不一致", "Inbox: accept, visit, settle"),
    ),
    Post("township2", "township_officer", TOWNSHIP, hint=Text("第二名经办人", "The second investigator")),
    Post("head", "township_head", TOWNSHIP, hint=Text("审核意见、小额确认、急难先行", "Opinions; help at once")),
    Post("verifier", "county_verifier", COUNTY, hint=Text("25 项比对", "The 25 comparisons")),
    Post("finance", "finance_officer", COUNTY, hint=Text("待遇清单", "Entitlements")),
    Post("supervisor_suyu", "supervisor", COUNTY, hint=Text("本区看板", "The county's board")),
    Post("supervisor", "supervisor", CITY, hint=Text("全市看板", "The city's board")),
    Post("auditor", "auditor", CITY, hint=Text("留痕检索与导出", "Search and export the trail")),
    Post("configurator", "configurator", CITY, hint=Text("配置工作室:新增事项", "The studio: a new item")),
    Post("configurator2", "configurator", CITY, hint=Text("第二人:批准发布", "The second person: publishes")),
    Post("admin", "administrator", CITY, hint=Text("基础数据与用户", "Reference data and users")),
)
HEAD = (Text("岗位", "Role"), Text("地方", "Place"), Text("账号", "Login"), Text("先试什么", "What to try first"))
DEPARTMENT_ROLES = Text("部门研判、确认", "Department officers, confirmer")
DEPARTMENT = Text("研判(前两个)、确认(head)", "Judge (the first two), confirm (head)")


def first_posts(catalogue: Catalogue) -> list[Post]:
    """One login per role at the places the story is told at, two officers and a confirmer for every department."""
    posts = list(FIRST)
    desks = list(department_desks(catalogue))
    for code, place in desks:
        places = [one for owner, one in desks if owner == code]
        suffix = code.lower() if len(places) == 1 or place == COUNTY else f"{code.lower()}_city"
        posts.append(Post(f"officer_{suffix}", "department_officer", place, code))
        posts.append(Post(f"officer2_{suffix}", "department_officer", place, code))
        posts.append(Post(f"head_{suffix}", "department_head", place, code))
    return posts


def department_desks(catalogue: Catalogue, county: str = COUNTY) -> Iterator[tuple[str, str]]:
    """Where each department's work lies: in the county, in the city for enterprises and price subsidies, or in both."""
    for code in catalogue.departments:
        levels = {item.decision_level for item in catalogue.items_of(code)}
        if levels - CITY_LEVELS:
            yield code, county
        if levels & CITY_LEVELS:
            yield code, county[:4]


def further_posts(catalogue: Catalogue, regions: Sequence[Region]) -> Iterator[Post]:
    """Everybody else the town needs: the other counties' departments and every township's desk."""
    for region in regions:
        if region.level == "county" and region.code != COUNTY:
            yield Post(f"verifier_{region.code}", "county_verifier", region.code)
            for code, place in department_desks(catalogue, region.code):
                if place == region.code:
                    for name_, role in (("officer", "officer"), ("officer2", "officer"), ("head", "head")):
                        if name_ != "officer2" or code == "MZ":
                            yield Post(f"{name_}_{code.lower()}_{place}", f"department_{role}", place, code)
        elif region.level == "township" and region.code != TOWNSHIP:
            yield Post(f"township_{region.code}", "township_officer", region.code)
            yield Post(f"head_{region.code}", "township_head", region.code)
            yield Post(f"clerk_{region.code}", "window_clerk", region.code)
    yield Post(f"clerk_{CITY}", "window_clerk", CITY)


def employ(db: Session, posts: Iterable[Post], *, now: datetime) -> int:
    """Accounts and assignments for posts nobody holds yet; returns how many are new."""
    known = set(db.scalars(select(User.username)))
    hashed = generate_password_hash(PASSWORD)
    count = 0
    for post in posts:
        if post.username in known:
            continue
        dice = Random(f"staff:{post.username}")  # noqa: S311 - names for a play, no secret
        user = create_user(
            db, username=post.username, name=name(dice), password=PASSWORD, actor_name=OPERATOR, now=now, hashed=hashed
        )
        assign(
            db,
            user,
            role=post.role,
            region_code=post.region,
            department_code=post.department,
            actor_name=OPERATOR,
            now=now,
            first_day=FIRST_DAY,
        )
        count += 1
    return count


DELEGATED = (("disability_living", None), ("dibao", 100_000))


def delegate(db: Session, *, now: datetime) -> None:
    """The county lets one township confirm two items, one of them up to an amount; made once."""
    for item, limit in DELEGATED:
        query = select(Delegation.id).where(Delegation.item == item, Delegation.region_code == TOWNSHIP)
        if db.scalar(query) is None:
            db.add(Delegation(item=item, region_code=TOWNSHIP, limit_fen=limit, first_day=FIRST_DAY))
            audit.record(
                db,
                actor_id=None,
                actor_name=OPERATOR,
                action="delegation.added",
                stream=f"delegation:{TOWNSHIP}",
                region_code=TOWNSHIP,
                at=now,
                item=item,
                limit_fen=limit,
            )


def table(posts: Iterable[Post], places: Mapping[str, str], departments: Mapping[str, str], lang: str) -> list[str]:
    """The logins as lines of a table: role, place, logins, what to try first; a department's people on one line."""
    rows: dict[tuple[str, str | None, str], tuple[str, str, list[str], str]] = {}
    for post in posts:
        place = " ".join((places.get(post.region, post.region), departments.get(post.department or "", ""))).strip()
        hint = post.hint or (DEPARTMENT if post.department else None)
        role = DEPARTMENT_ROLES if post.department else ROLES[post.role].title
        key = (post.region, post.department, "" if post.department else post.username)
        row = rows.setdefault(key, (role.to(lang), place, [], hint.to(lang) if hint else ""))
        row[2].append(post.username)
    lines = [tuple(word.to(lang) for word in HEAD)]
    lines += [(role, place, " ".join(names), hint) for role, place, names, hint in rows.values()]
    widths = [max((_width(line[n]) for line in lines), default=0) for n in range(3)]
    return ["  ".join([*(_pad(line[n], widths[n]) for n in range(3)), line[3]]).rstrip() for line in lines]


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def posts_held(db: Session) -> list[tuple[User, Assignment]]:
    """Who holds which post."""
    query = select(User, Assignment).join(Assignment, Assignment.user_id == User.id).order_by(User.id)
    return [(user, post) for user, post in db.execute(query)]
