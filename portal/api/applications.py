"""Applications for programs: sending one, finding them, following one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.api.contract import Answer, Asked
from portal.api.once import once
from portal.api.paging import PAGE, cursor, links, position
from portal.api.shapes import placed
from portal.applications import queries
from portal.applications.models import Application
from portal.applications.rules import STATUSES
from portal.cases import commands
from portal.cases import queries as case_queries
from portal.cases.models import Case
from portal.cases.rules import ENDED
from portal.cases.rules import STATUSES as CASE_STATUSES
from portal.catalogue.catalogue import Catalogue, meant
from portal.catalogue.papers import THREE
from portal.catalogue.queries import current
from portal.catalogue.queries import release as release_by_id
from portal.catalogue.release import Release
from portal.db import db
from portal.errors import INVALID, FieldError, Problem, Refused
from portal.notices import queries as notice_queries
from portal.organisation.models import Region
from portal.organisation.queries import calendar
from portal.reader import now, today
from portal.values import Text

PATH = "/api/v1/applications"
STALE_RELEASE = Problem(
    "stale-release",
    409,
    Text(
        "事项目录已更新,请按新版表单({release})核对后再提交。",
        "The catalogue has changed: check the answers against the form of release {release} and send them again.",
    ),
)


def create(asked: Asked) -> Answer:
    """Take one application; sent again with the same key it stays one."""
    return once(asked, lambda session: _taken(session, asked))


def _taken(session: Session, asked: Asked) -> Answer:
    sent, release = asked.body, current(session)
    if sent.get("release") not in {None, release.id}:
        raise Refused(STALE_RELEASE, release=release.id[:12])
    window, papers = _window(session, asked.actor, sent.get("window_region")), _papers(release, sent.get("papers"))
    with placed("/answers"):
        application = commands.submit(
            session,
            asked.actor,
            release,
            items=sent["items"],
            answers=sent["answers"],
            papers=papers,
            channel="window",
            window_region=window,
            now=now(),
        )
    session.flush()  # the number is final
    return Answer(
        {
            "number": application.number,
            "status": application.status,
            "submitted_at": application.submitted_at.isoformat(),
            "region": application.region_code,
            "promised": _promised(session, release, application.items),
        },
        201,
        {"Location": f"{PATH}/{application.number}"},
    )


def _promised(session: Session, release: Release, slugs: list[str]) -> list[dict[str, Any]]:
    """Each item's promise, as a day if it were accepted today: the clock starts when the township accepts."""
    days = calendar(session)
    return [
        {
            "item": item.slug,
            "title": item.title.to_json(),
            "working_days": float(item.time_limit.after),
            "by": days.add(today(), int(item.time_limit.after)).isoformat(),
        }
        for item in release.catalogue.chosen(slugs)
    ]


def _window(session: Session, actor: Actor, wanted: str | None) -> str:
    """The window that takes it: the sender's own, or one inside his region."""
    scope = actor.scope("application.create")
    if wanted is None:
        return scope.grants[0].region
    if not scope.covers(wanted) or session.get(Region, wanted) is None:
        fault = Text("不是您的窗口所在地。", "Not a place of one of your windows.")
        raise Refused(INVALID, (FieldError("/window_region", "window_region", "region", fault),), count=1)
    return wanted


def _papers(release: Release, sent: list[str] | None) -> list[str]:
    if sent is None:
        return list(THREE)
    known = {*release.catalogue.papers, *THREE}
    faults = []
    for at, paper in enumerate(sent):
        if paper not in known:
            hint = meant(paper, known)
            told = Text(f"没有材料“{paper}”。{hint.zh}", f"There is no paper {paper!r}. {hint.en}".rstrip())
            faults.append(FieldError(f"/papers/{at}", "papers", "unknown", told))
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    return sent


def listing(asked: Asked) -> Answer:
    """The newest first, within what the sender may see."""
    limit = asked.query.get("limit", PAGE)
    before = position(asked, PATH)
    rows = queries.recent(
        db.session(),
        asked.actor,
        q=asked.query.get("q", "").strip(),
        status=asked.query.get("status", ""),
        before=int(before) if before else None,
        limit=limit + 1,
    )
    shown = rows[:limit]
    following = cursor(asked, PATH, str(shown[-1].id)) if len(rows) > limit else None
    return Answer({"items": [_line(row) for row in shown], "next": following}, headers=links(PATH, asked, following))


def _line(row: Application) -> dict[str, Any]:
    return {
        "number": row.number,
        "status": row.status,
        "applicant": row.applicant_name,
        "items": list(row.items),
        "region": row.region_code,
        "window_region": row.window_region,
        "submitted_at": row.submitted_at.isoformat(),
        "promised_on": row.promised_on and row.promised_on.isoformat(),
        "closed_on": row.closed_on and row.closed_on.isoformat(),
    }


def one(asked: Asked, number: str) -> Answer:
    """One application: where each item stands, and every letter that was written."""
    session = db.session()
    row = queries.by_number(session, asked.actor, number)
    catalogue = release_by_id(session, row.release_id).catalogue
    letters = notice_queries.of_application(session, row.id)
    return Answer(
        {
            "number": row.number,
            "status": row.status,
            "status_text": STATUSES[row.status].to_json(),
            "release": row.release_id,
            "applicant": row.applicant_name,
            "applicant_id": row.applicant_masked,
            "region": row.region_code,
            "window_region": row.window_region,
            "submitted_at": row.submitted_at.isoformat(),
            "accepted_on": row.accepted_on and row.accepted_on.isoformat(),
            "promised_on": row.promised_on and row.promised_on.isoformat(),
            "closed_on": row.closed_on and row.closed_on.isoformat(),
            "asked_for": list(row.items),
            "items": [_case(catalogue, case) for case in case_queries.of_application(session, row.id)],
            "letters": [
                {
                    "number": letter.number,
                    "kind": letter.kind,
                    "title": letter.title,
                    "written_at": letter.written_at.isoformat(),
                    "lines": letter.body.get("lines", []),
                }
                for letter in letters
            ],
        }
    )


def _case(catalogue: Catalogue, case: Case) -> dict[str, Any]:
    """One item of it. What a department has prepared but nobody confirmed is not told yet."""
    ended = case.status in ENDED
    return {
        "number": case.number,
        "item": case.item,
        "title": catalogue.item(case.item).title.to_json(),
        "department": case.department_code,
        "status": case.status,
        "status_text": CASE_STATUSES[case.status].to_json(),
        "promised_on": case.promised_on and case.promised_on.isoformat(),
        "closed_on": case.closed_on and case.closed_on.isoformat(),
        "outcome": (case.outcome or None) if ended else None,
        "amount_fen": case.amount_fen if case.status == "confirmed" else None,
        "reason": (case.reason or None) if ended else None,
    }
