-- Post one journal in one round trip: finds or opens its accounts, and writes its row; the trigger
-- of rules.sql does the rest.
--
-- Idempotent by business key: the same key with the same content answers with the journal that is
-- there; with other content it raises FL003. Amounts: positive is a debit, negative a credit.
-- SQLSTATEs, mapped to Python in ledger/errors.py:
--   FL001 journal out of balance or malformed   FL002 insufficient funds
--   FL003 business key reused                   FL005 account named twice
--   FL006 not the exact opposite                FL011 account does not fit the chart
CREATE FUNCTION ledger_post(
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
    -- For the trigger too. Index probes, planned once: planning each time was a third of the cost,
    -- and a plan cached while the tables were small must not outlive that.
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    v_legs int := cardinality(p_codes);
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        account_ids := ARRAY(
            SELECT (SELECT a.id FROM payments_ledger_account a
                     WHERE a.code = p_codes[n] AND a.currency = p_currencies[n]
                       AND a.kind = p_account_kinds[n])
              FROM generate_series(1, v_legs) n);
        EXIT WHEN array_position(account_ids, NULL) IS NULL;
        IF attempt = 2 THEN
            RAISE EXCEPTION 'an account is open already, under another kind than asked for'
                USING ERRCODE = 'FL011';
        END IF;
        -- In code order, so that two posts that open the same accounts wait and never deadlock.
        INSERT INTO payments_ledger_account (code, currency, kind)
        SELECT p_codes[n], p_currencies[n], p_account_kinds[n]
          FROM generate_series(1, v_legs) n
         WHERE account_ids[n] IS NULL
         ORDER BY 1, 2
            ON CONFLICT (code, currency) DO NOTHING;
    END LOOP;

    -- Claims the key before any account is locked. Whoever posts the same key at the same time
    -- waits here until we commit, and is then answered with our journal.
    INSERT INTO payments_ledger_journal
        (id, kind, business_key, reference_id, reverses_id, account_ids, amounts_minor, metadata,
         request_id, occurred_at)
    VALUES (p_journal_id, p_kind, p_business_key, p_reference_id, p_reverses_id, account_ids,
            p_amounts, p_metadata, p_request_id, p_occurred_at)
    ON CONFLICT (business_key) DO NOTHING;
    created := FOUND;
    IF created THEN
        journal_id := p_journal_id;
    ELSE
        SELECT j.id INTO journal_id FROM payments_ledger_journal j
         WHERE j.business_key = p_business_key AND j.kind = p_kind
           AND j.reference_id = p_reference_id
           AND j.reverses_id IS NOT DISTINCT FROM p_reverses_id
           AND j.account_ids = ledger_post.account_ids AND j.amounts_minor = p_amounts;
        IF journal_id IS NULL THEN
            RAISE EXCEPTION 'the business key % belongs to a journal that says something else',
                p_business_key USING ERRCODE = 'FL003';
        END IF;
    END IF;

    SELECT min(e.posted_at), array_agg(e.account_version ORDER BY e.line),
           array_agg(e.balance_after_minor ORDER BY e.line)
      INTO posted_at, account_versions, balances_after
      FROM payments_ledger_entry e WHERE e.journal_id = ledger_post.journal_id;
END $$;
