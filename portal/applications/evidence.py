"""What was uploaded for a draft, put where the form asks for it: photographs, scans and signatures by row."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from portal.files.models import StoredFile
from portal.forms import Form

SIGNATURE: Final = "signature"
# Which answer a signature fills, and what then stands as the way of signing (code list sign_method).
SIGNS: Final[Mapping[str, str]] = {"": "applicant_sign", "members": "auth_member_sign", "supporters": "sup_auth_signed"}
ELECTRONIC: Final = "esign"
# By what a signer is known: the id number, or the name of somebody who has none.
IDENTIFIES: Final[Mapping[str, tuple[str, str]]] = {
    "": ("applicant_id_no", "applicant_name"),
    "members": ("member_id_no", "member_name"),
    "supporters": ("sup_id_no", "sup_name"),
}
Index = Callable[[str], str]


def with_files(form: Form, answers: Mapping[str, Any], files: Iterable[StoredFile], index: Index) -> dict[str, Any]:
    """The answers with the keys of the files that answer a question of the form.

    A file's place is the mark of its row, such as "members:m1"; a row that is gone takes its files with it. `index` is
    the vault's blind index: a signature counts only for the person who gave it.
    """
    filled = copy.deepcopy(dict(answers))
    for kept in files:
        group, _, mark = kept.place.partition(":")
        row = filled if not group else _row(filled, group, mark)
        if row is None:
            continue
        if kept.paper == SIGNATURE:
            if kept.name != signature_name(row, group, index):
                continue
            _sign(form, row, group, kept.key)
            own = None if group else _own_row(filled)
            if own is not None:
                _sign(form, own, "members", kept.key)
        elif kept.paper in form.questions and form.questions[kept.paper].type in {"file", "photo"}:
            row[kept.paper] = list(dict.fromkeys([*(row.get(kept.paper) or []), kept.key]))
    return filled


def signature_name(row: Mapping[str, Any], group: str, index: Index) -> str:
    """The name a signature is kept under: it says whose it is without telling the number."""
    number, name = IDENTIFIES[group]
    return f"signature-{index(str(row.get(number) or row.get(name) or ''))[:16]}.png"


def _row(answers: dict[str, Any], group: str, mark: str) -> dict[str, Any] | None:
    rows = answers.get(group)
    found = (
        (row for row in rows if isinstance(row, dict) and row.get("row_id") == mark) if isinstance(rows, list) else ()
    )
    return next(iter(found), None)


def _own_row(answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """The member row of the applicant: who signs as applicant signs as member too."""
    number, rows = answers.get("applicant_id_no"), answers.get("members")
    mine = (
        (r for r in rows if isinstance(r, dict) and r.get("member_id_no") == number) if isinstance(rows, list) else ()
    )
    return next(iter(mine), None) if number else None


def _sign(form: Form, row: dict[str, Any], group: str, key: str) -> None:
    name = SIGNS.get(group, "")
    question = form.questions.get(name)
    if question is None:
        return
    row[name] = True if question.type == "boolean" else key
    if group == "members" and "auth_method" in form.questions:
        row["auth_method"] = ELECTRONIC
