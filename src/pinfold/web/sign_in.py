"""Signing in by phone number and code, through allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from pinfold.outside.messages import send_message
from pinfold.store.models import Person


class PhoneAdapter(DefaultAccountAdapter):
    """Keeps the phone number on Person and hands codes to the message service."""

    def get_phone(self, user: Person) -> tuple[str, bool] | None:
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: Person, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: Person, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Person | None:
        return Person.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user: Person, phone: str, code: str, **more: Any) -> None:
        send_message(phone, f"Pinfold {code}")

    def send_unknown_account_sms(self, phone: str, **more: Any) -> None:
        send_message(phone, "Pinfold: this number is not registered yet.")

    def send_account_already_exists_sms(self, phone: str) -> None:
        send_message(phone, "Pinfold: this number is registered already; sign in instead.")
