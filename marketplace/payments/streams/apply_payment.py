"""From facts to the state of a payment: a pure function."""

from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from marketplace.payments.holding import next_alert_at
from marketplace.payments.models.payment import EscrowStatus, PaymentStatus
from marketplace.payments.models.payment_attempt import ASSIGNED, WALLET
from marketplace.payments.models.refund import RefundSource
from marketplace.payments.streams import facts
from marketplace.payments.streams.states import PaymentState, Recorded


def apply_to_payment(state: PaymentState | None, recorded: Recorded) -> PaymentState:
    """The payment after the fact."""
    if state is None:
        return _created(recorded)
    changed = _changed(recorded.fact, state, recorded.occurred_at)
    if changed.must_settle_before is None:
        changed = replace(changed, holding_stage="", next_alert_at=None)
    return replace(
        changed,
        version=recorded.version,
        head_hash=recorded.hash,
        updated_at=recorded.occurred_at,
    )


def _created(recorded: Recorded) -> PaymentState:
    fact = recorded.fact
    if not isinstance(fact, facts.PaymentCreated):
        raise TypeError(f"a payment's stream cannot begin with {fact.type}")
    return PaymentState(
        id=recorded.stream_id,
        order_id=fact.order_id,
        user_id=fact.buyer_id,
        seller_id=fact.seller_id,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        payment_method="",
        payment_provider="",
        status=PaymentStatus.PENDING,
        provider_transaction_id="",
        escrow_status=None,
        payment_details={},
        commission_terms=fact.commission_terms,
        commission_minor=fact.commission_terms["commission_minor"],
        tax_minor=fact.commission_terms.get("tax_minor", 0),
        tax_jurisdiction=fact.commission_terms.get("tax_jurisdiction", ""),
        captured_minor=0,
        released_minor=0,
        refunded_minor=0,
        refunded_after_minor=0,
        disputed_minor=0,
        charged_back_minor=0,
        clawed_back_minor=0,
        returned_minor=0,
        open_chargebacks=0,
        held_attempt_id=None,
        captured_at=None,
        released_at=None,
        refunded_at=None,
        voided_at=None,
        must_settle_before=None,
        holding_stage="",
        next_alert_at=None,
        version=recorded.version,
        head_hash=recorded.hash,
        created_at=recorded.occurred_at,
        updated_at=recorded.occurred_at,
    )


@singledispatch
def _changed(_fact: facts.Fact, state: PaymentState, _at: datetime) -> PaymentState:
    """What the fact changes beside version, hash and time; most facts change nothing more."""
    return state


@_changed.register
def _(fact: facts.AttemptStarted, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        status=PaymentStatus.PENDING,
        payment_method=fact.method,
        payment_provider=fact.provider,
        provider_transaction_id="",
    )


@_changed.register
def _(fact: facts.AttemptRedirected, state: PaymentState, _at: datetime) -> PaymentState:
    # The wallet may have paid meanwhile: then this attempt is not the one that counts.
    if state.escrow_status is not None:
        return state
    return replace(state, provider_transaction_id=fact.provider_payment_id)


@_changed.register
def _(_fact: facts.AttemptDeclined, state: PaymentState, _at: datetime) -> PaymentState:
    # Another attempt's money may be in escrow already: a decline takes nothing back.
    if state.escrow_status is not None:
        return state
    return replace(state, status=PaymentStatus.FAILED)


@_changed.register
def _(fact: facts.CaptureConfirmed, state: PaymentState, _at: datetime) -> PaymentState:
    if state.escrow_status is not None:
        return state
    return replace(
        state, payment_details=fact.details, provider_transaction_id=fact.provider_payment_id
    )


@_changed.register
def _(fact: facts.ReceiptAssigned, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        status=PaymentStatus.PENDING,
        payment_method=ASSIGNED,
        payment_provider=fact.provider,
        provider_transaction_id=fact.provider_payment_id,
    )


@_changed.register
def _(fact: facts.FundsHeld, state: PaymentState, at: datetime) -> PaymentState:
    return replace(
        state,
        status=PaymentStatus.COMPLETED,
        escrow_status=EscrowStatus.IN_ESCROW,
        captured_minor=fact.amount_minor,
        held_attempt_id=fact.attempt_id,
        captured_at=at,
        must_settle_before=fact.must_settle_before,
        next_alert_at=next_alert_at(fact.must_settle_before, ""),
    )


@_changed.register
def _(fact: facts.HoldingAlertRaised, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        holding_stage=fact.stage,
        next_alert_at=next_alert_at(fact.must_settle_before, fact.stage),
    )


@_changed.register
def _(_fact: facts.HoldingLimitLifted, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(state, must_settle_before=None)


@_changed.register
def _(fact: facts.PaidFromWallet, state: PaymentState, at: datetime) -> PaymentState:
    # No provider holds this money, so nobody limits for how long.
    return replace(
        state,
        status=PaymentStatus.COMPLETED,
        escrow_status=EscrowStatus.IN_ESCROW,
        payment_method=WALLET,
        payment_provider=WALLET,
        provider_transaction_id="",
        payment_details={},
        captured_minor=fact.amount_minor,
        held_attempt_id=fact.attempt_id,
        captured_at=at,
    )


@_changed.register
def _(fact: facts.EscrowReleased, state: PaymentState, at: datetime) -> PaymentState:
    released_minor = state.released_minor + fact.gross_minor
    return _emptied(replace(state, released_minor=released_minor, released_at=at), at)


@_changed.register
def _(_fact: facts.PaymentVoided, state: PaymentState, at: datetime) -> PaymentState:
    return replace(state, status=PaymentStatus.FAILED, voided_at=at)


@_changed.register
def _(fact: facts.RefundRequested, state: PaymentState, at: datetime) -> PaymentState:
    if fact.source == RefundSource.SUSPENSE:
        return state
    from_escrow_minor = fact.amount_minor - fact.from_seller_minor
    return _emptied(
        replace(
            state,
            refunded_minor=state.refunded_minor + from_escrow_minor,
            refunded_after_minor=state.refunded_after_minor + fact.from_seller_minor,
            refunded_at=at,
        ),
        at,
    )


@_changed.register
def _(fact: facts.RefundSucceeded, state: PaymentState, _at: datetime) -> PaymentState:
    if fact.source == RefundSource.SUSPENSE:
        return state
    amount = state.captured_minor if fact.amount_minor is None else fact.amount_minor
    return _returned(state, amount)


@_changed.register
def _(fact: facts.RefundFailed, state: PaymentState, _at: datetime) -> PaymentState:
    # The buyer has it all the same: in the wallet. After a success it has been counted.
    if fact.source == RefundSource.SUSPENSE or fact.after_success:
        return state
    return _returned(state, fact.amount_minor)


@_changed.register
def _(fact: facts.ChargebackOpened, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        disputed_minor=state.disputed_minor + fact.from_escrow_minor,
        clawed_back_minor=state.clawed_back_minor + fact.from_seller_minor,
        open_chargebacks=state.open_chargebacks + 1,
    )


@_changed.register
def _(fact: facts.ChargebackWon, state: PaymentState, _at: datetime) -> PaymentState:
    return replace(
        state,
        disputed_minor=state.disputed_minor - fact.from_escrow_minor,
        clawed_back_minor=state.clawed_back_minor - fact.from_seller_minor,
        open_chargebacks=state.open_chargebacks - 1,
    )


@_changed.register
def _(fact: facts.ChargebackLost, state: PaymentState, at: datetime) -> PaymentState:
    lost = replace(
        state,
        disputed_minor=state.disputed_minor - fact.from_escrow_minor,
        charged_back_minor=state.charged_back_minor + fact.from_escrow_minor,
        open_chargebacks=state.open_chargebacks - 1,
    )
    # The uncovered part is no return: the refund that the buyer had before was counted.
    return _returned(_emptied(lost, at), fact.from_escrow_minor + fact.from_seller_minor)


def _emptied(state: PaymentState, at: datetime) -> PaymentState:
    """The escrow's end, once nothing is held: RELEASED when the seller got any of it (ADR 45)."""
    left_minor = (
        state.captured_minor
        - state.released_minor
        - state.refunded_minor
        - state.charged_back_minor
    )
    if left_minor or state.escrow_status != EscrowStatus.IN_ESCROW:
        return state
    if state.released_minor:
        return replace(state, escrow_status=EscrowStatus.RELEASED, must_settle_before=None)
    return replace(
        state, escrow_status=EscrowStatus.REFUNDED, refunded_at=at, must_settle_before=None
    )


def _returned(state: PaymentState, amount_minor: int) -> PaymentState:
    """The payment is REFUNDED once the buyer has everything back, in whatever parts."""
    returned_minor = state.returned_minor + amount_minor
    is_all = returned_minor == state.captured_minor
    status = PaymentStatus.REFUNDED if is_all else state.status
    return replace(state, returned_minor=returned_minor, status=status)
