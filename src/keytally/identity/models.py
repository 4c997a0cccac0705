"""Links to set a password, roles that need a second factor, API tokens and the answers kept for a repeated call."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keytally.core.roles import ROLE_LABELS, Role


class PasswordLink(models.Model):
    """A link by which a person sets their own password, once and for a while."""

    class Purpose(models.TextChoices):
        """Why it was given."""

        INVITATION = "INVITATION", _("Invitation")
        RESET = "RESET", _("New password")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="password_links")
    purpose = models.CharField(max_length=16, choices=Purpose)
    nonce = models.CharField(max_length=43, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["INVITATION", "RESET"]), name="password_link_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.person_id}"


class FactorRule(models.Model):
    """Whoever has this role logs in with a second factor."""

    role = models.CharField(
        max_length=32, unique=True, choices=[(role.value, label) for role, label in ROLE_LABELS.items()]
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="factor_rule_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.role


class ApiToken(models.Model):
    """Lets a program act for a person within chosen permissions; only a digest of it is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    permissions = models.JSONField()
    added_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="api_token_by_person")]

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"


class KeptAnswer(models.Model):
    """What a creating call was answered, so that the same call sent twice creates once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    call_digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    kept_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="kept_answer_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["kept_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
