"""What an operator fills in to reconcile."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
)

from marketplace.core.admin import ReasonForm
from marketplace.payments.providers.factory import enabled_providers
from marketplace.payments.reports import FORMATS

FORMAT_WORDS = {
    "generic": "Generic CSV (line_id, kind, object_id, reference, amount, currency, occurred_at)",
    "stripe": "Stripe: balance change from activity, or payouts, itemised",
}


class ResolveForm(ReasonForm):
    """The amount is not typed: it is what was shown, and is refused when it has changed."""

    expected_minor = forms.IntegerField(widget=forms.HiddenInput)
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)


class ImportForm(forms.Form):
    provider = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    file_format = forms.ChoiceField(
        choices=[(name, FORMAT_WORDS.get(name, name)) for name in FORMATS],
        widget=UnfoldAdminSelectWidget,
        label="Format",
    )
    file = forms.FileField(widget=UnfoldAdminFileFieldWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(enabled_providers())
        self.fields["provider"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
