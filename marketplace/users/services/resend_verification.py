from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress

from marketplace.core.db import opens_transaction
from marketplace.users.adapter import front_end
from marketplace.users.services.sign_up import send_confirmation


@opens_transaction
def resend_verification(*, email: str) -> None:
    """Send one letter, whatever the address is: unverified, verified or unknown.

    Only the reader of the letter learns which.
    """
    email = email.strip().lower()
    address = EmailAddress.objects.filter(email=email).select_related("user").first()
    adapter = get_adapter()
    if address is None:
        context = {"signup_url": front_end("account_signup")}
        adapter.send_mail("account/email/unknown_account", email, context)
    elif address.verified:
        adapter.send_account_already_exists_mail(email)
    else:
        send_confirmation(address)
