"""Who has to sign for the comparisons, and whose signature is there: every adult member, every supporter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from portal.applications.evidence import SIGNATURE, Index, signature_name
from portal.files.models import StoredFile
from portal.forms import born_on, masked

ADULT: Final = 18


@dataclass(frozen=True)
class Signer:
    """One person who signs: where the signature stands, and what is there already."""

    place: str
    name: str
    id_number: str
    supporter: bool
    signed: StoredFile | None
    on_paper: bool

    @property
    def shown_number(self) -> str:
        return masked(self.id_number) if self.id_number else ""

    @property
    def done(self) -> bool:
        return self.signed is not None or self.on_paper


def signers(answers: Mapping[str, Any], files: Iterable[StoredFile], today: date, index: Index) -> tuple[Signer, ...]:
    """The applicant first, then the other adult members, then the supporters; children are signed for by them."""
    kept_ones = {(kept.place, kept.name): kept for kept in files if kept.paper == SIGNATURE}

    def of(place: str, row: Mapping[str, Any]) -> StoredFile | None:
        """The signature at a place, if it is this person's: a number changed afterwards needs a new one."""
        return kept_ones.get((place, signature_name(row, place.partition(":")[0], index)))

    own = str(answers.get("applicant_id_no") or "")
    members = _rows(answers, "members")
    applicant_row = next((row for row in members if own and row.get("member_id_no") == own), {})
    found = [
        Signer(
            "",
            str(answers.get("applicant_name") or applicant_row.get("member_name") or ""),
            own,
            False,
            of("", answers),
            _by_hand(applicant_row),
        )
    ]
    for row in members:
        number = str(row.get("member_id_no") or "")
        if row is applicant_row or not _is_adult(row, number, today):
            continue
        place = f"members:{row.get('row_id')}"
        found.append(Signer(place, str(row.get("member_name") or ""), number, False, of(place, row), _by_hand(row)))
    for row in _rows(answers, "supporters"):
        place = f"supporters:{row.get('row_id')}"
        signed = of(place, row)
        by_hand = row.get("sup_auth_signed") is True and signed is None
        found.append(
            Signer(place, str(row.get("sup_name") or ""), str(row.get("sup_id_no") or ""), True, signed, by_hand)
        )
    return tuple(found)


def _rows(answers: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    rows = answers.get(group)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _by_hand(row: Mapping[str, Any]) -> bool:
    return row.get("auth_method") in {"paper", "finger", "guardian"}


def _is_adult(row: Mapping[str, Any], number: str, today: date) -> bool:
    """Unknown ages sign: it is better to ask once too often than to query somebody without a letter."""
    try:
        born = date.fromisoformat(str(row.get("member_birth_date") or born_on(number) or ""))
    except ValueError:
        return True
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= ADULT
