"""People and their roles, audit entries, attachments."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.roles import ROLE_LABELS, SCOPE_LABELS, Grant, Role, Scope, scopes_of


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
    name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
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
    def scopes(self) -> dict[str, Scope]:
        """List what the person may do, each with how far it reaches; read once a request."""
        held = self.grants.values_list("role", "scope")
        return scopes_of(Grant(Role(role), Scope(scope) if scope else None) for role, scope in held)

    @cached_property
    def permissions(self) -> frozenset[str]:
        """List what the person may do."""
        return frozenset(self.scopes)

    def may(self, permission: str) -> bool:
        """Tell whether one of the person's roles has the permission."""
        return self.is_active and permission in self.permissions


class RoleGrant(models.Model):
    """A person has a role, with its usual reach or a narrower one."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=32, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    scope = models.CharField(
        _("reaches at most"),
        max_length=16,
        blank=True,
        choices=[(scope.value, label) for scope, label in SCOPE_LABELS.items()],
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "role"], name="role_granted_once"),
            models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name="role_known"),
            models.CheckConstraint(
                condition=models.Q(scope__in=["", *(scope.value for scope in Scope)]), name="role_scope_known"
            ),
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


class Export(models.Model):
    """A file that left the house: who took what, why, how many rows, how sensitive, and when."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    code = models.CharField(max_length=64)
    label = models.CharField(max_length=200)
    subject_kind = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    sensitivity = models.CharField(max_length=16)
    file_format = models.CharField(max_length=16)
    row_count = models.BigIntegerField()
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sensitivity__in=["OPEN", "INSIDE", "PERSONAL", "CONFIDENTIAL"]),
                name="export_sensitivity_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") | models.Q(sensitivity__in=["OPEN", "INSIDE"]),
                name="export_of_sensitive_has_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="export_by_person"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="export_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.code}"


class RuleSetVersion(models.Model):
    """One version of a set of rules, in force from a day until a later version's; rows never change.

    Number 0 is a copy of a default that keytally shipped, kept because something was decided by it.
    """

    code = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    starts_on = models.DateField(null=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "number"], condition=models.Q(number__gt=0), name="rule_set_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["code", "sha256"], condition=models.Q(number=0), name="rule_set_default_kept_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number=0, starts_on=None) | models.Q(number__gt=0, starts_on__isnull=False),
                name="rule_set_begins_on_a_day",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["code", "-starts_on", "-number"], name="rule_set_in_force")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class CalendarDay(models.Model):
    """A day that the company works or not, whatever the public calendar says."""

    day = models.DateField(_("day"), unique=True)
    is_worked = models.BooleanField(_("worked"))
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("day of the company's calendar")
        verbose_name_plural = _("days of the company's calendar")

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_worked else '-'}"


class OutgoingMail(models.Model):
    """A mail that is to leave the house; it is written with what it tells of, and sent by a chore of the worker."""

    class State(models.TextChoices):
        """Where the mail stands; KEPT waits for mail settings or for an address."""

        WAITING = "WAITING", pgettext_lazy("mail", "Waiting")
        SENDING = "SENDING", pgettext_lazy("mail", "Being sent")
        SENT = "SENT", pgettext_lazy("mail", "Sent")
        KEPT = "KEPT", pgettext_lazy("mail", "Kept")
        FAILED = "FAILED", pgettext_lazy("mail", "Failed")

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=120)
    context = models.JSONField(default=dict)
    # What the mail holds is a secret (an invitation's link): it is forgotten once sent, and never shown.
    is_secret = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    why = models.CharField(max_length=64, blank=True)
    fault = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["WAITING", "SENDING", "SENT", "KEPT", "FAILED"]), name="mail_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="mail_by_state"),
            models.Index(fields=["to", "-id"], name="mail_by_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.to_id} {self.state}"
