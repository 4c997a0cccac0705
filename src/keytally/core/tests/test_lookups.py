"""A column is asked for one of very many numbers in one statement without parameters."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from keytally.core.models import User

pytestmark = pytest.mark.django_db


def test_among_finds_what_in_finds(django_user_model):
    made = [django_user_model.objects.create(username=f"one-{place}") for place in range(4)]
    wanted = {made[0].pk, made[2].pk, 10**12}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = list(User.objects.filter(Q(pk__among=wanted)).order_by("pk"))
    assert found == [made[0], made[2]]
    assert str(made[2].pk) in asked[0]["sql"]


def test_among_none_there_is_nothing_and_all_but_none_is_everything(django_user_model):
    django_user_model.objects.create(username="one")
    assert not User.objects.filter(Q(pk__among=[])).exists()
    assert User.objects.filter(~Q(pk__among=[])).exists()


@pytest.mark.parametrize("rubbish", [["1) or (1=1"], ["x"], [None]])
def test_what_is_no_number_never_reaches_the_statement(rubbish):
    with pytest.raises((TypeError, ValueError)):
        list(User.objects.filter(Q(pk__among=rubbish)))


def test_more_numbers_than_a_database_takes_parameters_are_taken():
    assert not User.objects.filter(Q(pk__among=range(10**9, 10**9 + 70_000))).exists()
