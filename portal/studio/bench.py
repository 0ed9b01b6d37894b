"""The workbench: one open proposal with its documents, as every page of the studio needs it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.checks import check, check_meaning
from portal.catalogue.documents import Source
from portal.catalogue.reading import read
from portal.db import db, transaction
from portal.errors import Finding, Problem, Refused, faults
from portal.proposals import commands, queries
from portal.proposals.models import Proposal
from portal.proposals.rules import STALE
from portal.reader import current_actor, now, text
from portal.values import Text

SAVED = Text("已保存:{what}", "Saved: {what}")
BAD_TOKEN = Problem(
    "bad-token", 400, Text("页面不完整,请刷新后再改。", "The page is not complete; reload and edit again.")
)


@dataclass(frozen=True)
class Bench:
    """A proposal, its documents, and what was found out about them; found once for each version."""

    proposal: Proposal
    base: Source
    source: Source

    @property
    def editable(self) -> bool:
        return self.proposal.status == "open"

    def document(self, path: str) -> Any:
        """One document as proposed; None when there is none."""
        return self.source.documents.get(path)

    @cached_property
    def faults(self) -> tuple[Finding, ...]:
        """What is wrong with form, names and rules: enough to know whether it can be tried out."""
        return faults(_known(self.proposal, "meaning", lambda: check_meaning(self.source)))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything, workflows explored and sample families judged: takes seconds the first time."""
        found: tuple[Finding, ...] = _known(self.proposal, "all", lambda: check(self.source))
        return found

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """The catalogue as it would be; None while it is too faulty to be read."""
        if self.faults:
            return None
        found: Catalogue = _known(self.proposal, "catalogue", lambda: read(self.source))
        return found


_KEPT = 40
_found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


def _known(proposal: Proposal, what: str, find: Any) -> Any:
    """What was found out about one version of a proposal, remembered by this process for a while."""
    key = (proposal.id, proposal.token, proposal.changed_at, proposal.base_release, what)
    with _lock:
        if key in _found:
            _found.move_to_end(key)
            return _found[key]
    made = find()
    with _lock:
        _found[key] = made
        while len(_found) > _KEPT:
            _found.popitem(last=False)
    return made


def bench(proposal_id: int, session: Session | None = None) -> Bench:
    """The workbench of a proposal the reader may see."""
    session = session or db.session()
    proposal = queries.get(session, current_actor(), proposal_id)
    base = queries.base_of(session, proposal)
    return Bench(proposal, base, _known(proposal, "source", lambda: queries.source_of(session, proposal)))


def token() -> int:
    """The version the page was made on, as every form of the studio sends it back."""
    given = request.form.get("_token", "")
    if not given.isdigit():
        raise Refused(BAD_TOKEN)
    return int(given)


def save(
    proposal_id: int, path: str, document: Any, words: Text, *, back: str, also: Mapping[str, Any] | None = None
) -> Response | tuple[str, int]:
    """Keep one edited document (and what must change with it) and go on.

    When somebody else was faster, the page shows what is there now against what was typed, and nothing is lost.
    """
    actor, moment, given = current_actor(), now(), token()
    try:
        with transaction(db.session()) as session:
            for one, other in (also or {}).items():
                given = commands.edit(session, actor, proposal_id, one, other, token=given, now=moment).token
            commands.edit(session, actor, proposal_id, path, document, token=given, now=moment, words=words)
    except Refused as refusal:
        if refusal.problem is not STALE:
            raise
        return stale(proposal_id, path, document, refusal)
    flash(text(Text(SAVED.zh.format(what=words.zh), SAVED.en.format(what=words.en))), "success")
    return redirect(back, code=303)


def stale(proposal_id: int, path: str, typed: Any, refusal: Refused) -> tuple[str, int]:
    """The page after an edit on an old version: what is there now, what was typed, and a way to put it in."""
    from portal.catalogue.release import diff

    current = bench(proposal_id)
    differences = diff(Source({path: current.document(path) or {}}), Source({path: typed or {}}))
    page = render_template(
        "studio/stale.html", bench=current, path=path, typed=typed, differences=differences, message=refusal.text
    )
    return page, 409


def page(template: str, *, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of the studio."""
    return render_template(f"studio/{template}", **context), status


def bilingual(form: Mapping[str, str], name: str) -> dict[str, str]:
    """A text typed in both languages: the fields `<name>_zh` and `<name>_en`."""
    return {lang: form.get(f"{name}_{lang}", "").strip() for lang in ("zh", "en")}
