"""Settings: one typed table, parsed from a mapping and checked before anything starts.

`config.py` is the only place that reads the environment; everybody else gets a `Settings` value. A misspelt or
unreadable key stops start-up with a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.values import Text, nearest

PREFIX = "PORTAL_"
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The settings cannot be used; the sentences say which keys and why."""

    def __init__(self, faults: Iterable[Text]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.en for fault in self.faults))


@dataclass(frozen=True)
class Setting:
    """One key of the table: its name in the environment, how it is read, what it is when absent, and what it is for."""

    name: str
    read: Callable[[str], Any]
    default: Any
    help: Text

    @property
    def field(self) -> str:
        return self.name.removeprefix(PREFIX).lower()


def _switch(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.strip().lower() not in words:
        raise ValueError("1 or 0 is expected")
    return words[text.strip().lower()]


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError("a whole number from 1 is expected")
    return int(text)


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _database(text: str) -> str:
    """A database address; a relative SQLite file is pinned to the folder the program was started in."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError("a database address such as sqlite:///var/portal.db or postgresql://… is expected") from error
    if url.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError("only SQLite and PostgreSQL are supported")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(Path(url.database).resolve()))
    return url.render_as_string(hide_password=False)


def _secret(text: str) -> str:
    if len(text) < 24:
        raise ValueError("at least 24 characters are expected")
    return text


def _sender(text: str) -> str:
    """The name of a sender; whether there is such a one is known where they are (`portal.notices.senders`)."""
    if not text.isidentifier():
        raise ValueError("the name of a sender is expected, such as console")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("PORTAL_DATABASE_URL", _database, "sqlite:///var/portal.db", Text("数据库地址,SQLite 或 PostgreSQL。", "Address of the database, SQLite or PostgreSQL.")),
    Setting("PORTAL_SECRET_KEY", _secret, None, Text("签名会话、加密证件号的密钥;至少 24 个字符,不得更换。", "Signs sessions and seals id numbers; at least 24 characters; must not change afterwards.")),
    Setting("PORTAL_CATALOGUE", _folder, None, Text("事项目录所在文件夹(内含 form_schemas 与 workflows);默认用自带目录。", "Folder with the catalogue (form_schemas and workflows inside); the shipped one by default.")),
    Setting("PORTAL_FILES", _folder, "var/files", Text("上传文件存放位置。", "Where uploaded files are kept.")),
    Setting("PORTAL_REDIS_URL", str, "", Text("多台机器时的 Redis 地址;空则单机运行。", "Redis for several machines; empty on one machine.")),
    Setting("PORTAL_DEMO", _switch, "0", Text("演示模式:示例密钥、可快进的时钟、不要求 https。", "Demo: a sample secret, a clock that can be moved, no https required.")),
    Setting("PORTAL_HTTPS", _switch, None, Text("是否通过 https 访问(安全 Cookie、HSTS);演示之外默认是。", "Served over https (secure cookies, HSTS); on by default outside demos.")),
    Setting("PORTAL_TRUSTED_PROXIES", int, "0", Text("前面有几层可信的反向代理。", "How many trusted reverse proxies stand in front.")),
    Setting("PORTAL_PAGE_SIZE", _count, "25", Text("列表每页行数。", "Rows on a list page.")),
    Setting("PORTAL_SESSION_HOURS", _count, "10", Text("登录后多少小时需要重新登录。", "Hours after which a login ends.")),
    Setting("PORTAL_LOCKOUT_FAILURES", _count, "5", Text("连续输错多少次密码后锁定账号。", "Wrong passwords in a row that lock an account.")),
    Setting("PORTAL_LOCKOUT_MINUTES", _count, "15", Text("锁定多少分钟。", "Minutes an account stays locked.")),
    Setting("PORTAL_LANG", str, "", Text("命令行语言 zh 或 en;默认随终端。", "Language of the command line, zh or en; the terminal's by default.")),
    Setting("PORTAL_LOGIN_RATE", str, "20 per minute", Text("每个地址的登录次数上限。", "Login attempts allowed per address.")),
    Setting("PORTAL_API_RATE", str, "600 per minute", Text("每个账号调用接口的次数上限。", "API requests allowed per account.")),
    Setting("PORTAL_SENDER", _sender, "console", Text("短信发送方式;console 只写入日志,供演示。", "How messages are sent; console only writes them to the log, for demonstrations.")),
    Setting("PORTAL_CODE_RATE", str, "5 per hour", Text("每个手机号获取验证码的次数上限。", "Login codes sent per phone.")),
    Setting("PORTAL_TRACK_RATE", str, "10 per minute", Text("每个地址查询进度的次数上限。", "Progress look-ups allowed per address.")),
)  # fmt: skip

DEMO_SECRET = "demo-only-secret-key-of-this-machine"  # noqa: S105 - only ever used when PORTAL_DEMO is on


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations, checked."""

    database_url: str
    files: Path
    catalogue: Path | None = None
    redis_url: str = ""
    demo: bool = False
    https: bool = True
    trusted_proxies: int = 0
    page_size: int = 25
    session_hours: int = 10
    lockout_failures: int = 5
    lockout_minutes: int = 15
    login_rate: str = "20 per minute"
    api_rate: str = "600 per minute"
    sender: str = "console"
    code_rate: str = "5 per hour"
    track_rate: str = "10 per minute"
    lang: str = ""
    given_secret: str | None = None

    @property
    def secret_key(self) -> str:
        """The secret; outside demos its absence stops whatever needed it."""
        if self.given_secret is None and not self.demo:
            raise SettingsError(
                [
                    Text(
                        "缺少 PORTAL_SECRET_KEY(至少 24 个字符的随机密钥)。",
                        "PORTAL_SECRET_KEY is missing (a random key of at least 24 characters).",
                    )
                ]
            )
        return self.given_secret or DEMO_SECRET


def load(environment: Mapping[str, str]) -> Settings:
    """The settings from a mapping of names to texts; every fault is reported at once."""
    known = {setting.name: setting for setting in SETTINGS}
    faults = [_unknown(name, known) for name in environment if name.startswith(PREFIX) and name not in known]
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = environment.get(setting.name, "") or setting.default
        try:
            values[setting.field] = None if text is None else setting.read(text)
        except ValueError as error:
            faults.append(Text(f"{setting.name} 的值无法使用:{error}", f"{setting.name} cannot be used: {error}"))
    if faults:
        raise SettingsError(faults)
    if values["https"] is None:
        values["https"] = not values["demo"]
    values["given_secret"] = values.pop("secret_key")
    return Settings(**values)


def _unknown(name: str, known: Iterable[str]) -> Text:
    hit = nearest(name, known)
    hint = Text(f"是否应为 {hit}?", f"Did you mean {hit}?") if hit else Text("", "")
    return Text(f"没有设置项 {name}。{hint.zh}", f"There is no setting {name}. {hint.en}".strip())


def current() -> Settings:
    """The settings of this process, as the deployment's `config.py` read them."""
    place = "config" if (ROOT / "config.py").is_file() else "portal_data.config"
    settings = import_module(place).settings()
    if not isinstance(settings, Settings):
        raise TypeError(f"{place} gives no settings")
    return settings


def shipped(name: str) -> Path:
    """A folder that travels with the program: beside the package in a checkout, inside the wheel otherwise."""
    beside = ROOT / name
    if beside.is_dir():
        return beside
    spec = find_spec("portal_data")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / name if places else beside


def markdown() -> str:
    """The table of settings as the page `docs/settings.md`."""
    lines = ["# Settings", "", "Read from the environment by `config.py`; made with `portal settings --markdown`.", ""]
    lines += ["| name | default | 说明 | meaning |", "|---|---|---|---|"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "—"
        lines.append(f"| `{setting.name}` | {default} | {setting.help.zh} | {setting.help.en} |")
    return "\n".join(lines) + "\n"
