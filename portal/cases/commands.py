"""Everything that changes an application or a case, in one place for the edges to call."""

from __future__ import annotations

from portal.cases.acting import act, act_on_many, offers, refresh_household, revision, settle_some, tick, withdraw
from portal.cases.drafts import faults_of, submit_draft
from portal.cases.starting import start
from portal.cases.submitting import checked, choose, submit
from portal.cases.supplying import supplied

__all__ = [
    "act",
    "act_on_many",
    "checked",
    "choose",
    "faults_of",
    "offers",
    "refresh_household",
    "revision",
    "settle_some",
    "start",
    "submit",
    "submit_draft",
    "supplied",
    "tick",
    "withdraw",
]
