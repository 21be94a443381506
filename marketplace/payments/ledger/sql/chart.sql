-- The chart of accounts. A later migration may add a kind; none may change the rules of one in use.
INSERT INTO payments_ledger_account_kind
    (name, code_pattern, type, normal_side, non_negative, keeps_balance)
VALUES
    ('psp_clearing',        '^psp:[a-z][a-z0-9_]*:clearing$',  'asset',     'debit',  false, false),
    ('bank',                '^bank:[a-z][a-z0-9_]*$',          'asset',     'debit',  false, false),
    ('chargeback_funds',    '^chargeback:[0-9a-f-]{36}:funds$', 'asset',    'debit',  true,  true),
    ('seller_receivable',   '^seller:[0-9a-f-]{36}:receivable$', 'asset',   'debit',  true,  true),
    ('order_escrow',        '^order:[0-9a-f-]{36}:escrow$',    'liability', 'credit', true,  true),
    ('order_disputed',      '^order:[0-9a-f-]{36}:disputed$',  'liability', 'credit', true,  true),
    ('user_wallet',         '^user:[0-9a-f-]{36}:wallet$',     'liability', 'credit', true,  true),
    ('refund',              '^refund:[0-9a-f-]{36}$',          'liability', 'credit', true,  true),
    ('payout',              '^payout:[0-9a-f-]{36}$',          'liability', 'credit', true,  true),
    ('tax',                 '^tax:[A-Z]{2}(-[A-Z0-9]{1,3})?$', 'liability', 'credit', false, false),
    ('revenue_commission',  '^revenue:commission$',            'revenue',   'credit', false, false),
    ('expense_psp_fee',     '^expense:psp_fee$',               'expense',   'debit',  false, false),
    ('expense_chargeback_fee', '^expense:chargeback_fee$',     'expense',   'debit',  false, false),
    ('expense_chargeback_loss', '^expense:chargeback_loss$',   'expense',   'debit',  false, false),
    ('fx',                  '^fx:[A-Z]{3}$',                   'system',    'credit', false, false),
    ('suspense',            '^suspense:[a-z][a-z0-9_]*$',      'system',    'credit', false, false);
