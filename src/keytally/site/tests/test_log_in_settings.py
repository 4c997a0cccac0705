import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from keytally.site.log_in_settings import form_origins, social_providers

OIDC = {
    "OIDC_PROVIDERS": "company",
    "OIDC_COMPANY_NAME": "Company",
    "OIDC_COMPANY_SERVER_URL": "https://id.example.com/realms/ka",
    "OIDC_COMPANY_CLIENT_ID": "keytally",
    "OIDC_COMPANY_CLIENT_SECRET": "s",
}
WECOM = {"WECOM_CORP_ID": "ww1", "WECOM_AGENT_ID": "1000002", "WECOM_SECRET": "s"}


def read(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return social_providers(environ.Env())


def test_without_variables_there_is_only_the_password_and_no_form_leads_out(monkeypatch):
    assert read(monkeypatch) == {}
    assert form_origins({}) == []


def test_an_openid_provider_is_read_and_its_address_allowed(monkeypatch):
    found = read(monkeypatch, **OIDC)
    app = found["openid_connect"]["APPS"][0]
    assert (app["provider_id"], app["name"], app["client_id"]) == ("company", "Company", "keytally")
    assert found["openid_connect"]["OAUTH_PKCE_ENABLED"] is True
    assert app["settings"]["trusts_mail"] is False
    assert form_origins(found) == ["https://id.example.com"]


def test_a_log_in_page_elsewhere_is_allowed_by_name(monkeypatch):
    found = read(monkeypatch, **OIDC, OIDC_COMPANY_FORM_URL="https://login.example.com:8443/x")
    assert form_origins(found) == ["https://id.example.com", "https://login.example.com:8443"]


def test_wecom_is_read_with_its_agent(monkeypatch):
    found = read(monkeypatch, **WECOM)
    assert found["wecom"]["APPS"][0]["settings"]["agent_id"] == "1000002"
    assert len(form_origins(found)) == 2


@pytest.mark.parametrize("left_out", ["OIDC_COMPANY_CLIENT_SECRET", "WECOM_AGENT_ID", "WECOM_SECRET"])
def test_half_a_configuration_is_refused_by_name(monkeypatch, left_out):
    variables = {name: value for name, value in {**OIDC, **WECOM}.items() if name != left_out}
    with pytest.raises(ImproperlyConfigured, match=left_out):
        read(monkeypatch, **variables)


def test_mail_is_trusted_only_where_it_is_said(monkeypatch):
    found = read(monkeypatch, FEISHU_APP_ID="a", FEISHU_APP_SECRET="s", FEISHU_TRUST_MAIL="true")
    assert found["feishu"]["APPS"][0]["settings"]["trusts_mail"] is True
