"""People and their roles, audit entries, attachments."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from keytally.core.roles import ROLE_LABELS, Role, permissions_of


class UserManager(BaseUserManager["User"]):
    """Makes people; their passwords are hashed on the way in."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":  # noqa: ANN401 - Django's own signature
        """Add a person who can log in."""
        person = self.model(username=self.model.normalize_username(username), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":  # noqa: ANN401 - Django's own signature
        """Add the first administrator; `createsuperuser` calls this."""
        person = self.create_user(username, password, **fields)
        RoleGrant.objects.using(self._db).create(person=person, role=Role.ADMINISTRATOR)
        return person


class User(AbstractBaseUser):
    """A person who logs in."""

    class Language(models.TextChoices):
        """The languages every page is in."""

        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    username = models.CharField(_("user name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    is_active = models.BooleanField(_("may log in"), default=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(language__in=["zh-hans", "en"]), name="user_language_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """List the person's roles, read once a request."""
        return tuple(Role(role) for role in self.grants.order_by("role").values_list("role", flat=True))

    @cached_property
    def permissions(self) -> frozenset[str]:
        """List what the person may do."""
        return permissions_of(self.roles)

    def may(self, permission: str) -> bool:
        """Tell whether one of the person's roles has the permission."""
        return self.is_active and permission in self.permissions


class RoleGrant(models.Model):
    """A person has a role."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "role"], name="role_granted_once"),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class AuditEntry(models.Model):
    """Who did what to which subject, when and why; the database refuses to change or delete one."""

    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="audit_by_subject"),
            models.Index(fields=["person", "id"], name="audit_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject_kind} {self.subject_id}"


class Attachment(models.Model):
    """A file that belongs to a subject; its bytes are kept once by checksum."""

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    name = models.CharField(max_length=255)
    file_type = models.CharField(max_length=16)
    subject_kind = models.CharField(max_length=64)
    subject_id = models.BigIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="attachment_by_subject"),
            models.Index(fields=["sha256"], name="attachment_by_checksum"),
        ]

    def __str__(self) -> str:
        return self.name
