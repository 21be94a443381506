-- The two functions every posting goes through, as they are since migration 0031: what rules.sql and
-- post.sql first said, in fewer statements (ADR 0095).

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

-- A journal is checked, spread into entries, and moves the balances: one statement does it all, or
-- writes nothing, and then what follows it says which rule the journal breaks.
--
-- Accounts are locked in id order, always: this is what makes a deadlock impossible between two
-- journals. OFFSET 0 keeps the order of the inner query. NO KEY: a foreign-key check on the row must
-- not wait for us. Hot accounts have no balance row and lock nothing. "fits" has read every leg, so
-- the clock is read under all the locks, and it never goes back along an account's versions; the
-- transaction drew its id before, when it wrote the journal row: see ADR 0023.
CREATE OR REPLACE FUNCTION ledger_spread_journal() RETURNS trigger LANGUAGE plpgsql
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

-- Post one journal in one round trip: its row, with its accounts found; the trigger does the rest.
--
-- Idempotent by business key: the same key with the same content answers with the journal that is
-- there; with other content it raises FL003. Amounts: positive is a debit, negative a credit. The
-- SQLSTATEs are listed in post.sql.
CREATE FUNCTION ledger_write(
    p_journal_id uuid,
    p_kind text,
    p_business_key text,
    p_reference_id uuid,
    p_account_kinds text[],
    p_codes text[],
    p_currencies text[],
    p_amounts bigint[],
    p_occurred_at timestamptz,
    p_metadata jsonb DEFAULT '{}',
    p_request_id text DEFAULT '',
    p_reverses_id uuid DEFAULT NULL,
    OUT journal_id uuid,
    OUT created boolean
) LANGUAGE plpgsql
    -- For the trigger too. Index probes, planned once: planning each time was a third of the cost,
    -- and a plan cached while the tables were small must not outlive that.
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_account_ids bigint[];
    v_is_same boolean;
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        -- Claims the key before any account is locked. Whoever posts the same key at the same time
        -- waits here until we commit, and is then answered with our journal.
        INSERT INTO payments_ledger_journal
            (id, kind, business_key, reference_id, reverses_id, account_ids, amounts_minor, metadata,
             request_id, occurred_at)
        SELECT p_journal_id, p_kind, p_business_key, p_reference_id, p_reverses_id, l.account_ids,
               p_amounts, p_metadata, p_request_id, p_occurred_at
          FROM (SELECT ARRAY(
                    SELECT (SELECT a.id FROM payments_ledger_account a
                             WHERE a.code = p_codes[n] AND a.currency = p_currencies[n]
                               AND a.kind = p_account_kinds[n])
                      FROM generate_series(1, cardinality(p_codes)) n) AS account_ids OFFSET 0) l
         WHERE array_position(l.account_ids, NULL) IS NULL
        ON CONFLICT (business_key) DO NOTHING;
        created := FOUND;
        journal_id := p_journal_id;
        EXIT WHEN created;

        -- Nothing was written: the key is taken, or an account is not open yet. Asked at one moment,
        -- for a journal that is there has its accounts.
        SELECT l.account_ids, j.id,
               j.kind = p_kind AND j.reference_id = p_reference_id
               AND j.reverses_id IS NOT DISTINCT FROM p_reverses_id
               AND j.account_ids = l.account_ids AND j.amounts_minor = p_amounts
          INTO v_account_ids, journal_id, v_is_same
          FROM (SELECT ARRAY(
                    SELECT (SELECT a.id FROM payments_ledger_account a
                             WHERE a.code = p_codes[n] AND a.currency = p_currencies[n]
                               AND a.kind = p_account_kinds[n])
                      FROM generate_series(1, cardinality(p_codes)) n) AS account_ids) l
          LEFT JOIN payments_ledger_journal j ON j.business_key = p_business_key;
        IF journal_id IS NOT NULL AND v_is_same IS NOT TRUE THEN
            RAISE EXCEPTION 'the business key % belongs to a journal that says something else',
                p_business_key USING ERRCODE = 'FL003';
        END IF;
        EXIT WHEN journal_id IS NOT NULL;

        IF attempt = 2 THEN
            RAISE EXCEPTION 'an account is open already, under another kind than asked for'
                USING ERRCODE = 'FL011';
        END IF;
        -- In code order, so that two posts that open the same accounts wait and never deadlock.
        INSERT INTO payments_ledger_account (code, currency, kind)
        SELECT p_codes[n], p_currencies[n], p_account_kinds[n]
          FROM generate_series(1, cardinality(p_codes)) n
         WHERE v_account_ids[n] IS NULL
         ORDER BY 1, 2
            ON CONFLICT (code, currency) DO NOTHING;
    END LOOP;
END $$;

-- The same with what it wrote: for processes of the release before, until none is left.
CREATE OR REPLACE FUNCTION ledger_post(
    p_journal_id uuid,
    p_kind text,
    p_business_key text,
    p_reference_id uuid,
    p_account_kinds text[],
    p_codes text[],
    p_currencies text[],
    p_amounts bigint[],
    p_occurred_at timestamptz,
    p_metadata jsonb DEFAULT '{}',
    p_request_id text DEFAULT '',
    p_reverses_id uuid DEFAULT NULL,
    OUT journal_id uuid,
    OUT created boolean,
    OUT posted_at timestamptz,
    OUT account_ids bigint[],
    OUT account_versions bigint[],
    OUT balances_after bigint[]
) LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    SELECT w.journal_id, w.created INTO journal_id, created
      FROM ledger_write(p_journal_id, p_kind, p_business_key, p_reference_id, p_account_kinds,
                        p_codes, p_currencies, p_amounts, p_occurred_at, p_metadata, p_request_id,
                        p_reverses_id) w;
    SELECT min(e.posted_at), array_agg(e.account_id ORDER BY e.line),
           array_agg(e.account_version ORDER BY e.line),
           array_agg(e.balance_after_minor ORDER BY e.line)
      INTO posted_at, account_ids, account_versions, balances_after
      FROM payments_ledger_entry e WHERE e.journal_id = ledger_post.journal_id;
END $$;
