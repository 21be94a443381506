from marketplace.payments.providers.protocol import Destination, ProviderRejected

NUMBER_KIND = "ACCOUNT_NUMBER"


def bank_account(destination: Destination) -> tuple[str, str]:
    """Bank code and account number, which both versions need for a local transfer.

    https://developer.flutterwave.com/docs/making-payments/transfers/overview/: an account number
    names no bank there, and transfers to IBANs want an address of the receiver that we do not keep.
    """
    if destination.number_kind != NUMBER_KIND or not destination.bank_code:
        raise ProviderRejected(
            "Flutterwave pays out to an account number with its bank's code only",
            code="destination_not_supported",
        )
    return destination.bank_code, destination.number
