"""Of an erased person's bank account that gave them T1 the fingerprint may stay (ADR 94).

One call without a second argument takes it as well, also from a row that was emptied before.
"""

from importlib import import_module

from django.db import migrations

FORMER = import_module("marketplace.payments.migrations.0019_forget_bank_accounts").SQL
SQL = """
DROP FUNCTION payments_forget_bank_accounts(uuid[]);
CREATE FUNCTION payments_forget_bank_accounts(accounts uuid[], known uuid[] DEFAULT '{}')
    RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    forgotten integer;
BEGIN
    IF EXISTS (
        SELECT FROM payments_bank_account AS b JOIN users_user AS u ON u.id = b.user_id
         WHERE b.id = ANY (accounts) AND u.is_active
    ) THEN
        RAISE EXCEPTION 'bank accounts are emptied only for an account that is shut'
            USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE payments_bank_account
       SET account_holder_encrypted = '', number_encrypted = '', masked_number = '',
           fingerprint = CASE WHEN id = ANY (known) THEN fingerprint
                              ELSE sha256(('forgotten ' || id)::bytea) END,
           bank_name = '', bank_code = '',
           is_default = false, removed_at = coalesce(removed_at, clock_timestamp())
     WHERE id = ANY (accounts)
       AND (number_encrypted <> '' OR (id <> ALL (known)
            AND fingerprint <> sha256(('forgotten ' || id)::bytea)));
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION payments_forget_bank_accounts(uuid[], uuid[]) FROM PUBLIC;
"""
BACK = "DROP FUNCTION payments_forget_bank_accounts(uuid[], uuid[]);"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0030_refund_again_after_a_failure"),
        ("users", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SQL, BACK + FORMER)]
