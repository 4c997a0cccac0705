"""Which fields of a negotiation are not for everyone who sees it? Walk-away, floor and best alternative, as prices."""

from keytally.core.sensitivity import CONFIDENTIAL, declare_fields

declare_fields("negotiation", walk_away=CONFIDENTIAL, floor=CONFIDENTIAL, alternative=CONFIDENTIAL)
