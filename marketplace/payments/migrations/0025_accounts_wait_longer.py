"""The wait of a bank account may grow: after an operator took second factors from its owner.

It never ends earlier than it was to end, so an edit still goes round nothing.
"""

from django.db import migrations

GUARD = """
DROP TRIGGER payments_bank_account_stays ON payments_bank_account;
CREATE TRIGGER payments_bank_account_stays BEFORE UPDATE ON payments_bank_account FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.account_holder_encrypted, OLD.number_encrypted,
           OLD.fingerprint, OLD.bank_code, OLD.currency, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.account_holder_encrypted, NEW.number_encrypted,
           NEW.fingerprint, NEW.bank_code, NEW.currency, NEW.created_at)
          OR NEW.usable_from_at < OLD.usable_from_at)
    EXECUTE FUNCTION payments_refuse_change();
"""

BEFORE = """
DROP TRIGGER payments_bank_account_stays ON payments_bank_account;
CREATE TRIGGER payments_bank_account_stays BEFORE UPDATE ON payments_bank_account FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.account_holder_encrypted, OLD.number_encrypted,
           OLD.fingerprint, OLD.bank_code, OLD.currency, OLD.created_at, OLD.usable_from_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.account_holder_encrypted, NEW.number_encrypted,
           NEW.fingerprint, NEW.bank_code, NEW.currency, NEW.created_at, NEW.usable_from_at))
    EXECUTE FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0024_keepers_of_an_account")]

    operations = [migrations.RunSQL(GUARD, BEFORE)]
