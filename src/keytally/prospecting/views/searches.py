"""The search builder: addresses that a person opens; nothing is fetched here (P07, G17)."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from keytally.core.access import requires
from keytally.prospecting.forms import SearchForm
from keytally.prospecting.rule_data import search_lists
from keytally.prospecting.rules.searches import searches
from keytally.prospecting.views.pages import moment


@requires("prospecting.view")
@require_GET
def build(request: HttpRequest) -> HttpResponse:
    lists = search_lists(as_of=moment(request).today)
    is_chinese = (get_language() or "").startswith("zh")
    countries = [(one.code, one.name_zh if is_chinese else one.name_en) for one in lists.countries]
    form = SearchForm(request.GET if "product_en" in request.GET else None, countries=countries)
    groups = []
    if form.is_bound and form.is_valid():
        chosen = [one for one in lists.countries if one.code in form.cleaned_data["countries"]]
        built = searches(form.product(), countries=chosen, lists=lists)
        names = dict(countries)
        groups = [
            (names[code], [(family, list(those)) for family, those in groupby(list(group), key=lambda one: one.family)])
            for code, group in groupby(built, key=lambda one: one.country.code)
        ]
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "prospecting/searches.html", {"form": form, "groups": groups}, status=status)
