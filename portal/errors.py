"""Refusals as values: a table of problems, one exception that carries them, and findings about documents.

Everything a person may be told lives in both languages. Edges (web, api, cli, jobs) turn `Refused` into a page, a
problem+json body or a line on the terminal; anything else that escapes is a bug.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from portal.values import Text


@dataclass(frozen=True)
class Problem:
    """One kind of refusal: a stable code, the HTTP status it maps to and its sentence with {placeholders}."""

    code: str
    status: int
    message: Text

    def sentence(self, params: dict[str, Any]) -> Text:
        """Fill the placeholders; a parameter may itself be a `Text`, then each language gets its own."""
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in params.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in params.items()}
        return Text(self.message.zh.format(**zh), self.message.en.format(**en))


@dataclass(frozen=True)
class Finding:
    """One fault in a document: the file, the JSON pointer inside it, what is wrong and what was probably meant.

    Advice is not a fault: the document can be used, but somebody should look at it.
    """

    file: str
    pointer: str
    message: Text
    suggestion: Text | None = None
    advice: bool = False


@dataclass(frozen=True)
class FieldError:
    """One answer that cannot be accepted: where it stands (JSON pointer), which question, and why in clerk's words."""

    pointer: str
    question: str
    code: str
    message: Text


class Refused(Exception):  # noqa: N818 - the domain word; a refusal is not a fault of the program
    """An action that is not allowed or not possible now. Nothing has changed when it is raised to an edge."""

    def __init__(self, problem: Problem, fields: tuple[FieldError, ...] = (), **params: Any) -> None:
        self.problem = problem
        self.params = params
        self.fields = fields
        self.text = problem.sentence(params)
        super().__init__(f"{problem.code}: {self.text.en}")


NOT_FOUND = Problem("not-found", 404, Text("找不到,或您无权查看。", "Not found, or not yours to see."))
FORBIDDEN = Problem("forbidden", 403, Text("您没有办理这项操作的权限。", "You may not do this."))
INVALID = Problem("invalid", 422, Text("有 {count} 处需要更正。", "{count} entries need correcting."))

# What HTTP itself may say, in words: refusals nobody of ours raised.
BY_STATUS: dict[int, Problem] = {
    400: Problem("bad-request", 400, Text("请求无法理解。", "The request cannot be understood.")),
    401: Problem("login-needed", 401, Text("请先登录。", "Please sign in first.")),
    403: Problem("forbidden", 403, Text("您没有办理这项操作的权限。", "You may not do this.")),
    404: Problem("not-found", 404, Text("找不到,或您无权查看。", "Not found, or not yours to see.")),
    405: Problem(
        "method-not-allowed", 405, Text("这个地址不接受这种请求。", "This address does not take this kind of request.")
    ),
    409: Problem(
        "conflict",
        409,
        Text("数据已被他人更新,请刷新后重试。", "Somebody else changed this meanwhile; reload and try again."),
    ),
    406: Problem("not-acceptable", 406, Text("这里不提供所要求的格式。", "This is not given in the form asked for.")),
    413: Problem("too-large", 413, Text("提交的内容太大。", "What was sent is too large.")),
    414: Problem("too-long", 414, Text("地址太长。", "The address is too long.")),
    415: Problem("media-type", 415, Text("不接受这种内容类型。", "This type of content is not taken.")),
    429: Problem("too-many", 429, Text("操作过于频繁,请稍候再试。", "Too many attempts; please wait a little.")),
    500: Problem(
        "fault", 500, Text("系统出错,已记录。编号 {id}。", "Something went wrong and was recorded. Number {id}.")
    ),
    503: Problem(
        "unavailable", 503, Text("暂时无法办理,请稍候再试。", "Not possible at the moment; please try again shortly.")
    ),
}


def of_status(status: int) -> Problem:
    """The problem a bare HTTP status stands for."""
    sentence = Text(f"请求无法办理({status})。", f"The request cannot be carried out ({status}).")
    return BY_STATUS.get(status) or Problem("http", status, sentence)


def faults(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stand in the way; advice does not."""
    return tuple(finding for finding in findings if not finding.advice)


@dataclass
class Findings:
    """A growing list of findings, so that a check reports everything at once instead of stopping at the first."""

    items: list[Finding] = field(default_factory=list)

    def add(self, file: str, pointer: str, zh: str, en: str, suggestion: Text | None = None) -> None:
        self.items.append(Finding(file, pointer, Text(zh, en), suggestion))
