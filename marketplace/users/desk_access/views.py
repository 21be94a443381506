"""The pages between a right password and the desk."""

from typing import Any

import orjson
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from marketplace.core import desk
from marketplace.core.errors import DomainError
from marketplace.users import passkeys, services
from marketplace.users.desk_access import enrolment
from marketplace.users.desk_access.forms import AgainForm, CodeForm, password_owner
from marketplace.users.desk_access.middleware import PREFIX
from marketplace.users.models import Factor, User
from marketplace.users.queries import has_second_factor, list_factors

CHALLENGE = "desk_challenge"
MAX_CREDENTIAL_LENGTH = 20_000


class DeskPage(View):
    """For staff whose password was right; anybody else is sent to the password."""

    template = ""
    title = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not admin.site.has_permission(request):
            return redirect("/admin/login/")
        return super().dispatch(request, *args, **kwargs)

    @property
    def person(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - `dispatch` has let nobody else in
        return user

    @property
    def after(self) -> str:
        """Where they were going: on this site, or to the desk."""
        address = self.request.GET.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
        return address if is_ours and address.startswith(PREFIX) else PREFIX

    def show(self, form: forms.Form | None = None, **context: Any) -> HttpResponse:
        context = {
            **admin.site.each_context(self.request),
            "title": self.title,
            "form": form,
            "person": self.person,
            "may_skip": settings.ADMIN_SECOND_FACTOR == "offered",
            **context,
        }
        return TemplateResponse(self.request, self.template, context)


class SecondFactorView(DeskPage):
    template = "users/desk/second_factor.html"
    title = "Second factor"
    lead = "Your password was right. Now show that it is you."

    def get(self, request: HttpRequest) -> HttpResponse:
        if not has_second_factor(user_id=self.person.pk):
            return redirect(f"{reverse('desk:enrol')}?{request.GET.urlencode()}")
        return self.ask(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if not has_second_factor(user_id=self.person.pk):
            return redirect("desk:enrol")
        form = CodeForm(request.POST)
        answer = self.passkey_answer() if "credential" in request.POST else code_answer(form)
        if answer is None:
            return self.ask(form)
        try:
            services.answer_at_the_desk(
                user_id=self.person.pk,
                answer=answer,
                challenge=request.session.pop(CHALLENGE, None),
            )
        except DomainError as refusal:
            form.add_error(None, f"{refusal.title}.")
            return self.ask(form)
        desk.note_factor(request)
        return redirect(self.after)

    def ask(self, form: forms.Form) -> HttpResponse:
        factors = list_factors(user_id=self.person.pk)
        options = None
        if factors.passkeys:
            options, self.request.session[CHALLENGE] = passkeys.begin_authentication(self.person)
        return self.show(
            form,
            lead=self.lead,
            has_app=factors.totp is not None,
            passkey_options=orjson.dumps(options["publicKey"]).decode() if options else "",
        )

    def passkey_answer(self) -> services.FactorAnswer | None:
        given = self.request.POST.get("credential", "")[:MAX_CREDENTIAL_LENGTH]
        try:
            credential = orjson.loads(given)
        except orjson.JSONDecodeError:
            credential = None
        if not isinstance(credential, dict):
            credential = {}
        return services.FactorAnswer(Factor.PASSKEY, credential=credential)


class AgainView(SecondFactorView):
    """Before what is dangerous: the second factor again, or the password of who has none."""

    title = "Is it still you?"
    lead = "What you are about to do cannot be undone by itself. Show that it is still you."

    def get(self, request: HttpRequest) -> HttpResponse:
        if not has_second_factor(user_id=self.person.pk):
            return self.show(AgainForm(), lead=self.lead, asks_password=True)
        return self.ask(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if has_second_factor(user_id=self.person.pk):
            return super().post(request)
        form = AgainForm(request.POST)
        if form.is_valid() and self.is_password(form):
            desk.note_proof(request)
            return redirect(self.after)
        return self.show(form, lead=self.lead, asks_password=True)

    def is_password(self, form: forms.Form) -> bool:
        try:
            owner = password_owner(
                self.request, email=self.person.email, password=form.cleaned_data["password"]
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return False
        if owner is None or owner.pk != self.person.pk:
            form.add_error("password", "This is not your password.")
            return False
        return True


class EnrolView(DeskPage):
    """The first second factor; whoever has one shows it instead."""

    template = "users/desk/enrol.html"
    title = "Set up a second factor"

    def get(self, request: HttpRequest) -> HttpResponse:
        if has_second_factor(user_id=self.person.pk):
            return redirect("desk:second_factor")
        return self.offer(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        secret = enrolment.offered_secret(request.session, self.person.pk)
        form = CodeForm(request.POST)
        if secret is None or not form.is_valid():
            return self.offer(form)
        try:
            codes = services.take_staff_totp(
                user_id=self.person.pk, secret=secret, code=form.cleaned_data["code"]
            )
        except DomainError as refusal:
            form.add_error(None, f"{refusal.title}.")
            return self.offer(form)
        enrolment.forget(request.session)
        desk.note_factor(request)
        self.template = "users/desk/recovery_codes.html"
        self.title = "Keep these codes"
        return self.show(codes=codes, after=self.after)

    def offer(self, form: forms.Form) -> HttpResponse:
        return self.show(
            form, offer=enrolment.offer(self.request.session, self.person), after=self.after
        )


def code_answer(form: forms.Form) -> services.FactorAnswer | None:
    """Six digits are the app's; a recovery code is longer."""
    if not form.is_valid():
        return None
    code = "".join(form.cleaned_data["code"].split())
    factor = Factor.TOTP if len(code) <= len("123456") else Factor.RECOVERY_CODE
    return services.FactorAnswer(factor, code)
