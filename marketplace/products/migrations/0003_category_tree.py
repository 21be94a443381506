"""The tree of categories stays a tree: no cycle, at most six levels (``MAX_DEPTH``)."""

from django.db import migrations

CREATE = """
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

DROP = """
DROP TRIGGER products_category_tree ON products_category;
DROP FUNCTION products_check_category_tree();
"""


class Migration(migrations.Migration):
    dependencies = [("products", "0002_tables")]
    operations = [migrations.RunSQL(CREATE, DROP)]
