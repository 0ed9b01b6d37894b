"""The application: a function of the settings and one release of the catalogue. The one place that wires everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Blueprint, Flask, Response
from flask_appbuilder import AppBuilder
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import reader, studio
from portal.admin import controls
from portal.admin.menu import FlatMenu
from portal.admin.permissions import sync_permissions
from portal.admin.security import LANDING, PortalSecurity
from portal.admin.translations import Words
from portal.audit import Event
from portal.catalogue.release import Release
from portal.db import db, normal_url
from portal.jobs.handlers import HANDLERS
from portal.jobs.runner import deliver_all
from portal.notices.senders import NO_SUCH_SENDER, SENDERS
from portal.rendering.forms import STATIC, TEMPLATES
from portal.sealing import Vault
from portal.settings import Settings, SettingsError
from portal.settings import current as settings_of_process
from portal.web import PAGES, guard, navigation, problems, shell

RELEASE = "portal_release"  # app.extensions key: the release this app was built for


class Builder(AppBuilder):
    """AppBuilder with our menu and security, and without the pages nobody here uses."""

    def _add_admin_views(self) -> None:
        self._indexview = None  # the home page is ours; FAB's language switch changes state with a GET
        self.sm.register_views()
        self.openapi_manager.register_views()
        self.menuapi_manager.register_views()

    @property
    def get_url_for_index(self) -> str:
        return "/"


def configuration(settings: Settings) -> dict[str, Any]:
    """Flask's and its extensions' configuration, from ours."""
    url = normal_url(settings.database_url)
    engine: dict[str, Any] = {"pool_pre_ping": True}
    if url.endswith(":memory:"):
        engine = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    return {
        "PORTAL": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine,
        "SESSION_COOKIE_NAME": "portal",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_CHECK_DEFAULT": False,  # `portal.web.guard` decides per request, so that no view can exempt itself
        "WTF_CSRF_TIME_LIMIT": None,  # a form filled over lunch is not refused; the token dies with the session
        "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,
        "MAX_FORM_PARTS": 20_000,
        "APP_NAME": "帮扶救助一件事",
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
        "BABEL_DEFAULT_LOCALE": "zh",
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_BASE_TEMPLATE": "portal/base.html",
        "FAB_OPENAPI_SERVERS": [{"url": "/"}],
        "RATELIMIT_ENABLED": True,
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=30),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(hours=settings.session_hours),
        "JWT_TOKEN_LOCATION": ["headers"],
    }


def create_app(settings: Settings | None = None, release: Release | None = None) -> Flask:
    """Everything a request can reach, for one release; without one, what needs no catalogue."""
    settings = settings or settings_of_process()
    app = Flask("portal", template_folder="web/templates", static_folder="web/static")
    app.config.update(configuration(settings))
    app.extensions[RELEASE] = release
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *(settings.trusted_proxies,) * 4)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.sender not in SENDERS:
        raise SettingsError([NO_SUCH_SENDER])
    db.session.session_factory.configure(info={"vault": Vault(settings.secret_key), "sender": settings.sender})
    db.init_app(app)
    CSRFProtect(app)
    guard.init_app(app)
    problems.init_app(app)
    with app.app_context():
        builder = Builder(app, db.session, menu=FlatMenu(), security_manager_class=PortalSecurity, update_perms=False)
        babel = app.extensions["babel"]
        babel.locale_selector = reader.lang
        babel.instance.domain_instance = Words(domain="messages")
        shell.init_app(app)
        app.jinja_env.filters.update(
            control=controls.control, search_control=controls.search_control, cell=controls.cell
        )
        app.extensions[LANDING] = lambda: navigation.start_of(reader.current_actor()) or "/"
        app.register_blueprint(
            Blueprint(
                "rendering", __name__, template_folder=TEMPLATES, static_folder=STATIC, static_url_path="/static/forms"
            )
        )
        for module, name in PAGES:
            app.register_blueprint(getattr(import_module(module), name))
        api = _part("portal.api", "register")
        if api is not None:
            api(app, release)
        studio.register(app)
        app.extensions[studio.PREPARE] = partial(prepare, settings=settings)
        reference = _part("portal.admin.reference", "register_reference")
        if reference is not None:
            reference(builder)
        generated = _part("portal.admin.items", "register_generated")
        if generated is not None and release is not None:
            generated(builder, release)
        registers = _part("portal.admin.registers", "register_registers")
        if registers is not None and release is not None:
            registers(builder, release)
    app.after_request(_deliver)
    return app


def _part(module: str, name: str) -> Callable[..., Any] | None:
    """A function of a package that may not be installed in a reduced build; a broken one fails loudly."""
    found = find_spec(module)
    return getattr(import_module(module), name, None) if found is not None and found.origin else None


def prepare(session: Session, release: Release, settings: Settings) -> int:
    """Build the application of a release before it is in force, and write the permissions of its new views.

    Runs in the transaction that publishes: a release whose pages cannot be built is not published.
    """
    app = create_app(settings, release)
    return sync_permissions(session, app.extensions["appbuilder"].baseviews)


TO_DELIVER = "events_to_deliver"


@event.listens_for(db.session, "after_flush")
def _note_events(session: Session, _context: Any) -> None:
    """Remember which new events somebody waits for; they are delivered when the request's work is committed."""
    ids = [row.id for row in session.new if isinstance(row, Event) and row.action in HANDLERS]
    if ids:
        session.info.setdefault(TO_DELIVER, []).extend(ids)


def _deliver(response: Response) -> Response:
    """What follows from what this request did happens at once; the worker is there for what fails."""
    session = db.session()
    while ids := session.info.pop(TO_DELIVER, []):
        deliver_all(session, ids, now=reader.now())
    return response
