"""Text search needs two extensions that every PostgreSQL ships and trusts a database owner with."""

from django.db import migrations
from django.db.utils import DatabaseError


def create_extensions(_apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        present = {name for (name,) in cursor.fetchall()}
        for extension in ("pg_trgm", "unaccent"):
            if extension in present:
                continue
            try:
                cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
            except DatabaseError as error:
                raise RuntimeError(
                    f"Product search needs the PostgreSQL extension {extension}, and it could not "
                    f"be created ({str(error).strip().splitlines()[0]}). Let an administrator run "
                    f"CREATE EXTENSION {extension}; in this database (package postgresql-contrib), "
                    "or migrate with a role that owns the database."
                ) from error


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        # Stays when the migration is undone: another schema may use it.
        migrations.RunPython(create_extensions, migrations.RunPython.noop),
        # Any language: accents are dropped, then English endings. Both sides of a search go
        # through the same mill, so words of other languages find themselves.
        migrations.RunSQL(
            sql="""
            CREATE TEXT SEARCH CONFIGURATION products_catalogue (COPY = english);
            ALTER TEXT SEARCH CONFIGURATION products_catalogue
                ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
            """,
            reverse_sql="DROP TEXT SEARCH CONFIGURATION products_catalogue;",
        ),
    ]
