"""Bank accounts of somebody who is erased are emptied; the row stays, because payouts name it.

An account is never edited (0010). This function, which runs as the owner, empties accounts of
people whose own account is shut, and nothing else.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION payments_forget_bank_accounts(accounts uuid[]) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
           fingerprint = sha256(('forgotten ' || id)::bytea), bank_name = '', bank_code = '',
           is_default = false, removed_at = coalesce(removed_at, clock_timestamp())
     WHERE id = ANY (accounts) AND number_encrypted <> '';
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION payments_forget_bank_accounts(uuid[]) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0018_stripe_accounts"),
        ("users", "0001_initial"),
    ]

    operations = [migrations.RunSQL(SQL, "DROP FUNCTION payments_forget_bank_accounts(uuid[])")]
