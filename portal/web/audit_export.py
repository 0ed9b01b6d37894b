"""The trail as a table for a spreadsheet, every line of it marked with who took the copy, when and what for."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime

from portal.access import Actor
from portal.audit import Event
from portal.catalogue.catalogue import Catalogue
from portal.organisation.queries import CITY_TIME
from portal.values import Text
from portal.web.trail_words import words_of

LIMIT = 20_000  # lines in one copy; a longer one is taken in parts
HEAD = (
    Text("序号", "id"),
    Text("时间", "time"),
    Text("人员", "person"),
    Text("操作", "action"),
    Text("编号", "number"),
    Text("地方", "place"),
    Text("内容", "data"),
    Text("链", "stream"),
    Text("链内序号", "sequence"),
    Text("校验值", "hash"),
    Text("导出标记", "copy"),
)


def table(
    events: Sequence[Event],
    numbers: Mapping[str, str],
    catalogue: Catalogue,
    actor: Actor,
    purpose: str,
    moment: datetime,
    lang: str,
) -> str:
    """The lines as CSV. The mark stands in the first line and in every other, so that a cut copy still carries it."""
    taken = moment.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M:%S")
    mark = Text(f"{actor.name} 于 {taken} 导出,用途:{purpose}", f"Copied by {actor.name} on {taken} for: {purpose}").to(
        lang
    )
    written = io.StringIO()
    written.write("\ufeff")  # spreadsheets take the file for UTF-8 only when it begins with this mark
    lines = csv.writer(written)
    lines.writerow([safe(mark)])
    lines.writerow([title.to(lang) for title in HEAD])
    for event in events:
        words = words_of(event, catalogue)
        data = "; ".join(f"{name.to(lang)}: {value.to(lang)}" for name, value in words.data)
        at = event.at.astimezone(CITY_TIME).strftime("%Y-%m-%d %H:%M:%S")
        row = (
            str(event.id), at, event.actor_name, words.title.to(lang), numbers.get(event.stream, ""), event.region_code,
            data, event.stream, str(event.sequence), event.hash, mark,
        )  # fmt: skip
        lines.writerow([safe(cell) for cell in row])
    return written.getvalue()


def safe(cell: str) -> str:
    """A cell that a spreadsheet takes for text: what begins like a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
