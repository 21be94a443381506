-- Post one journal: the only writer of the books, in one round trip.
--
-- Idempotent by business key: the same key with the same content answers with the journal that is
-- there; with other content it raises FL003. Amounts: positive is a debit, negative a credit.
-- SQLSTATEs, mapped to Python in ledger/errors.py:
--   FL001 journal out of balance or malformed   FL002 insufficient funds
--   FL003 business key reused                   FL004 currency does not fit
--   FL005 account named twice                   FL011 account does not fit the chart
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
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_legs int := cardinality(p_codes);
    v_found int := 0;
    v_leg record;
    v_previous bigint := 0;
    v_balance payments_ledger_balance;
    v_after bigint;
    v_xact_id xid8 := pg_current_xact_id();  -- drawn before the clock is read: see ADR 0023
    v_last timestamptz := '-infinity';
BEGIN
    IF v_legs IS NULL OR v_legs < 2 OR v_legs <> cardinality(p_amounts)
       OR v_legs <> cardinality(p_currencies) OR v_legs <> cardinality(p_account_kinds) THEN
        RAISE EXCEPTION 'a journal has two or more complete legs' USING ERRCODE = 'FL001';
    END IF;

    SELECT count(*) INTO v_found
      FROM unnest(p_codes, p_currencies) AS l (code, currency)
      JOIN payments_ledger_account a ON a.code = l.code AND a.currency = l.currency;
    IF v_found < v_legs THEN
        -- In code order, so that two posts that open the same accounts wait and never deadlock.
        INSERT INTO payments_ledger_account (code, currency, kind)
        SELECT l.code, l.currency, l.kind
          FROM unnest(p_codes, p_currencies, p_account_kinds) AS l (code, currency, kind)
         ORDER BY l.code, l.currency
            ON CONFLICT (code, currency) DO NOTHING;
    END IF;

    account_ids := array_fill(NULL::bigint, ARRAY[v_legs]);
    account_versions := account_ids;
    balances_after := account_ids;
    v_found := 0;
    FOR v_leg IN
        SELECT l.line, l.amount, a.id, a.code, a.currency, a.kind, a.keeps_balance, a.non_negative,
               l.kind AS asked_kind
          FROM unnest(p_codes, p_currencies, p_amounts, p_account_kinds) WITH ORDINALITY
               AS l (code, currency, amount, kind, line)
          JOIN payments_ledger_account a ON a.code = l.code AND a.currency = l.currency
         ORDER BY a.id
    LOOP
        v_found := v_found + 1;
        IF v_leg.id = v_previous THEN
            RAISE EXCEPTION 'account % is named twice in one journal', v_leg.code
                USING ERRCODE = 'FL005';
        ELSIF v_leg.kind <> v_leg.asked_kind THEN
            RAISE EXCEPTION 'account % is of kind %, not %', v_leg.code, v_leg.kind, v_leg.asked_kind
                USING ERRCODE = 'FL011';
        END IF;
        v_previous := v_leg.id;
        account_ids[v_leg.line] := v_leg.id;
        IF v_leg.keeps_balance THEN
            -- Accounts are locked in id order, always: this is what makes deadlocks impossible
            -- between two posts. NO KEY: a foreign-key check on the account must not wait for us.
            SELECT * INTO v_balance FROM payments_ledger_balance b
             WHERE b.account_id = v_leg.id FOR NO KEY UPDATE;
            account_versions[v_leg.line] := v_balance.version + 1;
            balances_after[v_leg.line] := v_balance.balance_minor + v_leg.amount * v_balance.side;
            v_last := greatest(v_last, v_balance.posted_at);
        END IF;
    END LOOP;
    IF v_found <> v_legs THEN
        RAISE EXCEPTION 'a leg names no account' USING ERRCODE = 'FL001';
    END IF;

    -- Under the locks: a journal of the same key and content touches the same accounts, so whoever
    -- won has committed by now and is seen here, before the funds it moved are missed.
    SELECT j.id, j.posted_at INTO journal_id, posted_at
      FROM payments_ledger_journal j WHERE j.business_key = p_business_key;
    IF journal_id IS NULL THEN
        FOR i IN 1 .. v_legs LOOP
            v_after := balances_after[i];
            IF v_after < 0 AND p_amounts[i] IS NOT NULL THEN
                PERFORM ledger_refuse_overdraft(account_ids[i], p_amounts[i], v_after);
            END IF;
        END LOOP;
        posted_at := greatest(clock_timestamp(), transaction_timestamp(), v_last);
        WITH journal AS (
            INSERT INTO payments_ledger_journal
                (id, kind, business_key, reference_id, reverses_id, entry_count, metadata,
                 request_id, occurred_at, posted_at, xact_id)
            VALUES (p_journal_id, p_kind, p_business_key, p_reference_id, p_reverses_id, v_legs,
                    p_metadata, p_request_id, p_occurred_at, posted_at, v_xact_id)
            ON CONFLICT (business_key) DO NOTHING
            RETURNING id
        )
        INSERT INTO payments_ledger_entry
            (journal_id, line, account_id, amount_minor, currency, account_version,
             balance_after_minor, reference_id, posted_at, xact_id)
        SELECT journal.id, l.line, l.account_id, l.amount, l.currency, l.version, l.after,
               p_reference_id, posted_at, v_xact_id
          FROM journal,
               unnest(account_ids, p_amounts, p_currencies, account_versions, balances_after)
               WITH ORDINALITY AS l (account_id, amount, currency, version, after, line);
        created := FOUND;
        IF created THEN
            journal_id := p_journal_id;
            RETURN;
        END IF;
        -- Lost a race on the key without sharing an account that locks.
        SELECT j.id, j.posted_at INTO STRICT journal_id, posted_at
          FROM payments_ledger_journal j WHERE j.business_key = p_business_key;
    END IF;

    created := false;
    PERFORM ledger_refuse_other_content(journal_id, p_kind, p_reference_id, p_reverses_id,
                                        account_ids, p_amounts);
    SELECT array_agg(e.account_version ORDER BY e.line), array_agg(e.balance_after_minor ORDER BY e.line)
      INTO account_versions, balances_after
      FROM unnest(account_ids) WITH ORDINALITY AS l (account_id, line)
      JOIN payments_ledger_entry e ON e.journal_id = ledger_post.journal_id
                                  AND e.account_id = l.account_id;
END $$;

CREATE FUNCTION ledger_refuse_overdraft(p_account_id bigint, p_amount bigint, p_after bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_account payments_ledger_account;
BEGIN
    SELECT * INTO STRICT v_account FROM payments_ledger_account WHERE id = p_account_id;
    IF v_account.non_negative THEN
        RAISE EXCEPTION 'account % % lacks %', v_account.code, v_account.currency, -p_after
            USING ERRCODE = 'FL002', DETAIL = json_build_object(
                'account', v_account.code, 'currency', v_account.currency,
                'available_minor', p_after + abs(p_amount), 'needed_minor', abs(p_amount));
    END IF;
END $$;

CREATE FUNCTION ledger_refuse_other_content(
    p_journal_id uuid, p_kind text, p_reference_id uuid, p_reverses_id uuid,
    p_account_ids bigint[], p_amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payments_ledger_journal j
         WHERE j.id = p_journal_id AND j.kind = p_kind AND j.reference_id = p_reference_id
           AND j.reverses_id IS NOT DISTINCT FROM p_reverses_id
           AND j.entry_count = cardinality(p_account_ids)
    ) AND NOT EXISTS (
        SELECT account_id, amount FROM unnest(p_account_ids, p_amounts) AS l (account_id, amount)
        EXCEPT
        SELECT e.account_id, e.amount_minor FROM payments_ledger_entry e
         WHERE e.journal_id = p_journal_id
    ) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION 'the business key already belongs to journal %, which says something else',
        p_journal_id USING ERRCODE = 'FL003',
        DETAIL = json_build_object('journal_id', p_journal_id);
END $$;
