"""What is asked of an outside register, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Query:
    """One comparison about one person, under the number of the letter he signed."""

    code: str
    person: str
    name: str
    id_number: str
    letter_no: str
    on: date
    facts: Mapping[str, Any]
    row: Mapping[str, Any]
    codes: frozenset[str]  # everything asked about this person


@dataclass(frozen=True)
class Answer:
    """What came back: `no_record`, `returned` with fields, or `error`."""

    state: str
    returned: Mapping[str, Any] | None = None
