"""The catalogue for programs: what aid there is, what each item asks, and the one form for a choice of items."""

from __future__ import annotations

import hashlib
from typing import Any

from portal.api.contract import Answer, Asked
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.catalogue.queries import current
from portal.catalogue.release import Release
from portal.db import db

BY_APPLICATION = frozenset({"application", "discovery"})


def etag(*parts: str) -> dict[str, str]:
    """The same parts, the same content: a release never changes."""
    return {"ETag": f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'}


def listing(_asked: Asked) -> Answer:
    """Every item of the release in force, with departments and bundles."""
    release = current(db.session())
    catalogue = release.catalogue
    return Answer(
        {
            "release": release.id,
            "items": [_line(item) for item in catalogue.items.values()],
            "departments": [
                {"code": d.code, "title": d.title.to_json(), "kind": d.kind} for d in catalogue.departments.values()
            ],
            "bundles": [{"id": b.id, "title": b.title.to_json(), "items": list(b.items)} for b in catalogue.bundles],
        },
        headers=etag(release.id, "catalogue"),
    )


def one(_asked: Asked, slug: str) -> Answer:
    """One item: its basis, limits, papers, questions and rules."""
    release = current(db.session())
    return Answer(_whole(release, release.catalogue.item(slug)), headers=etag(release.id, slug))


def application_form(asked: Asked) -> Answer:
    return _form(asked, "application")


def home_visit_form(asked: Asked) -> Answer:
    return _form(asked, "home-visit")


def _form(asked: Asked, which: str) -> Answer:
    """The smallest form that answers all chosen items: schema, layout, and what it saves."""
    release = current(db.session())
    chosen = [item.slug for item in release.catalogue.chosen(asked.query["items"])]
    form = release.catalogue.form(which, chosen)
    return Answer(
        {
            "release": release.id,
            "form": which,
            "items": chosen,
            "schema": form.schema,
            "layout": form.layout.to_json(),
            "report": form.report,
        },
        headers=etag(release.id, which, *chosen),
    )


def _line(item: Item) -> dict[str, Any]:
    return {
        "slug": item.slug,
        "code": item.code,
        "title": item.title.to_json(),
        "department": item.department,
        "starts": list(item.starts),
        "working_days": _days(item),
        "by_application": bool(BY_APPLICATION & set(item.starts)) and item.retired_on is None,
    }


def _days(item: Item) -> dict[str, float]:
    return {"before": float(item.time_limit.before), "after": float(item.time_limit.after)}


def _whole(release: Release, item: Item) -> dict[str, Any]:
    return {
        "release": release.id,
        **_line(item),
        "decision_level": item.decision_level,
        "basis": [text.to_json() for text in item.basis],
        "benefit": {
            "title": item.benefit.title.to_json(),
            "period": item.benefit.period,
            "award": item.benefit.award,
        },
        "papers": _papers(release.catalogue, item),
        "questions": list(item.questions),
        "survey": list(item.survey),
        "rules": [
            {
                "id": rule.id,
                "title": rule.title.to_json(),
                "clause": rule.clause.to_json() if rule.clause else None,
                "scope": rule.scope,
                "on_fail": rule.on_fail,
                "reads": sorted(rule.rule.reads),
            }
            for rule in item.policy.requirements
        ],
        "co_apply": list(item.co_apply),
        "excludes": list(item.excludes),
        "needs": list(item.needs),
        "grants": item.grants,
        "comparisons": list(item.comparisons),
        "workflow": item.workflow,
    }


def _papers(catalogue: Catalogue, item: Item) -> list[dict[str, Any]]:
    papers = (catalogue.papers[name] for name in item.materials_after)
    return [{"id": paper.id, "title": paper.title.to_json(), "who": paper.who} for paper in papers]
