import pytest
from django.test import RequestFactory

from keytally.identity.addresses import client_address
from keytally.identity.rules import device, is_token_like, new_token, token_digest

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (CHROME, "Chrome · Linux"),
        (f"{CHROME} Edg/131.0.0.0", "Edge · Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.1 Safari/605.1.15", "Safari · macOS"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox · Windows"),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/116 Mobile Safari/537.36 wxwork/4.1.30 MicroMessenger/7",
            "WeCom · Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) AliApp(DingTalk/7.6)", "DingTalk · iPhone"),
        ("curl/8.5.0", "curl"),
        ("my own program 1.0", "my own program 1.0"),
        ("", ""),
    ],
)
def test_a_device_has_the_name_a_person_would_give_it(user_agent, name):
    assert device(user_agent) == name


def test_no_two_tokens_are_the_same_and_each_looks_like_one():
    made = {new_token() for _ in range(200)}
    assert len(made) == 200
    assert all(map(is_token_like, made))
    assert len({token_digest(token) for token in made}) == 200


@pytest.mark.parametrize(
    ("behind", "forwarded", "address"),
    [
        (False, "6.6.6.6", "10.0.0.9"),
        (True, "6.6.6.6, 10.1.1.1", "10.1.1.1"),
        (True, "", "10.0.0.9"),
        (True, "nonsense", "0.0.0.0"),
        (True, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_the_proxy_itself_wrote_is_believed(settings, behind, forwarded, address):
    settings.BEHIND_PROXY = behind
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **more)) == address
