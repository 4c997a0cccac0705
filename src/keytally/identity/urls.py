"""Addresses of people, their log-in, and a person's own settings."""

from django.urls import path

from keytally.identity.views import own, tokens, users

app_name = "users"

urlpatterns = [
    path("users/", users.people_list, name="list"),
    path("users/add/", users.add, name="add"),
    path("users/log-in-rules/", users.rules, name="rules"),
    path("users/<int:person_id>/", users.change, name="change"),
    path("users/<int:person_id>/log-in/", users.log_in_of, name="log_in"),
    path("users/<int:person_id>/link/", users.give_link, name="give_link"),
    path("users/<int:person_id>/link/revoke/", users.revoke_link, name="revoke_link"),
    path("users/<int:person_id>/second-factor/reset/", users.reset_factor, name="reset_factor"),
    path("users/<int:person_id>/sessions/end/", users.end_sessions, name="end_sessions"),
    path("users/<int:person_id>/identities/", users.link_identity, name="link_identity"),
    path("users/<int:person_id>/identities/<int:identity_id>/unlink/", users.unlink_identity, name="unlink_identity"),
    path("users/<int:person_id>/tokens/<int:token_id>/revoke/", users.revoke_token, name="revoke_token"),
    path("me/", own.own, name="own"),
    path("me/confirm/", own.confirm, name="confirm"),
    path("me/second-factor/", own.factor, name="factor"),
    path("me/second-factor/recovery-codes/", own.new_recovery_codes, name="new_recovery_codes"),
    path("me/second-factor/remove/", own.remove_factor, name="remove_factor"),
    path("me/sessions/", own.own_sessions, name="sessions"),
    path("me/sessions/end-others/", own.end_other_sessions, name="end_other_sessions"),
    path("me/sessions/<int:session_id>/end/", own.end_session, name="end_session"),
    path("me/identities/", own.own_identities, name="identities"),
    path("me/identities/<int:identity_id>/unlink/", own.unlink_identity, name="unlink_own_identity"),
    path("me/identities/connect/<slug:provider>/", own.connect_identity, name="connect_identity"),
    path("me/tokens/", tokens.own_tokens, name="tokens"),
    path("me/tokens/<int:token_id>/revoke/", tokens.revoke_token, name="revoke_own_token"),
]
