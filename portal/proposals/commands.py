"""Everything that changes a proposal, in one place for the edges to call."""

from __future__ import annotations

from portal.proposals.editing import copy_item, edit, redo, start, undo
from portal.proposals.publishing import approve, bring_up_to_date, discard, due, publish_due, reopen, submit

__all__ = [
    "approve",
    "bring_up_to_date",
    "copy_item",
    "discard",
    "due",
    "edit",
    "publish_due",
    "redo",
    "reopen",
    "start",
    "submit",
    "undo",
]
