"""Does every foreign key point downwards?"""

import configparser
from collections.abc import Sequence

from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from .sources import ROOT

DJANGO_OWN = ("contenttypes", "auth", "sessions", "admin")


def capabilities() -> list[str]:
    """Read the capabilities from the import contract, lowest first."""
    law = configparser.ConfigParser()
    law.read(ROOT / ".importlinter", encoding="utf-8")
    return law["importlinter:contract:capabilities"]["layers"].split()[::-1]


def upward_keys(order: Sequence[str], known: Sequence[type[models.Model]]) -> list[str]:
    """List the foreign keys that point from a lower capability to a higher one."""
    rank = {label: height for height, label in enumerate(order)}
    keys = [
        (field, model._meta.app_label, field.related_model._meta.app_label)
        for model in known
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model
    ]
    return [
        f"{field} -> {there}"
        for field, here, there in keys
        if here in rank and there in rank and rank[there] > rank[here]
    ]


def test_every_key_points_down() -> None:
    assert upward_keys(capabilities(), apps.get_models()) == []


def test_every_app_of_ours_has_its_place_in_the_order() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("keytally.")}
    assert ours
    assert ours <= set(capabilities())


@isolate_apps("keytally.core", "keytally.reconciliation")
def test_it_sees_a_key_that_points_up() -> None:
    class High(models.Model):
        class Meta:
            app_label = "reconciliation"

        def __str__(self) -> str:
            return "high"

    class Low(models.Model):
        high = models.ForeignKey(High, models.PROTECT)

        class Meta:
            app_label = "core"

        def __str__(self) -> str:
            return "low"

    assert upward_keys(capabilities(), [Low, High]) == ["core.Low.high -> reconciliation"]
