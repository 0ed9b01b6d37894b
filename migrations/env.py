"""How Alembic meets our database: one metadata for our tables and Flask-AppBuilder's."""

from alembic import context
from sqlalchemy import Connection

from portal.commands.migrating import INCLUDED, compare_types, metadata, render
from portal.db import open_engine


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=compare_types,
        include_object=INCLUDED,
        render_item=render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = open_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.connect() as opened:
        run(opened)
    engine.dispose()
