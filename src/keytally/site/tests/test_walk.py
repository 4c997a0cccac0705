"""Does anything come through to somebody who may not see it? The rules are those of docs/rules/scope.md."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.test import override_settings
from django.urls import include, path

from keytally.core import exports, subjects
from keytally.core.access import requires, signed_in
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.core.subjects import SubjectKind
from keytally.core.tests.samples import NOBODY
from keytally.jobs.models import Job
from keytally.reconciliation import queries
from keytally.reconciliation.models import Reconciliation
from keytally.site.tests.walking import all_routes, everybody, gaps, lay_out, told, walk

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def laid_out(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world, laid out once; what a test adds to it is undone with the test."""
    folder = tmp_path_factory.mktemp("walk")
    places = {name: folder / name.lower() for name in ("FILES_ROOT", "JOBS_ROOT", "RECONCILIATIONS_ROOT")}
    with override_settings(VAR=folder, **places), django_db_blocker.unblock(), transaction.atomic():
        walkers = everybody(now=NOW)
        stranger = add_person("stranger", name="Stranger", password=None, roles=[Role.SALES_REP], by=None, now=NOW)
        yield lay_out(stranger=stranger, walkers=walkers, now=NOW)
        transaction.set_rollback(True)


@pytest.fixture
def world(db, laid_out):
    samples = [replace(each, values=dict(each.values)) for each in laid_out.samples]
    return replace(laid_out, samples=samples, seen=set())


@pytest.mark.slow
def test_nothing_comes_through_to_whom_it_is_not_for(world):
    found = all_routes()
    missing = "\n".join(gaps(found, world))
    assert missing == "", missing
    leaks = told(walk(found, world))
    assert leaks == "", leaks
    unseen = {secret.text for secret in world.secrets if secret.permission != NOBODY} - world.seen
    assert unseen == set(), "nobody sees these, so the walk proves nothing about them"


def planted(monkeypatch, settings, *patterns):
    """Add routes to the site, as a careless hand would."""
    module = ModuleType("planted_urls")
    module.urlpatterns = [path("", include("keytally.site.urls")), *patterns]
    module.handler403 = "keytally.site.views.forbidden"
    module.handler404 = "keytally.site.views.not_found"
    module.handler500 = "keytally.site.views.broken"
    monkeypatch.setitem(sys.modules, "planted_urls", module)
    settings.ROOT_URLCONF = "planted_urls"
    return [route for route in all_routes() if route.name.startswith("planted")]


def told_to(leaks, who):
    return [leak.what for leak in leaks if leak.who == who]


@requires("reconcile.view")
def list_of_everything(_request):
    return HttpResponse(", ".join(Reconciliation.objects.values_list("name", flat=True)))


@requires("reconcile.view")
def one_without_a_filter(_request, number):
    return HttpResponse(str(Reconciliation.objects.filter(pk=number).exists()))


@requires("reconcile.view")
def result_past_the_way_out(_request):
    file = queries.result_folder(Reconciliation.objects.get()) / "summary.json"
    return FileResponse(file.open("rb"), as_attachment=True, filename="summary.json")


@requires("jobs.view")
def jobs_of_everyone(_request):
    return HttpResponse(", ".join(Job.objects.values_list("step", flat=True)))


@signed_in
def changes_what_is_not_theirs(_request, number):
    Reconciliation.objects.filter(pk=number).update(period="2026-01")
    return HttpResponse(status=404)


def without_a_guard(_request):
    return HttpResponse("")


def test_it_finds_a_list_without_a_filter(world, monkeypatch, settings):
    leaks = walk(planted(monkeypatch, settings, path("planted/", list_of_everything, name="planted")), world)
    assert any("secretreconciliation" in what for what in told_to(leaks, "ACCOUNT_MANAGER"))
    assert told_to(leaks, "AUDITOR") == told_to(leaks, "OUTSIDER") == []


def test_it_finds_a_thing_that_anyone_may_ask_for(world, monkeypatch, settings):
    world.samples[0].values.setdefault("planted:number", Reconciliation.objects.get().pk)
    leaks = walk(planted(monkeypatch, settings, path("p/<int:number>/", one_without_a_filter, name="planted:x")), world)
    assert any("out of reach" in what for what in told_to(leaks, "ORDER_CLERK"))


def test_it_finds_a_file_that_leaves_without_a_record(world, monkeypatch, settings):
    leaks = walk(planted(monkeypatch, settings, path("planted/", result_past_the_way_out, name="planted")), world)
    assert "a file left without a record" in told_to(leaks, "FINANCE_DIRECTOR")


def test_it_finds_an_attachment_whose_subject_is_everyones(world, monkeypatch):
    kind = SubjectKind("reconciliation", "x", lambda _person, _day: Reconciliation.objects.all(), lambda _number: "/")
    monkeypatch.setitem(subjects._kinds, "reconciliation", kind)
    leaks = walk([route for route in all_routes() if route.name == "core:attachment"], world)
    assert any("secretfileofreconciliation" in what for what in told_to(leaks, "OUTSIDER"))


def test_it_finds_jobs_without_a_scope(world, monkeypatch, settings):
    leaks = walk(planted(monkeypatch, settings, path("planted/", jobs_of_everyone, name="planted")), world)
    assert any("secretofajob" in what for what in told_to(leaks, "SALES_REP"))
    assert told_to(leaks, "ADMINISTRATOR") == []


def test_it_finds_an_export_with_too_many_rows(world, monkeypatch):
    listing = exports.listings()["reconciliations"]
    open_to_all = replace(listing, rows=lambda _person, _day, _asked: Reconciliation.objects.order_by("pk"))
    monkeypatch.setitem(exports._listings, "reconciliations", open_to_all)
    leaks = walk([route for route in all_routes() if route.name == "core:take"], world)
    assert any("secretreconciliation" in what for what in told_to(leaks, "REGION_MANAGER"))


def test_it_finds_a_change_of_what_is_out_of_reach(world, monkeypatch, settings):
    world.samples[0].values.setdefault("planted:number", Reconciliation.objects.get().pk)
    pattern = path("p/<int:number>/", changes_what_is_not_theirs, name="planted:x")
    leaks = walk(planted(monkeypatch, settings, pattern), world)
    assert any("it changed reconciliation_reconciliation" in what for what in told_to(leaks, "SALES_REP"))


def test_it_finds_a_page_without_a_guard_and_a_parameter_without_a_sample(world, monkeypatch, settings):
    found = planted(
        monkeypatch,
        settings,
        path("planted/", without_a_guard, name="planted"),
        path("planted/<int:unknown_id>/", list_of_everything, name="planted_more"),
    )
    told = " ".join(gaps(found, world))
    assert "/planted/ (planted) has no permission" in told
    assert "has a parameter unknown_id for which nobody lays out a sample" in told
