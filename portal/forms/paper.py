"""What is handed over the desk instead of being typed: signatures, scans and photographs."""

from __future__ import annotations

from typing import Final

from portal.errors import FieldError
from portal.forms.bank import Form

ON_PAPER: Final = frozenset({"file", "photo", "signature", "geo"})
MISSING: Final = frozenset({"required", "choose", "sign", "upload"})


def is_on_paper(form: Form, fault: FieldError) -> bool:
    """Whether a fault is only that something was not uploaded: at a window it lies on the desk, and the papers say so."""
    question = form.questions.get(fault.question)
    return fault.code in MISSING and question is not None and question.type in ON_PAPER
