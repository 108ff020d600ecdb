"""Who signs in: a phone number, a role and what the role is over."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from pinfold.store.models.keys import to


class People(BaseUserManager["Person"]):
    def create_user(self, phone: str, password: str | None = None, **more: Any) -> Person:
        person = self.model(phone=phone, **more)
        person.set_password(password) if password else person.set_unusable_password()
        person.save(using=self._db)
        return person

    def create_superuser(self, phone: str, password: str | None = None, **more: Any) -> Person:
        return self.create_user(phone, password, **({"role": Person.Role.OPERATOR, "is_staff": True, "is_superuser": True} | more))


class Person(AbstractBaseUser, PermissionsMixin):
    """The role decides which pages open; household, village, cooperative, merchant, hub or customer what they show."""

    class Role(models.TextChoices):
        HOUSEHOLD = "household"
        COORDINATOR = "coordinator"
        BOARD = "board"
        MERCHANT = "merchant"
        PACKHOUSE = "packhouse"
        CUSTOMER = "customer"
        OFFICER = "officer"
        OPERATOR = "operator"

    phone = models.CharField(max_length=20, unique=True)
    phone_verified = models.BooleanField(default=False)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.CUSTOMER)
    language = models.CharField(max_length=10, default="zh-hans")
    household = to("store.Household", null=True, blank=True)
    village = to("store.Village", null=True, blank=True)
    cooperative = to("store.Cooperative", null=True, blank=True)
    merchant = to("store.Merchant", null=True, blank=True)
    hub = to("store.Hub", null=True, blank=True)
    customer = to("store.Customer", null=True, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: list[str] = []
    objects = People()

    def __str__(self) -> str:
        # No digit of the phone: the admin's log keeps this when the person is gone.
        return f"{self.role} {self.pk}"


class Session(AbstractBaseSession):
    """One browser in which somebody signed in or began to, phone number and all. It goes with its person.

    person : not held by the database, so that a sign-in that is written while its person is erased fails no request
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, db_constraint=False, related_name="+")


class CalendarFeed(models.Model):
    """A coordinator's private address of the village's calendar, for a phone that cannot sign in.

    The address is not kept, only its hash; a new one ends the old, and none is answered once the person may not see the village.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.person_id}"
