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

-- Whether legs of several currencies sum to zero in each. A function of its own, so that a journal in
-- one currency does not pay for the plan of it.
CREATE FUNCTION ledger_is_balanced(p_account_ids bigint[], p_amounts bigint[])
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM unnest(p_account_ids, p_amounts) AS l (account_id, amount)
          JOIN payments_ledger_account a ON a.id = l.account_id
         GROUP BY a.currency HAVING sum(l.amount) <> 0);
END $$;

-- One statement does it all, or
-- writes nothing, and then what follows it says which rule the journal breaks.
--
-- Accounts are locked in id order, always: this is what makes a deadlock impossible between two
-- journals. OFFSET 0 keeps the order of the inner query. NO KEY: a foreign-key check on the row must
-- not wait for us. Hot accounts have no balance row and lock nothing. "fits" has read every leg, so
-- the clock is read under all the locks, and it never goes back along an account's versions; the
-- transaction drew its id before, when it wrote the journal row: see ADR 0023.
CREATE FUNCTION ledger_spread_journal() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    v_short record;
BEGIN
    WITH legs AS MATERIALIZED (
        SELECT a.line, a.id, a.currency, NEW.amounts_minor[a.line] AS amount,
               b.account_id AS balance_id, b.version + 1 AS version, b.non_negative, b.posted_at,
               b.balance_minor + NEW.amounts_minor[a.line] * b.side AS balance_after
          FROM (SELECT id, currency, array_position(NEW.account_ids, id) AS line
                  FROM payments_ledger_account
                 WHERE id = ANY (NEW.account_ids) ORDER BY id OFFSET 0) a
          LEFT JOIN LATERAL (SELECT * FROM payments_ledger_balance
                              WHERE account_id = a.id FOR NO KEY UPDATE) b ON true
    ), fits AS MATERIALIZED (
        SELECT greatest(max(posted_at), transaction_timestamp(), clock_timestamp()) AS posted_at,
               pg_current_xact_id() AS xact_id
          FROM legs
        HAVING count(amount) = cardinality(NEW.account_ids)
           AND count(amount) = cardinality(NEW.amounts_minor)
           AND min(line) = 1
           AND bool_and(balance_after >= 0 OR NOT non_negative) IS NOT FALSE
           AND CASE WHEN min(currency) = max(currency) THEN sum(amount) = 0
                    ELSE ledger_is_balanced(NEW.account_ids, NEW.amounts_minor) END
    ), moved AS (
        UPDATE payments_ledger_balance b
           SET balance_minor = l.balance_after, version = l.version, posted_at = fits.posted_at
          FROM fits, legs l WHERE b.account_id = l.balance_id
    )
    INSERT INTO payments_ledger_entry
        (journal_id, line, account_id, amount_minor, currency, account_version,
         balance_after_minor, reference_id, posted_at, xact_id)
    SELECT NEW.id, l.line, l.id, l.amount, l.currency, l.version, l.balance_after,
           NEW.reference_id, fits.posted_at, fits.xact_id
      FROM fits, legs l ORDER BY l.line;
    IF FOUND THEN
        RETURN NULL;
    END IF;

    IF cardinality(NEW.account_ids) <> cardinality(NEW.amounts_minor)
       OR array_position(NEW.amounts_minor, NULL) > 0 THEN
        RAISE EXCEPTION 'journal % has a leg without an amount', NEW.id USING ERRCODE = 'FL001';
    END IF;
    -- Read under the locks, which are still held.
    SELECT a.code, a.currency, b.balance_minor,
           NEW.amounts_minor[array_position(NEW.account_ids, a.id)] * -b.side AS needed_minor
      INTO v_short
      FROM payments_ledger_account a JOIN payments_ledger_balance b ON b.account_id = a.id
     WHERE a.id = ANY (NEW.account_ids) AND b.non_negative
       AND b.balance_minor
           + NEW.amounts_minor[array_position(NEW.account_ids, a.id)] * b.side < 0
     ORDER BY a.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % % lacks %', v_short.code, v_short.currency,
                v_short.needed_minor - v_short.balance_minor
            USING ERRCODE = 'FL002', DETAIL = json_build_object(
                'account', v_short.code, 'currency', v_short.currency,
                'available_minor', v_short.balance_minor,
                'needed_minor', v_short.needed_minor);
    END IF;
    IF cardinality(NEW.account_ids) <> (SELECT count(*) FROM payments_ledger_account
                                         WHERE id = ANY (NEW.account_ids)) THEN
        RAISE EXCEPTION 'journal % names an account twice, or one that does not exist', NEW.id
            USING ERRCODE = 'FL005';
    END IF;
    RAISE EXCEPTION 'journal % is out of balance: %', NEW.id,
            (SELECT string_agg(format('%s %s', t.total, t.currency), ', ')
               FROM (SELECT a.currency, sum(l.amount) AS total
                       FROM unnest(NEW.account_ids, NEW.amounts_minor) AS l (account_id, amount)
                       JOIN payments_ledger_account a ON a.id = l.account_id
                      GROUP BY a.currency) t)
        USING ERRCODE = 'FL001';
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
