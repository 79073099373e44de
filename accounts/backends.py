"""Signing in by user name, officer number or phone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from accounts.models import User


class AccountBackend(ModelBackend):
    """A password check that takes equally long for unknown and known accounts."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        found = User.objects.filter(
            Q(username=username) | Q(officer_number=username) | Q(phone=username)
        )[:2]
        people = [user for user in found if username]
        if len(people) != 1:
            User().set_password(password)
            return None
        user = people[0]
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
