-- What the ledger's tables refuse, whatever code writes to them.
--
-- Every check is a trigger or a constraint on the table itself: the posting function is the only
-- writer we have, and nothing here trusts it. Statement triggers see whole statements, so the books
-- balance after every statement, not only at commit.

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

-- 2. Accounts follow the chart; their balance row is born with them -------------------------------

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

CREATE FUNCTION ledger_open_balance() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- 3. Balances move only with entries --------------------------------------------------------------
-- At depth 0 a statement came from a client. Depth 1 is one of the two triggers of this file that
-- write balances. The WHEN clause keeps the cost of the check on the hot path near nothing.

CREATE FUNCTION ledger_refuse_balance_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on a balance is refused: balances move only with entries', TG_OP
        USING ERRCODE = 'FL012', HINT = 'Post a journal.';
END $$;

CREATE TRIGGER ledger_balance_is_derived BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE
    ON payments_ledger_balance FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse_balance_change();

-- 4. Entries: whole, balanced journals, and the balances they move ---------------------------------

CREATE FUNCTION ledger_accept_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_bad record;
    v_versioned bigint;
    v_moved bigint;
BEGIN
    -- Each journal of this statement is complete (all lines 1..entry_count, so nothing can be added
    -- afterwards: the lines are taken), is of this transaction, and sums to zero per currency. Each
    -- entry agrees with its account and carries its own transaction's id.
    SELECT e.journal_id, e.currency, sum(e.amount_minor) AS total,
           bool_and(a.currency = e.currency) AS currency_fits,
           bool_and(a.keeps_balance = (e.account_version IS NOT NULL)) AS version_fits,
           bool_and(j.entry_count = e.lines AND e.line <= e.lines
                    AND j.xact_id = pg_current_xact_id() AND e.xact_id = j.xact_id
                    AND e.posted_at = j.posted_at AND e.reference_id = j.reference_id)
               AS journal_fits
      INTO v_bad
      FROM (SELECT n.*, count(*) OVER (PARTITION BY n.journal_id) AS lines FROM new_entries n) e
      LEFT JOIN payments_ledger_journal j ON j.id = e.journal_id
      LEFT JOIN payments_ledger_account a ON a.id = e.account_id
     GROUP BY e.journal_id, e.currency
    HAVING sum(e.amount_minor) <> 0
        OR bool_and(a.currency = e.currency) IS NOT TRUE
        OR bool_and(a.keeps_balance = (e.account_version IS NOT NULL)) IS NOT TRUE
        OR bool_and(j.entry_count = e.lines AND e.line <= e.lines
                    AND j.xact_id = pg_current_xact_id() AND e.xact_id = j.xact_id
                    AND e.posted_at = j.posted_at AND e.reference_id = j.reference_id) IS NOT TRUE
     LIMIT 1;
    IF FOUND THEN
        IF v_bad.total <> 0 THEN
            RAISE EXCEPTION 'journal % is out of balance by % %',
                v_bad.journal_id, v_bad.total, v_bad.currency USING ERRCODE = 'FL001';
        ELSIF v_bad.currency_fits IS NOT TRUE THEN
            RAISE EXCEPTION 'journal % has an entry in % on an account of another currency',
                v_bad.journal_id, v_bad.currency USING ERRCODE = 'FL004';
        ELSIF v_bad.version_fits IS NOT TRUE THEN
            RAISE EXCEPTION 'journal % has an entry whose version does not fit its account',
                v_bad.journal_id USING ERRCODE = 'FL013';
        END IF;
        RAISE EXCEPTION 'the entries of journal % are not the whole of a journal of this transaction',
            v_bad.journal_id USING ERRCODE = 'FL014';
    END IF;

    -- Move the balances. Each entry must be the very next version of its account and say the right
    -- balance, so the row count tells whether all of them did. The CHECK refuses an overdraft.
    UPDATE payments_ledger_balance b
       SET balance_minor = e.balance_after_minor, version = e.account_version,
           posted_at = e.posted_at
      FROM new_entries e
     WHERE e.account_version IS NOT NULL
       AND b.account_id = e.account_id
       AND b.version + 1 = e.account_version
       AND b.balance_minor + e.amount_minor * b.side = e.balance_after_minor
       AND b.posted_at <= e.posted_at;
    GET DIAGNOSTICS v_moved = ROW_COUNT;
    SELECT count(account_version) INTO v_versioned FROM new_entries;
    IF v_moved <> v_versioned THEN
        RAISE EXCEPTION 'an entry is not the next version of its account or states a wrong balance'
            USING ERRCODE = 'FL013';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_accept_entries AFTER INSERT ON payments_ledger_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_accept_entries();

-- 5. Journals: never without their entries; a reversal is the exact opposite ------------------------
-- Both tables are written by one statement (a CTE), and AFTER triggers run when it is complete.

CREATE FUNCTION ledger_accept_journals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_journals j
         WHERE j.entry_count <> (SELECT count(*) FROM payments_ledger_entry e
                                  WHERE e.journal_id = j.id)
    ) THEN
        RAISE EXCEPTION 'a journal is written together with all its entries, in one statement'
            USING ERRCODE = 'FL014';
    END IF;
    -- Nobody writes into the past, or further ahead than a stepped clock explains.
    IF EXISTS (
        SELECT FROM new_journals j
         WHERE j.posted_at < transaction_timestamp()
            OR j.posted_at > clock_timestamp() + interval '1 hour'
    ) THEN
        RAISE EXCEPTION 'a journal carries the moment of its posting' USING ERRCODE = 'FL015';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_accept_journals AFTER INSERT ON payments_ledger_journal
    REFERENCING NEW TABLE AS new_journals FOR EACH STATEMENT
    EXECUTE FUNCTION ledger_accept_journals();

CREATE FUNCTION ledger_accept_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM payments_ledger_journal o
         WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL
           AND o.reference_id = NEW.reference_id
    ) OR EXISTS (
        SELECT account_id, amount_minor FROM payments_ledger_entry
         WHERE journal_id = NEW.reverses_id
        EXCEPT
        SELECT account_id, -amount_minor FROM payments_ledger_entry WHERE journal_id = NEW.id
    ) OR NEW.entry_count <> (
        SELECT entry_count FROM payments_ledger_journal WHERE id = NEW.reverses_id
    ) THEN
        RAISE EXCEPTION 'journal % is not the exact opposite of journal %', NEW.id, NEW.reverses_id
            USING ERRCODE = 'FL006';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_accept_reversal AFTER INSERT ON payments_ledger_journal
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL)
    EXECUTE FUNCTION ledger_accept_reversal();
