"""What was uploaded for a draft, put where the form asks for it: photographs, scans and signatures by row."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

from portal.files.models import StoredFile
from portal.forms import Form

SIGNATURE: Final = "signature"
# Which answer a signature fills, and what then stands as the way of signing (code list sign_method).
SIGNS: Final[Mapping[str, str]] = {"": "applicant_sign", "members": "auth_member_sign", "supporters": "sup_auth_signed"}
ELECTRONIC: Final = "esign"


def with_files(form: Form, answers: Mapping[str, Any], files: Iterable[StoredFile]) -> dict[str, Any]:
    """The answers with the keys of the files that answer a question of the form.

    A file's place is the mark of its row, such as "members:m1"; a row that is gone takes its files with it.
    """
    filled = copy.deepcopy(dict(answers))
    for kept in files:
        group, _, mark = kept.place.partition(":")
        row = filled if not group else _row(filled, group, mark)
        if row is None:
            continue
        if kept.paper == SIGNATURE:
            _sign(form, row, group, kept.key)
        elif kept.paper in form.questions and form.questions[kept.paper].type in {"file", "photo"}:
            row[kept.paper] = list(dict.fromkeys([*(row.get(kept.paper) or []), kept.key]))
    return filled


def _row(answers: dict[str, Any], group: str, mark: str) -> dict[str, Any] | None:
    rows = answers.get(group)
    found = (
        (row for row in rows if isinstance(row, dict) and row.get("row_id") == mark) if isinstance(rows, list) else ()
    )
    return next(iter(found), None)


def _sign(form: Form, row: dict[str, Any], group: str, key: str) -> None:
    name = SIGNS.get(group, "")
    question = form.questions.get(name)
    if question is None:
        return
    row[name] = True if question.type == "boolean" else key
    if group == "members" and "auth_method" in form.questions:
        row["auth_method"] = ELECTRONIC
