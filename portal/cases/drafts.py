"""From a saved draft to an application: submitted once, whoever presses the button and how often."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.applications.evidence import SIGNATURE, with_files
from portal.applications.models import Application, Draft
from portal.cases.submitting import ONLINE, checked, submit
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.papers import papers_for
from portal.catalogue.release import Release
from portal.db import vault_of
from portal.errors import INVALID, FieldError, Problem, Refused
from portal.files import queries as file_queries
from portal.files.commands import hand_on
from portal.files.models import StoredFile
from portal.organisation.queries import CITY_TIME
from portal.rules import Environment
from portal.values import Text

OLD_RELEASE = Problem(
    "draft-behind",
    409,
    Text(
        "事项目录已更新,请核对新表单后再提交。",
        "The catalogue has been updated; look through the new form before submitting.",
    ),
)

PAPER_MISSING = Text("还没有收到“{title}”。", "“{title}” has not been handed in.")


def as_handed_in(db: Session, draft: Draft, release: Release) -> tuple[dict[str, Any], frozenset[str]]:
    """A draft's answers with what was uploaded put where the form asks for it, and every kind of paper at hand."""
    files = file_queries.of_owner(db, f"draft:{draft.id}")
    form = release.catalogue.form("application", draft.items)
    answers = with_files(form, application_queries.clear_answers(db, draft), files, vault_of(db).index)
    papers = frozenset(draft.papers) | {f.paper for f in files if f.paper in release.catalogue.papers}
    return answers, papers | _on_screen(draft, files)


def _on_screen(draft: Draft, files: Sequence[StoredFile]) -> frozenset[str]:
    """What a citizen has no paper of: the form he fills in on the screen, the letter he signs there."""
    if draft.citizen_id is None:
        return frozenset()
    signed = any(kept.paper == SIGNATURE and not kept.place for kept in files)
    return frozenset({"unified_form", *(("auth_letter",) if signed else ())})


def papers_missing(
    catalogue: Catalogue, items: Sequence[str], papers: Collection[str], env: Environment
) -> list[FieldError]:
    """Which of 一证一书一表 the items ask for and nobody has handed in; an emergency is taken first, papers follow."""
    if env.facts.get("app_urgent") is True:
        return []
    return [
        FieldError(
            f"/papers/{need.paper.id}",
            "papers",
            "paper_missing",
            Text(
                PAPER_MISSING.zh.format(title=need.paper.title.zh), PAPER_MISSING.en.format(title=need.paper.title.en)
            ),
        )
        for need in papers_for(catalogue, items, env)
        if need.is_of_three and need.paper.id not in papers
    ]


def taken_by(draft: Draft, answers: Mapping[str, Any]) -> tuple[str, str]:
    """By which channel and window: what a citizen sends himself is the work of his home township."""
    if draft.citizen_id is None:
        return "window", draft.window_region
    return ONLINE, str(answers.get("hh_hukou_region") or "")[:9]


def faults_of(
    release: Release, draft: Draft, answers: Mapping[str, Any], papers: Collection[str], *, now: datetime
) -> list[FieldError]:
    """Everything that keeps a draft from being submitted, in the order of the form, papers last."""
    channel, window = taken_by(draft, answers)
    clean, faults = checked(release, draft.items, answers, window_region=window, channel=channel, now=now)
    env = release.catalogue.environment(clean, now.astimezone(CITY_TIME).date())
    return [*faults, *papers_missing(release.catalogue, draft.items, papers, env)]


def submit_draft(db: Session, actor: Actor, draft_id: int, *, now: datetime) -> Application:
    """Submit what a draft holds, on the release it was filled with, which must still be the current one.

    A draft that was submitted gives the application it became.
    """
    draft = application_queries.draft(db, actor, draft_id, for_update=True)
    if draft.submitted_number is not None:
        return application_queries.by_number(db, actor, draft.submitted_number)
    if draft.release_id != catalogue_queries.current_id(db):
        raise Refused(OLD_RELEASE)
    release = catalogue_queries.release(db, draft.release_id)
    answers, papers = as_handed_in(db, draft, release)
    faults = faults_of(release, draft, answers, papers, now=now)
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    channel, window = taken_by(draft, answers)
    application = submit(
        db,
        actor,
        release,
        items=draft.items,
        answers=answers,
        papers=sorted(papers),
        channel=channel,
        window_region=window,
        idempotency_key=f"draft:{draft.key}",
        provenance=draft.provenance,
        now=now,
    )
    hand_on(db, f"draft:{draft.id}", f"application:{application.id}", application.household_id)
    _close(draft, application)
    return application


def _close(draft: Draft, application: Application) -> None:
    """The draft stays as the trace of what was typed where; its answers live on in the application alone."""
    draft.submitted_number = application.number
    draft.answers = {}
