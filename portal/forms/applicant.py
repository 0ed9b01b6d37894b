"""The applicant is the first member of the household: what he said of himself is not typed a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.forms.bank import Form

SELF: Final = "01"  # GB/T 4761: the applicant himself
_SAME: Final = ("name", "id_type", "id_no", "phone")


def said_twice(form: Form) -> Mapping[str, str]:
    """Questions about a member that the applicant has answered about himself, with the question he answered."""
    pairs = ((f"member_{part}", f"applicant_{part}") for part in _SAME)
    return {member: own for member, own in pairs if member in form.questions and own in form.questions}
