"""What the page of one account shows, read once for its panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Prefetch, Q, QuerySet

from keytally.accounts.labels import CodeSide, MatterState, PlanStep, PromiseState
from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountGrant,
    AccountMerge,
    AccountNode,
    AccountPlacement,
    AccountPromise,
    AccountTier,
    Classification,
    Contact,
    CoordinationMatter,
    DedicatedManager,
    DevelopmentStep,
    PartyRoles,
    RungEvidence,
    SettlementProcedure,
)
from keytally.accounts.models import CreditGrade as GradeRow
from keytally.accounts.queries.snapshots import Holdings
from keytally.accounts.rule_data import decay
from keytally.accounts.rules.decision_map import DecisionRole, Gap, Stance, Voice, gaps
from keytally.accounts.rules.ladder import Decay, Proof, Rung, Standing, standing
from keytally.accounts.rules.tiers import CreditGrade, Tier, dedicated_gaps
from keytally.core.once import once

MOST_BELOW = 20
_NAMED = ("parent", "chain", "legal_party", "supplied_by", "served_from", "owner", "promoter", "merged_into")


@dataclass(frozen=True, slots=True)
class Known:
    """A contact with the rung held today and the evidence."""

    contact: Contact
    standing: Standing
    evidence: Sequence[RungEvidence]

    @property
    def rung(self) -> Rung | None:
        """Name the rung held."""
        return self.standing.rung


@dataclass(frozen=True, slots=True)
class DecisionMap:
    """The contacts as they stand, and what is missing."""

    known: Sequence[Known]
    gaps: Sequence[Gap]
    decay: Decay


def account(number: int) -> AccountNode | None:
    """Find an account with what its page names of it."""
    nodes = AccountNode.objects.select_related(*_NAMED)
    return once(("account", number), nodes.filter(pk=number).first)


def one_and_aliases(node: AccountNode) -> list[int]:
    """List the ids of an account and of those that were merged into it, or into one of those."""
    return once(("aliases", node.pk), lambda: _with_aliases(node))


def _with_aliases(node: AccountNode) -> list[int]:
    newest = [merge.alias_id for merge in merges_of(node)]
    found = [node.pk, *newest]
    while newest and (newest := list(AccountNode.objects.filter(merged_into__in=newest).values_list("pk", flat=True))):
        found += newest
    return found


def above(node: AccountNode) -> list[AccountNode]:
    """List what lies above a node, the chain first."""
    rows = AccountAncestor.objects.filter(node=node, depth__gt=0, ancestor__merged_into=None)
    rows = rows.select_related("ancestor").order_by("-depth")
    return [row.ancestor for row in rows]


def below(node: AccountNode) -> tuple[list[AccountNode], dict[str, int]]:
    """List the first accounts right below a node, and count all below it by kind."""
    children = AccountNode.objects.filter(parent=node, merged_into=None).order_by("kind", "name_sort", "id")
    counts = AccountNode.objects.filter(above__ancestor=node, above__depth__gt=0, merged_into=None)
    return list(children[:MOST_BELOW]), dict(counts.values_list("kind").annotate(Count("pk")).order_by("kind"))


def placements(node: AccountNode) -> QuerySet[AccountPlacement]:
    """List under which parents an account hung, the latest first."""
    return AccountPlacement.objects.filter(node=node).select_related("parent").order_by("-starts_on")


def parties_history(store: AccountNode) -> list[PartyRoles]:
    """List the parties of a store, the latest first."""
    parties = PartyRoles.objects.filter(store=store).select_related("buyer", "ship_to", "bill_to")
    return once(("parties", store.pk), lambda: list(parties.order_by("-starts_on")))


def all_codes(numbers: Sequence[int]) -> QuerySet[AccountCode]:
    """List the codes of accounts, ours first."""
    return AccountCode.objects.filter(node__in=numbers).order_by("side", F("starts_on").desc(nulls_last=True), "pk")


def codes_of(node: AccountNode) -> list[AccountCode]:
    """List the codes of an account and its aliases, ours first."""
    return once(("codes", node.pk), lambda: list(all_codes(one_and_aliases(node))))


def classes_of(node: AccountNode) -> list[Classification]:
    """List the classes of an account in the order of their axes."""
    held = Classification.objects.filter(node=node).select_related("value__axis")
    order = ("value__axis__position", "value__position", "pk")
    return once(("classes", node.pk), lambda: list(held.order_by(*order)))


def held_with(node: AccountNode) -> Holdings:
    """Gather what is kept with an account from what its page reads."""
    return Holdings(
        codes=[one for one in codes_of(node) if one.node_id == node.pk],
        parties=parties_history(node),
        classes=classes_of(node),
        tiers=dict(_tiers(node).get(node.pk, {})),
    )


def chain_years(node: AccountNode) -> list[int]:
    """List the years in which the chain of an account has a tier."""
    return sorted(_tiers(node).get(node.chain_id or 0, {}))


def tier_of(node: AccountNode, *, year: int) -> tuple[Tier | None, bool]:
    """Find the tier of an account in a year, and whether it is its chain's."""
    held = {number: years[year] for number, years in _tiers(node).items() if year in years}
    if node.pk in held:
        return Tier(held[node.pk]), False
    return (Tier(held[node.chain_id]), True) if node.chain_id in held else (None, False)


def _tiers(node: AccountNode) -> dict[int, dict[int, str]]:
    return once(("tiers", node.pk), lambda: _tiers_by_year(node))


def _tiers_by_year(node: AccountNode) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    rows = AccountTier.objects.filter(node__in=[node.pk, node.chain_id or 0])
    for number, year, tier in rows.values_list("node", "year", "tier"):
        found.setdefault(number, {})[year] = tier
    return found


def credit_grade_of(node: AccountNode, *, as_of: date) -> tuple[CreditGrade | None, bool]:
    """Find the credit grade of an account on a day, and whether it is its chain's."""
    in_force = GradeRow.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=as_of), node__in=[node.pk, node.chain_id or 0], starts_on__lte=as_of
    )
    held = dict(in_force.order_by("starts_on").values_list("node", "grade"))
    if node.pk in held:
        return CreditGrade(held[node.pk]), False
    return (CreditGrade(held[node.chain_id]), True) if node.chain_id in held else (None, False)


def decision_map(node: AccountNode, *, as_of: date) -> DecisionMap:
    """Gather the contacts of an account and its aliases, with rungs and gaps, in three queries."""
    chosen, contacts = decay(as_of=as_of), [one for one in _contacts(node) if one.left_on is None]
    known = [known_of(contact, as_of=as_of, chosen=chosen) for contact in contacts]
    return DecisionMap(known, gaps([_voice(one) for one in known]), chosen)


def _contacts(node: AccountNode) -> list[Contact]:
    contacts = Contact.objects.filter(node__in=one_and_aliases(node)).select_related("holder")
    evidence = Prefetch("evidence", queryset=RungEvidence.objects.select_related("recorded_by"))
    return once(("contacts", node.pk), lambda: list(contacts.prefetch_related(evidence)))


def known_of(contact: Contact, *, as_of: date, chosen: Decay) -> Known:
    """Tell where a contact stands today."""
    evidence = list(contact.evidence.all())
    proofs = [Proof(one.on, Rung(one.rung)) for one in evidence]
    return Known(contact, standing(proofs, as_of=as_of, decay=chosen), evidence)


def left_contacts(node: AccountNode) -> list[Contact]:
    """List those who left the account, or one of its aliases."""
    return [one for one in _contacts(node) if one.left_on]


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who of ours keeps an account, what is missing, and who was let in."""

    dedicated: DedicatedManager | None
    gaps: tuple[str, ...]
    grants: Sequence[AccountGrant]


def keepers(node: AccountNode, *, as_of: date, tier: Tier | None, grade: CreditGrade | None = None) -> Keepers:
    """Gather who keeps an account on a day, and who is missing for the tier and grade by which it is led."""
    in_force = Q(ends_before=None) | Q(ends_before__gt=as_of)
    # Whoever is named for the chain keeps what hangs under it too, unless somebody nearer is named.
    named = DedicatedManager.objects.filter(in_force, node__below__node=node, starts_on__lte=as_of)
    dedicated = named.select_related("person", "deputy", "node").order_by("node__below__depth", "-starts_on").first()
    grants = AccountGrant.objects.filter(in_force, node__below__node=node).select_related("person", "node")
    missing = dedicated_gaps(
        tier,
        grade=grade,
        has_person=bool(dedicated and dedicated.person.is_active),
        has_deputy=bool(dedicated and dedicated.deputy and dedicated.deputy.is_active),
    )
    return Keepers(dedicated, missing, list(grants.distinct()))


def matters(node: AccountNode) -> list[CoordinationMatter]:
    """List what was to be coordinated for an account: the open matters first, then the latest answers."""
    found = list(CoordinationMatter.objects.filter(node__in=one_and_aliases(node)).select_related("owner", "contact"))
    still_open = [one for one in found if one.state == MatterState.OPEN]
    ended = sorted((one for one in found if one.answered_on), key=lambda one: (one.answered_on, one.pk), reverse=True)
    return [*still_open, *ended]


def promises(node: AccountNode) -> list[AccountPromise]:
    """List the promises to an account: the broken and the open ones first."""
    found = AccountPromise.objects.filter(node__in=one_and_aliases(node)).select_related("owner", "contact")
    order = (PromiseState.BROKEN, PromiseState.OPEN, PromiseState.LATE, PromiseState.KEPT)
    return sorted(found, key=lambda one: (order.index(PromiseState(one.state)), one.due_on))


def development(node: AccountNode) -> list[tuple[PlanStep, DevelopmentStep | None]]:
    """List the five steps, each with where it stands."""
    kept = {one.step: one for one in DevelopmentStep.objects.filter(node=node).select_related("owner")}
    return [(step, kept.get(step)) for step in PlanStep]


def procedure_on(node: AccountNode, *, as_of: date) -> SettlementProcedure | None:
    """Find how an account settles on a day: its own procedure, else the nearest above it."""
    in_force = SettlementProcedure.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=as_of), starts_on__lte=as_of, node__below__node=node
    )
    nearest = in_force.order_by("node__below__depth").select_related("node").prefetch_related("steps")
    return nearest.first()


def merges_of(node: AccountNode) -> list[AccountMerge]:
    """List what was merged into an account, and was not undone."""
    merges = AccountMerge.objects.filter(kept=node, undone_at=None).select_related("alias", "merged_by")
    return once(("merges", node.pk), lambda: list(merges))


def other_codes(numbers: Sequence[int]) -> QuerySet[AccountCode]:
    """List the codes of theirs."""
    return all_codes(numbers).filter(side=CodeSide.THEIRS)


def _voice(known: Known) -> Voice:
    contact = known.contact
    return Voice(
        contact=contact.pk,
        name=contact.name,
        role=DecisionRole(contact.decision_role),
        weight=contact.weight,
        stance=Stance(contact.stance),
        rung=known.rung,
        is_held=contact.holder_id is not None,
    )
