"""A stranger's log-in: session, token and identity, for the walk of every route."""

from allauth.usersessions.models import UserSession

from keytally.core.tests.samples import NOBODY, Samples, Secret
from keytally.identity.services.identities import link_identity
from keytally.identity.services.tokens import make_token

TOKEN = "secretnameoftoken"
IDENTITY = "secretuidelsewhere"


def samples(stranger, *, now):
    token, _text = make_token(stranger, name=TOKEN, permissions=[], days=1, now=now)
    identity = link_identity(stranger, provider="wecom", uid=IDENTITY, by=stranger, now=now)
    session = UserSession.objects.create(
        user=stranger, session_key="walk", ip="192.0.2.1", user_agent="walk", last_seen_at=now
    )
    own = ("end_session", "unlink_own_identity", "revoke_own_token")
    return Samples(
        values={
            "users:person_id": stranger.pk,
            "users:token_id": token.pk,
            "users:identity_id": identity.pk,
            "users:session_id": session.pk,
            "users:provider": "wecom",
            ":token": "nosuchlink",
            ":provider_id": "nosuchprovider",
        },
        # Who made which token, and linked whom, is what the audit is for.
        secrets=[Secret(text, "log_in.manage", or_by=("audit.view",)) for text in (TOKEN, IDENTITY)],
        seen_by={f"users:{name}": NOBODY for name in own},
        things_of_all=frozenset({"users:connect_identity"}),
    )
