"""Does anything come through to somebody who may not see it? The rules are those of docs/rules/scope.md."""

import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.http import FileResponse, HttpResponse
from django.urls import include, path

from keytally.core import subjects
from keytally.core.access import requires, signed_in
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.core.subjects import SubjectKind
from keytally.jobs.models import Job
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation
from keytally.site.tests.walking import all_routes, everybody, gaps, lay_out, walk

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.VAR = tmp_path
    settings.FILES_ROOT = tmp_path / "files"
    settings.JOBS_ROOT = tmp_path / "jobs"
    settings.RECONCILIATIONS_ROOT = tmp_path / "reconciliations"


@pytest.fixture
def world(db, folders):
    walkers = everybody(now=NOW)
    stranger = add_person("stranger", name="Stranger", password=None, roles=[Role.SALES_REP], by=None, now=NOW)
    return lay_out(stranger=stranger, walkers=walkers, now=NOW)


@pytest.mark.slow
def test_nothing_comes_through_to_whom_it_is_not_for(world):
    found = all_routes()
    assert gaps(found, world) == []
    assert list(map(str, walk(found, world))) == []
    unseen = {secret.text for secret in world.secrets} - world.seen
    assert unseen == set(), "nobody sees these, so the walk proves nothing about them"
