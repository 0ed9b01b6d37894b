"""What a person looks at before publishing: faults, differences in words, families, who gains or loses, what is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.applications.models import Application, Draft
from portal.cases.models import Case
from portal.cases.rules import ENDED
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.kinds import kind_of
from portal.catalogue.release import Change, diff
from portal.catalogue.sentences import Words, sentence, words_of
from portal.db import db
from portal.errors import Finding
from portal.proposals.rules import title_of
from portal.reader import needs, today
from portal.studio.bench import Bench, bench, page
from portal.values import Text
from portal.verification import queries as verification_queries

pages = Blueprint("studio_evidence", __name__, url_prefix="/studio/<int:proposal_id>/evidence")
CONFIGURATOR = "catalogue.publish"
SAMPLE = 150  # families judged at once while the reader waits
GOOD = frozenset({"eligible", "likely"})


@dataclass(frozen=True)
class Told:
    """One difference in words, with the page where it can be changed again."""

    words: Text
    href: str | None


@dataclass(frozen=True)
class Effect:
    """How families of a sample fare under an item now and as proposed."""

    item: str
    title: Text
    gain: int
    lose: int
    other: int
    unchanged: int


@dataclass(frozen=True)
class Touched:
    """Drafts and running cases of an item that changes."""

    title: Text
    drafts: int
    running: int


@pages.get("")
@needs(CONFIGURATOR)
def show(proposal_id: int) -> tuple[str, int]:
    """Everything on one page. The first look at a version takes some seconds: workflows are explored, families judged."""
    here = bench(proposal_id)
    session = db.session()
    current = catalogue_queries.release(session, here.proposal.base_release).catalogue
    proposed = here.catalogue if not here.faults else None
    touched = changed_items(here)
    return page(
        "evidence.html",
        bench=here,
        findings=[(finding, place_of(here, finding)) for finding in here.findings],
        stops=[finding for finding in here.findings if not finding.advice],
        differences=differences(here),
        families=_families(here, touched),
        effects=effects(session, current, proposed, touched) if proposed is not None else (),
        sampled=SAMPLE,
        touched=_touched(session, current, touched),
        rights=_rights(current, proposed) if proposed is not None else (),
        workflows=sorted({proposed.items[slug].workflow for slug in touched if slug in proposed.items})
        if proposed is not None
        else (),
    )


def place_of(here: Bench, finding: Finding) -> str | None:
    """Where in the studio a finding can be mended."""
    return href_of(here.proposal.id, finding.file, finding.pointer)


def href_of(proposal_id: int, path: str, pointer: str = "") -> str | None:
    """The page of the studio that edits a document."""
    kind, stem = kind_of(path), path.rsplit("/", 1)[-1].removesuffix(".json")
    base = f"/studio/{proposal_id}"
    match kind.name if kind else "":
        case "items":
            deeper = "/rules" if pointer.startswith(("/rules", "/benefit/amount")) else ""
            return f"{base}/items/{stem}{deeper}"
        case "examples":
            return f"{base}/try?item={stem}"
        case "questions" | "codes":
            return f"{base}/questions"
        case "parameters":
            return f"{base}/standards"
        case "workflow":
            return f"{base}/workflows/{stem}"
        case _:
            return None


def changed_items(here: Bench) -> set[str]:
    """Items whose own document, or whose rules through derived values or standards, may now say something else."""
    slugs = {
        str(document.get("slug"))
        for path, document in here.source.of_kind("items")
        if here.base.documents.get(path) != document
    }
    shared = {"form_schemas/derived.json", "form_schemas/parameters.json"} & set(here.proposal.documents)
    if shared:
        names = {
            change.pointer.split("/")[2]
            for change in diff(here.base, here.source)
            if change.file in shared and change.pointer.count("/") >= 2
        }
        slugs |= {str(d.get("slug")) for _, d in here.source.of_kind("items") if names & set(names_in(d))}
    return slugs


def names_in(value: Any) -> list[str]:
    """Every text inside a document: enough to see whether a standard or derived value is named."""
    if isinstance(value, Mapping):
        return [name for part in value.values() for name in names_in(part)]
    if isinstance(value, list):
        return [name for part in value for name in names_in(part)]
    return [value] if isinstance(value, str) else []


def differences(here: Bench) -> list[Told]:
    """What changes, document by document, rules as sentences before and after."""
    words, before = words_of(here.source), words_of(here.base)
    return [
        Told(_told(change, here, words, before), href_of(here.proposal.id, change.file, change.pointer))
        for change in diff(here.base, here.source)
    ]


def _told(change: Change, here: Bench, words: Words, before: Words) -> Text:
    title = title_of(change.file, here.document(change.file) or here.base.documents.get(change.file))
    if not change.pointer:
        verb = Text("新增", "added") if change.kind == "added" else Text("删除", "removed")
        return Text(f"{verb.zh}:{title.zh}", f"{verb.en}: {title.en}")
    is_rule = change.pointer.endswith(("/when", "/amount")) or "/when/" in change.pointer
    if is_rule and change.pointer.endswith(("/when", "/amount")):
        old, new = sentence(change.before, before), sentence(change.after, words)
        return Text(
            f"{title.zh} {change.pointer}:{old.zh} → {new.zh}", f"{title.en} {change.pointer}: {old.en} → {new.en}"
        )
    said = change.sentence
    return Text(said.zh.replace(change.file, title.zh), said.en.replace(change.file, title.en))


def _families(here: Bench, slugs: set[str]) -> list[tuple[Text, int, int]]:
    """(item, sample families, of which with a finding) for every item that changes."""
    found = []
    for slug in sorted(slugs):
        path = f"form_schemas/examples/{slug}.json"
        item = here.document(f"form_schemas/items/{slug}.json")
        count = len((here.document(path) or {}).get("examples", ()))
        wrong = sum(finding.file == path and not finding.advice for finding in here.findings)
        if item is not None:
            found.append((title_of(f"form_schemas/items/{slug}.json", item), count, wrong))
    return found


def effects(session: Session, current: Catalogue, proposed: Catalogue, slugs: set[str]) -> list[Effect]:
    """The last families that applied, judged under both catalogues on today's standards."""
    chosen = [slug for slug in sorted(slugs) if slug in proposed.items]
    if not chosen:
        return []
    counts: dict[str, Counter[str]] = {slug: Counter() for slug in chosen}
    newest = select(func.max(Application.id)).group_by(Application.household_id)
    rows = session.scalars(
        select(Application).where(Application.id.in_(newest)).order_by(Application.id.desc()).limit(SAMPLE)
    )
    for application in rows:
        own = catalogue_queries.release(session, application.release_id).catalogue
        facts = verification_queries.decided_facts(session, application, own)
        known = [slug for slug in chosen if slug in current.items]
        before = current.judge(facts, today(), known) if known else {}
        after = proposed.judge(facts, today(), chosen)
        for slug in chosen:
            was = before[slug].outcome if slug in before else "not_eligible"
            amount = before[slug].amount_fen if slug in before else None
            counts[slug][_fate(was, after[slug].outcome, amount, after[slug].amount_fen)] += 1
    return [
        Effect(slug, proposed.items[slug].title, n["gain"], n["lose"], n["other"], n["unchanged"])
        for slug, n in counts.items()
    ]


def _fate(was: str, now: str, before: int | None, after: int | None) -> str:
    if was != now:
        return "gain" if now in GOOD else "lose" if was in GOOD else "other"
    if was in GOOD and before != after:
        return "gain" if (after or 0) > (before or 0) else "lose"
    return "unchanged"


def _touched(session: Session, current: Catalogue, slugs: set[str]) -> list[Touched]:
    counted = select(Case.item, func.count()).where(Case.item.in_(slugs), Case.status.not_in(ENDED)).group_by(Case.item)
    running: dict[str, int] = dict(session.execute(counted).all())
    drafts = Counter(
        slug
        for items in session.scalars(select(Draft.items).where(Draft.submitted_number.is_(None)))
        for slug in items
        if slug in slugs
    )
    return [
        Touched(current.items[slug].title, drafts[slug], running.get(slug, 0))
        for slug in sorted(slugs)
        if slug in current.items
    ]


def _rights(current: Catalogue, proposed: Catalogue) -> list[Text]:
    """Who gains or loses an item's list, approval screen and API."""
    told = []
    for slug in sorted({*current.items, *proposed.items}):
        old, new = current.items.get(slug), proposed.items.get(slug)
        before = old.department if old else None
        after = new.department if new else None
        if before == after:
            continue
        title = (new or old).title if (new or old) else Text(slug, slug)  # type: ignore[union-attr]
        for code, verb in ((after, Text("得到", "gains")), (before, Text("不再办理(在办的除外)", "no longer handles"))):
            if code is not None:
                body = (proposed.departments.get(code) or current.departments[code]).title
                told.append(
                    Text(
                        f"{body.zh}{verb.zh}“{title.zh}”的列表、审批页和接口",
                        f"{body.en} {verb.en} the list, approval screen and API of {title.en}",
                    )
                )
    return told
