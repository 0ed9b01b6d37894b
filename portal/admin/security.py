"""Signing in: our security manager, with the permission set read once per request and sessions that can be ended."""

from __future__ import annotations

from functools import partial

from flask import current_app, flash, g, has_request_context, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import User
from flask_appbuilder.security.views import AuthDBView
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, login_user, logout_user
from sqlalchemy import func, or_, select
from werkzeug.security import check_password_hash

from portal.access.commands import end_sessions, is_locked, note_failure, note_login
from portal.db import db, transaction
from portal.reader import (
    LOGIN_NEEDED,
    current_actor,
    forget_actor,
    now,
    own_address,
    problem_json,
    session_stamp,
    t,
)

LANDING = "portal_landing"  # app.extensions key: a function actor -> address, given by the app so that admin need not know the pages


class AuthView(AuthDBView):
    """Sign in and out. Signing out is a POST and ends every session of the account."""

    login_template = "appbuilder/general/security/login_db.html"

    @expose("/login/", methods=["GET", "POST"])
    def login(self):
        wanted = own_address(request.args.get("next"), "")
        if current_user.is_authenticated:
            return redirect(wanted or "/")
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user is not None:
                return self._enter(user, wanted)
            flash(self.appbuilder.sm.refusal(), "danger")
            status = 401
        page = self.render_template(
            self.login_template, title=t("登录", "Sign in"), form=form, appbuilder=self.appbuilder
        )
        return page, status, {"Cache-Control": "no-store"}

    def _enter(self, user, wanted):
        locale = session.get("locale")
        session.clear()  # nothing of the visitor before survives into the session of the person now
        session.permanent = True
        if locale:
            session["locale"] = locale
        session["generation"] = g.generation
        login_user(user)
        forget_actor()
        return redirect(wanted if wanted not in {"", "/"} else current_app.extensions[LANDING](), code=303)

    @expose("/logout/", methods=["POST"])
    def logout(self):
        if current_user.is_authenticated:
            user_id, moment = current_user.id, now()
            with transaction(db.session()) as writing:
                end_sessions(writing, writing.get_one(User, user_id), action="user.logged-out", now=moment)
        locale = session.get("locale")
        logout_user()
        session.clear()
        if locale:
            session["locale"] = locale
        forget_actor()
        flash(t("您已退出登录。", "You have signed out."), "success")
        return redirect(url_for("AuthView.login"), code=303)


class PortalSecurity(SecurityManager):
    """FAB's security manager with our sign-in, our lockout, and one permission query per request."""

    authdbview = AuthView

    def create_limiter(self, app):
        """Counters shared over Redis when there are several machines, in memory otherwise."""
        limiter = Limiter(
            key_func=get_remote_address,
            storage_uri=app.config["PORTAL"].redis_url or "memory://",
            strategy="moving-window",
            headers_enabled=False,
        )
        limiter.init_app(app)
        return limiter

    def create_jwt_manager(self, app):
        """Tokens carry the session generation too: a changed password ends them."""
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(lambda identity: {"gen": generation_of(int(identity))})
        for refuse in (manager.unauthorized_loader, manager.invalid_token_loader):
            refuse(lambda _why: problem_json(LOGIN_NEEDED))
        for refuse in (manager.expired_token_loader, manager.user_lookup_error_loader, manager.revoked_token_loader):
            refuse(lambda _header, _payload: problem_json(LOGIN_NEEDED))
        return manager

    def register_views(self):
        """Only signing in and the API's token: users, roles and permissions have pages of our own, or none."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.limiter.limit(app_setting("login_rate"), methods=["POST"])(self.auth_view.blueprint)
        api = self.appbuilder.add_api(self.security_api)
        self.limiter.limit(app_setting("login_rate"), methods=["POST"])(api.blueprint)

    def auth_user_db(self, username, password):
        """Who this is, or None: wrong, unknown, inactive and locked take the same time and look the same."""
        name = (username or "").strip()
        found = select(User).where(or_(func.lower(User.username) == name.lower(), User.email == name)).limit(1)
        user = db.session.scalar(found) if name else None
        hashed = (
            user.password
            if user is not None and user.active
            else current_app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"]
        )
        right = check_password_hash(hashed, password or "") and user is not None and user.active
        if user is None:
            return None
        settings, moment, user_id = current_app.config["PORTAL"], now(), user.id
        with transaction(db.session()) as writing:
            user = writing.get_one(User, user_id)
            locked = is_locked(writing, user_id, now=moment)
            if right and not locked:
                g.generation = note_login(writing, user, now=moment)
            elif not locked:
                note_failure(
                    writing, user, failures=settings.lockout_failures, minutes=settings.lockout_minutes, now=moment
                )
        return user if right and not locked else None

    def refusal(self):
        """One sentence for every refused sign-in, so that nobody learns which accounts exist."""
        settings = current_app.config["PORTAL"]
        return t(
            f"用户名或密码不对。连续输错 {settings.lockout_failures} 次,账号锁定 {settings.lockout_minutes} 分钟。",
            "The user name or password is not right. "
            f"After {settings.lockout_failures} wrong attempts an account is locked for {settings.lockout_minutes} minutes.",
        )

    def load_user(self, pk):
        """The account behind a cookie, if the cookie is of its present generation."""
        user = db.session.get(User, int(pk))
        if user is None or not user.active:
            return None
        alive = not has_request_context() or session.get("generation") == generation_of(user.id)
        return user if alive else None

    def load_user_jwt(self, _jwt_header, jwt_data):
        """The account behind a token, if the token is of its present generation."""
        user = db.session.get(User, int(jwt_data["sub"]))
        if user is None or not user.active or jwt_data.get("gen") != generation_of(user.id):
            return None
        g.user = user
        return user

    def permission_set(self):
        """Every (permission, view) of the reader's roles, with one query per request."""
        user_id = current_actor().id
        if g.get("permission_set_of", -1) != user_id:
            g.permission_set_of, g.permission_set = user_id, self._permissions(user_id)
        return g.permission_set

    def _permissions(self, user_id):
        if user_id is None:
            return frozenset()
        pair, role = self.permissionview_model, self.role_model
        rows = db.session.execute(
            select(self.permission_model.name, self.viewmenu_model.name)
            .join(pair, pair.permission_id == self.permission_model.id)
            .join(self.viewmenu_model, self.viewmenu_model.id == pair.view_menu_id)
            .where(pair.role.any(role.user.any(User.id == user_id)))
        )
        return frozenset((permission, view) for permission, view in rows)

    def is_item_public(self, permission_name, view_name):
        """Nothing generated is public."""
        return False

    def has_access(self, permission_name, view_name):
        return (permission_name, view_name) in self.permission_set()

    def get_user_menu_access(self, menu_names=None):
        return {view for permission, view in self.permission_set() if permission == "menu_access"}


def generation_of(user_id):
    """The present session generation of an account, read once per request."""
    return session_stamp(user_id)[0]


def app_setting(name):
    """A setting read when it is needed, not when the class is built."""
    return partial(lambda: getattr(current_app.config["PORTAL"], name))
