"""What a valid file proves, for a person to read."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.payments.verify.checks import legs_of, value_of
from marketplace.payments.verify.shape import Document

# Decimal places of ISO 4217 where they are not two.
PLACES = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0
    ),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
AMOUNTS = ("payload.amount_minor", "payload.gross_minor")


def report(document: Document) -> Iterator[str]:
    statement = document["statement"]
    seals = {seal["number"]: seal for seal in document["seals"]}
    yield f"order    {statement['order_id']}"
    yield f"payment  {statement['payment_id']}"
    yield f"issued   {_moment(statement['issued_at'])} by {statement['issuer']}"
    yield f"shows    what the {statement['viewer']} may see"
    yield ""
    for leaf in document["leaves"]:
        seal = seals[leaf["seal"]]
        sealed = f"sealed {seal['sealed_at'][:19]}Z, seal {seal['number']}"
        if leaf["kind"] == "event":
            yield f"  event {value_of(leaf, 'version'):>2}  {_event(leaf)}  [{sealed}]"
        else:
            yield f"  journal   {_journal(leaf)}  [{sealed}]"
            yield from (f"              {line}" for line in _legs(leaf))
    yield ""
    if statement["unsealed"]:
        yield f"  {statement['unsealed']} more were too new to be sealed when this was issued."
    if statement["left_out"]:
        yield f"  {statement['left_out']} journals of the platform's own costs are left out."
    yield f"  signed by {', '.join(key['key_id'] for key in document['keys'])}"


def money(amount_minor: int, currency: str) -> str:
    places = PLACES.get(currency, 2)
    sign, digits = "-" if amount_minor < 0 else "", str(abs(amount_minor)).rjust(places + 1, "0")
    whole = digits[:-places] if places else digits
    return f"{sign}{whole}{'.' + digits[-places:] if places else ''} {currency}"


def _event(leaf: Document) -> str:
    text = f"{_moment(value_of(leaf, 'occurred_at'))}  {value_of(leaf, 'type')}"
    currency = value_of(leaf, "payload.currency")
    for member in AMOUNTS:
        if (amount := value_of(leaf, member)) is not None and currency:
            text += f"  {money(amount, currency)}"
    return text


def _journal(leaf: Document) -> str:
    return f"{_moment(value_of(leaf, 'posted_at'))}  {value_of(leaf, 'kind')}"


def _legs(leaf: Document) -> Iterator[str]:
    hidden = 0
    for leg in legs_of(leaf):
        if leg is None:
            hidden += 1
        else:
            side = "debit " if leg["amount_minor"] > 0 else "credit"
            yield f"{side} {_amount(leg):>20}  {leg['account']}"
    if hidden:
        yield f"and {hidden} that concern only others"


def _amount(leg: Mapping[str, Any]) -> str:
    return money(abs(leg["amount_minor"]), leg["currency"])


def _moment(value: Any) -> str:
    return f"{str(value)[:19]}Z"
