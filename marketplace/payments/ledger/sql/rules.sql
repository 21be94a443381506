-- What the ledger's tables refuse, whatever code writes to them.
--
-- A journal row states its legs; the database itself checks them, writes the entries and moves the
-- balances. Nobody else can: entries and balances accept rows from these triggers alone. So a
-- journal without entries, an entry without its journal, or a balance that is not the sum of its
-- entries has no way into the books, and they are right after every statement, not only at commit.

ALTER TABLE payments_ledger_balance SET (fillfactor = 50);  -- in-place (HOT) updates of hot rows

-- 1. Append-only -------------------------------------------------------------------------------

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the books are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'FL010', HINT = 'Post a correction: a linked reversal, then a fresh journal.';
END $$;

CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_journal FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_snapshot FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_account_kind FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- 2. Entries and balances are derived -------------------------------------------------------------
-- At depth 0 a statement came from a client; the triggers below write at depth 1. The WHEN clause
-- keeps the cost of the check near nothing. A client could climb to depth 1 with a trigger on a
-- temporary table of its own, so the runtime role also lacks every grant but SELECT on these two:
-- the functions that write them run as their owner (SECURITY DEFINER).

CREATE FUNCTION ledger_refuse_direct_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: only a journal moves it', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'FL012', HINT = 'Post a journal.';
END $$;

CREATE TRIGGER ledger_balance_is_derived BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_balance FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_direct_write();
CREATE TRIGGER ledger_entry_is_derived BEFORE INSERT
    ON payments_ledger_entry FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_direct_write();

-- 3. Accounts follow the chart; their balance row is born with them -------------------------------

CREATE FUNCTION ledger_open_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_kind payments_ledger_account_kind;
BEGIN
    SELECT * INTO v_kind FROM payments_ledger_account_kind WHERE name = NEW.kind;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no account kind %', NEW.kind USING ERRCODE = 'FL011';
    END IF;
    IF NEW.code !~ v_kind.code_pattern THEN
        RAISE EXCEPTION 'account code % does not fit the kind %', NEW.code, NEW.kind
            USING ERRCODE = 'FL011';
    END IF;
    NEW.type := v_kind.type;
    NEW.normal_side := v_kind.normal_side;
    NEW.non_negative := v_kind.non_negative;
    NEW.keeps_balance := v_kind.keeps_balance;
    NEW.created_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_follow_chart BEFORE INSERT
    ON payments_ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_open_account();

CREATE FUNCTION ledger_open_balance() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO payments_ledger_balance
        (account_id, balance_minor, version, side, non_negative, posted_at)
    VALUES (NEW.id, 0, 0, CASE NEW.normal_side WHEN 'debit' THEN 1 ELSE -1 END,
            NEW.non_negative, NEW.created_at);
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_open_balance AFTER INSERT
    ON payments_ledger_account FOR EACH ROW WHEN (NEW.keeps_balance)
    EXECUTE FUNCTION ledger_open_balance();

-- 4. A journal is checked, spread into entries, and moves the balances ------------------------------

CREATE FUNCTION ledger_spread_journal() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_legs int := cardinality(NEW.account_ids);
    v_found int := 0;
    v_leg record;
    v_line int;
    v_currency text;
    v_total numeric := 0;
    v_others jsonb;
    v_locked bigint[] := '{}';
    v_after bigint;
    v_currencies text[] := array_fill(NULL::text, ARRAY[v_legs]);
    v_afters bigint[] := array_fill(NULL::bigint, ARRAY[v_legs]);
    v_versions bigint[] := v_afters;
    v_xact_id xid8 := pg_current_xact_id();  -- drawn before the clock is read: see ADR 0023
    v_posted_at timestamptz := transaction_timestamp();
BEGIN
    IF v_legs <> cardinality(NEW.amounts_minor) OR array_position(NEW.amounts_minor, NULL) > 0 THEN
        RAISE EXCEPTION 'journal % has a leg without an amount', NEW.id USING ERRCODE = 'FL001';
    END IF;

    -- Accounts are locked in id order, always: this is what makes a deadlock impossible between two
    -- journals. OFFSET 0 keeps the order of the inner query. NO KEY: a foreign-key check on the row
    -- must not wait for us. Hot accounts have no balance row and lock nothing.
    FOR v_leg IN
        SELECT a.id, a.code, a.currency, b.balance_minor, b.version, b.side, b.non_negative,
               b.posted_at
          FROM (SELECT id, code, currency FROM payments_ledger_account
                 WHERE id = ANY (NEW.account_ids) ORDER BY id OFFSET 0) a
          LEFT JOIN LATERAL (SELECT * FROM payments_ledger_balance
                              WHERE account_id = a.id FOR NO KEY UPDATE) b ON true
    LOOP
        v_found := v_found + 1;
        v_line := array_position(NEW.account_ids, v_leg.id);
        v_currencies[v_line] := v_leg.currency;
        IF v_currency IS NULL THEN
            v_currency := v_leg.currency;
        END IF;
        IF v_leg.currency = v_currency THEN
            v_total := v_total + NEW.amounts_minor[v_line];
        ELSE
            v_others := jsonb_set(coalesce(v_others, '{}'), ARRAY[v_leg.currency], to_jsonb(
                coalesce((v_others ->> v_leg.currency)::numeric, 0) + NEW.amounts_minor[v_line]));
        END IF;
        IF v_leg.version IS NOT NULL THEN
            v_after := v_leg.balance_minor + NEW.amounts_minor[v_line] * v_leg.side;
            IF v_after < 0 AND v_leg.non_negative THEN
                RAISE EXCEPTION 'account % % lacks %', v_leg.code, v_leg.currency, -v_after
                    USING ERRCODE = 'FL002', DETAIL = json_build_object(
                        'account', v_leg.code, 'currency', v_leg.currency,
                        'available_minor', v_leg.balance_minor,
                        'needed_minor', v_leg.balance_minor - v_after);
            END IF;
            v_locked := v_locked || v_leg.id;
            v_afters[v_line] := v_after;
            v_versions[v_line] := v_leg.version + 1;
            IF v_leg.posted_at > v_posted_at THEN
                v_posted_at := v_leg.posted_at;
            END IF;
        END IF;
    END LOOP;
    IF v_found <> v_legs THEN
        RAISE EXCEPTION 'journal % names an account twice, or one that does not exist', NEW.id
            USING ERRCODE = 'FL005';
    END IF;
    IF v_total <> 0 OR EXISTS (SELECT FROM jsonb_each_text(v_others) WHERE value::numeric <> 0) THEN
        RAISE EXCEPTION 'journal % is out of balance: % %, %',
            NEW.id, v_total, v_currency, v_others USING ERRCODE = 'FL001';
    END IF;

    -- The clock is read under the locks, and never goes back along an account's versions.
    v_posted_at := greatest(v_posted_at, clock_timestamp());
    IF v_locked <> '{}' THEN
        UPDATE payments_ledger_balance
           SET balance_minor = v_afters[array_position(NEW.account_ids, account_id)],
               version = version + 1, posted_at = v_posted_at
         WHERE account_id = ANY (v_locked);
    END IF;
    INSERT INTO payments_ledger_entry
        (journal_id, line, account_id, amount_minor, currency, account_version,
         balance_after_minor, reference_id, posted_at, xact_id)
    SELECT NEW.id, n, NEW.account_ids[n], NEW.amounts_minor[n], v_currencies[n], v_versions[n],
           v_afters[n], NEW.reference_id, v_posted_at, v_xact_id
      FROM generate_series(1, v_legs) n;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_spread_journal AFTER INSERT ON payments_ledger_journal
    FOR EACH ROW EXECUTE FUNCTION ledger_spread_journal();

-- 5. A reversal is the exact opposite of a journal that is not itself a reversal --------------------

CREATE FUNCTION ledger_accept_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments_ledger_journal o
         WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL
           AND o.reference_id = NEW.reference_id AND o.account_ids = NEW.account_ids
           AND o.amounts_minor = (SELECT array_agg(-amount ORDER BY line)
                                    FROM unnest(NEW.amounts_minor)
                                         WITH ORDINALITY AS l (amount, line))
    ) THEN
        RAISE EXCEPTION 'journal % is not the exact opposite of journal %', NEW.id, NEW.reverses_id
            USING ERRCODE = 'FL006';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ledger_accept_reversal BEFORE INSERT ON payments_ledger_journal
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION ledger_accept_reversal();
