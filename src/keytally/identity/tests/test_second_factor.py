import pytest
from django.conf import settings
from django.test import Client

from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.identity.models import FactorRule
from keytally.identity.services import factors

from .conftest import NOW, PASSWORD, SECRET, code_now, is_in, log_in


def test_the_password_alone_opens_nothing(rep, with_factor):
    client = log_in(next="/me/sessions/")
    assert not is_in(client)
    assert client.get("/log-in/code/").status_code == 200
    response = client.post("/log-in/code/", {"code": code_now()})
    assert response.headers["Location"] == "/me/sessions/"
    assert is_in(client)


def test_a_code_typed_with_a_space_is_read(rep, with_factor):
    client = log_in()
    code = code_now()
    client.post("/log-in/code/", {"code": f"{code[:3]} {code[3:]}"})
    assert is_in(client)


def test_a_code_opens_the_door_once(rep, with_factor):
    first, second, code = log_in(), log_in(), code_now()
    first.post("/log-in/code/", {"code": code})
    assert second.post("/log-in/code/", {"code": code}).status_code == 422
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_opens_the_door_once(rep, with_factor):
    assert len(with_factor) == len(set(with_factor)) == 10
    client = log_in()
    client.post("/log-in/code/", {"code": with_factor[0]})
    assert is_in(client)
    again = log_in()
    assert again.post("/log-in/code/", {"code": with_factor[0]}).status_code == 422
    again.post("/log-in/code/", {"code": with_factor[1]})
    assert is_in(again)


def test_without_a_password_first_there_is_no_code_to_ask_for(rep, with_factor):
    client = Client()
    assert client.get("/log-in/code/").headers["Location"] == "/log-in/"
    assert client.post("/log-in/code/", {"code": code_now()}).headers["Location"] == "/log-in/"
    assert client.post("/log-in/second-factor/", {"kept": "1"}).headers["Location"] == "/log-in/"


def test_wrong_codes_lock_the_log_in_like_wrong_passwords(rep, with_factor):
    client = log_in()
    answers = [client.post("/log-in/code/", {"code": "000000"}).status_code for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert answers == [422] * (settings.AXES_FAILURE_LIMIT - 1) + [429]
    assert client.post("/log-in/code/", {"code": code_now()}).status_code == 429
    assert not is_in(client)
    fresh = Client()
    assert fresh.post("/log-in/", {"username": "rep", "password": PASSWORD}).status_code == 429
    written = list(AuditEntry.objects.filter(subject_id=rep.pk, after__step="code").values_list("action", flat=True))
    assert written == ["log_in.failed"] * (settings.AXES_FAILURE_LIMIT - 1) + ["log_in.locked"] * 2


def test_a_right_password_between_wrong_codes_does_not_start_the_count_anew(rep, with_factor):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        client = log_in()
        assert client.post("/log-in/code/", {"code": "000000"}).status_code == 422
    assert log_in().post("/log-in/code/", {"code": "000000"}).status_code == 429


def test_whoever_was_let_go_between_password_and_code_stays_out(rep, with_factor):
    client = log_in()
    rep.is_active = False
    rep.save()
    client.post("/log-in/code/", {"code": code_now()})
    assert not is_in(client)


def test_a_role_that_needs_it_has_it_set_up_before_anything_is_shown(rep, administrator):
    factors.set_factor_rules([Role.SALES_REP], by=administrator, now=NOW, reason="policy")
    client = log_in()
    assert not is_in(client)
    page = client.get("/log-in/second-factor/").content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = client.session["new_factor_secret"]
    assert client.post("/log-in/second-factor/", {"code": "12"}).status_code == 422
    codes = client.post("/log-in/second-factor/", {"code": code_now(secret)})
    assert codes.content.decode().count("<code>") == 10
    assert not is_in(client)
    client.post("/log-in/second-factor/", {"kept": "1"})
    assert is_in(client)
    assert client.get("/log-in/second-factor/").status_code == 302


def test_saying_the_codes_are_kept_does_not_skip_the_set_up(rep, administrator):
    factors.set_factor_rules([Role.SALES_REP], by=administrator, now=NOW, reason="policy")
    client = log_in()
    client.post("/log-in/second-factor/", {"kept": "1"})
    assert not is_in(client)


def test_the_rule_reaches_those_who_are_in_already(rep, administrator):
    client = log_in()
    other = log_in(username="root")
    other.post("/users/log-in-rules/", {"roles": ["SALES_REP"], "reason": "policy"})
    assert not is_in(client)
    assert is_in(other)
    assert FactorRule.objects.get().role == "SALES_REP"
    assert AuditEntry.objects.get(action="log_in.factor_rules").reason == "policy"
    assert "policy" in other.get("/users/log-in-rules/").content.decode()


def test_people_turn_it_on_and_off_themselves(rep):
    client = log_in()
    client.get("/me/second-factor/")
    secret = client.session["new_factor_secret"]
    assert client.post("/me/second-factor/", {"code": "000000"}).status_code == 422
    assert client.post("/me/second-factor/", {"code": code_now(secret)}).content.decode().count("<code>") == 10
    assert "10 recovery codes are left" in client.get("/me/second-factor/").content.decode()
    assert client.post("/me/second-factor/recovery-codes/").content.decode().count("<code>") == 10
    client.post("/me/second-factor/remove/")
    assert "It is off" in client.get("/me/second-factor/").content.decode()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"person.factor_added", "person.recovery_codes", "person.factor_removed"} <= actions


def test_it_stays_on_where_a_role_needs_it(rep, with_factor, administrator):
    factors.set_factor_rules([Role.SALES_REP], by=administrator, now=NOW, reason="policy")
    client = log_in()
    client.post("/log-in/code/", {"code": code_now()})
    client.post("/me/second-factor/remove/")
    assert "It is on" in client.get("/me/second-factor/").content.decode()


def test_an_open_screen_is_not_enough_to_change_it(rep):
    client = Client()
    client.force_login(rep)
    for path in ("/me/second-factor/", "/me/tokens/"):
        assert client.get(path).headers["Location"] == f"/me/confirm/?next={path.replace('/', '%2F')}"
    assert client.post("/me/second-factor/remove/").status_code == 302
    assert client.post("/me/confirm/?next=/me/tokens/", {"password": "wrong"}).status_code == 422
    assert client.post("/me/confirm/?next=/me/tokens/", {"password": PASSWORD}).headers["Location"] == "/me/tokens/"
    assert client.get("/me/tokens/").status_code == 200


def test_wrong_passwords_at_the_confirmation_lock_too(rep):
    client = Client()
    client.force_login(rep)
    answers = [
        client.post("/me/confirm/", {"password": "wrong"}).status_code for _ in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert answers[-1] == 429


def test_whoever_has_no_password_confirms_by_code(rep, with_factor):
    rep.set_unusable_password()
    rep.save()
    client = Client()
    client.force_login(rep)
    assert client.post("/me/confirm/?next=/me/tokens/", {"code": "000000"}).status_code == 422
    assert client.post("/me/confirm/?next=/me/tokens/", {"code": code_now()}).headers["Location"] == "/me/tokens/"


def test_the_secret_is_not_kept_readable(rep, with_factor):
    from allauth.mfa.models import Authenticator

    kept = repr(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert not any(code in kept for code in with_factor)


def test_an_administrator_resets_a_lost_one_with_a_reason(rep, with_factor, administrator):
    client = log_in()
    client.post("/log-in/code/", {"code": code_now()})
    root = log_in(username="root")
    assert root.post(f"/users/{rep.pk}/second-factor/reset/", {}).status_code == 422
    root.post(f"/users/{rep.pk}/second-factor/reset/", {"reason": "phone lost"})
    assert not is_in(client)
    assert is_in(log_in())
    entry = AuditEntry.objects.get(action="person.factor_reset")
    assert (entry.person, entry.reason) == (administrator, "phone lost")


@pytest.mark.parametrize("path", ["/log-in/code/", "/log-in/second-factor/"])
def test_no_browser_keeps_the_page(rep, with_factor, path):
    assert "no-store" in log_in().get(path).headers["Cache-Control"]
