"""People, organisations, posts and roles."""

import uuid
from datetime import date, datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from treebeard.mp_tree import MP_Node

from accounts.enums import BodyType, LeaveReason, Level, Role


class UserManager(BaseUserManager["User"]):
    """Makes people; `create_user` needs no more than a username."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)

    def create_user(
        self, username: str, password: str | None = None, **fields: object
    ) -> "User":
        """An active person; without a password nobody can sign in as them."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, password: str | None = None, **fields: object
    ) -> "User":
        """A technical administrator of the installation."""
        return self.create_user(username, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person who signs in.

    Personal data: name, officer number, e-mail, phone, photo. Everything else in the
    product refers to `public_id` and never repeats them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("user name"), max_length=64, unique=True)
    name = models.CharField(
        pgettext_lazy("person", "name"), max_length=64, db_index=True
    )
    officer_number = models.CharField(
        _("officer number"), max_length=32, unique=True, null=True, blank=True
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    photo = models.ImageField(_("photo"), upload_to="photos/", blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """Wagtail greets people by this; a name here is one field."""
        return self.name

    @property
    def last_name(self) -> str:
        return ""

    @property
    def is_staff(self) -> bool:
        """Django's own admin is off; nothing asks this but third-party code."""
        return False


class Organisation(MP_Node):
    """An enforcing body in the tree of levels; holds no personal data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=128)
    level = models.CharField(_("level"), max_length=16, choices=Level.choices)
    division_code = models.CharField(
        _("division code"),
        max_length=9,
        help_text=_("Six digits down to counties, nine for townships."),
    )
    body_type = models.CharField(
        _("body type"),
        max_length=32,
        choices=BodyType.choices,
        default=BodyType.SUPERVISING_DEPARTMENT,
    )

    node_order_by: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="organisation_name_unique"),
            models.CheckConstraint(
                condition=Q(division_code__regex=r"^[0-9]{6}([0-9]{3})?$"),
                name="organisation_division_code_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Posts by day."""

    def on(self, day: date) -> "MembershipQuerySet":
        """In post on `day`: from `joined_on`, until before `left_on`."""
        return self.filter(joined_on__lte=day).filter(
            Q(left_on__isnull=True) | Q(left_on__gt=day)
        )


class Membership(models.Model):
    """A person's dated post in a body: joining, moving, leaving, retiring are facts.

    Personal data: where somebody works and worked. Half-open: `[joined_on, left_on)`.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    post = models.CharField(_("post"), max_length=64, blank=True)
    joined_on = models.DateField(_("in post since"))
    left_on = models.DateField(_("in post until"), null=True, blank=True)
    leave_reason = models.CharField(
        _("reason for leaving"), max_length=16, choices=LeaveReason.choices, blank=True
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["joined_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="membership_leaves_after_joining",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(left_on__isnull=True),
                name="membership_one_open_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.organisation_id}"


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    """Roles by moment."""

    def active(self, now: datetime) -> "RoleGrantQuerySet":
        """Granted and not yet ended at `now`."""
        return self.filter(granted_at__lte=now).filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=now)
        )


class RoleGrant(models.Model):
    """A role somebody holds at an organisation and everything below it, dated."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="role_grants"
    )
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="roles_granted",
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(ended_at__isnull=True),
                name="role_grant_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} @ {self.organisation_id}"


class DeviceReset(models.Model):
    """A request to remove a lost authenticator; a second person decides it.

    Personal data: that somebody lost a device.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="device_resets"
    )
    requested_at = models.DateTimeField(_("requested at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="device_resets_decided",
    )

    class Meta:
        verbose_name = _("lost authenticator")
        verbose_name_plural = _("lost authenticators")
        ordering = ["requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(decided_at__isnull=True),
                name="device_reset_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("user")),
                name="device_reset_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.requested_at:%F}"
