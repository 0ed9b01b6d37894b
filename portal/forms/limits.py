"""How large answers may be. A form of a big household stays far below; hostile input stops here, early and cheaply."""

from __future__ import annotations

from typing import Final

ROWS: Final = 60  # per row group: members, supporters, houses …
DEPTH: Final = 6
NODES: Final = 20_000
TEXT: Final = 200
TEXTAREA: Final = 2_000
LONGEST: Final = 10_000  # nothing longer is even looked at
FILES: Final = 20  # per question
FIELDS: Final = 20_000  # posted name/value pairs
ERRORS: Final = 200  # more than a screen can show; enough to correct
SUM: Final = 10**13  # 分; exact in JavaScript as well
COUNT: Final = 10**9
