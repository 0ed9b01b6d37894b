"""What one route of the API is: said once, as a value. Serving it, checking a request and describing it all read this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.access import Actor
from portal.errors import Problem
from portal.values import Text

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One thing a request says beside its body; parameters of the path are read from the path itself."""

    name: str
    place: str
    title: Text
    schema: Schema
    required: bool = False


@dataclass(frozen=True)
class Asked:
    """A request that was read and found to be of the right shape, and who sent it."""

    actor: Actor
    query: Mapping[str, Any]
    headers: Mapping[str, Any]
    body: Any = None
    fingerprint: str = ""


@dataclass(frozen=True)
class Answer:
    """What a route gives back: a JSON value, its status and the headers that belong to it."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One method at one address.

    `functions`: any of these lets a person in, an empty tuple is everybody who is signed in, None everybody.
    `body` and `answers` name schemas of `portal.api.schemas`; `problems` are the refusals peculiar to this route.
    """

    name: str
    method: str
    path: str
    handler: Callable[..., Answer]
    tag: str
    title: Text
    functions: tuple[str, ...] | None
    answers: Mapping[int, tuple[str, Text]]
    parameters: tuple[Parameter, ...] = ()
    body: str | None = None
    problems: tuple[Problem, ...] = ()
    cached: bool = False
    example: Any = None
