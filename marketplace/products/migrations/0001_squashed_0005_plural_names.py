"""The catalogue: its text search, its tables, and the tree of categories.

Text search needs two extensions that every PostgreSQL ships and trusts a database owner with. The
tree stays a tree: no cycle, at most six levels (``MAX_DEPTH``).
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models
from django.db.utils import DatabaseError

import marketplace.core.clock
import marketplace.core.ids

CREATE_TREE = """
CREATE FUNCTION products_check_category_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    levels_above integer;
    levels_below integer;
BEGIN
    IF NEW.parent_id IS NULL THEN
        levels_above := 0;
    ELSE
        -- One change of the tree at a time: two moves that are harmless alone can close a circle
        -- together (A under B while B goes under A). Held until the change commits.
        PERFORM pg_advisory_xact_lock(hashtext('products_category_tree'));
        WITH RECURSIVE above AS (
            SELECT id, parent_id, 1 AS level FROM products_category WHERE id = NEW.parent_id
            UNION ALL
            SELECT c.id, c.parent_id, above.level + 1
            FROM products_category c JOIN above ON c.id = above.parent_id
            WHERE above.id <> NEW.id
        )
        SELECT max(level), bool_or(id = NEW.id)::integer INTO levels_above, levels_below FROM above;
        IF NEW.parent_id = NEW.id OR levels_below = 1 THEN
            RAISE EXCEPTION 'category % cannot stand below itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'products_category_no_cycle';
        END IF;
    END IF;
    WITH RECURSIVE below AS (
        SELECT id, 1 AS level FROM products_category WHERE parent_id = NEW.id
        UNION ALL
        SELECT c.id, below.level + 1
        FROM products_category c JOIN below ON c.parent_id = below.id
    )
    SELECT coalesce(max(level), 0) INTO levels_below FROM below;
    IF coalesce(levels_above, 0) + 1 + levels_below > 6 THEN
        RAISE EXCEPTION 'the tree of categories has at most 6 levels'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'products_category_depth';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER products_category_tree
    BEFORE INSERT OR UPDATE OF parent_id ON products_category
    FOR EACH ROW EXECUTE FUNCTION products_check_category_tree();
"""
DROP_TREE = """
DROP TRIGGER products_category_tree ON products_category;
DROP FUNCTION products_check_category_tree();
"""


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
    replaces = [
        ("products", "0001_extensions"),
        ("products", "0002_tables"),
        ("products", "0003_category_tree"),
        ("products", "0004_staff_permissions"),
        ("products", "0005_plural_names"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

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
        migrations.CreateModel(
            name="CatalogueEntry",
            fields=[
                ("product_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("title", models.CharField(max_length=200)),
                ("price_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "category_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None
                    ),
                ),
                ("is_in_stock", models.BooleanField()),
                ("is_featured", models.BooleanField()),
                ("version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("card", models.TextField()),
                ("detail", models.TextField()),
                ("search", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "db_table": "products_catalogue_entry",
                "indexes": [
                    models.Index(fields=["created_at", "product_id"], name="products_cat_newest"),
                    models.Index(
                        fields=["currency", "price_minor", "product_id"], name="products_cat_price"
                    ),
                    models.Index(
                        fields=["seller_id", "created_at", "product_id"], name="products_cat_seller"
                    ),
                    models.Index(
                        condition=models.Q(("is_featured", True)),
                        fields=["created_at", "product_id"],
                        name="products_cat_featured",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["category_ids"], name="products_cat_categories"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search"], name="products_cat_search"
                    ),
                ],
                "verbose_name_plural": "catalogue entries",
            },
        ),
        migrations.CreateModel(
            name="CatalogueWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("lexeme", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "products_catalogue_word",
                "indexes": [
                    models.Index(fields=["lexeme"], name="products_word_lexeme"),
                    django.contrib.postgres.indexes.GistIndex(
                        django.contrib.postgres.indexes.OpClass("word", name="gist_trgm_ops"),
                        name="products_word_trigrams",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("slug", models.SlugField(max_length=120)),
                ("description", models.TextField(blank=True, default="", max_length=2000)),
                ("image", models.CharField(blank=True, default="", max_length=500)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="products.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "db_table": "products_category",
                "constraints": [
                    models.UniqueConstraint(fields=("slug",), name="products_category_slug_once"),
                    models.UniqueConstraint(
                        fields=("parent", "name"),
                        name="products_category_name_once_per_parent",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="products_category_name_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True, default="", max_length=20000)),
                ("price_minor", models.BigIntegerField()),
                ("compare_price_minor", models.BigIntegerField(blank=True, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("images", models.JSONField(blank=True, default=list)),
                ("specifications", models.JSONField(blank=True, default=dict)),
                ("inventory_count", models.IntegerField(default=0)),
                ("is_featured", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("ACTIVE", "Active"),
                            ("UNDER_REVIEW", "Under Review"),
                            ("INACTIVE", "Inactive"),
                        ],
                        default="DRAFT",
                        max_length=12,
                    ),
                ),
                ("review_reason", models.CharField(blank=True, default="", max_length=500)),
                ("version", models.PositiveIntegerField(default=1)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "categories",
                    models.ManyToManyField(
                        blank=True,
                        db_table="products_product_category",
                        related_name="products",
                        to="products.category",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "products_product",
                "indexes": [
                    models.Index(
                        fields=["seller", "-created_at", "-id"], name="products_of_seller"
                    ),
                    models.Index(
                        condition=models.Q(("status", "UNDER_REVIEW")),
                        fields=["updated_at"],
                        name="products_review_queue",
                    ),
                    models.Index(fields=["-created_at", "-id"], name="products_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="products_title_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_minor__gt", 0), ("price_minor__lte", 1000000000000000)
                        ),
                        name="products_price_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("compare_price_minor__isnull", True),
                            models.Q(
                                ("compare_price_minor__gte", models.F("price_minor")),
                                ("compare_price_minor__lte", 1000000000000000),
                            ),
                            _connector="OR",
                        ),
                        name="products_compare_price_not_below_price",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="products_currency_is_iso_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inventory_count__gte", 0), ("inventory_count__lte", 1000000)
                        ),
                        name="products_inventory_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["DRAFT", "ACTIVE", "UNDER_REVIEW", "INACTIVE"])
                        ),
                        name="products_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deleted_at__isnull", True), ("status", "INACTIVE"), _connector="OR"
                        ),
                        name="products_deleted_is_inactive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="products_version_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                models.Func(
                                    models.F("specifications"),
                                    function="jsonb_typeof",
                                    output_field=models.TextField(),
                                ),
                                models.Value("object"),
                            )
                        ),
                        name="products_specifications_is_object",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.Exact(
                                models.Func(
                                    models.F("images"),
                                    function="jsonb_typeof",
                                    output_field=models.TextField(),
                                ),
                                models.Value("array"),
                            )
                        ),
                        name="products_images_is_array",
                    ),
                ],
                "permissions": (
                    ("review_product", "Approve and reject listings"),
                    ("feature_product", "Feature products on the front page"),
                ),
            },
        ),
        migrations.CreateModel(
            name="StockReservation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=marketplace.core.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("order_id", models.UUIDField()),
                ("quantity", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RESERVED", "Reserved"),
                            ("CONSUMED", "Consumed"),
                            ("RELEASED", "Released"),
                        ],
                        default="RESERVED",
                        max_length=8,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "created_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=marketplace.core.clock.now, editable=False),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="products.product",
                    ),
                ),
            ],
            options={
                "db_table": "products_stock_reservation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "RESERVED")),
                        fields=["expires_at"],
                        name="products_reservation_expiry",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_id", "product"), name="products_reservation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)),
                        name="products_reservation_quantity_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["RESERVED", "CONSUMED", "RELEASED"])),
                        name="products_reservation_state_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CREATE_TREE, DROP_TREE),
    ]
