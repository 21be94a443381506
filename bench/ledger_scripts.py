"""The pgbench scripts of the ledger bench: a release by ``ledger_write``, and its baselines."""

ACCOUNTS = 20_000
"""Escrows and wallets that the clients draw from."""

SETUP = """
CREATE SCHEMA bench;
CREATE FUNCTION bench.id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
-- pgbench reads every colon before a name as a variable, so account codes are made here.
CREATE FUNCTION bench.codes(p_order bigint, p_seller bigint) RETURNS text[] LANGUAGE sql IMMUTABLE
    AS $$ SELECT ARRAY['order:' || bench.id(p_order)::text || ':escrow',
                       'user:' || bench.id(p_seller)::text || ':wallet',
                       'revenue:commission', 'tax:DE'] $$;
CREATE TABLE bench.journal
    (LIKE payments_ledger_journal INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TABLE bench.entry
    (LIKE payments_ledger_entry INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING IDENTITY);
"""

WALLETS = """
INSERT INTO payments_ledger_account (code, currency, kind)
SELECT 'user:' || bench.id(n)::text || ':wallet', 'EUR', 'user_wallet'
  FROM generate_series(1, %s) n
"""
FILL = """
SELECT count(ledger_write(uuidv7(), 'escrow_hold', 'hold:' || n, bench.id(n),
    ARRAY['psp_clearing', 'order_escrow'],
    ARRAY['psp:sandbox:clearing', 'order:' || bench.id(n) || ':escrow'],
    ARRAY['EUR', 'EUR'], ARRAY[1000000000000, -1000000000000], now()))
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""

RELEASE = """\\set order random(1, {accounts})
\\set seller random(1, {accounts})
\\set key random(1, 9000000000000000000)
SELECT ledger_write(uuidv7(), 'escrow_release', 'release ' || :key::text,
    bench.id(:order),
    ARRAY['order_escrow', 'user_wallet', 'revenue_commission', 'tax'],
    bench.codes(:order, :seller),
    ARRAY['EUR', 'EUR', 'EUR', 'EUR'], ARRAY[10000, -8810, -1000, -190]::bigint[], now(),
    '{{}}'::jsonb, 'bench');
"""

ENTRY_COLUMNS = (
    "(journal_id, line, account_id, amount_minor, currency, account_version, balance_after_minor,"
    " reference_id, posted_at, xact_id)"
)
# Line, account, amount, version, balance after; the rest is the same for the four of them.
ENTRY_ROWS = """
    (1::smallint, {order}, 10000::bigint, {version}, 990000::bigint),
    (2::smallint, {seller} + {accounts}, -8810::bigint, {version}, 881000::bigint),
    (3::smallint, 1::bigint, -1000::bigint, NULL::bigint, NULL::bigint),
    (4::smallint, 2::bigint, -190::bigint, NULL::bigint, NULL::bigint)"""
ENTRY_VALUES = (
    "{id}, v.line, v.account, v.amount, 'EUR', v.version, v.after, {reference},"
    " clock_timestamp(), pg_current_xact_id()"
)

JOURNAL_COLUMNS = (
    "(id, kind, business_key, reference_id, account_ids, amounts_minor, metadata, request_id,"
    " occurred_at)"
)
JOURNAL_VALUES = (
    "({id}, 'escrow_release', 'release ' || :key::text, {reference},"
    " ARRAY[{order}, {seller} + {accounts}, 1, 2], ARRAY[10000, -8810, -1000, -190]::bigint[],"
    " '{{}}'::jsonb, 'bench', now())"
)

SCRIPT_HEAD = """\\set order random(1, {accounts})
\\set seller random(1, {accounts})
\\set key random(1, 9000000000000000000)
\\set version random(1, 1000000000)
"""


def bare_scripts() -> dict[str, str]:
    """The baselines. Versions are random, so that the unique index of the versions takes them."""
    values = {
        "id": ":id::uuid",
        "order": ":order::bigint",
        "seller": ":seller::bigint",
        "version": ":version::bigint",
        "reference": "bench.id(:order)",
        "accounts": ACCOUNTS,
    }
    head = SCRIPT_HEAD.format(accounts=ACCOUNTS)
    columns, row = JOURNAL_COLUMNS, JOURNAL_VALUES.format(**values | {"id": "uuidv7()"})
    journal = f"INSERT INTO bench.journal {columns} VALUES {row} RETURNING id"  # noqa: S608
    rows = f"(VALUES {ENTRY_ROWS.format(**values)}) v (line, account, amount, version, after)"
    entries = f"INSERT INTO bench.entry {ENTRY_COLUMNS} SELECT {ENTRY_VALUES}"
    two = f"{entries.format(**values)} FROM {rows}"
    one = f"WITH j AS ({journal}) {entries.format(**values | {'id': 'j.id'})} FROM j, {rows}"
    return {
        "bare script": f"{head}BEGIN;\n{_line(journal)} \\gset\n{_line(two)};\nEND;\n",
        "bare, one statement": f"{head}{_line(one)};\n",
    }


def posting_script() -> str:
    return RELEASE.format(accounts=ACCOUNTS)


def _line(statement: str) -> str:
    return " ".join(statement.split())
