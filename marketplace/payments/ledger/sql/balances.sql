-- Reading balances, now and in the past, and folding hot accounts.

-- The present balance of any account, on its normal side: the balance row, or for a hot account the
-- newest snapshot plus every entry at or above its horizon. One statement, so one snapshot of the
-- database: no entry is counted twice or missed.
CREATE FUNCTION ledger_balances(p_account_ids bigint[])
RETURNS TABLE (account_id bigint, balance_minor bigint, version bigint)
LANGUAGE sql STABLE ROWS 10 AS $$
    SELECT a.id,
           coalesce(b.balance_minor,
                    (coalesce(s.balance_minor, 0)
                     + CASE a.normal_side WHEN 'debit' THEN d.total ELSE -d.total END)::bigint),
           b.version
      FROM payments_ledger_account a
      LEFT JOIN payments_ledger_balance b ON b.account_id = a.id
      LEFT JOIN LATERAL (
          SELECT n.balance_minor, n.up_to_xact_id FROM payments_ledger_snapshot n
           WHERE NOT a.keeps_balance AND n.account_id = a.id
           ORDER BY n.up_to_xact_id DESC LIMIT 1
      ) s ON true
      LEFT JOIN LATERAL (
          SELECT coalesce(sum(e.amount_minor), 0) AS total FROM payments_ledger_entry e
           WHERE NOT a.keeps_balance AND e.account_id = a.id AND e.account_version IS NULL
             AND e.xact_id >= coalesce(s.up_to_xact_id, '0'::xid8)
      ) d ON true
     WHERE a.id = ANY (p_account_ids)
$$;

-- Fold the entries of one hot account into a new snapshot; returns how many were folded.
--
-- The horizon is pg_snapshot_xmin: every transaction below it has ended, so its entries are visible
-- to the statement after it or were rolled back. An entry id would not do: ids are drawn before the
-- commit, and a lower id may become visible after a higher one was folded.
CREATE FUNCTION ledger_fold(p_account_id bigint, p_at_least bigint DEFAULT 1)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_taken_at timestamptz;
    v_marked xid8;
    v_horizon xid8;
    v_previous payments_ledger_snapshot;
    v_new record;
BEGIN
    -- One fold of an account at a time. It holds up no posting: postings do not take this lock.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ledger_fold', p_account_id)) THEN
        RETURN 0;
    END IF;
    v_taken_at := clock_timestamp();
    v_marked := pg_current_xact_id();
    v_horizon := pg_snapshot_xmin(pg_current_snapshot());
    SELECT * INTO v_previous FROM payments_ledger_snapshot
     WHERE account_id = p_account_id ORDER BY up_to_xact_id DESC LIMIT 1;
    IF v_previous.up_to_xact_id > v_horizon THEN
        RAISE EXCEPTION 'the newest snapshot of account % is ahead of the transaction counter',
            p_account_id USING ERRCODE = 'FL016',
            HINT = 'The books were restored into another cluster: see "Restoring" in the README.';
    END IF;
    SELECT count(*) AS entries, coalesce(sum(e.amount_minor), 0) AS total,
           max(e.posted_at) AS last_posted_at
      INTO v_new
      FROM payments_ledger_entry e
     WHERE e.account_id = p_account_id AND e.account_version IS NULL
       AND e.xact_id >= coalesce(v_previous.up_to_xact_id, '0'::xid8) AND e.xact_id < v_horizon;
    IF v_new.entries < greatest(p_at_least, 1) THEN
        RETURN 0;
    END IF;
    INSERT INTO payments_ledger_snapshot
        (account_id, up_to_xact_id, balance_minor, entry_count, last_posted_at, marked_xact_id,
         taken_at)
    SELECT a.id, v_horizon,
           coalesce(v_previous.balance_minor, 0)
           + CASE a.normal_side WHEN 'debit' THEN v_new.total ELSE -v_new.total END,
           coalesce(v_previous.entry_count, 0) + v_new.entries,
           greatest(v_previous.last_posted_at, v_new.last_posted_at), v_marked, v_taken_at
      FROM payments_ledger_account a WHERE a.id = p_account_id;
    RETURN v_new.entries;
END $$;

-- Lock the balance rows of accounts, in id order, and answer with the balances under the lock: for a
-- command that must decide on a balance before it posts. A function, because the runtime role may
-- only read the table, and a row lock is more than reading.
CREATE FUNCTION ledger_lock_balances(p_account_ids bigint[])
RETURNS TABLE (account_id bigint, balance_minor bigint, version bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.account_id, b.balance_minor, b.version FROM payments_ledger_balance b
     WHERE b.account_id = ANY (p_account_ids) ORDER BY b.account_id FOR NO KEY UPDATE
$$;

-- The version an account had at a moment, by bisection: versions are gapless and posted_at never
-- goes back along them, so about twenty index probes find it among a million entries.
CREATE FUNCTION ledger_version_at(p_account_id bigint, p_moment timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_low bigint := 0;   -- posted at or before the moment
    v_high bigint;       -- not yet posted at the moment
    v_middle bigint;
    v_posted_at timestamptz;
BEGIN
    SELECT version + 1 INTO STRICT v_high FROM payments_ledger_balance
     WHERE account_id = p_account_id;
    WHILE v_high - v_low > 1 LOOP
        v_middle := (v_low + v_high) / 2;
        SELECT e.posted_at INTO STRICT v_posted_at FROM payments_ledger_entry e
         WHERE e.account_id = p_account_id AND e.account_version = v_middle;
        IF v_posted_at <= p_moment THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle;
        END IF;
    END LOOP;
    RETURN v_low;
END $$;

-- The balance at a past moment. Balance-keeping account: the balance after its last entry posted at
-- or before the moment. Hot account: the sum of its entries posted at or before the moment, started
-- from the newest snapshot that covers nothing later.
CREATE FUNCTION ledger_balance_at(
    p_account_id bigint, p_moment timestamptz, OUT balance_minor bigint, OUT version bigint
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    v_account payments_ledger_account;
    v_snapshot payments_ledger_snapshot;
BEGIN
    SELECT * INTO STRICT v_account FROM payments_ledger_account WHERE id = p_account_id;
    IF v_account.keeps_balance THEN
        version := ledger_version_at(p_account_id, p_moment);
        SELECT e.balance_after_minor INTO balance_minor FROM payments_ledger_entry e
         WHERE e.account_id = p_account_id AND e.account_version = ledger_balance_at.version;
        balance_minor := coalesce(balance_minor, 0);
        RETURN;
    END IF;
    SELECT * INTO v_snapshot FROM payments_ledger_snapshot s
     WHERE s.account_id = p_account_id AND s.last_posted_at <= p_moment
     ORDER BY s.up_to_xact_id DESC LIMIT 1;
    SELECT (coalesce(v_snapshot.balance_minor, 0) + coalesce(sum(e.amount_minor), 0)
            * CASE v_account.normal_side WHEN 'debit' THEN 1 ELSE -1 END)::bigint
      INTO balance_minor
      FROM payments_ledger_entry e
     WHERE e.account_id = p_account_id AND e.account_version IS NULL
       AND e.xact_id >= coalesce(v_snapshot.up_to_xact_id, '0'::xid8)
       AND e.posted_at <= p_moment;
END $$;
