"""A sale is paid with its seller's own card: their payout waits, and they are not told why."""

import secrets

import pytest

from demo.api import Api, wait_for
from tests.running import Platform

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(240)]
FINDINGS = """
from marketplace.payments.models import RiskFinding as R
print(list(R.objects.filter(order_id={order_id!r}).values_list("kind", "evidence", "status")))
"""


def fill(person: Api, amount: str, card: str) -> None:
    top_up = person.top_up(amount)
    person.pay_on_hosted_page(top_up["next_action"]["url"], card=card)
    path = f"/api/v1/wallet/top-ups/{top_up['id']}/"
    wait_for(lambda: person.get(path)["status"] == "COMPLETED", "the top-up")


def findings(platform: Platform, order_id: str) -> str:
    code = f"import django; django.setup(); {FINDINGS.format(order_id=order_id).strip()}"
    done = platform.run("-c", code)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_a_payout_after_a_sale_paid_with_the_sellers_own_card_waits(platform: Platform) -> None:
    sale, product = platform.sale()
    own = f"card-{secrets.token_hex(8)}"
    fill(sale.seller, "1.00", own)
    sale.place(product)
    sale.pay(card=own)
    sale.accept()
    sale.ship()
    sale.report_delivered()
    sale.confirm()
    expected = "[('LINKED_PARTIES', ['instrument'], 'OPEN')]"
    wait_for(lambda: findings(platform, sale.order["id"]) == expected, "the finding")

    account = sale.seller.post_approved(
        "/api/v1/wallet/bank-accounts/",
        "bank_account",
        {"account_holder": "Holder", "account_number": "12345678", "currency": "EUR"},
    )
    platform.inside(
        "from marketplace.payments.models import BankAccount; from django.utils import timezone; "
        f"BankAccount.objects.filter(pk={account['id']!r}).update(usable_from_at=timezone.now())"
    )
    asked = {"amount": "12.00", "currency": "EUR", "bank_account_id": account["id"]}
    payout = sale.seller.post_approved("/api/v1/wallet/withdrawals/", "withdrawal", asked)

    assert payout["awaits_approval"] is True
    assert not {"reasons", "reason"} & set(payout)
    assert [log.stem for log in platform.logs.glob("*.log") if own in log.read_text()] == []
