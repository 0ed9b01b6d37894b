"""How messages leave the platform: one table from a sender's name to the function that sends.

A real gateway is one function and one line in SENDERS. A message says that something is there, never what.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.values import Text

MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
log = logging.getLogger("portal.messages")


@dataclass(frozen=True)
class Message:
    """A short text to one phone."""

    phone: str
    text: str


Sender = Callable[[Message], None]


def to_console(message: Message) -> None:
    """For demonstrations: the message stands in the log of the program."""
    log.warning("%s: %s", message.phone, message.text)


SENDERS: Final[Mapping[str, Sender]] = {
    "console": to_console,
    "none": lambda _message: None,  # nobody is written to: imports and the filling of demonstrations
}

NO_SUCH_SENDER: Final = Text(
    f"PORTAL_SENDER 应为:{'、'.join(SENDERS)}。", f"PORTAL_SENDER must be one of: {', '.join(SENDERS)}."
)
CODE: Final = Text(
    "【帮扶救助】验证码 {code},10 分钟内有效。请勿告诉他人,工作人员不会向您索要。",
    "[Social assistance] Your code is {code}, good for 10 minutes. Tell nobody: no clerk will ask for it.",
)
LETTER_THERE: Final = Text(
    "【帮扶救助】您有一封新的告知书,请登录“帮扶救助一件事”查看,或到就近窗口领取。",
    "[Social assistance] A letter is there for you: sign in to read it, or ask at any window.",
)


def sender_of(db: Session) -> Sender:
    """The sender the edge put on this session; a session without one writes to nobody."""
    return SENDERS[db.info.get("sender", "none")]


def wants_message(application: Application) -> bool:
    """Whether the applicant can and wishes to be told by message; whoever said nothing about it is."""
    wished = application.answers.get("app_contact_pref") or ["sms"]
    return MOBILE.fullmatch(application.phone) is not None and "sms" in wished
