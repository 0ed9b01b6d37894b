"""Forms: one question bank, and the smallest form that answers all chosen items.

Owns questions, sections, code lists and layouts, composing them into standard JSON Schema, and everything that
happens to answers: reading a posted page, normalising, pruning, prefilling, validating. Pure: no clock, no files, no
database. Does not know how a form looks (`portal.rendering`) nor what the answers entitle to (`portal.rules`).
"""

from portal.forms.bank import Bank, Form, FormDocument
from portal.forms.comparing import Difference, choose, differences
from portal.forms.composing import compose
from portal.forms.conditions import Situation, situation
from portal.forms.identity import born_on, masked, resident_id_fault
from portal.forms.layouts import Control, Group, Layout
from portal.forms.normalising import normalise, normalise_value
from portal.forms.paper import is_on_paper
from portal.forms.patterns import portability_fault
from portal.forms.posting import (
    Posted,
    errors_of,
    from_posted,
    in_form_order,
    merge,
    none_of_these,
    unreadable,
)
from portal.forms.prefilling import Origin, compute, prefill
from portal.forms.pruning import facts_of, hidden, prune
from portal.forms.questions import ROW_GROUPS, ROW_TITLES, CodeList, Condition, Constraints, Prefill, Question, Section
from portal.forms.validating import missing_for, validate, warnings

__all__ = [
    "ROW_GROUPS",
    "ROW_TITLES",
    "Bank",
    "CodeList",
    "Condition",
    "Constraints",
    "Control",
    "Difference",
    "Form",
    "FormDocument",
    "Group",
    "Layout",
    "Origin",
    "Posted",
    "Prefill",
    "Question",
    "Section",
    "Situation",
    "born_on",
    "choose",
    "compose",
    "compute",
    "differences",
    "errors_of",
    "facts_of",
    "from_posted",
    "hidden",
    "in_form_order",
    "is_on_paper",
    "masked",
    "merge",
    "missing_for",
    "needed_by",
    "none_of_these",
    "normalise",
    "normalise_value",
    "portability_fault",
    "prefill",
    "prune",
    "resident_id_fault",
    "separate_counts",
    "situation",
    "unreadable",
    "validate",
    "warnings",
]


def needed_by(form: Form, question: str) -> tuple[str, ...]:
    """Which of the chosen items use this question: every one for the common questions."""
    if question in form.core:
        return tuple(form.item_needs)
    return tuple(slug for slug, needed in form.item_needs.items() if question in needed)


def separate_counts(form: Form) -> dict[str, int]:
    """How many questions each item's separate form would have asked."""
    return dict(form.report["per_item"])
