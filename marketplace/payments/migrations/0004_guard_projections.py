"""What the runtime role may not do beside the ledger's own rules.

Payments and payouts are what their events say: the role that runs the platform cannot change one
without the event, alter what was agreed at the sale, or delete a row. The owner can, since
``rebuild_payments`` repairs a projection without a new event.

And the two trigger functions of the ledger that ran with the caller's search path no longer do:
PostgreSQL looks into the temporary schema first, so a temporary table could stand in for the chart
of accounts and open a wallet that may be overdrawn.
"""

from django.db import migrations

SQL = """
ALTER FUNCTION ledger_open_account() SET search_path = public, pg_temp;
ALTER FUNCTION ledger_accept_reversal() SET search_path = public, pg_temp;

CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION '% on % is refused: it follows its events', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION payments_follow_events() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.version > OLD.version AND EXISTS (
        SELECT FROM payments_payment_event
         WHERE stream_id = NEW.id AND version = NEW.version AND hash = NEW.head_hash
    ) OR pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% does not change without an event', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER payments_payment_is_kept BEFORE DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_payout_is_kept BEFORE DELETE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

CREATE TRIGGER payments_payment_terms_stay BEFORE UPDATE ON payments_payment FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.user_id, OLD.seller_id, OLD.amount_minor, OLD.currency,
           OLD.commission_minor, OLD.commission_terms, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.user_id, NEW.seller_id, NEW.amount_minor, NEW.currency,
           NEW.commission_minor, NEW.commission_terms, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_payout_terms_stay BEFORE UPDATE ON payments_payout FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.bank_account_id, OLD.amount_minor, OLD.currency,
           OLD.provider, OLD.client_key, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.bank_account_id, NEW.amount_minor, NEW.currency,
           NEW.provider, NEW.client_key, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();

CREATE TRIGGER payments_payment_follows_events BEFORE UPDATE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
-- A payout's appointments with the provider are no part of its events.
CREATE TRIGGER payments_payout_follows_events
    BEFORE UPDATE OF status, provider_payout_id, failure_code, version, head_hash, updated_at
    ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
"""

UNDO = """
DROP TRIGGER payments_payout_follows_events ON payments_payout;
DROP TRIGGER payments_payment_follows_events ON payments_payment;
DROP TRIGGER payments_payout_terms_stay ON payments_payout;
DROP TRIGGER payments_payment_terms_stay ON payments_payment;
DROP TRIGGER payments_payout_is_kept ON payments_payout;
DROP TRIGGER payments_payment_is_kept ON payments_payment;
DROP FUNCTION payments_follow_events();
DROP FUNCTION payments_refuse_change();
ALTER FUNCTION ledger_accept_reversal() RESET search_path;
ALTER FUNCTION ledger_open_account() RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_ledger_rules")]

    operations = [migrations.RunSQL(SQL, UNDO)]
