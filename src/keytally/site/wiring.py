"""What wakes what: the subscriptions between capabilities, all in plain sight."""


def connect() -> None:
    """Connect events of lower capabilities to services of higher ones."""
    from keytally.approvals.services import reroute_access, reroute_changed
    from keytally.core.events import AccessChanged, subscribe
    from keytally.people.events import HolderChanged, PositionChanged
    from keytally.people.services.changes import answer_access

    # People change position: what nobody has decided yet goes to whoever decides it now.
    subscribe(HolderChanged, reroute_changed)
    subscribe(PositionChanged, reroute_changed)
    # Who may log in no longer decides nothing; first the organisation hears of it, then what waits.
    subscribe(AccessChanged, answer_access)
    subscribe(AccessChanged, reroute_access)

    _sign_documents_off()


def _sign_documents_off() -> None:
    """Let a controlled document be signed off by a request; the decision publishes it or gives it back."""
    from django.utils.translation import gettext_lazy as _

    from keytally.approvals.events import RequestDecided
    from keytally.approvals.queries import contents, signing
    from keytally.approvals.services.sign_off import send_for_sign_off, sign_off_decided
    from keytally.core.actions import SubjectAction, register_action
    from keytally.core.events import subscribe
    from keytally.people.queries import documents

    send = SubjectAction(
        "sign_off",
        documents.VERSION_KIND,
        label=_("Send for sign-off"),
        permission="approvals.start",
        run=send_for_sign_off,
    )
    register_action(send)
    contents.register_content(documents.VERSION_KIND, signing.version_hash)
    documents.let_signers_read(signing.versions_to_sign)
    subscribe(RequestDecided, sign_off_decided)
