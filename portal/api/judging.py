"""Trying before applying: what a household may be entitled to, and what a choice of items means."""

from __future__ import annotations

from datetime import date

from portal.api.contract import Answer, Asked
from portal.api.shapes import TOLD
from portal.catalogue.facts import faults_of
from portal.catalogue.planning import plan
from portal.catalogue.queries import current
from portal.catalogue.savings import savings
from portal.catalogue.wording import judgement_json
from portal.db import db
from portal.errors import INVALID, FieldError, Finding, Refused
from portal.reader import today
from portal.values import Text


def eligibility(asked: Asked) -> Answer:
    """Judge facts by the rules: the same document as `portal rules evaluate` prints."""
    catalogue = current(db.session()).catalogue
    facts = asked.body["facts"]
    faults = [_told(fault) for fault in faults_of(facts, catalogue.fact_names, "", "/facts")]
    if faults:
        raise Refused(INVALID, tuple(faults[:TOLD]), count=len(faults))
    on = date.fromisoformat(asked.body["on"]) if "on" in asked.body else today()
    judged = catalogue.judge(facts, on, asked.body.get("items"))
    return Answer({slug: judgement_json(catalogue, judgement) for slug, judgement in judged.items()})


def _told(fault: Finding) -> FieldError:
    hint = fault.suggestion or Text("", "")
    name = fault.pointer.rpartition("/")[2]
    sentence = Text(fault.message.zh + hint.zh, f"{fault.message.en} {hint.en}".rstrip())
    return FieldError(fault.pointer, name, "fact", sentence)


def planned(asked: Asked) -> Answer:
    """The plan of a choice of items: order, waits, exclusions, what could be added, and what it saves."""
    release = current(db.session())
    catalogue = release.catalogue
    items = asked.body["items"]
    made = plan(catalogue, items, asked.body.get("recognised", ()))
    return Answer(
        {
            "release": release.id,
            "promised_days": made.promised_days,
            "steps": [
                {
                    "item": step.item,
                    "title": catalogue.item(step.item).title.to_json(),
                    "department": step.department,
                    "working_days": step.limit,
                    "ready_after": step.ready_after,
                    "waits_for": list(step.waits_for),
                    "unmet": list(step.unmet),
                }
                for step in made.steps
            ],
            "exclusions": [{"kept": e.kept, "closed": e.closed, **e.sentence.to_json()} for e in made.exclusions],
            "could_add": list(made.could_add),
            "savings": [measure.to_json() for measure in savings(catalogue, items)],
        }
    )
