"""Which page belongs to which kind of step: the form a workflow names, and how it is shown and read."""

from __future__ import annotations

from portal.cases.models import Task
from portal.web.desk.checks import VERIFY
from portal.web.desk.foundation import StepPage, reason_only
from portal.web.desk.intake import ACCEPT, AUTHORISE, PAPERS, SUPPLEMENT
from portal.web.desk.opinions import OPINION
from portal.web.desk.settling import SETTLE
from portal.web.desk.survey import VISIT
from portal.web.desk.township import ANSWER_FACT, HELP, INVESTIGATE, PUBLICITY, WORKS

PAGES: dict[str, StepPage] = {
    "accept": ACCEPT,
    "supplement": SUPPLEMENT,
    "papers": PAPERS,
    "authorise": AUTHORISE,
    "verify": VERIFY,
    "visit": VISIT,
    "settle": SETTLE,
    "opinion": OPINION,
    "publicity": PUBLICITY,
    "investigate": INVESTIGATE,
    "answer_fact": ANSWER_FACT,
    "works": WORKS,
    "help": HELP,
}
# A workflow may name a form nobody drew a page for: it still has its buttons and its reason.
PLAIN = StepPage("plain", lambda _desk: {}, reason_only)
# These are decided on the item's own generated screen.
OF_DEPARTMENTS = frozenset({"decide", "confirm", "refuse", "spot_check", "completion"})

# What may be done for many files at once: the one action that needs no entries. Everything else is looked at singly.
BULK: dict[str, str] = {"accept": "accept", "verify": "done"}


def page_of(task: Task) -> StepPage:
    return PAGES.get(task.form, PLAIN)


def address_of(task: Task) -> str:
    """Where a task is worked on."""
    if task.form in OF_DEPARTMENTS and task.item and task.case_id:
        return f"/items/{task.item}/show/{task.case_id}"
    return f"/tasks/{task.id}"
