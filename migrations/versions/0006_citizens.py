"""Citizens who apply for themselves: known by their phone, with drafts and applications of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "citizens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(length=200), nullable=False),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("failed_proofs", sa.Integer(), nullable=False),
        sa.Column("proofs_locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("phone_index"),
    )
    op.create_table(
        "citizen_proofs",
        sa.Column("citizen_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"]),
        sa.PrimaryKeyConstraint("citizen_id", "person_id"),
    )
    op.create_table(
        "login_codes",
        sa.Column("phone_index", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("phone_index"),
    )
    with op.batch_alter_table("drafts", table_kwargs={"sqlite_autoincrement": True}) as drafts:
        drafts.alter_column("user_id", existing_type=sa.Integer(), nullable=True)
        drafts.add_column(sa.Column("citizen_id", sa.Integer(), nullable=True))
        drafts.create_foreign_key("fk_drafts_citizen_id", "citizens", ["citizen_id"], ["id"])
        drafts.create_index("ix_drafts_citizen_id", ["citizen_id"])
    # No foreign key: SQLite would have to copy a table that half of the others point at.
    op.add_column("applications", sa.Column("citizen_id", sa.Integer(), nullable=True))
    op.create_index("ix_applications_citizen_id", "applications", ["citizen_id"])


def downgrade() -> None:
    op.drop_index("ix_applications_citizen_id", table_name="applications")
    op.drop_column("applications", "citizen_id")
    op.execute(sa.text("DELETE FROM drafts WHERE user_id IS NULL"))
    with op.batch_alter_table("drafts", table_kwargs={"sqlite_autoincrement": True}) as drafts:
        drafts.drop_index("ix_drafts_citizen_id")
        drafts.drop_constraint("fk_drafts_citizen_id", type_="foreignkey")
        drafts.drop_column("citizen_id")
        drafts.alter_column("user_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("login_codes")
    op.drop_table("citizen_proofs")
    op.drop_table("citizens")
