"""No two commission rules could win for one sale, and none is ever changed: the database sees to it.

Rules from before that overlap are told apart by what used to decide, the later beginning: one with
an end becomes a promotion, and where two still overlap, the earlier ends where the later begins.
"""

from django.db import migrations
from django.db.utils import DatabaseError

PROMOTIONS = """
UPDATE payments_commission_rule SET is_promotional = true WHERE valid_until_at IS NOT NULL;
"""
NO_OVERLAP = """
UPDATE payments_commission_rule AS earlier
   SET valid_until_at = later.begins_at
  FROM (SELECT a.id, min(b.valid_from_at) AS begins_at
          FROM payments_commission_rule a
          JOIN payments_commission_rule b
            ON b.category_id IS NOT DISTINCT FROM a.category_id
           AND b.is_promotional = a.is_promotional
           AND (b.valid_from_at, b.id) > (a.valid_from_at, a.id)
           AND (a.valid_until_at IS NULL OR a.valid_until_at > b.valid_from_at)
         GROUP BY a.id) AS later
 WHERE earlier.id = later.id;
"""
GUARDS = """
-- A text as a range, so that an empty one can mean all of them.
CREATE TYPE payments_text_range AS RANGE (subtype = text, collation = "C");

ALTER TABLE payments_commission_rule ADD CONSTRAINT payments_commission_no_tie EXCLUDE USING gist (
    coalesce(category_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
    seller_level WITH =,
    currency WITH =,
    ((amount_from_minor IS NOT NULL OR amount_to_minor IS NOT NULL)::int) WITH =,
    (is_promotional::int) WITH =,
    int8range(amount_from_minor, amount_to_minor) WITH &&,
    tstzrange(valid_from_at, valid_until_at) WITH &&
);
-- An order has one currency, and can meet every rule for it and every rule for any currency.
ALTER TABLE payments_commission_rule ADD CONSTRAINT payments_commission_one_tax EXCLUDE USING gist (
    payments_text_range(nullif(currency, ''), nullif(currency, ''), '[]') WITH &&,
    tax_jurisdiction WITH <>,
    tstzrange(valid_from_at, valid_until_at) WITH &&
) WHERE (tax_bps > 0);

CREATE FUNCTION payments_keep_commission_rule() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION '% is refused: a commission rule is ended once and succeeded', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER payments_commission_rule_is_kept BEFORE DELETE ON payments_commission_rule
    FOR EACH ROW EXECUTE FUNCTION payments_keep_commission_rule();
CREATE TRIGGER payments_commission_rule_stays BEFORE UPDATE ON payments_commission_rule
    FOR EACH ROW WHEN (
        OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
        OR NEW.valid_until_at > OLD.valid_until_at
        OR (OLD.id, OLD.name, OLD.category_id, OLD.seller_level, OLD.currency,
            OLD.amount_from_minor, OLD.amount_to_minor, OLD.is_promotional, OLD.valid_from_at,
            OLD.rate_bps, OLD.fixed_minor, OLD.minimum_minor, OLD.cap_minor, OLD.tax_bps,
            OLD.tax_jurisdiction, OLD.buyer_share_bps, OLD.succeeds_id, OLD.created_by_id,
            OLD.created_reason, OLD.created_at)
           IS DISTINCT FROM
           (NEW.id, NEW.name, NEW.category_id, NEW.seller_level, NEW.currency,
            NEW.amount_from_minor, NEW.amount_to_minor, NEW.is_promotional, NEW.valid_from_at,
            NEW.rate_bps, NEW.fixed_minor, NEW.minimum_minor, NEW.cap_minor, NEW.tax_bps,
            NEW.tax_jurisdiction, NEW.buyer_share_bps, NEW.succeeds_id, NEW.created_by_id,
            NEW.created_reason, NEW.created_at))
    EXECUTE FUNCTION payments_keep_commission_rule();
"""
UNDO = """
DROP TRIGGER payments_commission_rule_stays ON payments_commission_rule;
DROP TRIGGER payments_commission_rule_is_kept ON payments_commission_rule;
DROP FUNCTION payments_keep_commission_rule();
ALTER TABLE payments_commission_rule DROP CONSTRAINT payments_commission_one_tax;
ALTER TABLE payments_commission_rule DROP CONSTRAINT payments_commission_no_tie;
DROP TYPE payments_text_range;
"""


def create_extension(_apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_extension WHERE extname = 'btree_gist'")
        if cursor.fetchone() is not None:
            return
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except DatabaseError as error:
            raise RuntimeError(
                "Commission rules need the PostgreSQL extension btree_gist, and it could not be "
                f"created ({str(error).strip().splitlines()[0]}). Let an administrator run "
                "CREATE EXTENSION btree_gist; in this database (package postgresql-contrib), or "
                "migrate with a role that owns the database."
            ) from error


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_commission_conditions")]

    operations = [
        # Stays when the migration is undone: another schema may use it.
        migrations.RunPython(create_extension, migrations.RunPython.noop),
        migrations.RunSQL(PROMOTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(NO_OVERLAP, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNDO),
    ]
