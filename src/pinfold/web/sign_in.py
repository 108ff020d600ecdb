"""Signing in by phone number and code, through allauth. One door: a new number becomes a customer once its code is confirmed."""

from __future__ import annotations

import re
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pinfold.outside.messages import send_message
from pinfold.settings import settings
from pinfold.store.models import Person
from pinfold.web.navigation import links_for
from pinfold.web.roles import SIGNED_IN, only, open_to_all

MAINLAND = re.compile(r"1\d{10}")
ABROAD = re.compile(r"\+[1-9]\d{6,14}")
SPACING = re.compile(r"[\s\-().]")


def normal_phone(text: str) -> str:
    """A phone number in the one form in which it is kept: 11 digits in mainland China, with + and country code abroad.

    Raises ValidationError when it is neither.

    >>> normal_phone("+86 138 0000 0001"), normal_phone("0086-13800000001"), normal_phone("+41 79 123 45 67")
    ('13800000001', '13800000001', '+41791234567')
    """
    digits = re.sub(r"^00", "+", SPACING.sub("", text.strip()))
    mainland = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    if MAINLAND.fullmatch(mainland):
        return mainland
    if ABROAD.fullmatch(digits) and not digits.startswith("+86"):
        return digits
    raise ValidationError(_("Give a mobile number of 11 digits, or one from abroad with + and its country code."), code="invalid_phone")


class PhoneField(forms.CharField):
    """A phone number, typed in any of the usual ways."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        return normal_phone(super().clean(value))


class AskPhoneForm(RequestLoginCodeForm):  # type: ignore[misc]
    """Known and new numbers are answered alike, so that nobody can find out who is registered."""

    def clean_phone(self) -> str:
        phone = super().clean_phone()
        if self._user is None:
            # After the rate limit, which super() has counted: rows cannot be made faster than codes are sent.
            self._user = Person.objects.create_user(phone, language=get_language())
        return phone


class AskCodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    code = forms.CharField(
        label=gettext_lazy("Code"), label_suffix="", widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"})
    )


class PhoneAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keeps the phone number on Person and hands codes to the message service."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That is not the code. Look at the newest message."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait a few minutes, then ask for a new code."),
    }

    def phone_form_field(self, **options: Any) -> forms.Field:
        return PhoneField(label=_("Phone number"), label_suffix="", max_length=20, **options)

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Person, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Person | None:
        # A table of people may have been loaded with the country code.
        return Person.objects.filter(phone__in=[phone, f"+86{phone}"]).first()

    def send_verification_code_sms(self, user: Person, phone: str, code: str, **more: Any) -> None:
        with override(user.language):
            send_message(phone, _("Pinfold: your sign-in code is %(code)s. It is good for 5 minutes.") % {"code": code})

    def send_unknown_account_sms(self, phone: str, **more: Any) -> None:
        raise AssertionError("every number has a person by then: AskPhoneForm makes one")

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *given: Any, **named: Any) -> None:
        """Only refusals are shown; where somebody is, our pages say already."""
        if named.get("message"):
            messages.add_message(request, level, named["message"])

    def post_login(self, request: HttpRequest, user: Person, **more: Any) -> HttpResponseBase:
        """Shows the person's own language, unless this phone has chosen one."""
        response = super().post_login(request, user, **more)
        if django_settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            response.set_cookie(django_settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return response


class AskCode(allauth_views.ConfirmLoginCodeView):  # type: ignore[misc]
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Adds the code itself where an installation shows an example season and no message is really sent."""
        shown = self._process.code if settings().show_codes else ""
        return super().get_context_data(**more) | {"shown_code": shown}


ask_phone = open_to_all(allauth_views.request_login_code)
ask_code = open_to_all(AskCode.as_view())
sign_out = open_to_all(allauth_views.logout)
closed_account = open_to_all(allauth_views.account_inactive)


@open_to_all
def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Where allauth sends people whose sign-in has run out."""
    return redirect("account_request_login_code")


@only(*SIGNED_IN)
def to_own_home(request: HttpRequest) -> HttpResponseBase:
    """Everybody's own first page; a new customer chooses a region first."""
    person = request.user
    if person.role == Person.Role.CUSTOMER and person.customer_id is None:
        return redirect("shop:region")
    return redirect(links_for(person.role)[0].to)


@open_to_all
@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Keeps the language on the phone, and with the person for messages."""
    language, after = request.POST.get("language", ""), request.POST.get("next", "/")
    response = redirect(after if url_has_allowed_host_and_scheme(after, {request.get_host()}) else "/")
    if language in dict(django_settings.LANGUAGES):
        response.set_cookie(django_settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
        if request.user.is_authenticated:
            Person.objects.filter(pk=request.user.pk).update(language=language)
    return response
