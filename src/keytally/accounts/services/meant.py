"""Which chain and which store does a row of S1 mean? What may mean several is refused, never guessed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from keytally.accounts.models import AccountCode, AccountNode
from keytally.accounts.queries import matching
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import plain_code
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.accounts.services.chunks import Became, Chunk

Facts = Mapping[str, Any]


def chain_of(facts: Facts, *, chunk: Chunk, became: Became) -> AccountNode:
    """Find the chain that a row names, or add it where missing chains are to be added."""
    given = chunk.given
    name = str(facts.get("chain") or "")
    if not name:
        raise UnableToKeepAccount("CHAIN_MISSING")
    known = chunk.known.chain(name)
    if known:
        return known
    if several := chunk.known.chains(name):
        return _chain_of_code(facts, several=several, chunk=chunk)
    if not given.adds_chains:
        raise UnableToKeepAccount(("NO_CHAIN", {"value": name}))
    became.warnings.append("CHAIN_ADDED")
    wanted = nodes.NewAccount(
        kind=NodeKind.CHAIN, name_zh=name, owner=given.by, key=f"import-{given.number}-{name}"[:64]
    )
    return nodes.add_account(wanted, by=given.by, on=given.on, now=given.now)


def _chain_of_code(facts: Facts, *, several: list[AccountNode], chunk: Chunk) -> AccountNode:
    """Take, of several chains of one name, that of the store whose code the row gives."""
    store = chunk.known.by_code.get(plain_code(str(facts.get("code") or "")))
    found = next((one for one in several if store and one.pk == store.chain_id), None)
    if found is None:
        raise UnableToKeepAccount(("CHAIN_NOT_ONE", {"value": facts["chain"]}))
    return found


def _check_chain(store: AccountNode, chain: AccountNode) -> AccountNode:
    """Refuse a row whose code is that of a store of another chain: one of the two is wrong."""
    if store.chain_id == chain.pk or (its_own := store.chain) is None or matching.kept_of(its_own).pk == chain.pk:
        return store
    names = {"name": store.name, "chain": its_own.name}
    raise UnableToKeepAccount(("CODE_OF_ANOTHER_CHAIN", {"code": store.code, **names}))


def store_of(facts: Facts, *, chain: AccountNode, chunk: Chunk) -> AccountNode | None:
    """Find the store that a row means: by our code, their code, or its name in the same place."""
    known = chunk.known
    if facts.get("code"):
        found = known.by_code.get(plain_code(str(facts["code"])))
        return _check_chain(chunk.current(found), chain) if found and found.kind == NodeKind.STORE else None
    if facts.get("their_code"):
        held = known.theirs.get((chain.pk, plain_code(str(facts["their_code"]))), ())
        if holder := _holder_of(held, facts, on=chunk.given.on):
            return chunk.current(holder.node)
    named = known.named.get((chain.pk, facts.get("name_zh") or ""), ())
    alike = (chunk.seen(number) for number in named if number not in chunk.touched)
    found = next((one for one in alike if matching.is_there(one, facts)), None)
    return chunk.current(found) if found else None


def _holder_of(held: Sequence[AccountCode], facts: Facts, *, on: date) -> AccountCode | None:
    """Find who has a code of theirs on the day the row says, else today, else who had it last."""
    said = facts.get("their_code_from")
    day = said or on
    in_force = (
        one for one in held if (one.starts_on or day) <= day and (one.ends_before is None or one.ends_before > day)
    )
    latest = max(held, key=lambda one: one.starts_on or date.min, default=None)
    return next(in_force, None if said else latest)
