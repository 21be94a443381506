from django.urls import path

from marketplace.payments.api import payout_views, proofs, statements, top_ups, views
from marketplace.payments.api.commission import CommissionPreviewView

urlpatterns = [
    path("payments/", views.PaymentListView.as_view(), name="payments"),
    path(
        "payments/commission-preview/",
        CommissionPreviewView.as_view(),
        name="commission-preview",
    ),
    path(
        "payments/webhooks/<slug:provider>/",
        views.ProviderWebhookView.as_view(),
        name="payment-webhook",
    ),
    path("payments/seal-head/", proofs.SealHeadView.as_view(), name="seal-head"),
    path("payments/<uuid:payment_id>/", views.PaymentView.as_view(), name="payment"),
    path(
        "payments/<uuid:payment_id>/timeline/",
        views.PaymentTimelineView.as_view(),
        name="payment-timeline",
    ),
    path("payments/<uuid:payment_id>/trail/", proofs.MoneyTrailView.as_view(), name="money-trail"),
    path(
        "payments/<uuid:payment_id>/proof/",
        proofs.PaymentProofView.as_view(),
        name="payment-proof",
    ),
    path("wallet/statements/", statements.StatementView.as_view(), name="statements"),
    path("wallet/balance/", statements.PastBalanceView.as_view(), name="past-balance"),
    path("wallet/", views.WalletView.as_view(), name="wallet"),
    path(
        "wallet/transactions/",
        views.WalletTransactionListView.as_view(),
        name="wallet-transactions",
    ),
    path("wallet/bank-accounts/", views.BankAccountListView.as_view(), name="bank-accounts"),
    path(
        "wallet/bank-accounts/<uuid:bank_account_id>/",
        views.BankAccountView.as_view(),
        name="bank-account",
    ),
    path("wallet/top-ups/", top_ups.TopUpListView.as_view(), name="top-ups"),
    path("wallet/top-ups/<uuid:top_up_id>/", top_ups.TopUpView.as_view(), name="top-up"),
    path(
        "wallet/bank-accounts/<uuid:bank_account_id>/make-default/",
        payout_views.DefaultBankAccountView.as_view(),
        name="bank-account-make-default",
    ),
    path("wallet/withdrawals/", views.WithdrawalListView.as_view(), name="withdrawals"),
    path(
        "wallet/withdrawals/<uuid:withdrawal_id>/cancel/",
        payout_views.CancelWithdrawalView.as_view(),
        name="withdrawal-cancel",
    ),
    path(
        "wallet/payout-schedule/",
        payout_views.PayoutScheduleView.as_view(),
        name="payout-schedule",
    ),
]
