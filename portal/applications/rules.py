"""Plain facts about applications: statuses, how a number is made."""

from __future__ import annotations

from datetime import date

from portal.values import Text

STATUSES: dict[str, Text] = {
    "submitted": Text("已推送,待乡镇受理", "Pushed, waiting for the township"),
    "accepted": Text("办理中", "In progress"),
    "supplement": Text("待补正", "Waiting for missing papers"),
    "decided": Text("已办结", "Decided"),
    "refused": Text("不予受理", "Not accepted"),
    "withdrawn": Text("已撤回", "Withdrawn"),
}


def number(region_code: str, day: date, serial: int) -> str:
    """County, day and serial: short enough to read out on the telephone, unique because the serial is."""
    return f"{region_code[:6]}{day:%y%m%d}{serial:06d}"
