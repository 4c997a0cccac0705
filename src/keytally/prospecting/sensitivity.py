"""Which fields of leads are not for everyone who sees the row? (O16)"""

from keytally.core.sensitivity import PERSONAL, declare_fields

declare_fields("lead", phone=PERSONAL, email=PERSONAL)
