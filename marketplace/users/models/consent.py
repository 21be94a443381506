from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.core.db import append_only
from marketplace.core.ids import new_id


class DocumentKind(models.TextChoices):
    TERMS = "TERMS", "terms of use"
    PRIVACY = "PRIVACY", "privacy notice"
    MARKETING = "MARKETING", "letters about offers"


class ConsentSource(models.TextChoices):
    SIGN_UP = "SIGN_UP"
    ACCOUNT = "ACCOUNT"
    """The person, in their account."""


class PolicyDocument(models.Model):
    """A version of what people agree to. The newest one published of a kind is what counts.

    A required one must be agreed to at sign-up, and again when a newer version is published. A
    version that anybody agreed to is never edited: publish another one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=9, choices=DocumentKind)
    version = models.CharField(max_length=20)
    url = models.URLField(max_length=500)
    """Where it can be read."""
    is_required = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        db_table = "users_policy_document"
        constraints = (
            models.UniqueConstraint(fields=["kind", "version"], name="users_policy_document_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="users_policy_document_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind="MARKETING") | Q(is_required=False),
                name="users_policy_document_marketing_is_free",
                violation_error_message="Nobody can be made to want letters about offers.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class Consent(models.Model):
    """That somebody agreed to a version, or took it back: never changed, never removed.

    The newest of a kind counts. It names a person by id alone, and stays as proof after they are
    erased.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    document = models.CharField(max_length=9, choices=DocumentKind)
    version = models.CharField(max_length=20)
    is_given = models.BooleanField()
    source = models.CharField(max_length=7, choices=ConsentSource)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = append_only("users_consent")
        indexes = (models.Index(fields=["user", "document", "-id"], name="users_consent_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(document__in=DocumentKind.values), name="users_consent_document_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.version}: {'given' if self.is_given else 'not given'}"
