"""Class accounts on axes that are data, and say how each is led for a year."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max

from keytally.accounts.models import AccountNode, AccountTier, Classification, ClassificationAxis, ClassificationValue
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.attributes import S1
from keytally.accounts.rules.classes import DEFAULT_AXES, axis_code
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.subjects import account
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.exchange.headers import plain_name

if TYPE_CHECKING:
    from keytally.core.models import User

# The axes with which every installation begins; files and rules know them by their code.
OWN = frozenset(axis.code for axis in DEFAULT_AXES)


@transaction.atomic
def classify(node: AccountNode, *, axis: str, values: Sequence[str], by: "User | None", now: datetime) -> None:
    """Give an account these values of an axis, by code, in place of those it had."""
    known = {value.code: value for value in ClassificationValue.objects.filter(axis__code=axis, is_active=True)}
    unknown = [code for code in values if code not in known]
    if unknown:
        raise UnableToKeepAccount(("FORMAT_VALUE_UNKNOWN", {"value": ", ".join(unknown), "axis": axis}))
    held = Classification.objects.filter(node=node, value__axis__code=axis)
    before = sorted(held.values_list("value__code", flat=True))
    if before == sorted(values):
        return
    held.exclude(value__code__in=values).delete()
    Classification.objects.bulk_create(
        Classification(node=node, value=known[code]) for code in values if code not in before
    )
    record_audit(
        "account.classify",
        by=by,
        at=now,
        subject=account(node.pk),
        before={axis: before},
        after={axis: sorted(values)},
    )


@transaction.atomic
def set_tier(node: AccountNode, *, year: int, tier: Tier, by: "User | None", now: datetime) -> None:
    """Say how an account is led in a year (Q23-Q25); years that were stay as they are."""
    known = AccountTier.objects.filter(node=node, year=year).first()
    if known and known.tier == tier:
        return
    AccountTier.objects.update_or_create(node=node, year=year, defaults={"tier": tier})
    record_audit(
        "account.tier",
        by=by,
        at=now,
        subject=account(node.pk),
        before={"year": year, "tier": known.tier} if known else None,
        after={"year": year, "tier": tier},
    )


@transaction.atomic
def add_value(
    axis: ClassificationAxis, *, code: str, name_zh: str, name_en: str, by: "User | None", now: datetime
) -> ClassificationValue:
    """Add a value to an axis, at the end of its list; one that is there is answered."""
    known = ClassificationValue.objects.filter(axis=axis, code=code).first()
    if known:
        return known
    last = ClassificationValue.objects.filter(axis=axis).aggregate(last=Max("position"))["last"]
    value = ClassificationValue.objects.create(
        axis=axis, code=code, name_zh=name_zh, name_en=name_en, position=0 if last is None else last + 1
    )
    record_audit(
        "account.class",
        by=by,
        at=now,
        subject=Subject("account_class", value.pk),
        after={"axis": axis.code, "code": code, "zh": name_zh, "en": name_en},
    )
    return value


@transaction.atomic
def change_value(
    value: ClassificationValue, *, name_zh: str, name_en: str, is_active: bool, by: "User", now: datetime
) -> None:
    """Rename a value, or take it out of what may be chosen; those who have it keep it."""
    before = {"zh": value.name_zh, "en": value.name_en, "active": value.is_active}
    value.name_zh, value.name_en, value.is_active = name_zh, name_en, is_active
    after = {"zh": name_zh, "en": name_en, "active": is_active}
    if after == before:
        return
    value.save()
    subject = Subject("account_class", value.pk)
    record_audit("account.class", by=by, at=now, subject=subject, before=before, after=after)


@transaction.atomic
def add_axis(*, name_zh: str, name_en: str, is_several: bool, by: "User", now: datetime) -> ClassificationAxis:
    """Add an axis at the end of the list, or raise `UnableToKeepAccount`; its code is made of its English name."""
    known = _held_axes()
    code = axis_code(name_en)
    if not code:
        raise UnableToKeepAccount(("AXIS_NO_CODE", {"name": name_en}))
    _check_names(code, name_zh, name_en, others=known)
    last = max((one.position for one in known), default=-1)
    axis = ClassificationAxis.objects.create(
        code=code, name_zh=name_zh, name_en=name_en, is_several=is_several, position=last + 1
    )
    record_audit("account.axis", by=by, at=now, subject=Subject("account_axis", axis.pk), after=_shown(axis))
    return axis


@transaction.atomic
def change_axis(
    axis: ClassificationAxis, *, name_zh: str, name_en: str, is_several: bool, by: "User", now: datetime
) -> None:
    """Rename an axis, or let accounts have several of its values, or raise `UnableToKeepAccount`; its code stays."""
    known = [one for one in _held_axes() if one.pk != axis.pk]
    before = _shown(axis)
    if (name_zh, name_en) != (axis.name_zh, axis.name_en):
        _check_names("", name_zh, name_en, others=known, own=axis)
    held = Classification.objects.filter(value__axis=axis).values("node").annotate(times=Count("pk"))
    if axis.is_several and not is_several and (count := held.filter(times__gt=1).count()):
        raise UnableToKeepAccount(("AXIS_HAS_SEVERAL", {"name": str(axis), "count": count}))
    axis.name_zh, axis.name_en, axis.is_several = name_zh, name_en, is_several
    if (after := _shown(axis)) == before:
        return
    axis.save()
    record_audit("account.axis", by=by, at=now, subject=Subject("account_axis", axis.pk), before=before, after=after)


@transaction.atomic
def remove_axis(axis: ClassificationAxis, *, by: "User", now: datetime) -> None:
    """Take away an axis that somebody added and nobody uses, or raise `UnableToKeepAccount`."""
    _held_axes()
    if axis.code in OWN:
        raise UnableToKeepAccount(("AXIS_IS_OURS", {"name": str(axis)}))
    if count := Classification.objects.filter(value__axis=axis).values("node").distinct().count():
        raise UnableToKeepAccount(("AXIS_IS_USED", {"name": str(axis), "count": count}))
    subject, before = Subject("account_axis", axis.pk), _shown(axis)
    axis.values.all().delete()
    axis.delete()
    record_audit("account.axis", by=by, at=now, subject=subject, before=before)


def _held_axes() -> list[ClassificationAxis]:
    """Hold all axes, so that who keeps one at once comes one after the other; answers those there are by then."""
    list(ClassificationAxis.objects.select_for_update().order_by("pk").values_list("pk"))
    return list(ClassificationAxis.objects.order_by("pk"))


def _check_names(
    code: str,
    *names: str,
    others: Sequence[ClassificationAxis],
    own: ClassificationAxis | None = None,
) -> None:
    """Refuse a name by which another axis, or a column of the customer base file, is known already."""
    columns = [one for one in S1 if own is None or one.code != own.code]
    taken = {plain_name(header) for one in columns for header in one.headers}
    taken |= {plain_name(name) for one in others for name in (one.code, one.name_zh, one.name_en)}
    for name in (*names, code):
        if name and plain_name(name) in taken:
            raise UnableToKeepAccount(("AXIS_NAME_TAKEN", {"name": name}))


def _shown(axis: ClassificationAxis) -> dict[str, object]:
    return {"axis": axis.code, "zh": axis.name_zh, "en": axis.name_en, "several": axis.is_several}


def lay_out_classes() -> None:
    """Lay out the axes and values with which an installation begins, where they are not there."""
    for place, axis in enumerate(DEFAULT_AXES):
        names = {"name_zh": axis.name_zh, "name_en": axis.name_en, "position": place, "is_several": axis.is_several}
        kept, is_new = ClassificationAxis.objects.get_or_create(code=axis.code, defaults=names)
        if is_new:
            ClassificationValue.objects.bulk_create(
                ClassificationValue(axis=kept, code=one.code, name_zh=one.name_zh, name_en=one.name_en, position=number)
                for number, one in enumerate(axis.values)
            )
