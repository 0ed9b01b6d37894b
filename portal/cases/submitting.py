"""Submitting: one form for all items becomes an application, its people, and work on the hukou township's desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import workflow
from portal.access import Actor
from portal.applications import commands as application_commands
from portal.applications.models import SUBMITTED_TWICE, Application
from portal.cases.contexts import front_context
from portal.cases.flow import File, carry_out
from portal.cases.letters import TITLES
from portal.catalogue.model import Item
from portal.catalogue.papers import THREE
from portal.catalogue.release import Release
from portal.errors import FORBIDDEN, INVALID, FieldError, Problem, Refused
from portal.forms import Form, compute, is_on_paper, normalise, prune, validate
from portal.households import commands as household_commands
from portal.notices import commands as notice_commands
from portal.organisation.queries import CITY_TIME, calendar, region_title
from portal.values import Text

ONLINE: Final = "online"  # the citizen's own channel
NOTHING_CHOSEN = Problem("nothing-chosen", 422, Text("请至少选择一个事项。", "Choose at least one item."))
NOT_BY_APPLICATION = Problem(
    "not-by-application",
    422,
    Text("“{item}”由系统自动启动,不受理申请。", "{item} starts by itself; it takes no application."),
)
BAD_NUMBERS = Problem("bad-items", 422, Text("事项应为列表。", "The items must be a list."))

# The questions nobody types: the platform answers them when the application is taken.
PLATFORM: Final = frozenset(
    {
        *("app_channel", "app_date", "app_accept_region", "app_items", "app_cross_kind", "applicant_sign_date"),
        *("auth_letter_version", "auth_letter_no", "auth_valid_until", "auth_scope"),
    }
)
# What the code list of channels calls ours.
CHANNEL_CODES: Final = {ONLINE: "app"}


def submit(
    db: Session,
    actor: Actor,
    release: Release,
    *,
    items: Sequence[str],
    answers: Mapping[str, Any],
    papers: Sequence[str] = THREE,
    channel: str = "window",
    window_region: str,
    idempotency_key: str | None = None,
    provenance: Mapping[str, Any] | None = None,
    now: datetime,
) -> Application:
    """Take one application. The same idempotency key gives the application it made before.

    Refused with every faulty answer at once (`INVALID`, with `fields`); nothing is stored then.
    """
    if not actor.may_apply:
        raise Refused(FORBIDDEN)
    before = _sent_before(db, actor, idempotency_key)
    if before is not None:
        return before
    today = now.astimezone(CITY_TIME).date()
    chosen = choose(release, items, today)
    slugs = [item.slug for item in chosen]
    clean, faults = checked(release, slugs, answers, window_region=window_region, channel=channel, now=now)
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))

    def taken() -> Application:
        return take(
            db,
            actor,
            release,
            slugs,
            clean,
            papers=papers,
            channel=channel,
            window_region=window_region,
            idempotency_key=idempotency_key,
            provenance=provenance or {},
            now=now,
        )

    try:
        with db.begin_nested():
            return taken()
    except IntegrityError:
        # At this very moment another window sent the same, or registered the same people: now they can be found.
        return _sent_before(db, actor, idempotency_key) or taken()


def _sent_before(db: Session, actor: Actor, idempotency_key: str | None) -> Application | None:
    """The application the same key made before; a key of somebody else's is refused."""
    if not idempotency_key:
        return None
    before = db.scalar(select(Application).where(Application.idempotency_key == idempotency_key))
    if before is not None and (before.clerk_id, before.citizen_id) != (actor.id, actor.citizen):
        raise Refused(SUBMITTED_TWICE)
    return before


def choose(release: Release, items: Sequence[str], today: date) -> tuple[Item, ...]:
    """The chosen items; refused when none, unknown, retired, or not to be applied for."""
    if isinstance(items, str) or not all(isinstance(slug, str) for slug in items):
        raise Refused(BAD_NUMBERS)
    chosen = release.catalogue.chosen(items)
    if not chosen:
        raise Refused(NOTHING_CHOSEN)
    for item in chosen:
        retired = item.retired_on is not None and item.retired_on <= today
        if retired or not {"application", "discovery"} & set(item.starts):
            raise Refused(NOT_BY_APPLICATION, item=item.title)
    return chosen


def checked(
    release: Release,
    slugs: Sequence[str],
    answers: Mapping[str, Any],
    *,
    window_region: str,
    channel: str,
    now: datetime,
) -> tuple[dict[str, Any], list[FieldError]]:
    """The answers as they would be stored, with the platform's own filled in, and what is wrong with them."""
    today = now.astimezone(CITY_TIME).date()
    form = release.catalogue.form("application", slugs)
    own = filled_by_platform(form, answers, slugs, window_region, channel, now)
    env = release.catalogue.environment({"app_items": list(slugs)}, today)
    computed = compute(form, normalise(form, {**dict(answers), **own}), env)
    clean = prune(form, computed, env)
    faults = [f for f in validate(form, clean, env) if not is_on_paper(form, f)]
    return clean, faults


def filled_by_platform(
    form: Form, answers: Mapping[str, Any], slugs: Sequence[str], window: str, channel: str, now: datetime
) -> dict[str, Any]:
    """What `PLATFORM` names: where and when it was taken, for which items, the letter's number and validity."""
    hukou, today = str(answers.get("hh_hukou_region") or ""), now.astimezone(CITY_TIME).date()
    own: dict[str, Any] = {
        "app_channel": CHANNEL_CODES.get(channel, channel),
        "app_date": now.astimezone(CITY_TIME).isoformat(timespec="seconds"),
        "app_accept_region": window,
        "app_items": list(slugs),
        "app_cross_kind": "local" if hukou.startswith(window) or window.startswith(hukou[:9] or "-") else "city",
        "applicant_sign_date": today.isoformat(),
        "auth_letter_version": f"{today:%Y}",
        "auth_letter_no": f"SQ{today:%Y%m%d}{abs(hash_of(answers)) % 1_000_000:06d}",
        "auth_valid_until": (today + timedelta(days=365)).isoformat(),
        "auth_scope": [f"C{n:02d}" for n in range(1, 26)],
    }
    return {
        name: _legal(form, name, value)
        for name, value in own.items()
        if name in form.questions and not answers.get(name)
    }


def hash_of(answers: Mapping[str, Any]) -> int:
    """A number from the applicant's id, so that one family's letter keeps its number while it is being filled."""
    return int.from_bytes(str(answers.get("applicant_id_no") or "").encode()[-8:] or b"0", "big")


def _legal(form: Form, name: str, value: Any) -> Any:
    """The value, or the first legal code when the code list calls it something else."""
    codes = form.questions[name].codes
    if not codes or isinstance(value, list):
        return value
    legal = list(form.code_lists[codes].values)
    return value if value in legal else legal[0]


def take(
    db: Session,
    actor: Actor,
    release: Release,
    slugs: Sequence[str],
    clean: Mapping[str, Any],
    *,
    papers: Sequence[str],
    channel: str,
    window_region: str,
    idempotency_key: str | None,
    provenance: Mapping[str, Any],
    now: datetime,
) -> Application:
    """Store checked answers: people and household, the application, its front's first task, and the receipt."""
    today = now.astimezone(CITY_TIME).date()
    region = str(clean.get("hh_hukou_region") or window_region)
    household, people = household_commands.register_people(db, release.catalogue, clean, region, today=today)
    application = application_commands.store(
        db,
        actor,
        release.catalogue,
        release_id=release.id,
        household=household,
        applicant=people["applicant"],
        items=slugs,
        answers=clean,
        provenance=provenance,
        papers=list(papers),
        channel=channel,
        window_region=window_region,
        idempotency_key=idempotency_key,
        now=now,
    )
    file = File(db, actor, application, release.catalogue, [], now, calendar(db))
    front = release.catalogue.workflows["front"]
    carry_out(file, None, workflow.start(front, front_context(file), now))
    place = region_title(db, region[:9])
    lines = [
        Text(
            f"您的申请已收件并即时推送至{place.zh}。",
            f"Your application was received and pushed to {place.en} at once.",
        ),
        *(
            Text(
                f"{i.title.zh}:承诺 {int(i.time_limit.after)} 个工作日内办结。",
                f"{i.title.en}: promised within {int(i.time_limit.after)} working days.",
            )
            for i in release.catalogue.chosen(slugs)
        ),
    ]
    notice_commands.write(
        db,
        application,
        "receipt",
        TITLES["receipt"],
        {"items": [], "lines": [line.to_json() for line in lines]},
        now=now,
    )
    return application
