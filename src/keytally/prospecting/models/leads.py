"""A lead: one company that may become an account, what is known of it, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import AccountNode
from keytally.funnel.models import Opportunity
from keytally.prospecting.labels import DROP_REASONS, LEAD_STATES, SOURCES, LeadState, choices
from keytally.prospecting.models.campaigns import Campaign, Segment


class Lead(models.Model):
    """One possible opportunity, found in a market; amounts are minor units a year."""

    name = models.CharField(_("company"), max_length=80)
    name_plain = models.CharField(max_length=80)
    name_block = models.CharField(max_length=4)
    name_sort = models.CharField(max_length=200)
    # The words by which it is found, each after a blank.
    words = models.TextField(default="")
    state = models.CharField(_("state"), max_length=16, choices=choices(LEAD_STATES), default=LeadState.NEW)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=24, choices=choices(SOURCES))
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    referrer = models.ForeignKey(AccountNode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    contact_name = models.CharField(_("person for our category"), max_length=60, blank=True)
    contact_title = models.CharField(_("job title"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    phone_plain = models.CharField(max_length=40, blank=True)
    email = models.CharField(_("e-mail"), max_length=120, blank=True)
    may_write = models.BooleanField(_("agreed to be sent material"), default=False)
    website = models.CharField(_("website"), max_length=200, blank=True)
    domain = models.CharField(max_length=100, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=18, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    triggers = models.JSONField(_("reasons to talk to us"), default=list, blank=True)
    are_triggers_known = models.BooleanField(default=False)
    volume_minor = models.BigIntegerField(_("what they buy in a year"), null=True, blank=True)
    deal_minor = models.BigIntegerField(_("what we would ask for"), null=True, blank=True)
    budget_minor = models.BigIntegerField(_("budget of the buying unit"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    substitutes = models.CharField(_("substitutes from outside the category"), max_length=300, blank=True)
    # Kept so that a list can be sorted by it; written whenever the facts change, by the rules of that day.
    fit_points = models.PositiveSmallIntegerField(default=0)
    fit_advice = models.CharField(max_length=16, default="LOOK_INTO")

    found_on = models.DateField(_("found on"))
    ended_on = models.DateField(null=True, blank=True)
    drop_reason = models.CharField(max_length=24, choices=choices(DROP_REASONS), blank=True)
    drop_note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(AccountNode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opportunity = models.OneToOneField(
        Opportunity, null=True, blank=True, on_delete=models.PROTECT, related_name="lead"
    )
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes: ClassVar = [
            models.Index(fields=["state", "-fit_points", "id"], name="lead_by_fit"),
            models.Index(fields=["owner", "state", "-fit_points"], name="lead_by_owner"),
            models.Index(fields=["name_block"], name="lead_by_block"),
            models.Index(fields=["domain"], name="lead_by_domain"),
            models.Index(fields=["phone_plain"], name="lead_by_phone"),
            models.Index(fields=["tax_id"], name="lead_by_tax_id"),
            models.Index(fields=["campaign", "state"], name="lead_by_campaign"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=[one.value for one in LeadState]), name="lead_state_known"),
            models.CheckConstraint(
                condition=Q(state=LeadState.CONVERTED, opportunity__isnull=False, account__isnull=False)
                | (~Q(state=LeadState.CONVERTED) & Q(opportunity__isnull=True)),
                name="lead_converted_with_opportunity",
            ),
            models.CheckConstraint(
                condition=Q(state=LeadState.DROPPED) & ~Q(drop_reason="")
                | ~Q(state=LeadState.DROPPED) & Q(drop_reason=""),
                name="lead_dropped_with_reason",
            ),
            models.CheckConstraint(condition=Q(fit_points__lte=100), name="lead_fit_within_100"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Tell whether it is still worked on."""
        return self.state in (LeadState.NEW, LeadState.IN_WORK)
