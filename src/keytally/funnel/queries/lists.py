"""Which opportunities fit a list's filters, in which order, and what do they come to?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Sum

from keytally.accounts.models import AccountAncestor
from keytally.core.search import query_words
from keytally.funnel.labels import Source
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.reach import visible_to
from keytally.funnel.rules.stages import CustomerSize, Stage, State

if TYPE_CHECKING:
    from keytally.core.models import User

FRONT = "FRONT"
SORTS: Mapping[str, tuple[str, ...]] = {
    "stage": ("stage_since", "id"),
    "name": ("name", "id"),
    "account": ("account__name_sort", "id"),
    "amount": ("amount_minor", "id"),
    "expected": ("expected_on", "id"),
    "opened": ("opened_on", "id"),
    "touched": ("touched_on", "id"),
    "closed": ("closed_on", "id"),
}
MARKS = ("UNQUALIFIED", "OVERRIDDEN", "REPEAT", "HISTORY", "INCOMPLETE", "LATE")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list or the board is asked for; the address says it all."""

    text: str = ""
    state: str = State.OPEN
    stage: str = ""
    owner: int | None = None
    account: int | None = None
    size: str = ""
    source: str = ""
    product: str = ""
    mark: str = ""
    sort: str = "expected"
    is_descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list beyond open ones."""
        return bool(set(self.asked()) - {"sort", "direction", "state"})

    def asked(self) -> dict[str, str]:
        """Write what is asked for as the parts of an address."""
        plain: dict[str, Any] = {
            "text": self.text,
            "state": "" if self.state == State.OPEN else self.state or "ALL",
            "stage": self.stage,
            "owner": self.owner,
            "account": self.account,
            "size": self.size,
            "source": self.source,
            "product": self.product,
            "mark": self.mark,
            "sort": "" if self.sort == "expected" else self.sort,
            "direction": "desc" if self.is_descending else "",
        }
        return {name: str(value) for name, value in plain.items() if value}

    def query(self, **changed: Any) -> str:  # noqa: ANN401 - fields of Wanted
        """Write the address of this list with something changed."""
        return urlencode(replace(self, **changed).asked())


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Read what a list is asked for from an address; what is no value is left out."""
    sort, state = asked.get("sort", ""), asked.get("state", "")
    return Wanted(
        text=_plain(asked.get("text")),
        state="" if state == "ALL" else _one_of(state, State) or State.OPEN,
        stage=_one_of(asked.get("stage"), (FRONT, *Stage)),
        owner=_number(asked.get("owner")),
        account=_number(asked.get("account")),
        size=_one_of(asked.get("size"), CustomerSize),
        source=_one_of(asked.get("source"), Source),
        product=_plain(asked.get("product"))[:80],
        mark=_one_of(asked.get("mark"), MARKS),
        sort=sort if sort in SORTS else "expected",
        is_descending=asked.get("direction") == "desc",
    )


def filtered(person: "User", wanted: Wanted, *, as_of: date) -> QuerySet[Opportunity]:
    """List the opportunities that fit and that a person may see, in order."""
    found = visible_to(person, as_of=as_of)
    for word in query_words(wanted.text):
        named = Q(name_words__startswith=word) | Q(name_words__contains=f" {word}")
        found = found.filter(named | Q(account__code__iexact=wanted.text.strip()))
    if wanted.text and not query_words(wanted.text):
        found = found.none()
    columns = {"state": wanted.state, "owner": wanted.owner, "customer_size": wanted.size, "source": wanted.source}
    found = found.filter(**{name: value for name, value in columns.items() if value})
    if wanted.stage:
        found = found.filter(stage="" if wanted.stage == FRONT else wanted.stage)
    if wanted.product:
        found = found.filter(product=wanted.product)
    if wanted.account:
        found = found.filter(account__in=AccountAncestor.objects.filter(ancestor=wanted.account).values("node"))
    if wanted.mark:
        found = found.filter(_marked(wanted.mark, as_of=as_of))
    return found.order_by(*_order(wanted))


def qualifies(as_of: date) -> Q:
    """Keep opportunities that qualify for their stage on a day; these alone count in a forecast."""
    return Q(is_qualified=True) & (Q(qualifies_before=None) | Q(qualifies_before__gt=as_of))


@dataclass(frozen=True, slots=True)
class Totals:
    """What a filtered list comes to; amounts by currency."""

    count: int
    amounts: tuple[tuple[str, int], ...]
    without_amount: int


def totals(found: QuerySet[Opportunity]) -> Totals:
    """Add a filtered list up."""
    rows = (
        found.order_by()
        .values("currency")
        .annotate(count=Count("pk"), amount=Sum("amount_minor"), blank=Count("pk", filter=Q(amount_minor=None)))
        .order_by("currency")
    )
    return Totals(
        count=sum(row["count"] for row in rows),
        amounts=tuple((row["currency"], int(row["amount"])) for row in rows if row["amount"] is not None),
        without_amount=sum(row["blank"] for row in rows),
    )


def products(person: "User", *, as_of: date) -> list[str]:
    """List the products that open opportunities of a person's reach name."""
    named = visible_to(person, as_of=as_of).filter(state=State.OPEN).exclude(product="")
    return sorted(set(named.order_by().values_list("product", flat=True).distinct()[:200]))


def _order(wanted: Wanted) -> list[Any]:
    columns = SORTS[wanted.sort]
    if wanted.is_descending:
        return [F(name).desc(nulls_last=True) for name in columns]
    return [F(name).asc(nulls_last=True) for name in columns]


def _marked(mark: str, *, as_of: date) -> Q:
    return {
        "UNQUALIFIED": Q(state=State.OPEN) & ~Q(stage="") & ~qualifies(as_of),
        "OVERRIDDEN": Q(override_count__gt=0),
        "REPEAT": Q(source=Source.REPEAT),
        "HISTORY": Q(is_history=True),
        "INCOMPLETE": Q(state=State.WON, closing_facts__lt=3),
        "LATE": Q(state=State.OPEN, expected_on__lt=as_of),
    }[mark]


def _plain(text: str | None) -> str:
    return (text or "")[:120].replace("\x00", "").strip()


def _one_of(text: str | None, known: Any) -> str:  # noqa: ANN401 - an enumeration or a tuple
    return text if text and text in tuple(known) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None
