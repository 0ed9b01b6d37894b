"""What the end of a case brings: recognitions, dependants released or judged again, exclusions, the combined notice."""

from __future__ import annotations

from sqlalchemy import select

from portal.cases.flow import File, promote, signal_cases
from portal.cases.letters import TITLES, all_ended, body
from portal.cases.models import Case
from portal.cases.opening import propose
from portal.cases.recognising import excluded_by, grant_for, recognition_of
from portal.cases.rules import ENDED, for_month, month_end
from portal.errors import Problem, Refused
from portal.households.models import Membership, Person
from portal.notices import commands as notice_commands
from portal.recognitions import commands as recognition_commands
from portal.values import Text
from portal.workflow import State

EXCLUDED = Problem(
    "excluded",
    409,
    Text(
        "与已确认的“{other}”不可同享,应按“不可同享”办结本事项。",
        "Cannot be received together with {other}, which is confirmed: close this one as not together.",
    ),
)
EXCLUSION_OPEN = Problem(
    "exclusion-open",
    409,
    Text(
        "与“{other}”不可同享,须待其办结后再确认。",
        "Cannot be received together with {other}; wait until that one is decided.",
    ),
)


def household_cases(file: File) -> list[Case]:
    """Every case of the household that may matter to another: open or confirmed, in this application and elsewhere."""
    query = select(Case).where(
        Case.household_id == file.application.household_id, Case.status.not_in(ENDED - {"confirmed"})
    )
    return list(file.db.scalars(query.order_by(Case.id)))


def refuse_if_excluded(file: File, case: Case) -> None:
    """Refuse a confirmation that an item earlier in the order of exclusions stands against."""
    for other in household_cases(file):
        if other is case or not excluded_by(file.catalogue, case, other):
            continue
        if file.catalogue.exclusions.kept(case.item, other.item) != other.item:
            continue
        title = file.catalogue.item(other.item).title
        if other.status == "confirmed":
            raise Refused(EXCLUDED, other=title)
        if other.prepared_outcome != "not_eligible":
            raise Refused(EXCLUSION_OPEN, other=title)


def settle(file: File) -> None:
    """Work off everything that ended in this command, until nothing more follows from it."""
    seen: set[int] = set()
    while True:
        batch = [case for case in file.ended if case.id not in seen]
        if not batch:
            break
        for case in batch:
            seen.add(case.id)
            _one_ended(file, case)
        file.db.flush()  # recognitions just granted must be found
        _tell_dependants(file)
    if seen:
        _write_notices(file)


def _one_ended(file: File, case: Case) -> None:
    file.record(
        f"case.{case.status}",
        case,
        item=case.item,
        amount_fen=case.amount_fen if case.status == "confirmed" else None,
        outcome=case.status,
        reason=case.reason,
    )
    if case.status != "confirmed":
        return
    people = persons_of(file, case)
    grant_for(file.db, file.catalogue, case, people, file.today)
    item = file.catalogue.item(case.item)
    for person_id in [p.id for p in people] if item.unit == "person" and people else [None]:
        recognition_commands.award(
            file.db,
            item=case.item,
            household_id=case.household_id,
            person_id=person_id,
            reason=str(file.application.answers.get("app_reason") or "")[:60],
            amount_fen=case.amount_fen,
            first_day=file.today,
            last_day=month_end(month) if (month := for_month(file.application.provenance)) else None,
        )
    losing = [
        other
        for other in file.cases
        if other is not case
        and other.status not in ENDED
        and excluded_by(file.catalogue, case, other)
        and file.catalogue.exclusions.kept(case.item, other.item) == case.item
    ]
    for other in losing:
        other.reason = file.catalogue.exclusions.rule.zh
        signal_cases(file, "not_together", [other])


def persons_of(file: File, case: Case) -> list[Person]:
    """The people an item was awarded to, found from the rows of the answers by their position."""
    rows = {person["row"] for person in case.persons if isinstance(person, dict) and "row" in person}
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.household_id == case.household_id, Membership.last_day.is_(None))
        .order_by(Membership.id)
    )
    people = list(file.db.scalars(query))
    members = [m for m in file.application.answers.get("members") or [] if isinstance(m, dict)]
    names = {members[n].get("member_name") for n in rows if isinstance(n, int) and 0 <= n < len(members)}
    return [person for person in people if person.name in names]


def _tell_dependants(file: File) -> None:
    """A recognition that came or failed changes what the household's other open cases wait for."""
    everybody = household_cases(file)
    for case in file.cases:
        if case.status in ENDED:
            continue
        now = recognition_of(file.db, file.catalogue, case, everybody, file.today)
        if (case.recognition, now) not in {("pending", "met"), ("pending", "failed"), ("none", "met")}:
            continue
        before, case.recognition = case.recognition, now
        file.record("case.recognition_changed", case, item=case.item, before=before, after=now)
        propose(file, case)
        if now == "failed":
            signal_cases(file, "recognition_failed", [case])
        else:
            promote(file, case, State.from_json(case.state))


def refresh(file: File) -> None:
    """Bring one application up to date after something ended in another of the same household."""
    _tell_dependants(file)
    settle(file)


def _write_notices(file: File) -> None:
    application = file.application
    front_over = bool(State.from_json(application.front_state).outcome)
    if all_ended(file.cases) and (front_over or not application.front_state):
        if application.status not in {"refused", "withdrawn"}:
            application.status = "decided"
        application.closed_on = file.today
        kind, shown = "result", file.cases
    else:
        kind, shown = "interim", file.ended
    notice_commands.write(file.db, application, kind, TITLES[kind], body(file.catalogue, shown), now=file.now)
