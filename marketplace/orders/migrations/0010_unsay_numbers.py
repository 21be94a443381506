"""The number of a parcel leads to an address, so it goes from the timeline as well."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("marketplace.orders.migrations.0005_unsay").SQL
SQL = """
CREATE OR REPLACE FUNCTION orders_unsay(person uuid) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    unsaid integer;
BEGIN
    IF NOT EXISTS (SELECT FROM users_user WHERE id = person AND NOT is_active) THEN
        RAISE EXCEPTION 'words are blanked only for an account that is shut'
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE orders_order_event AS said
       SET note = CASE WHEN said.actor = 'user:' || person THEN '' ELSE said.note END,
           details = CASE WHEN said.details ? 'tracking_number'
                          THEN said.details || '{"tracking_number": "erased"}'
                          ELSE said.details END
      FROM orders_order AS o
     WHERE said.order_id = o.id AND person IN (o.buyer_id, o.seller_id)
       AND (said.actor = 'user:' || person AND said.note <> ''
            OR said.details ->> 'tracking_number' <> 'erased');
    GET DIAGNOSTICS unsaid = ROW_COUNT;
    RETURN unsaid;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_open_requests"),
    ]

    operations = [
        migrations.RunSQL(SQL, BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    ]
