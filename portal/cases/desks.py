"""Whose desk a step's task is put on: a role at a place, for a department when the work is a department's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.access.models import Delegation
from portal.access.rules import in_force
from portal.cases.models import Case
from portal.cases.rules import Desk, confirmer_desk, officer_desk

if TYPE_CHECKING:
    from portal.cases.flow import File


def desk_for(file: File, case: Case | None, role: str, org: str) -> Desk:
    """Whose desk a step's task is put on."""
    region, window = file.application.region_code, file.application.window_region
    if case is not None and org in {"department", "decision_level"}:
        item = file.catalogue.item(case.item)
        if org == "department":
            desk = officer_desk(item.decision_level, item.department, region)
            return Desk(role if role == "department_head" else desk.role, desk.region, desk.department)
        return confirmer_desk(
            item.decision_level, item.department, region, delegated=_delegated(file, case), small=_small(file, case)
        )
    places = {
        "hukou_township": region[:9],
        "hukou_county": region[:6],
        "hukou_village": region[:12],
        "city": region[:4],
    }
    if case is not None and role.startswith("department_"):
        return Desk(role, places.get(org, region[:6]), file.catalogue.item(case.item).department)
    if org in {"window", "applicant"}:
        return Desk("window_clerk" if role == "citizen" else role, window)
    return Desk(role, places.get(org, region[:9]))


def _delegated(file: File, case: Case) -> bool:
    query = select(Delegation).where(Delegation.item == case.item)
    amount = case.amount_fen or 0
    return any(
        file.application.region_code.startswith(d.region_code)
        and in_force(d.first_day, d.last_day, file.today)
        and (d.limit_fen is None or amount <= d.limit_fen)
        for d in file.db.scalars(query)
    )


def _small(file: File, case: Case) -> bool:
    """Small temporary aid is the township's own: at most so many times the living standard (p_temp_small_mult)."""
    params = file.catalogue.parameters_on(file.today)
    multiple, standard = params.get("p_temp_small_mult"), params.get("p_dibao")
    return bool(multiple and standard and (case.amount_fen or 0) <= multiple * standard)
