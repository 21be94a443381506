"""What the running platform may do in the database, and what it may not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from marketplace.core.db import APPEND_ONLY_TABLES, DERIVED_TABLES

DEFAULT_ROLE = "fairhold_app"
FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE")

# A partition can be written to by its own name, so it needs the same refusals as its parent.
WITH_PARTITIONS = """
    WITH RECURSIVE tables(oid) AS (
        SELECT to_regclass(name)::oid FROM unnest(%s::text[]) AS name
        UNION
        SELECT inhrelid FROM pg_inherits JOIN tables ON inhparent = tables.oid
    )
    SELECT relname FROM tables JOIN pg_class USING (oid) ORDER BY relname
"""
STILL_ALLOWED = """
    SELECT relname, privilege FROM unnest(%s::text[]) AS relname, unnest(%s::text[]) AS privilege
     WHERE has_table_privilege(%s, quote_ident(relname)::regclass, privilege) ORDER BY 1, 2
"""
MAY_SHADOW = "SELECT has_database_privilege(%s, current_database(), 'TEMPORARY')"


class Command(BaseCommand):
    help = (
        "Grants the runtime role what it needs on every table, sequence and function, and takes "
        "UPDATE, DELETE and TRUNCATE on append-only tables away, INSERT too on derived ones, and "
        "temporary tables. Run as the owner after each migrate; running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", default=DEFAULT_ROLE)

    def handle(self, *_args: Any, **options: Any) -> None:
        role: str = options["role"]
        with transaction.atomic(), connection.cursor() as cursor:
            self._check_role(cursor, role)
            append_only = self._append_only(cursor)
            self._grant(cursor, role, append_only)
            cursor.execute(STILL_ALLOWED, [append_only, list(FORBIDDEN), role])
            # A grant to PUBLIC, an inherited role or a superuser would make the refusal a fiction.
            if left := cursor.fetchall():
                named = ", ".join(f"{privilege} on {table}" for table, privilege in left)
                raise CommandError(f"{role} may still {named}: by another grant or role.")
            cursor.execute(MAY_SHADOW, [role])
            if cursor.fetchone() == (True,):
                raise CommandError(
                    f"{role} may still create temporary tables, which hide those of the same "
                    "name. As the database's owner: REVOKE TEMPORARY ON DATABASE … FROM PUBLIC."
                )
        self.stdout.write(f"{role}: granted; {len(append_only)} append-only tables")

    def _check_role(self, cursor: Any, role: str) -> None:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            raise CommandError(f"There is no role {role}: CREATE ROLE {role} LOGIN PASSWORD '…'.")
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        if owner == role:
            raise CommandError(f"Run this as the owner of the tables, not as {role}.")

    def _append_only(self, cursor: Any) -> list[str]:
        cursor.execute(WITH_PARTITIONS, [sorted(APPEND_ONLY_TABLES)])
        return [name for (name,) in cursor.fetchall()]

    def _grant(self, cursor: Any, role: str, append_only: list[str]) -> None:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        given = {"role": role, "schema": schema, "database": database}
        names = {name: sql.Identifier(value) for name, value in given.items()}
        statements = [
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
            # A temporary table of the same name would be found before the real one.
            "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
            # Only the owner writes the history of migrations.
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ]
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(**names))
        for table in append_only:
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), **names
                )
            )
        for table in sorted(DERIVED_TABLES):
            cursor.execute(
                sql.SQL("REVOKE INSERT ON {table} FROM {role}").format(
                    table=sql.Identifier(table), **names
                )
            )
