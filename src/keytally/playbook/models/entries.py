"""What the house has learned, every version of it, and the words by which it is found."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.playbook.labels import AXES, KINDS, OUTCOMES, choices, spoken
from keytally.playbook.rules.entries import EntryKind
from keytally.playbook.rules.tags import LONGEST_CATEGORY, Axis

PERSON = settings.AUTH_USER_MODEL


class PlaybookEntry(models.Model):
    """A case, technique, lesson, support, product fact or objection, as it stands now."""

    kind = models.CharField(_("kind"), max_length=16, choices=choices(KINDS))
    title_zh = models.CharField(_("title (Chinese)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=160, blank=True)
    body_zh = models.TextField(_("text (Chinese)"), blank=True)
    body_en = models.TextField(_("text (English)"), blank=True)
    answer_zh = models.TextField(_("answer (Chinese)"), blank=True)
    answer_en = models.TextField(_("answer (English)"), blank=True)
    outcome = models.CharField(_("how it ended"), max_length=8, choices=choices(OUTCOMES), blank=True)
    node = models.ForeignKey(
        "accounts.AccountNode", null=True, blank=True, on_delete=models.PROTECT, related_name="playbook_entries"
    )
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    is_translated = models.BooleanField(default=False)
    number = models.PositiveIntegerField(default=1)
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    # Whence it came, where it was not typed: an answered question, a negotiation that ended.
    source_kind = models.CharField(max_length=64, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    helped = models.PositiveIntegerField(default=0)
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique only where there is one

    class Meta:
        verbose_name = _("playbook entry")
        verbose_name_plural = _("playbook entries")
        ordering: ClassVar = ["-changed_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title_zh="", title_en=""), name="entry_has_a_title"),
            models.CheckConstraint(condition=~Q(body_zh="", body_en=""), name="entry_says_something"),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.OBJECTION) | ~Q(answer_zh="", answer_en=""), name="objection_is_answered"
            ),
            models.UniqueConstraint(
                fields=["source_kind", "source_id"], condition=~Q(source_kind=""), name="entry_once_per_source"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-changed_at"], name="entry_by_kind")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return spoken(self.title_zh, self.title_en)

    @property
    def body(self) -> str:
        """The text in the reader's language."""
        return spoken(self.body_zh, self.body_en)

    @property
    def answer(self) -> str:
        """The answer in the reader's language."""
        return spoken(self.answer_zh, self.answer_en)


class EntryTag(models.Model):
    """What an entry is about, along one axis."""

    entry = models.ForeignKey(PlaybookEntry, on_delete=models.CASCADE, related_name="tags")
    axis = models.CharField(max_length=10, choices=choices(AXES))
    code = models.CharField(max_length=LONGEST_CATEGORY)

    class Meta:
        verbose_name = _("tag of an entry")
        verbose_name_plural = _("tags of entries")
        ordering: ClassVar = ["axis", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "axis", "code"], name="entry_tag_once")]
        indexes: ClassVar = [models.Index(fields=["axis", "code"], name="entry_tag_by_code")]

    def __str__(self) -> str:
        return f"{self.axis} {self.code}"

    @property
    def tag(self) -> tuple[Axis, str]:
        """The tag as the rules take it."""
        return Axis(self.axis), self.code


class EntryVersion(models.Model):
    """An entry as it was kept once; versions are only added."""

    entry = models.ForeignKey(PlaybookEntry, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    kept_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of an entry")
        verbose_name_plural = _("versions of entries")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "number"], name="entry_version_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.number}"


class EntryThanks(models.Model):
    """Somebody said that an entry helped."""

    entry = models.ForeignKey(PlaybookEntry, on_delete=models.CASCADE, related_name="thanks")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("thanks for an entry")
        verbose_name_plural = _("thanks for entries")
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "person"], name="entry_thanks_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.person_id}"


class PlaybookSearch(models.Model):
    """The words of one entry; triggers keep the full-text index of SQLite, PostgreSQL has an index on them."""

    entry = models.OneToOneField(PlaybookEntry, primary_key=True, on_delete=models.CASCADE, related_name="search_entry")
    words = models.TextField()

    class Meta:
        db_table = "playbook_search"

    def __str__(self) -> str:
        return self.words[:80]
