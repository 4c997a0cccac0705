"""What lies on the table: issues, rounds with their moves, and the tactics that were used."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.negotiation.labels import FORMS, PHASES, RESULTS, SIDES, choices
from keytally.negotiation.models.negotiations import Negotiation
from keytally.negotiation.rules.issues import Issue, Stand
from keytally.playbook.labels import TACTICS

PERSON = settings.AUTH_USER_MODEL


class NegotiationIssue(models.Model):
    """An issue with opening, target, walk-away and weight of both sides; theirs are our estimates."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="issues")
    name = models.CharField(_("issue"), max_length=60)
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    # Levels are whole numbers of the smallest part: 12.5 % with one decimal is 125.
    decimals = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveIntegerField(default=1)
    # Of a choice: [name, points for us, points for them], its level is the place in the list.
    options = models.JSONField(default=list)
    our_opening = models.BigIntegerField()
    our_target = models.BigIntegerField()
    our_walk_away = models.BigIntegerField()
    their_opening = models.BigIntegerField()
    their_target = models.BigIntegerField()
    their_walk_away = models.BigIntegerField()
    our_weight = models.PositiveSmallIntegerField(default=10)
    their_weight = models.PositiveSmallIntegerField(default=10)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering: ClassVar = ["-our_weight", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "name"], name="issue_named_once"),
            models.CheckConstraint(condition=Q(decimals__lte=4), name="issue_with_few_decimals"),
            models.CheckConstraint(condition=Q(step__gte=1), name="issue_steps_forward"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Issue:
        """The issue as the rules take it."""
        return Issue(
            code=str(self.pk),
            ours=Stand(self.our_opening, self.our_target, self.our_walk_away),
            theirs=Stand(self.their_opening, self.their_target, self.their_walk_away),
            our_weight=self.our_weight,
            their_weight=self.their_weight,
            step=self.step,
            points={place: (us, them) for place, (_name, us, them) in enumerate(self.options)},
        )

    def words(self, level: int | None) -> str:
        """Write a level as people say it."""
        if level is None:
            return ""
        if self.options:
            return str(self.options[level][0]) if 0 <= level < len(self.options) else str(level)
        figure = format(Decimal(level).scaleb(-self.decimals), f".{self.decimals}f")
        return f"{figure} {self.unit}".strip()


class NegotiationRound(models.Model):
    """A round as it was held; rounds are only added."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    held_on = models.DateField(pgettext_lazy("negotiation", "held on"))
    who = models.CharField(_("who met whom"), max_length=200)
    asked = models.CharField(_("what they asked"), max_length=500, blank=True)
    notes = models.CharField(pgettext_lazy("negotiation", "minutes"), max_length=2000, blank=True)
    phase = models.CharField(_("phase"), max_length=6, choices=choices(PHASES))
    deadline = models.DateField(_("agreed deadline"), null=True, blank=True)
    price_objection = models.BooleanField(_("they objected to the price"), default=False)
    terms_argued = models.BooleanField(_("delivery or payment share was argued"), default=False)
    contract_form = models.CharField(_("contract form"), max_length=8, choices=choices(FORMS), blank=True)
    # What the pattern watch said, and that it was read.
    warnings = models.JSONField(default=list)
    recorded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "number"], name="round_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.negotiation_id} {self.number}"


class RoundMove(models.Model):
    """What a side put on the table in a round, on which issue, in return for what."""

    round = models.ForeignKey(NegotiationRound, on_delete=models.PROTECT, related_name="moves")
    issue = models.ForeignKey(NegotiationIssue, on_delete=models.PROTECT, related_name="moves")
    side = models.CharField(max_length=4, choices=choices(SIDES))
    level = models.BigIntegerField()
    in_return = models.CharField(_("in return for"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        # They ask, we answer.
        ordering: ClassVar = ["round__number", "-side", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "issue", "side"], name="move_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.level}"

    @property
    def text(self) -> str:
        """The level as people say it."""
        return self.issue.words(self.level)


class TacticUse(models.Model):
    """A tactic that was used, and how it ended."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="tactic_uses")
    tactic = models.CharField(
        _("tactic"), max_length=16, choices=[(code.value, word) for code, word in TACTICS.items()]
    )
    phase = models.CharField(max_length=6, choices=choices(PHASES))
    note = models.CharField(_("how it was used"), max_length=300, blank=True)
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(_("how it ended"), max_length=10, choices=choices(RESULTS), blank=True)

    class Meta:
        verbose_name = _("use of a tactic")
        verbose_name_plural = _("uses of tactics")
        ordering: ClassVar = ["-used_at"]
        indexes: ClassVar = [models.Index(fields=["tactic", "result"], name="tactic_use_by_result")]

    def __str__(self) -> str:
        return self.tactic
