"""Which fields of accounts are not for everyone who sees the row? (O16)"""

from keytally.core.sensitivity import CONFIDENTIAL, PERSONAL, declare_fields

declare_fields("contact", phone=PERSONAL, email=PERSONAL)
declare_fields("account", contacts=PERSONAL, bank_account=CONFIDENTIAL, measure=CONFIDENTIAL)
