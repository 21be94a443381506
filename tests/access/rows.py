"""One row per route: who gets what. ``matrix`` reads as a table.

A column is somebody: nobody signed in, the buyer and the seller of the sale, another buyer and
another seller (strangers to the object), an operator who holds every permission, and one member of
staff with each staff role, who gets what the other buyer gets unless ``staff`` says otherwise.
``{placed}``, ``{paid}``, … in an address are
objects of the stage, in the state that the call needs to succeed for whoever may make it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.stage import PASSWORD, STAFF

PEOPLE = ("anonymous", "buyer", "seller", "other_buyer", "other_seller", "operator")
COLUMNS = (*PEOPLE, *STAFF.values())
NEW_PASSWORD = "two herons over the bay"
NO_ID = "0199a000-0000-7000-8000-00000000dead"
BAD_KEY = "not-a-key-that-anyone-was-sent"


@dataclass(frozen=True)
class Row:
    route: str
    address: str
    expected: Mapping[str, int]
    body: Any = None
    file: str = ""
    """The field that carries a picture; ``body`` holds the others."""
    approves: str = ""
    """The purpose of the step-up that comes with it."""
    details: Any = None
    """What is approved, where that is not the body."""

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]


def to(
    anonymous: int, buyer: int, seller: int, other_buyer: int, other_seller: int, operator: int
) -> dict[str, int]:
    statuses = (anonymous, buyer, seller, other_buyer, other_seller, operator)
    strangers = dict.fromkeys(STAFF.values(), other_buyer)
    return dict(zip(PEOPLE, statuses, strict=True)) | strangers


def staff(expected: Mapping[str, int], **by_letters: int) -> dict[str, int]:
    """``staff(to(…), SM=200)``: support and mediators get 200, by the letters of ``ROLES``."""
    return {
        **expected,
        **{STAFF[letter]: got for letters, got in by_letters.items() for letter in letters},
    }


def everyone(status: int) -> dict[str, int]:
    return to(status, status, status, status, status, status)


def signed_in(status: int) -> dict[str, int]:
    return {**everyone(status), "anonymous": 401}


LISTING = {"title": "A lamp", "price": "10.00", "currency": "EUR"}
BANK_ACCOUNT = {
    "account_holder": "Holder of the account",
    "account_number": "12345678",
    "currency": "EUR",
}
ADDRESS = {
    "recipient": "Recipient of the parcel",
    "line1": "1 Market Street",
    "city": "Nairobi",
    "country": "KE",
}
BASKET = {
    "items": [{"product_id": "{product}", "quantity": 1}],
    "shipping_address": ADDRESS,
    "shipping_method": "standard",
}
WITHDRAWAL = {"amount": "5.00", "currency": "EUR", "bank_account_id": "{bank_account}"}
TOP_UP = {"amount": "5.00", "currency": "EUR", "return_url": "https://shop.example/back"}
PAY = {"return_url": "https://shop.example/back"}
SHIP = {"tracking_number": "TRACK-0001"}
SIGN_UP = {"email": "new@example.com", "password": NEW_PASSWORD, "first_name": "New"}
CHANGE_PASSWORD = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
RESET = {"key": BAD_KEY, "password": NEW_PASSWORD}
BACK_TO = {"redirect_uri": "https://shop.example/sign-in/callback"}
CAME_BACK = {"flow_token": BAD_KEY, "state": "state", "code": "code"}
ID_TOKEN = {"flow_token": BAD_KEY, "id_token": "token"}
CONSENT = {"document": "TERMS", "version": "2026-11", "is_given": True}
EMAIL = {"email": "somebody@example.com"}
NO_CODE = {"flow_token": BAD_KEY, "code": "000000"}
SIGN_IN = {"email": "{buyer_email}", "password": PASSWORD}

A = "/api/v1/"
SOCIAL, BY = f"{A}auth/social/", f"{A}auth/social/{{provider}}/"
V = f"{A}users/me/verification/"
CASE = f"{V}cases/{{case_id}}/"
AUTH, ORDER, LISTED = f"{A}auth/", f"{A}orders/{{order_id}}/", f"{A}products/{{product_id}}/"


def on_order(
    action: str, state: str, expected: Mapping[str, int], body: Any = None, *, method: str = "POST"
) -> Row:
    return Row(f"{method} {ORDER}{action}", f"{A}orders/{{{state}}}/{action}", expected, body)


def on_product(
    method: str, action: str, which: str, expected: Mapping[str, int], body: Any = None, **more: Any
) -> Row:
    address = f"{A}products/{{{which}}}/{action}".replace("{image_id}", "{image}")
    return Row(f"{method} {LISTED}{action}", address, expected, body, **more)


def plain(route: str, expected: Mapping[str, int], body: Any = None) -> Row:
    return Row(route, route.split(" ")[1], expected, body)


# fmt: off
MATRIX: tuple[Row, ...] = (
    #                                                          anonymous, buyer, seller,
    #                                                          other buyer, other seller, operator
    plain(f"POST {AUTH}sign-up/", everyone(202), SIGN_UP),
    plain(f"POST {AUTH}verify-email/", everyone(422), {"key": BAD_KEY}),
    plain(f"POST {AUTH}resend-verification/", everyone(202), EMAIL),
    plain(f"POST {AUTH}sign-in/", everyone(200), SIGN_IN),
    plain(f"POST {AUTH}code/", everyone(202), EMAIL),
    plain(f"POST {AUTH}code/resend/", everyone(401), {"flow_token": BAD_KEY}),
    plain(f"POST {AUTH}code/confirm/", everyone(401), NO_CODE),
    plain(f"POST {AUTH}phone/sign-up/", everyone(202),
          {"phone_number": "+254712345678", "first_name": "New"}),
    plain(f"POST {AUTH}phone/sign-up/confirm/", everyone(401), NO_CODE),
    plain(f"POST {AUTH}phone/change/", signed_in(202), {"phone_number": "+254712345678"}),
    plain(f"POST {AUTH}phone/change/confirm/", signed_in(401), NO_CODE),
    plain(f"POST {AUTH}email/change/", signed_in(202), EMAIL),
    plain(f"POST {AUTH}email/change/confirm/", signed_in(401), NO_CODE),
    plain(f"POST {AUTH}refresh/", everyone(401), {"refresh_token": BAD_KEY}),
    plain(f"POST {AUTH}sign-out/", signed_in(204)),
    plain(f"GET {AUTH}sessions/", signed_in(200)),
    plain(f"POST {AUTH}sessions/end-all/", signed_in(200), {"keep_this_device": False}),
    Row(f"DELETE {AUTH}sessions/{{session_id}}/", f"{AUTH}sessions/{{session}}/",
        to(401, 204, 404, 404, 404, 404)),
    # No provider is configured on the stage; marketplace/users/tests has one.
    plain(f"GET {SOCIAL}providers/", everyone(200)),
    plain(f"GET {SOCIAL}accounts/", signed_in(200)),
    Row(f"DELETE {SOCIAL}accounts/{{provider}}/", f"{SOCIAL}accounts/acme/", signed_in(403)),
    Row(f"POST {BY}authorize/", f"{SOCIAL}acme/authorize/", everyone(404), BACK_TO),
    Row(f"POST {BY}nonce/", f"{SOCIAL}acme/nonce/", everyone(404)),
    Row(f"POST {BY}callback/", f"{SOCIAL}acme/callback/", everyone(401), CAME_BACK),
    Row(f"POST {BY}token/", f"{SOCIAL}acme/token/", everyone(401), ID_TOKEN),
    Row(f"POST {BY}connect/", f"{SOCIAL}acme/connect/", signed_in(404), BACK_TO),
    Row(f"POST {BY}connect/nonce/", f"{SOCIAL}acme/connect/nonce/", signed_in(404)),
    Row(f"POST {BY}connect/callback/", f"{SOCIAL}acme/connect/callback/", everyone(401), CAME_BACK),
    Row(f"POST {BY}connect/token/", f"{SOCIAL}acme/connect/token/", everyone(401), ID_TOKEN),
    plain(f"GET {AUTH}me/", signed_in(200)),
    plain(f"POST {AUTH}password/change/", signed_in(204), CHANGE_PASSWORD),
    plain(f"POST {AUTH}password/reset/", everyone(202), EMAIL),
    plain(f"POST {AUTH}password/reset/confirm/", everyone(422), RESET),

    plain(f"POST {AUTH}sign-in/second-factor/", everyone(401),
          {"flow_token": BAD_KEY, "factor": "totp", "code": "000000"}),
    plain(f"POST {AUTH}sign-in/second-factor/options/", everyone(401), {"flow_token": BAD_KEY}),
    plain(f"POST {AUTH}sign-in/passkey/options/", everyone(200)),
    plain(f"POST {AUTH}sign-in/passkey/", everyone(401),
          {"flow_token": BAD_KEY, "credential": {}}),
    plain(f"GET {AUTH}factors/", signed_in(200)),
    # Each of these changes who gets in, so nobody may without having approved it.
    plain(f"POST {AUTH}factors/totp/", signed_in(403)),
    plain(f"POST {AUTH}factors/passkeys/", signed_in(403)),
    plain(f"POST {AUTH}factors/recovery-codes/", signed_in(403)),
    Row(f"DELETE {AUTH}factors/{{factor_id}}/", f"{AUTH}factors/{NO_ID}/", signed_in(403)),
    Row(f"PATCH {AUTH}factors/{{factor_id}}/", f"{AUTH}factors/{NO_ID}/", signed_in(404),
        {"name": "Blue key"}),
    plain(f"POST {AUTH}factors/totp/confirm/", signed_in(422),
          {"enrolment_id": NO_ID, "code": "000000"}),
    plain(f"POST {AUTH}factors/passkeys/confirm/", signed_in(422),
          {"enrolment_id": NO_ID, "credential": {}}),
    plain(f"POST {AUTH}step-ups/", signed_in(201),
          {"purpose": "factor_change", "details": {"action": "add_totp"}}),
    Row(f"POST {AUTH}step-ups/{{step_up_id}}/confirm/", f"{AUTH}step-ups/{NO_ID}/confirm/",
        signed_in(404), {"factor": "totp", "code": "000000"}),

    plain(f"GET {A}users/me/", signed_in(200)),
    plain(f"PATCH {A}users/me/", signed_in(200), {"first_name": "Renamed"}),
    plain(f"GET {A}users/me/profile/", signed_in(200)),
    plain(f"PATCH {A}users/me/profile/", signed_in(200), {"bio": "Lamps."}),
    plain(f"GET {V}", signed_in(200)),
    plain(f"POST {V}cases/", signed_in(201),
          {"level": "T1", "legal_name": "Marigold Lantern"}),
    Row(f"GET {CASE}", f"{V}cases/{{verification}}/", to(401, 200, 404, 404, 404, 404)),
    Row(f"PATCH {CASE}", f"{V}cases/{{verification}}/", to(401, 200, 404, 404, 404, 404),
        {"address": "1 Market Street"}),
    Row(f"POST {CASE}documents/", f"{V}cases/{{verification}}/documents/",
        to(401, 201, 404, 404, 404, 404), {"kind": "SELFIE"}, file="file"),
    Row(f"DELETE {CASE}documents/{{document_id}}/",
        f"{V}cases/{{verification}}/documents/{{verification_document}}/",
        to(401, 200, 404, 404, 404, 404)),
    # No outside service is offered on the stage.
    Row(f"POST {CASE}start-service/", f"{V}cases/{{verification}}/start-service/",
        to(401, 422, 404, 404, 404, 404), {"return_url": "https://shop.example/back"}),
    Row(f"POST {A}users/verification-calls/{{service}}/", f"{A}users/verification-calls/nobody/",
        everyone(422), {"id": "evt_1"}),
    Row(f"POST {CASE}submit/", f"{V}cases/{{verification}}/submit/",
        to(401, 200, 404, 404, 404, 404)),
    Row(f"POST {CASE}withdraw/", f"{V}cases/{{verification}}/withdraw/",
        to(401, 200, 404, 404, 404, 404)),
    Row(f"PUT {A}users/me/avatar/", f"{A}users/me/avatar/", signed_in(200), file="image"),
    plain(f"DELETE {A}users/me/avatar/", signed_in(200)),
    plain(f"GET {A}users/me/addresses/", signed_in(200)),
    plain(f"POST {A}users/me/addresses/", signed_in(201), ADDRESS),
    Row(f"GET {A}users/me/addresses/{{address_id}}/", f"{A}users/me/addresses/{{address}}/",
        to(401, 200, 404, 404, 404, 404)),
    Row(f"PATCH {A}users/me/addresses/{{address_id}}/", f"{A}users/me/addresses/{{address}}/",
        to(401, 200, 404, 404, 404, 404), {"label": "Home"}),
    Row(f"DELETE {A}users/me/addresses/{{address_id}}/", f"{A}users/me/addresses/{{address}}/",
        to(401, 204, 404, 404, 404, 404)),
    plain(f"POST {A}users/me/become-seller/", staff(to(401, 200, 200, 200, 200, 403), SMFVA=403)),
    plain(f"GET {A}users/policy-documents/", everyone(200)),
    plain(f"GET {A}users/me/consents/", signed_in(200)),
    plain(f"POST {A}users/me/consents/", signed_in(409), CONSENT),
    plain(f"GET {A}users/me/exports/", signed_in(200)),
    plain(f"POST {A}users/me/exports/", signed_in(202)),
    Row(f"GET {A}users/me/exports/{{export_id}}/", f"{A}users/me/exports/{{export}}/",
        to(401, 200, 404, 404, 404, 404)),
    Row(f"GET {A}users/me/exports/{{export_id}}/file/", f"{A}users/me/exports/{{export}}/file/",
        to(401, 200, 404, 404, 404, 404),
        approves="privacy",
        details={"action": "download_export", "export_id": "{export}"}),
    plain(f"GET {A}users/me/erasure/", signed_in(200)),
    replace(plain(f"POST {A}users/me/erasure/",
                  staff(to(401, 409, 409, 202, 202, 409), SMFVA=409)),
            approves="privacy", details={"action": "erase_account"}),
    Row(f"GET {A}users/{{user_id}}/", f"{A}users/{{user}}/", everyone(200)),

    plain(f"GET {A}orders/dashboard/", signed_in(200)),
    Row(f"GET {A}sellers/{{seller_id}}/", f"{A}sellers/{{user}}/", everyone(200)),

    plain(f"GET {A}categories/", everyone(200)),
    Row(f"GET {A}categories/{{category_id}}/", f"{A}categories/{{category}}/", everyone(200)),
    plain(f"GET {A}products/", everyone(200)),
    plain(f"POST {A}products/", to(401, 403, 201, 403, 201, 403), LISTING),
    plain(f"GET {A}products/mine/", signed_in(200)),
    on_product("GET", "", "draft", staff(to(404, 404, 200, 404, 404, 200), SMA=200)),
    on_product("PATCH", "", "product", to(401, 404, 200, 404, 404, 404), {"price": "11.00"}),
    on_product("DELETE", "", "product", to(401, 404, 204, 404, 404, 404)),
    on_product("POST", "publish/", "draft", to(401, 404, 200, 404, 404, 404)),
    on_product("POST", "deactivate/", "product", to(401, 404, 200, 404, 404, 404)),
    on_product("POST", "approve/", "under_review", staff(to(401, 403, 403, 403, 403, 200), S=200),
               {"reason": "The label is shown."}),
    on_product("POST", "reject/", "under_review", staff(to(401, 403, 403, 403, 403, 200), S=200),
               {"reason": "Show the label."}),
    on_product("POST", "images/", "product", to(401, 404, 201, 404, 404, 404), file="image"),
    on_product("PUT", "images/order/", "product", to(401, 404, 200, 404, 404, 404),
               {"image_ids": ["{image}"]}),
    on_product("DELETE", "images/{image_id}/", "product", to(401, 404, 200, 404, 404, 404)),

    plain(f"GET {A}orders/", signed_in(200)),
    # Nobody buys their own; an operator may buy like anyone else.
    plain(f"POST {A}orders/", to(401, 201, 422, 201, 201, 201), BASKET),
    on_order("", "placed", staff(to(401, 200, 200, 404, 404, 200), SMFA=200), method="GET"),
    on_order("timeline/", "placed", staff(to(401, 200, 200, 404, 404, 200), SMFA=200),
             method="GET"),
    on_order("pay/", "placed", staff(to(401, 200, 403, 404, 404, 403), SMFA=403), PAY),
    on_order("accept/", "paid", staff(to(401, 403, 200, 404, 404, 403), SMFA=403)),
    on_order("ship/", "accepted", staff(to(401, 403, 200, 404, 404, 403), SMFA=403), SHIP),
    on_order("deliver/", "shipped", staff(to(401, 200, 403, 404, 404, 200), SM=200, FA=403),
             {"note": "The carrier has a signature."}),
    on_order("confirm/", "delivered", staff(to(401, 200, 403, 404, 404, 403), SMFA=403)),
    on_order("cancel/", "placed", staff(to(401, 200, 200, 404, 404, 200), SM=200, FA=403),
             {"reason": "Too late."}),
    on_order("refund/", "paid", staff(to(401, 403, 403, 404, 404, 200), MF=200, SA=403),
             {"amount": "1.00", "currency": "EUR", "reason": "Scratched."}),
    on_order("request-cancellation/", "paid", staff(to(401, 200, 403, 404, 404, 403), SMFA=403)),
    on_order("decline-cancellation/", "asked", staff(to(401, 403, 200, 404, 404, 403), SMFA=403)),
    on_order("extend-ship-by/", "paid", staff(to(401, 200, 403, 404, 404, 403), SMFA=403),
             {"business_days": 1}),

    plain(f"GET {A}payments/", signed_in(200)),
    # Operators see payments in the admin, with every event.
    Row(f"GET {A}payments/{{payment_id}}/", f"{A}payments/{{payment}}/",
        to(401, 200, 200, 404, 404, 404)),
    Row(f"GET {A}payments/{{payment_id}}/timeline/", f"{A}payments/{{payment}}/timeline/",
        to(401, 200, 200, 404, 404, 404)),
    Row(f"GET {A}payments/{{payment_id}}/trail/", f"{A}payments/{{payment}}/trail/",
        to(401, 200, 200, 404, 404, 404)),
    # Nothing is sealed on the stage: those who may have the file are told to wait for the seal.
    Row(f"GET {A}payments/{{payment_id}}/proof/", f"{A}payments/{{payment}}/proof/",
        to(401, 409, 409, 404, 404, 404)),
    plain(f"GET {A}payments/seal-head/", everyone(200)),
    Row(f"POST {A}payments/webhooks/{{provider}}/", f"{A}payments/webhooks/sandbox/",
        everyone(401), {"id": "evt_1"}),
    Row(f"GET {A}payments/commission-preview/",
        f"{A}payments/commission-preview/?amount=120.00&currency=EUR", signed_in(200)),
    Row(f"GET {A}wallet/statements/",
        f"{A}wallet/statements/?currency=EUR&from=2026-01-01&to=2026-01-31", signed_in(200)),
    Row(f"GET {A}wallet/balance/",
        f"{A}wallet/balance/?currency=EUR&at=2026-01-31T12:00:00Z", signed_in(200)),
    plain(f"GET {A}wallet/", signed_in(200)),
    plain(f"GET {A}wallet/transactions/", signed_in(200)),
    plain(f"GET {A}wallet/bank-accounts/", signed_in(200)),
    replace(plain(f"POST {A}wallet/bank-accounts/", signed_in(201), BANK_ACCOUNT),
            approves="bank_account"),
    Row(f"DELETE {A}wallet/bank-accounts/{{bank_account_id}}/",
        f"{A}wallet/bank-accounts/{{bank_account}}/", to(401, 404, 204, 404, 404, 404)),
    plain(f"GET {A}wallet/top-ups/", signed_in(200)),
    plain(f"POST {A}wallet/top-ups/", signed_in(201), TOP_UP),
    Row(f"GET {A}wallet/top-ups/{{top_up_id}}/", f"{A}wallet/top-ups/{{top_up}}/",
        to(401, 200, 404, 404, 404, 404)),
    Row(f"POST {A}wallet/bank-accounts/{{bank_account_id}}/make-default/",
        f"{A}wallet/bank-accounts/{{bank_account}}/make-default/",
        to(401, 404, 200, 404, 404, 404)),
    plain(f"GET {A}wallet/payout-schedule/", signed_in(200)),
    plain(f"PUT {A}wallet/payout-schedule/", to(401, 200, 200, 404, 404, 404),
          {"currency": "EUR", "interval": "DAILY"}),
    plain(f"GET {A}wallet/withdrawals/", signed_in(200)),
    Row(f"POST {A}wallet/withdrawals/{{withdrawal_id}}/cancel/",
        f"{A}wallet/withdrawals/{{withdrawal}}/cancel/", to(401, 404, 200, 404, 404, 404)),
    replace(plain(f"POST {A}wallet/withdrawals/", to(401, 404, 201, 404, 404, 404), WITHDRAWAL),
            approves="withdrawal"),

    plain(f"GET {A}shipping/methods/", everyone(200)),
    Row(f"GET {A}shipping/shipments/{{shipment_id}}/", f"{A}shipping/shipments/{{shipment}}/",
        staff(to(401, 200, 200, 404, 404, 200), SMA=200)),
    Row(f"POST {A}shipping/webhooks/{{carrier}}/", f"{A}shipping/webhooks/sandbox/",
        everyone(400), {"id": "evt_1"}),

    plain(f"GET {A}audit-log/", staff(to(401, 403, 403, 403, 403, 200), A=200)),
    Row(f"GET {A}audit-log/{{entry_id}}/", f"{A}audit-log/{{audit_entry}}/",
        staff(to(401, 403, 403, 403, 403, 200), A=200)),
)
# fmt: on
