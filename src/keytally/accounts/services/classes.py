"""Class accounts on axes that are data, and say how each is led for a year."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from keytally.accounts.models import AccountNode, AccountTier, Classification, ClassificationAxis, ClassificationValue
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.classes import DEFAULT_AXES
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.subjects import account
from keytally.core.services import record_audit
from keytally.core.subjects import Subject

if TYPE_CHECKING:
    from keytally.core.models import User


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
