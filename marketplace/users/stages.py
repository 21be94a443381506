"""Steps between a first factor and the tokens that are ours, not allauth's."""

from typing import Any

from allauth.account.stages import EmailVerificationStage


class ProvedAddressStage(EmailVerificationStage):  # type: ignore[misc]
    """Nobody gets in before an address is verified, or a telephone number is proved."""

    def handle(self) -> tuple[Any, bool]:
        if self.login.user is not None and self.login.user.phone_verified_at is not None:
            return None, True
        handled: tuple[Any, bool] = super().handle()
        return handled
