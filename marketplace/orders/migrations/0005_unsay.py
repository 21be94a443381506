"""What somebody said in timelines goes with them.

The timeline is append-only for the role that runs the platform. This function, which runs as the
owner, blanks the words of one person whose account is shut, and nothing else.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION orders_unsay(person uuid) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    unsaid integer;
BEGIN
    IF NOT EXISTS (SELECT FROM users_user WHERE id = person AND NOT is_active) THEN
        RAISE EXCEPTION 'words are blanked only for an account that is shut'
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE orders_order_event AS said SET note = ''
      FROM orders_order AS o
     WHERE said.order_id = o.id AND person IN (o.buyer_id, o.seller_id)
       AND said.actor = 'user:' || person AND said.note <> '';
    GET DIAGNOSTICS unsaid = ROW_COUNT;
    RETURN unsaid;
END $$;
REVOKE ALL ON FUNCTION orders_unsay(uuid) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_completed_orders_can_be_refunded"),
        ("users", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION orders_unsay(uuid)")]
