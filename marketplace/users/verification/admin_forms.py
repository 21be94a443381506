"""What a reviewer fills in."""

from django import forms
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from marketplace.users.verification.reasons import MAX_LENGTH, REASONS

CHOICES = [("", "Choose a reason"), *REASONS.items()]


def _words(label: str, *, required: bool, rows: int = 3, most: int = MAX_LENGTH) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}),
    )


def _reason() -> forms.ChoiceField:
    return forms.ChoiceField(label="Reason", choices=CHOICES, widget=UnfoldAdminSelectWidget())


class ApproveForm(forms.Form):
    document_runs_out_on = forms.DateField(
        label="The document is valid until",
        required=False,
        widget=UnfoldAdminDateWidget(attrs={"type": "date"}),
        help_text="As it says itself. The approval ends with it at the latest.",
    )
    note_text = _words("Note for other reviewers", required=False, rows=2, most=1000)


class RejectForm(forms.Form):
    reason = _reason()
    message = _words("Your words to the person", required=False)
    note_text = _words("Note for other reviewers", required=False, rows=2, most=1000)


class MoreForm(forms.Form):
    reason = _reason()
    message = _words("What they should do", required=True)


class NoteForm(forms.Form):
    text = _words("Note for other reviewers", required=True, rows=2, most=1000)


class RevokeForm(forms.Form):
    reason = _words("Why it is taken back", required=True, rows=2, most=1000)


FORMS: dict[str, type[forms.Form]] = {
    "approve": ApproveForm,
    "more": MoreForm,
    "reject": RejectForm,
    "note": NoteForm,
    "revoke": RevokeForm,
}
