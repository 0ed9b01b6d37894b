"""A person's own account: changing the password."""

from __future__ import annotations

from flask import Blueprint, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from werkzeug.security import check_password_hash
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access.commands import change_password
from portal.db import db, transaction
from portal.errors import Refused
from portal.values import Text
from portal.web.shell import needs, now, page, say, text

account = Blueprint("account", __name__)

WRONG_PASSWORD = Text("现用密码不对。", "The present password is not right.")
NOT_THE_SAME = Text("两次输入的新密码不一样。", "The two new passwords differ.")
CHANGED = Text("密码已修改,其他地方的登录已失效。", "The password is changed; sign-ins elsewhere have ended.")


@account.get("/password")
@needs()
def password() -> tuple[str, int]:
    """The form."""
    return page("portal/password.html", errors={})


@account.post("/password")
@needs()
def save_password() -> tuple[str, int] | Response:
    """Check the old one, keep the rules for the new one, end every other session."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    errors: dict[str, str] = {}
    if not check_password_hash(current_user.password, old):
        errors["old"] = text(WRONG_PASSWORD)
    if new != again:
        errors["again"] = text(NOT_THE_SAME)
    if not errors:
        user_id, moment = current_user.id, now()
        try:
            with transaction(db.session()) as session_:
                user = session_.get_one(User, user_id)
                session["generation"] = change_password(session_, user, new, now=moment)
        except Refused as refusal:
            errors["new"] = text(refusal.text)
    if errors:
        return page("portal/password.html", status=422, errors=errors)
    say(CHANGED)
    return redirect("/", code=303)
