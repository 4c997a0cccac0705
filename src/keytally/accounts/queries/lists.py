"""Which accounts fit a list's filters, in which order, and what do they come to?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import OrderBy, RawSQL

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import (
    AccountCode,
    AccountNode,
    AccountTier,
    Classification,
    ClassificationAxis,
    PartyRoles,
)
from keytally.accounts.queries.reach import visible_to
from keytally.accounts.queries.search import condition
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.accounts.rules.regions import whole
from keytally.accounts.rules.tiers import Tier

if TYPE_CHECKING:
    from keytally.core.models import User

SORTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name_sort", "id"),
    "code": ("code",),
    "kind": ("kind", "name_sort", "id"),
    "status": ("status", "name_sort", "id"),
    "area": ("area_code", "name_sort", "id"),
    "opened": ("opened_on", "name_sort", "id"),
    "floor": ("floor_area", "name_sort", "id"),
}
_MAY_BE_UNKNOWN = ("opened_on", "floor_area")
PLACE_WORDS = (
    "停车",
    "入口",
    "出口",
    "卸货",
    "收货处",
    "充电",
    "公交站",
    "洗手间",
    "ATM",
    "美甲",
    "美发",
    "干洗",
    "彩票",
)
GAPS = ("DISTRICT", "OWNER", "PARTIES", "DOUBTFUL")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; the address says it all."""

    text: str = ""
    kind: str = ""
    status: str = ""
    tier: str = ""
    mode: str = ""
    chain: int | None = None
    owner: int | None = None
    province: str = ""
    gap: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    sort: str = "kind"
    is_descending: bool = False

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(set(self.asked()) - {"sort", "direction"})

    def asked(self) -> dict[str, str]:
        """Write what is asked for as the parts of an address."""
        plain: dict[str, Any] = {
            "text": self.text,
            "kind": self.kind,
            "status": self.status,
            "tier": self.tier,
            "mode": self.mode,
            "chain": self.chain,
            "owner": self.owner,
            "province": self.province,
            "gap": self.gap,
            **{f"class_{axis}": value for axis, value in self.classes.items()},
            "sort": "" if self.sort == "kind" else self.sort,
            "direction": "desc" if self.is_descending else "",
        }
        return {name: str(value) for name, value in plain.items() if value}

    def query(self, **changed: Any) -> str:  # noqa: ANN401 - fields of Wanted
        """Write the address of this list with something changed."""
        return urlencode(replace(self, **changed).asked())


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Read what a list is asked for from an address; what is no value is left out."""
    sort = asked.get("sort", "")
    return Wanted(
        text=asked.get("text", "")[:120].replace("\x00", ""),
        kind=_one_of(asked.get("kind"), NodeKind),
        status=_one_of(asked.get("status"), Status),
        tier=_one_of(asked.get("tier"), Tier),
        mode=_one_of(asked.get("mode"), Mode),
        chain=_number(asked.get("chain")),
        owner=_number(asked.get("owner")),
        province=asked.get("province", "") if len(asked.get("province", "")) == 6 else "",
        gap=_one_of(asked.get("gap"), GAPS),
        classes={name[6:]: value for name, value in asked.items() if name.startswith("class_") and value},
        sort=sort if sort in SORTS else "kind",
        is_descending=asked.get("direction") == "desc",
    )


def filtered(person: "User", wanted: Wanted, *, as_of: date) -> QuerySet[AccountNode]:
    """List the accounts that fit and that a person may see, in order; aliases are not listed."""
    nodes = visible_to(person, as_of=as_of).filter(merged_into=None)
    if wanted.text and (found := condition(wanted.text)):
        sql, asked = found
        nodes = nodes.filter(pk__in=RawSQL(sql, [asked]))  # noqa: S611 - a constant; what was typed is a parameter
    elif wanted.text:
        nodes = nodes.none()
    for column in ("kind", "status", "chain", "owner"):
        if value := getattr(wanted, column):
            nodes = nodes.filter(**{column: value})
    if wanted.province:
        nodes = nodes.filter(area_code__startswith=wanted.province[:2])
    for axis, value in wanted.classes.items():
        has = Classification.objects.filter(node=OuterRef("pk"), value__axis__code=axis, value__code=value)
        nodes = nodes.filter(Exists(has))
    nodes = _narrowed(nodes, wanted, as_of=as_of)
    columns = SORTS[wanted.sort]
    return nodes.order_by(*(_by(name, is_descending=wanted.is_descending) for name in columns))


def _by(name: str, *, is_descending: bool) -> OrderBy | str:
    """Put what is not known last either way, on both databases."""
    if is_descending:
        return F(name).desc(nulls_last=True)
    return F(name).asc(nulls_last=True) if name in _MAY_BE_UNKNOWN else name


@dataclass(frozen=True, slots=True)
class Totals:
    """What a filtered list comes to."""

    count: int
    stores: int
    floor_area: int


def totals(nodes: QuerySet[AccountNode]) -> Totals:
    """Add a filtered list up."""
    found = nodes.order_by().aggregate(
        count=Count("pk"), stores=Count("pk", filter=Q(kind=NodeKind.STORE)), floor=Sum("floor_area")
    )
    return Totals(found["count"], found["stores"], int(found["floor"] or 0))


def fetched(numbers: Sequence[int]) -> list[AccountNode]:
    """Fetch the accounts of a page, in its order: only theirs are read whole, however far down the page lies."""
    found = AccountNode.objects.select_related("chain", "owner").in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    node: AccountNode
    their_code: str
    mode: Mode | None
    tier: str
    classes: Mapping[str, str]


def rows(nodes: Sequence[AccountNode], *, as_of: date) -> list[Row]:
    """Fetch what stands beside some accounts on a list, in a constant number of queries."""
    numbers = [node.pk for node in nodes]
    chains = {node.chain_id for node in nodes if node.chain_id}
    codes = codes_of(numbers, as_of=as_of)
    modes = modes_of(numbers, as_of=as_of)
    tiers = dict(AccountTier.objects.filter(node__in={*numbers, *chains}, year=as_of.year).values_list("node", "tier"))
    classes = classes_of(numbers)
    return [
        Row(
            node=node,
            their_code=codes.get(node.pk, ""),
            mode=modes.get(node.pk),
            tier=tiers.get(node.pk) or tiers.get(node.chain_id or 0, ""),
            classes=classes.get(node.pk, {}),
        )
        for node in nodes
    ]


def codes_of(numbers: Sequence[int], *, as_of: date) -> dict[int, str]:
    """Name the code of theirs in force for each account."""
    codes = AccountCode.objects.filter(node__in=numbers, side=CodeSide.THEIRS)
    codes = codes.filter(Q(ends_before=None) | Q(ends_before__gt=as_of), Q(starts_on=None) | Q(starts_on__lte=as_of))
    return dict(codes.order_by("starts_on").values_list("node", "code"))


def modes_of(numbers: Sequence[int], *, as_of: date) -> dict[int, Mode | None]:
    """Derive the mode in force for each store."""
    in_force = PartyRoles.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=as_of), store__in=numbers, starts_on__lte=as_of
    )
    return {roles.store_id: roles.mode for roles in in_force}


def classes_of(numbers: Sequence[int]) -> dict[int, dict[str, str]]:
    """Name the classes of each account by axis."""
    found: dict[int, dict[str, str]] = {}
    held = Classification.objects.filter(node__in=numbers).select_related("value__axis").order_by("value__position")
    for one in held:
        axes = found.setdefault(one.node_id, {})
        axis = one.value.axis.code
        axes[axis] = f"{axes[axis]}, {one.value}" if axis in axes else str(one.value)
    return found


def classes_by_name(held: Iterable[Classification]) -> list[tuple[str, str]]:
    """Name the axes on which an account has a class, in the order given, each with its values."""
    found: dict[str, list[str]] = {}
    for one in held:
        found.setdefault(str(one.value.axis), []).append(str(one.value))
    return [(axis, ", ".join(values)) for axis, values in found.items()]


def axes() -> QuerySet[ClassificationAxis]:
    """List the axes with their values."""
    return ClassificationAxis.objects.prefetch_related("values")


def _narrowed(nodes: QuerySet[AccountNode], wanted: Wanted, *, as_of: date) -> QuerySet[AccountNode]:
    if wanted.tier:
        this_year = AccountTier.objects.filter(year=as_of.year)
        held = this_year.filter(tier=wanted.tier).values("node")
        # An account is led as its chain is, unless it has a tier of its own.
        nodes = nodes.filter(Q(pk__in=held) | Q(~Exists(this_year.filter(node=OuterRef("pk"))), chain__in=held))
    if wanted.mode:
        nodes = nodes.filter(Exists(_in_force(as_of).filter(**_KINDS_OF_MODE[Mode(wanted.mode)])))
    if wanted.gap == "DISTRICT":
        open_code = Q(area_code="") | Q(area_code__endswith="00")
        nodes = nodes.filter(open_code, kind=NodeKind.STORE).exclude(area_code__in=whole())
    elif wanted.gap == "OWNER":
        nodes = nodes.filter(owner=None)
    elif wanted.gap == "PARTIES":
        nodes = nodes.filter(~Exists(_in_force(as_of)), kind=NodeKind.STORE)
    elif wanted.gap == "DOUBTFUL":
        named = Q(*(("name_zh__contains", word) for word in PLACE_WORDS), _connector=Q.OR)
        nodes = nodes.filter(named, kind=NodeKind.STORE)
    return nodes


_KINDS_OF_MODE: Mapping[Mode, Mapping[str, str]] = {
    Mode.A: {"ship_to_kind": "STORE", "bill_to_kind": "STORE"},
    Mode.B: {"ship_to_kind": "STORE", "bill_to_kind": "HEAD_OFFICE"},
    Mode.C: {"ship_to_kind": "HEAD_OFFICE", "bill_to_kind": "HEAD_OFFICE"},
}


def _in_force(as_of: date) -> QuerySet[PartyRoles]:
    in_time = Q(ends_before=None) | Q(ends_before__gt=as_of)
    return PartyRoles.objects.filter(in_time, store=OuterRef("pk"), starts_on__lte=as_of)


def _one_of(text: str | None, known: Any) -> str:  # noqa: ANN401 - an enumeration or a tuple
    return text if text and text in tuple(known) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None
