"""One task as its page sees it: the file behind it, what was typed into the page, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.cases import queries
from portal.cases.models import Case, Task
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.errors import FieldError
from portal.organisation.queries import CITY_TIME
from portal.rules import Environment
from portal.values import Text
from portal.workflow import Step

LONGEST_REASON = 500
TOO_LONG = Text(f"最多 {LONGEST_REASON} 个字。", f"At most {LONGEST_REASON} characters.")


@dataclass(frozen=True)
class Desk:
    """An open task with its file. `typed` is empty until something was sent."""

    db: Session
    actor: Actor
    task: Task
    catalogue: Catalogue
    now: datetime
    lang: str
    typed: MultiDict[str, str] = field(default_factory=MultiDict)
    faults: tuple[FieldError, ...] = ()

    @property
    def today(self) -> date:
        return self.now.astimezone(CITY_TIME).date()

    @property
    def application(self) -> Application:
        return self.task.application

    @property
    def case(self) -> Case | None:
        return self.task.case

    @property
    def step(self) -> Step:
        return self.catalogue.step(self.task.item, self.task.step)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What the family declared, numbers in clear: for looking up and counting, never for a page as it is."""
        return clear_answers(self.db, self.application)

    @cached_property
    def environment(self) -> Environment:
        """What a form's conditions may look at."""
        return self.catalogue.environment({**self.answers, "app_items": list(self.application.items)}, self.today)

    def item_titles(self) -> dict[str, str]:
        return {i.slug: i.title.to(self.lang) for i in self.catalogue.chosen(self.application.items)}


def opened(
    db: Session, actor: Actor, task_id: int, *, now: datetime, lang: str, typed: MultiDict[str, str] | None = None
) -> Desk:
    """The task on the desk; refused when it is gone, done or not the actor's."""
    task = queries.task(db, actor, task_id)
    catalogue = catalogue_queries.release(db, task.application.release_id).catalogue
    return Desk(db, actor, task, catalogue, now, lang, typed if typed is not None else MultiDict())


@dataclass(frozen=True)
class Entry:
    """What a page's inputs mean: the command's payload, the reason, and what could not be read."""

    payload: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    faults: tuple[FieldError, ...] = ()


Show = Callable[[Desk], Mapping[str, Any]]
Read = Callable[[Desk], Entry]
Press = Callable[[Desk, str], Text]


@dataclass(frozen=True)
class StepPage:
    """How one kind of step is shown and read. `buttons` do something without ending the step, by the button's name.

    `asks` is what the step wants said in the box of reasons; `own_summary`: a whole form, which shows its own faults.
    `receive` keeps what a refusal must not lose, such as photographs.
    """

    template: str
    show: Show
    read: Read
    wide: bool = False
    asks: Text | None = None
    own_summary: bool = False
    buttons: Mapping[str, Press] = field(default_factory=dict)
    receive: Callable[[Desk], Desk] | None = None


def reason_only(desk: Desk) -> Entry:
    """The reading of a page whose only input is the reason."""
    reason = typed_reason(desk)
    return Entry({}, reason, too_long("/reason", reason))


def typed_reason(desk: Desk) -> str:
    return desk.typed.get("_reason", "").strip()


def too_long(pointer: str, text: str, longest: int = LONGEST_REASON) -> tuple[FieldError, ...]:
    """Nothing is cut in silence: what does not fit is said."""
    if len(text) <= longest:
        return ()
    return (FieldError(pointer, pointer.rsplit("/", 1)[-1], "too_long", TOO_LONG),)
