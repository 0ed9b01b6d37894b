"""Handing a task on: to a colleague at the same desk, or back to the desk by somebody who has an interest in the file."""

from __future__ import annotations

from collections.abc import Callable

from portal.cases.flow import File
from portal.cases.models import Task
from portal.cases.queries import colleagues
from portal.errors import Problem, Refused
from portal.values import Text
from portal.workflow.engine import BAD_TARGET

NOBODY_ELSE = Problem(
    "nobody-else",
    409,
    Text(
        "本岗位没有其他人可以接办,请先由管理员增派人员。",
        "Nobody else sits at this desk; an administrator must assign somebody first.",
    ),
)


def _delegate(file: File, task: Task, to: str | None, reason: str) -> None:
    chosen = next((one for one in colleagues(file.db, file.actor, task, file.today) if str(one.id) == to), None)
    if chosen is None:
        raise Refused(BAD_TARGET)
    file.record("task.delegated", task.case, step=task.step, to=chosen.name, reason=reason[:500], task=task.id)


def _recuse(file: File, task: Task, _to: str | None, reason: str) -> None:
    if not colleagues(file.db, file.actor, task, file.today):
        raise Refused(NOBODY_ELSE)
    file.record("task.recused", task.case, step=task.step, reason=reason[:500], task=task.id)


# These change whose the task is; the file itself does not move.
HANDING: dict[str, Callable[[File, Task, str | None, str], None]] = {"delegate": _delegate, "recuse": _recuse}
