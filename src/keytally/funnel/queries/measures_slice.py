"""Which part of the funnel is measured: whose, where, of which product, in which window, as it stood on which day?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet

from keytally.accounts.models import Classification, ClassificationValue
from keytally.core.scope import Scope, scope_of
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.reach import VIEW, visible_to
from keytally.kernel.periods import Period
from keytally.people.queries.organisation import organisation

if TYPE_CHECKING:
    from keytally.core.models import User

YEAR_DAYS = 365
NO_PRODUCT = "-"
REGION = "region"


@dataclass(frozen=True, slots=True)
class Slice:
    """What is measured; the address says it all."""

    as_of: date
    starts_on: date
    owner: int | None = None
    with_team: bool = False
    region: str = ""
    province: str = ""
    product: str = ""
    currency: str = "CNY"
    with_history: bool = True
    # The day has passed, so that where things stand now does not tell where they stood.
    is_past: bool = False

    @property
    def window(self) -> Period:
        """The days in which entries and closings are looked at, the day of the measure included."""
        return Period(self.starts_on, self.as_of + timedelta(days=1))

    @property
    def is_filtered(self) -> bool:
        """Tell whether it is less than everything a person may see."""
        return bool(self.owner or self.region or self.province or self.product)

    def asked(self) -> dict[str, str]:
        """Write it as the parts of an address."""
        plain: dict[str, Any] = {
            "as_of": self.as_of.isoformat(),
            "starts_on": self.starts_on.isoformat(),
            "owner": self.owner or "",
            "team": "on" if self.with_team else "",
            "region": self.region,
            "province": self.province,
            "product": self.product,
            "currency": self.currency,
            "history": "" if self.with_history else "off",
        }
        return {name: str(value) for name, value in plain.items() if value}

    def query(self, **changed: Any) -> str:  # noqa: ANN401 - fields of Slice
        """Write the address of this slice with something changed."""
        return urlencode(replace(self, **changed).asked())


def slice_of(asked: Mapping[str, str], *, today: date) -> Slice:
    """Read a slice from an address; what is no value falls back to the last year, today, everybody."""
    as_of = min(_day(asked.get("as_of"), today), today)
    starts_on = _day(asked.get("starts_on"), as_of - timedelta(days=YEAR_DAYS))
    owner = asked.get("owner", "")
    return Slice(
        as_of=as_of,
        starts_on=starts_on if starts_on <= as_of else as_of - timedelta(days=YEAR_DAYS),
        owner=int(owner) if owner.isascii() and owner.isdecimal() and len(owner) < 19 else None,
        with_team=bool(asked.get("team")),
        region=_plain(asked.get("region", ""), 40),
        province=_plain(asked.get("province", ""), 6),
        product=_plain(asked.get("product", ""), 80),
        currency=_currency(asked.get("currency", "")),
        with_history=asked.get("history") != "off",
        is_past=as_of < today,
    )


def measured(person: "User", wanted: Slice) -> QuerySet[Opportunity]:
    """Keep the opportunities of a slice that a person may see, history among them if it is wanted."""
    return sliced(visible_to(person, as_of=wanted.as_of), wanted)


def sliced(found: QuerySet[Opportunity], wanted: Slice) -> QuerySet[Opportunity]:
    """Keep the opportunities of a slice."""
    found = found.filter(currency=wanted.currency)
    if not wanted.with_history:
        found = found.filter(is_history=False)
    if wanted.owner:
        whose = {wanted.owner}
        if wanted.with_team:
            whose |= set(organisation(as_of=wanted.as_of).subtree(wanted.owner))
        found = found.filter(owner__in=whose)
    if wanted.product:
        found = found.filter(product="" if wanted.product == NO_PRODUCT else wanted.product)
    if wanted.province:
        found = found.filter(account__area_code__startswith=wanted.province[:2])
    if wanted.region:
        held = Classification.objects.filter(
            node=OuterRef("account"), value__axis__code=REGION, value__code=wanted.region
        )
        found = found.filter(Exists(held))
    return found


def regions() -> list[tuple[str, str]]:
    """List the regions that accounts may be classed by."""
    values = ClassificationValue.objects.filter(axis__code=REGION, is_active=True)
    return [(value.code, str(value)) for value in values]


def currencies() -> list[str]:
    """List the currencies in which opportunities are kept."""
    found = Opportunity.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return list(found) or ["CNY"]


def is_everything(person: "User", wanted: Slice) -> bool:
    """Tell whether a slice holds all there is of its currency for a person, so that no one needs to be picked out."""
    return scope_of(person, VIEW) is Scope.COMPANY and not wanted.is_filtered


def _day(text: str | None, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return day if date(1990, 1, 1) <= day <= date(2100, 1, 1) else otherwise


def _plain(text: str, most: int) -> str:
    return text.replace("\x00", "").strip()[:most]


def _currency(text: str) -> str:
    return text if len(text) == 3 and text.isascii() and text.isupper() else "CNY"
