"""What a password must be: long enough, not a name, not one of the passwords everybody tries first."""

from __future__ import annotations

from typing import Final

from portal.values import Text

SHORTEST: Final = 10
LONGEST: Final = 200
# The families of passwords that lists of stolen ones begin with; a match anywhere in a short password refuses it.
COMMON: Final = (
    "password",
    "passw0rd",
    "qwerty",
    "123456",
    "abc123",
    "admin",
    "letmein",
    "iloveyou",
    "111111",
    "888888",
    "woaini",
)


def weakness(password: str, username: str) -> Text | None:
    """Why a password cannot be used, or None when it can."""
    if len(password) < SHORTEST:
        return Text(f"密码至少 {SHORTEST} 个字符。", f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        return Text(f"密码最多 {LONGEST} 个字符。", f"A password has at most {LONGEST} characters.")
    if len(set(password)) < 5:
        return Text("密码中不同的字符太少。", "The password repeats too few characters.")
    lowered = password.lower()
    if username and username.lower() in lowered:
        return Text("密码不能包含用户名。", "The password must not contain the user name.")
    if len(password) < 16 and any(word in lowered for word in COMMON):
        return Text("密码太常见,容易被猜到。", "The password is too common and easily guessed.")
    return None
