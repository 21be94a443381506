-- Post one journal in one round trip: its row, with its accounts found; the trigger of rules.sql
-- does the rest (ADR 0095).
--
-- Idempotent by business key: the same key with the same content answers with the journal that is
-- there; with other content it raises FL003. Amounts: positive is a debit, negative a credit.
-- SQLSTATEs, mapped to Python in ledger/errors.py:
--   FL001 journal out of balance or malformed   FL002 insufficient funds
--   FL003 business key reused                   FL005 account named twice
--   FL006 not the exact opposite                FL011 account does not fit the chart
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
