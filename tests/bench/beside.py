"""What the generated list is held against: the least a person could write by hand for the same rows, and stock FAB."""

from __future__ import annotations

from typing import Any

from flask import Flask, render_template_string, session
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.filters import FilterEqual, FilterStartsWith
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import Role
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import bindparam, select, text

from portal.cases.models import Case
from portal.db import transaction
from tests.bench.towns import SECRET, Place

PAGE_SIZE = 25
COUNT_CAP = 201
WITHIN = "item = :item and county_code = :county"
POST = text("select region_code from assignments where user_id = :user")
COUNT = text(f"select count(*) from (select 1 from cases where {WITHIN} limit {COUNT_CAP}) as counted")
ROWS = text(
    "select number, applicant_name, region_code, due_on, status, step, prepared_outcome, amount_fen, opened_on, listing"
    f" from cases where {WITHIN} order by rank, id limit {PAGE_SIZE}"
)
NAMES = text("select code, name from regions where code in :codes").bindparams(bindparam("codes", expanding=True))
PAGE = """<!doctype html><title>cases</title><p>{{ count }}</p><table>
<tr><th>number<th>name<th>place<th>due<th>status<th>step<th>outcome<th>amount<th>opened<th>answers</tr>
{% for row in rows %}<tr><td>{{ row.number }}<td>{{ row.applicant_name }}<td>{{ names[row.region_code] }}<td>{{ row.due_on }}
<td>{{ row.status }}<td>{{ row.step }}<td>{{ row.prepared_outcome }}<td>{{ row.amount_fen }}<td>{{ row.opened_on }}
<td>{{ row.listing }}</tr>{% endfor %}</table>"""


def bare(place: Place, item: str) -> Flask:
    """A view written by hand: who am I, how many, the page, the names of its places, a template. Nothing else."""
    app = Flask("bare")
    app.secret_key = SECRET

    @app.get("/list")
    def cases() -> str:
        with place.engine.connect() as connection:
            within = {"item": item, "county": connection.scalar(POST, {"user": session["user"]})}
            count = connection.scalar(COUNT, within)
            rows = connection.execute(ROWS, within).all()
            names = dict(connection.execute(NAMES, {"codes": sorted({row.region_code for row in rows})}).all())
        return render_template_string(PAGE, rows=rows, names=names, count=count)

    return app


def stock(place: Place, item: str, region: str) -> tuple[Flask, Any]:
    """Flask-AppBuilder as its documentation has it: a ModelView over the table with base filters."""
    with place.session() as session, transaction(session):  # FAB makes its role itself when it also makes the tables
        if session.scalar(select(Role).where(Role.name == "Admin")) is None:
            session.add(Role(name="Admin"))
    app = Flask("stock")
    app.config.update(SECRET_KEY=SECRET, SQLALCHEMY_DATABASE_URI=place.url, FAB_CREATE_DB=False)
    database = SQLAlchemy(metadata=Model.metadata)
    database.init_app(app)

    class Cases(ModelView):
        datamodel = SQLAInterface(Case)
        list_columns = [
            "number", "applicant_name", "region_code", "due_on", "status", "step", "prepared_outcome", "amount_fen", "opened_on"
        ]  # fmt: skip
        add_columns = edit_columns = show_columns = search_columns = ["number"]
        base_filters = [["item", FilterEqual, item], ["region_code", FilterStartsWith, region]]
        base_order = ("due_on", "asc")
        page_size = PAGE_SIZE

    with app.app_context():
        builder = AppBuilder(app, database.session)
        builder.add_view(Cases, "Cases", category="Work")
    return app, database


def admin_of(app: Flask) -> int:
    """Somebody stock FAB lets in."""
    with app.app_context():
        manager = app.extensions["appbuilder"].sm
        found = manager.find_user(username="stock")
        made = found or manager.add_user(
            "stock", "Stock", "Stock", "stock@example.org", manager.find_role("Admin"), "stock-pass-phrase"
        )
        return int(made.id)


def signed_in(app: Flask, **cookie: Any) -> Any:
    """A client of that application whose session says so."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.update(cookie)
    return client
