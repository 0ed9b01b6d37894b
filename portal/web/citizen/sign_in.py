"""Signing in with a phone and a one-time code. What is answered never depends on whether the phone is known."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from flask import Blueprint, current_app, request, session
from flask.blueprints import BlueprintSetupState
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access.citizens import make_code, shown, sign_in, sign_out
from portal.db import db, transaction
from portal.forms.normalising import digits, phone
from portal.notices.senders import CODE, Message, sender_of
from portal.reader import own_address
from portal.values import Text
from portal.web.citizen.foundation import COOKIE, current_citizen, needs_citizen, page, the_citizen
from portal.web.shell import lang, now, say, text

login = Blueprint("me_login", __name__, url_prefix="/me")
code = Blueprint("me_code", __name__, url_prefix="/me")

ASKING, WANTED, CHECKED = "citizen_phone", "citizen_next", "citizen_check"
MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
NO_PHONE = Text("请输入 11 位手机号。", "Enter a mobile number of 11 digits.")
WRONG = Text(
    "验证码不对或已失效。请核对短信,或重新获取。",
    "The code is wrong or no longer good. Check the message, or get a new one.",
)
DEMO_CODE = Text("演示模式,验证码是 {code}", "Demonstration: the code is {code}")
SIGNED_OUT = Text("您已退出。", "You have signed out.")


def _phone() -> str:
    return phone(request.form.get("phone", "")[:40])


@login.record_once
def limit_codes(state: BlueprintSetupState) -> None:
    """So many codes per phone, whoever asks, and so many requests per address, whatever phone."""
    limiter: Any = state.app.extensions["appbuilder"].sm.limiter
    limiter.limit(_rate("login_rate"), methods=["POST"])(login)
    limiter.limit(_rate("code_rate"), methods=["POST"], key_func=lambda: f"phone:{_phone()}")(login)


@code.record_once
def limit_tries(state: BlueprintSetupState) -> None:
    """A code dies after five wrong tries; an address that tries codes of many phones is slowed down as well."""
    limiter: Any = state.app.extensions["appbuilder"].sm.limiter
    limiter.limit(_rate("login_rate"), methods=["POST"])(code)


def _rate(name: str) -> partial[str]:
    return partial(lambda: str(getattr(current_app.config["PORTAL"], name)))


@login.get("/login")
def ask() -> tuple[str, int] | Response:
    """One box: the phone."""
    if the_citizen() is not None:
        return redirect(own_address(request.args.get("next"), "/me"), code=303)
    session[WANTED] = own_address(request.args.get("next"), "/me")
    return page("portal/me/login.html", phone="", wrong=None)


@login.post("/login")
def send() -> tuple[str, int] | Response:
    """Send a code, to a known phone and an unknown one alike."""
    number = _phone()
    if MOBILE.fullmatch(number) is None:
        return page("portal/me/login.html", status=422, phone=request.form.get("phone", "")[:40], wrong=NO_PHONE)
    with transaction(db.session()) as writing:
        made = make_code(writing, number, now=now())
    sender_of(db.session())(Message(number, CODE.to(lang()).format(code=made)))
    session[ASKING] = number
    if current_app.config["PORTAL"].demo:
        say(text(DEMO_CODE).format(code=made), "info")
    return redirect("/me/code", code=303)


@code.get("/code")
def enter() -> tuple[str, int] | Response:
    """The box for the code."""
    if ASKING not in session:
        return redirect("/me/login", code=303)
    return page("portal/me/code.html", phone=shown(session[ASKING]), wrong=None)


@code.post("/code")
def check() -> tuple[str, int] | Response:
    """Sign in, with a cookie that holds nothing of the visitor before."""
    number = session.get(ASKING)
    if number is None:
        return redirect("/me/login", code=303)
    with transaction(db.session()) as writing:
        citizen = sign_in(writing, number, digits(request.form.get("code", "")[:20]), now=now())
        entry = [citizen.id, citizen.generation] if citizen is not None else None
    if entry is None:
        return page("portal/me/code.html", status=401, phone=shown(number), wrong=WRONG)
    kept = {name: session[name] for name in ("locale", CHECKED) if name in session}
    wanted = own_address(session.get(WANTED), "/me")
    session.clear()
    session.permanent = True
    session.update(kept)
    session[COOKIE] = entry
    return redirect(wanted, code=303)


@login.post("/logout")
@needs_citizen
def leave() -> Response:
    """Sign out here and everywhere."""
    actor, moment = current_citizen(), now()
    with transaction(db.session()) as writing:
        sign_out(writing, actor.citizen or 0, now=moment)
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    say(SIGNED_OUT)
    return redirect("/me/login", code=303)
