"""The centre's figures: what is found as a movement is recorded is counted with the movement.

A movement's row says which rules found something on it (`rules`), so its own trigger can count them. Until now each of
these findings looked its movement up, and all else that was said of it, before and after itself. To plan that through
every month took each connection of PostgreSQL a twentieth of a second, again after every analysis of the table, and
whoever stood at the desk waited for it. Findings with a `cause` came later and are counted as before.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"

_CHANGES = (
    (
        ") s (figure, at, one, two, three, counts)",
        "    UNION ALL SELECT 'findings', c.day, rule, 'standing', m.nationality, true FROM unnest(m.rules) rule\n"
        ") s (figure, at, one, two, three, counts)",
    ),
    ("FROM fresh WHERE status <> 'shadow'", "FROM fresh WHERE status <> 'shadow' AND cause IS NOT NULL"),
)


def upgrade() -> None:
    connection = op.get_bind()
    known = "SELECT pg_get_functiondef('public.statistics_fed'::regproc)"
    definition: str = connection.exec_driver_sql(known).scalar_one()
    for before, after in _CHANGES:
        if definition.count(before) != 1:
            raise ValueError(f"statistics_fed is not as migration 0016 left it: {before!r}")
        definition = definition.replace(before, after)
    connection.exec_driver_sql(definition)
