"""The ledger's rules and functions, what tables of money refuse, and what they hold at first.

Not reversible on purpose: books are not unwritten. For the ledger see payments/ledger/README.md.
"""

from pathlib import Path

from django.conf import settings
from django.db import migrations
from django.db.utils import DatabaseError

SQL = Path(__file__).resolve().parents[1] / "ledger" / "sql"
FILES = ("rules.sql", "chart.sql", "post.sql", "balances.sql")

# PostgreSQL looks into the temporary schema first: with the caller's search path a temporary table
# could stand in for the chart of accounts and open a wallet that may be overdrawn.
LEDGER = """
ALTER FUNCTION ledger_open_account() SET search_path = public, pg_temp;
ALTER FUNCTION ledger_accept_reversal() SET search_path = public, pg_temp;

INSERT INTO payments_ledger_account_kind
    (name, code_pattern, type, normal_side, non_negative, keeps_balance)
VALUES ('expense_differences', '^expense:differences$', 'expense', 'debit', false, false);
"""
# The role that runs the platform cannot change a payment without its event, alter what was agreed,
# or delete a row. The owner can, since ``rebuild_payments`` repairs without a new event.
REFUSALS = """
CREATE FUNCTION payments_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

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

CREATE FUNCTION payments_refuse_anybody() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: it is kept as it is', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""
PAYMENTS = """
CREATE TRIGGER payments_event_append_only
    BEFORE UPDATE OR DELETE ON payments_payment_event
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_event_change();
CREATE TRIGGER payments_event_no_truncate
    BEFORE TRUNCATE ON payments_payment_event
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_event_change();

CREATE TRIGGER payments_payment_is_kept BEFORE DELETE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_payment_terms_stay BEFORE UPDATE ON payments_payment FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.user_id, OLD.seller_id, OLD.amount_minor, OLD.currency,
           OLD.commission_minor, OLD.tax_minor, OLD.tax_jurisdiction, OLD.commission_terms,
           OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.user_id, NEW.seller_id, NEW.amount_minor, NEW.currency,
           NEW.commission_minor, NEW.tax_minor, NEW.tax_jurisdiction, NEW.commission_terms,
           NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_payment_follows_events BEFORE UPDATE ON payments_payment
    FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
CREATE TRIGGER payments_chargeback_is_kept BEFORE DELETE ON payments_chargeback
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
"""
PAYOUTS = """
CREATE TRIGGER payments_payout_is_kept BEFORE DELETE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_payout_terms_stay BEFORE UPDATE ON payments_payout FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.bank_account_id, OLD.amount_minor, OLD.currency,
           OLD.provider, OLD.client_key, OLD.created_at, OLD.requested_at, OLD.policy,
           OLD.approvals_needed)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.bank_account_id, NEW.amount_minor, NEW.currency,
           NEW.provider, NEW.client_key, NEW.created_at, NEW.requested_at, NEW.policy,
           NEW.approvals_needed))
    EXECUTE FUNCTION payments_refuse_change();
-- A payout's appointments with the provider are no part of its events.
CREATE TRIGGER payments_payout_follows_events
    BEFORE UPDATE OF status, provider_payout_id, failure_code, approved_by, awaits_approval,
                     version, head_hash, updated_at
    ON payments_payout FOR EACH ROW EXECUTE FUNCTION payments_follow_events();

CREATE FUNCTION payments_guard_freeze() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.lifted_at IS NULL AND NEW.lifted_at IS NOT NULL
       AND (OLD.id, OLD.cause, OLD.detail, OLD.opened_at, OLD.opened_by_id, OLD.opened_by_job)
           IS NOT DISTINCT FROM
           (NEW.id, NEW.cause, NEW.detail, NEW.opened_at, NEW.opened_by_id, NEW.opened_by_job)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a freeze is lifted once and kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payments_freeze_is_kept BEFORE UPDATE OR DELETE ON payments_payout_freeze
    FOR EACH ROW EXECUTE FUNCTION payments_guard_freeze();
CREATE TRIGGER payments_freeze_is_not_emptied BEFORE TRUNCATE ON payments_payout_freeze
    FOR EACH STATEMENT EXECUTE FUNCTION payments_guard_freeze();
"""
BANK_ACCOUNTS = """
-- An account is added and removed, never edited: an edit would go round the wait. Its wait may grow.
CREATE TRIGGER payments_bank_account_stays BEFORE UPDATE ON payments_bank_account FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.account_holder_encrypted, OLD.number_encrypted,
           OLD.fingerprint, OLD.bank_code, OLD.currency, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.account_holder_encrypted, NEW.number_encrypted,
           NEW.fingerprint, NEW.bank_code, NEW.currency, NEW.created_at)
          OR NEW.usable_from_at < OLD.usable_from_at)
    EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_bank_account_is_kept BEFORE DELETE ON payments_bank_account
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();

-- Accounts of people whose own account is shut are emptied, as the owner and only so; the row
-- stays, because payouts name it. Without a second argument the fingerprint goes as well.
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
TOP_UPS = """
CREATE TRIGGER payments_top_up_is_kept BEFORE DELETE ON payments_top_up
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_top_up_terms_stay BEFORE UPDATE ON payments_top_up FOR EACH ROW
    WHEN ((OLD.id, OLD.user_id, OLD.wallet_id, OLD.amount_minor, OLD.currency, OLD.provider,
           OLD.method, OLD.client_key, OLD.created_at)
          IS DISTINCT FROM
          (NEW.id, NEW.user_id, NEW.wallet_id, NEW.amount_minor, NEW.currency, NEW.provider,
           NEW.method, NEW.client_key, NEW.created_at))
    EXECUTE FUNCTION payments_refuse_change();
-- A top-up's appointments with the provider are no part of its events.
CREATE TRIGGER payments_top_up_follows_events
    BEFORE UPDATE OF status, provider_payment_id, redirect_url, captured_minor, captured_currency,
        failure_code, credited_minor, credited_currency, credited_at, charged_back_minor, version, head_hash,
        updated_at
    ON payments_top_up FOR EACH ROW EXECUTE FUNCTION payments_follow_events();

CREATE TRIGGER payments_exchange_is_kept BEFORE DELETE ON payments_currency_exchange
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER payments_exchange_follows_events BEFORE UPDATE ON payments_currency_exchange
    FOR EACH ROW EXECUTE FUNCTION payments_follow_events();
"""
SEALS = """
CREATE TRIGGER payments_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_seal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER payments_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_seal_leaf FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION payments_seal_follows() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    v_last payments_seal;
BEGIN
    SELECT * INTO v_last FROM payments_seal ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(v_last.number, 0) + 1
        OR NEW.first_position <> coalesce(v_last.first_position + v_last.leaf_count, 0)
        OR NEW.previous_hash <> coalesce(v_last.hash, decode(repeat('00', 32), 'hex'))
    THEN
        RAISE EXCEPTION 'seal % does not follow the newest one', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payments_seal_follows BEFORE INSERT ON payments_seal
    FOR EACH ROW EXECUTE FUNCTION payments_seal_follows();
"""
RECONCILIATION = """
CREATE TRIGGER payments_report_line_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_provider_report_line FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();

-- An item is a copy of what it was made of; only its match and its resolution come later, once.
CREATE TRIGGER payments_recon_item_is_kept BEFORE DELETE OR TRUNCATE
    ON payments_recon_item FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();
CREATE TRIGGER payments_recon_item_stays BEFORE UPDATE ON payments_recon_item FOR EACH ROW
    WHEN ((OLD.id, OLD.provider, OLD.side, OLD.source_id, OLD.journal_id, OLD.amount_minor,
           OLD.currency, OLD.happened_at, OLD.seen_at)
          IS DISTINCT FROM
          (NEW.id, NEW.provider, NEW.side, NEW.source_id, NEW.journal_id, NEW.amount_minor,
           NEW.currency, NEW.happened_at, NEW.seen_at)
          OR (OLD.match_id IS NOT NULL AND OLD IS DISTINCT FROM NEW))
    EXECUTE FUNCTION payments_refuse_anybody();

CREATE TRIGGER payments_resolution_is_kept BEFORE DELETE OR TRUNCATE
    ON payments_item_resolution FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_anybody();
CREATE TRIGGER payments_resolution_stays BEFORE UPDATE ON payments_item_resolution FOR EACH ROW
    WHEN (OLD.status <> 'PROPOSED'
          OR (OLD.id, OLD.item_id, OLD.kind, OLD.amount_minor, OLD.currency, OLD.provider,
              OLD.subject, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
             IS DISTINCT FROM
             (NEW.id, NEW.item_id, NEW.kind, NEW.amount_minor, NEW.currency, NEW.provider,
              NEW.subject, NEW.reason, NEW.proposed_by_id, NEW.proposed_at))
    EXECUTE FUNCTION payments_refuse_anybody();
"""
HOLDING = """
CREATE TRIGGER payments_wallet_decision_is_kept
    BEFORE UPDATE OR DELETE ON payments_wallet_decision
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_event_change();
CREATE TRIGGER payments_wallet_decision_is_not_emptied
    BEFORE TRUNCATE ON payments_wallet_decision
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_event_change();
"""
# No two commission rules could win for one sale, and none is ever changed.
COMMISSION = """
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
FIRST_LIMITS = """
INSERT INTO payments_top_up_limit (currency, minimum_minor, maximum_minor, per_day_minor)
VALUES ('EUR', 100, 100000, 250000), ('USD', 100, 100000, 250000), ('GBP', 100, 100000, 250000);

-- Where Stripe's documents of November 2026 differ by country from what its adapter says.
INSERT INTO payments_holding_limit (id, provider, country, currency, days, note) VALUES
    ('0199a000-0000-7000-8000-00000000f002', 'stripe', 'US', '', 730, 'Manual payouts, US'),
    ('0199a000-0000-7000-8000-00000000f003', 'stripe', 'TH', '', 10, 'Manual payouts, Thailand');
"""
GUARDS = (
    REFUSALS,
    PAYMENTS,
    PAYOUTS,
    BANK_ACCOUNTS,
    TOP_UPS,
    SEALS,
    RECONCILIATION,
    HOLDING,
    COMMISSION,
)


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


def seed_policies(apps, _schema_editor):
    """Careful by default, without waiting on a developer's machine; from then on an operator's."""
    policies = apps.get_model("payments", "PayoutPolicy")
    for row in settings.PAYOUT_POLICIES:
        policies.objects.create(**row)


class Migration(migrations.Migration):
    replaces = [
        ("payments", "0003_ledger_rules"),
        ("payments", "0004_guard_projections"),
        ("payments", "0005_payout_freezes"),
        ("payments", "0006_top_ups_and_exchanges"),
        ("payments", "0007_destinations"),
        ("payments", "0008_seals"),
        ("payments", "0009_sealing_order"),
        ("payments", "0010_payout_policies"),
        ("payments", "0011_commission_conditions"),
        ("payments", "0012_commission_guards"),
        ("payments", "0013_reconciliation"),
        ("payments", "0014_refund_parts_and_chargebacks"),
        ("payments", "0015_subjects_of_items"),
        ("payments", "0016_holding_limits"),
        ("payments", "0017_payout_schedules_left"),
        ("payments", "0018_stripe_accounts"),
        ("payments", "0019_forget_bank_accounts"),
        ("payments", "0020_unpaid_by_amount"),
        ("payments", "0021_top_ups_charged_back"),
        ("payments", "0022_staff_permissions"),
        ("payments", "0023_held_of_a_buyer"),
        ("payments", "0024_keepers_of_an_account"),
        ("payments", "0025_accounts_wait_longer"),
        ("payments", "0026_plural_names"),
        ("payments", "0027_what_a_chargeback_took"),
        ("payments", "0028_chargebacks_of_a_payment"),
        ("payments", "0029_lines_of_top_ups_taken_back"),
        ("payments", "0030_refund_again_after_a_failure"),
        ("payments", "0031_a_fingerprint_outlives_an_erasure"),
    ]
    dependencies = [
        ("payments", "0001_squashed_0002_ledger_tables"),
    ]

    operations = [
        *(migrations.RunSQL((SQL / name).read_text(encoding="utf-8")) for name in FILES),
        migrations.RunSQL(LEDGER),
        migrations.RunPython(create_extension),
        *(migrations.RunSQL(guard) for guard in GUARDS),
        migrations.RunSQL(FIRST_LIMITS),
        migrations.RunPython(seed_policies),
    ]
