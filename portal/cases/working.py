"""What is recorded when somebody works on a step: a table from the step's form to the function that keeps its facts.

A function may refuse; then nothing has changed. Steps without an entry only move the procedure on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from portal.cases import flow
from portal.cases.closing import refuse_if_excluded
from portal.cases.determining import confirm, prepare, refuse
from portal.cases.flow import File
from portal.cases.models import Case, Task
from portal.cases.opening import propose
from portal.cases.signing import sign
from portal.errors import INVALID, NOT_FOUND, FieldError, Problem, Refused
from portal.values import Text
from portal.verification import commands as verification_commands
from portal.verification import queries as verification_queries
from portal.visits import commands as visit_commands
from portal.visits import queries as visit_queries
from portal.workflow import Automatic

CONFLICTS_OPEN = Problem(
    "conflicts-open", 409, Text("还有 {count} 处不一致没有处理。", "{count} conflicts are not settled yet.")
)
OPINION_MISSING = Problem("opinion-missing", 422, Text("请对每个事项填写审核意见。", "Give an opinion on every item."))
NO_VISIT = Problem(
    "no-visit", 409, Text("还没有完整的入户调查记录。", "There is no complete record of a home visit yet.")
)
NOT_SIGNED = Problem(
    "not-signed", 409, Text("授权书未签署,不能发起核对。", "Without a signed letter there can be no query.")
)
CHECKS_OPEN = Problem(
    "checks-open",
    409,
    Text(
        "还有 {count} 项比对没有回复;如须先行办理,请写明理由。",
        "{count} comparisons are unanswered; give a reason to go on without them.",
    ),
)


@dataclass(frozen=True)
class Work:
    """One action on one task: what was entered, the reason, and on which day."""

    file: File
    task: Task | None
    case: Case | None
    action: str
    reason: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.file.today


def _papers(work: Work) -> None:
    given = work.payload.get("papers")
    if isinstance(given, list):
        known = work.file.catalogue.papers
        work.file.application.papers = sorted({*work.file.application.papers, *(p for p in given if p in known)})


def _authorise(work: Work) -> None:
    application, rows = work.file.application, work.payload.get("signers")
    if work.action == "refused_authorisation":
        return
    people = frozenset(row for row in rows if isinstance(row, str)) if isinstance(rows, list) else frozenset()
    sign(work.file, people, whole=work.payload.get("signed") is True)
    if work.action != "authorised":
        return
    if application.answers.get("auth_signed") is not True:
        raise Refused(NOT_SIGNED)
    verification_commands.request_checks(
        work.file.db, work.file.actor, application, work.file.catalogue, now=work.file.now
    )


def _verify(work: Work) -> None:
    db, application = work.file.db, work.file.application
    verification_commands.collect_answers(db, work.file.actor, application, work.file.catalogue, now=work.file.now)
    left = verification_queries.unanswered(db, application.id)
    if left and not work.reason.strip():
        raise Refused(CHECKS_OPEN, count=len(left))


def _visit(work: Work) -> None:
    if work.action != "done":
        return
    answers = work.payload.get("answers")
    db, application, catalogue = work.file.db, work.file.application, work.file.catalogue
    if answers is None:
        visit = visit_queries.latest(db, application.id)
        if visit is None or not visit.complete:
            raise Refused(NO_VISIT)
        verification_commands.compare_visit(db, application, catalogue, visit_queries.clear_answers(db, visit))
        return
    uuid, seen = str(work.payload.get("uuid") or ""), work.payload.get("revision")
    visit = visit_commands.record(
        db,
        work.file.actor,
        application,
        catalogue,
        answers,
        uuid=uuid,
        complete=True,
        now=work.file.now,
        expected=seen if isinstance(seen, int) and not isinstance(seen, bool) else None,
    )
    verification_commands.compare_visit(db, application, catalogue, visit_queries.clear_answers(db, visit))


def _settle(work: Work) -> None:
    db = work.file.db
    settle_all(work.file, work.payload.get("settlements") or ())
    db.flush()  # what was just settled no longer counts as open
    left = verification_queries.open_conflicts(db, work.file.application.id)
    if work.action == "settled" and left:
        raise Refused(CONFLICTS_OPEN, count=len(left))


def settle_all(file: File, entries: Any) -> None:
    """Settle each of the conflicts; what is wrong with any of them is said of all at once, and then none is settled."""
    faults: list[FieldError] = []
    for entry in entries if isinstance(entries, list | tuple) else ():
        number = entry.get("conflict") if isinstance(entry, Mapping) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise Refused(NOT_FOUND)
        basis, reason = entry.get("basis"), entry.get("reason")
        try:
            verification_commands.settle(
                file.db,
                file.actor,
                number,
                basis if isinstance(basis, str) else "",
                entry.get("value"),
                reason if isinstance(reason, str) else "",
                now=file.now,
                application_id=file.application.id,
            )
        except Refused as refusal:
            if refusal.problem is not INVALID:
                raise
            faults += [replace(fault, pointer=f"/settlements/{number}{fault.pointer}") for fault in refusal.fields]
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))


def _opinion(work: Work) -> None:
    if work.action != "give":
        return
    given = work.payload.get("items") or {}
    faults = []
    for slug in work.file.application.items:
        entry = given.get(slug) if isinstance(given, Mapping) else None
        if not isinstance(entry, Mapping) or not isinstance(entry.get("agree"), bool):
            faults.append(
                FieldError(
                    f"/items/{slug}/agree", slug, "required", Text("请选择同意或不同意。", "Choose agree or disagree.")
                )
            )
        elif not entry["agree"] and not str(entry.get("note") or "").strip():
            faults.append(
                FieldError(f"/items/{slug}/note", slug, "required", Text("不同意须写明理由。", "Say why you disagree."))
            )
    if faults:
        raise Refused(OPINION_MISSING, tuple(faults))
    work.file.application.opinion = {
        slug: {
            "agree": given[slug]["agree"],
            "note": str(given[slug].get("note") or "")[:500],
            "by": work.file.actor.name,
            "on": work.today.isoformat(),
        }
        for slug in work.file.application.items
    }


def _decide(work: Work) -> None:
    if work.case is not None and work.action in {"eligible", "not_eligible"}:
        prepare(work.file, work.case, {**work.payload, "outcome": work.action}, work.reason)
    elif work.case is not None and work.action in {"refer", "not_together"}:
        work.case.outcome, work.case.reason = "not_eligible", work.reason


def _confirm(work: Work) -> None:
    if work.case is None:
        return
    if work.action == "confirm":
        refuse_if_excluded(work.file, work.case)
        confirm(work.file, work.case, work.reason)
    elif work.action in {"refuse", "not_together"}:
        refuse(work.file, work.case, work.reason)


def _help(work: Work) -> None:
    """Help first: at most one month of the living standard, before any paper (procedure §6.4, found: S48)."""
    if work.case is None or work.action != "help":
        return
    ceiling = int(work.file.catalogue.parameters_on(work.today).get("p_dibao", 0))
    amount = work.payload.get("amount_fen")
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= ceiling:
        limit = Text(f"应大于零,不超过 {ceiling // 100} 元。", f"Must be above zero and at most {ceiling // 100} yuan.")
        raise Refused(HELP_AMOUNT, (FieldError("/amount_fen", "amount_fen", "amount", limit),))
    work.file.record("case.helped_first", work.case, item=work.case.item, amount_fen=amount)


def _answer_fact(work: Work) -> None:
    """The department asked the township, not the family: what was found out is the answer it reads."""
    if not work.reason.strip():
        raise Refused(ANSWER_MISSING)


ANSWER_MISSING = Problem("answer-missing", 422, Text("请写明核实结果。", "Write what was found out."))
HELP_AMOUNT = Problem("help-amount", 422, Text("先行救助金额不正确。", "The amount of first help is not right."))

FORMS: dict[str, Callable[[Work], None]] = {
    "accept": _papers,
    "supplement": _papers,
    "papers": _papers,
    "authorise": _authorise,
    "verify": _verify,
    "visit": _visit,
    "settle": _settle,
    "opinion": _opinion,
    "decide": _decide,
    "confirm": _confirm,
    "refuse": _confirm,
    "help": _help,
    "answer_fact": _answer_fact,
}


def _by_itself(file: File, case: Case, effect: Automatic) -> None:
    """A step whose rule held: the same record as if its officer had agreed, in the system's name."""
    FORMS[effect.form](Work(file, None, case, effect.action, ""))


flow.ON_AUTOMATIC.append(_by_itself)

# After these the rules may say something else than at acceptance.
CHANGES_FACTS = frozenset({"verify", "visit", "settle", "supplement", "answer_fact"})


def judge_again(file: File) -> None:
    """Refresh what the rules propose for every open case of the file."""
    file.db.flush()  # the facts just recorded must be read
    for case in file.cases:
        if case.closed_on is None:
            propose(file, case)
