from django.db import models
from django.db.models import F, Q

from marketplace.core import clock
from marketplace.core.ids import new_id
from marketplace.core.security.sealed import EncryptedField

MAX_FLOW_ATTEMPTS = 5
"""How often one flow may be answered, rightly or wrongly: a code of six digits is not guessed."""


class SignInFlow(models.Model):
    """A sign-in that is not finished: what is known of it between two requests.

    Whoever holds the flow's token goes on with it; the row has the token's hash. ``state`` is what
    the account library would keep in a browser's session (who is signing in, which steps are done,
    a challenge or a code), encrypted for this row. Attempts are counted here, by the database, so
    that parallel guesses count like guesses in a row. A flow ends in one sign-in at most.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    token_hash = models.BinaryField(max_length=32, unique=True)
    state = EncryptedField(bound_as="users.SignInFlow.state")
    version = models.PositiveIntegerField(default=0)
    """Grows with each change of ``state``: of two requests at once, one keeps what it changed."""
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "users_sign_in_flow"
        indexes = (models.Index(fields=["expires_at"], name="users_flow_expires"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(attempts__lte=MAX_FLOW_ATTEMPTS), name="users_flow_attempts_limited"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="users_flow_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"sign-in flow {self.id}"
