"""What are the classes, causes, rules and columns called in the reader's language?"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keytally.reconciliation.engine import words
from keytally.reconciliation.rules.month_board import Standing

Label = Promise | str

CLASS_HINTS: Mapping[str, Label] = {
    "MATCHED": _("The same thing on both sides; no difference beyond the tolerance."),
    "CANCELLED": _("A line and its evident reversal on the same side."),
    "SHORT": _("They received less than we delivered, at the same price."),
    "OVER": _("They received more than we delivered, at the same price."),
    "PRICE": _("The price differs; the quantity is the same."),
    "MIXED": _("Quantity and price both differ."),
    "ROUNDING": _("Cents within the tolerance."),
    "TAX": _("The tax rate or the tax basis differs."),
    "VALUE_BASIS": _("Matched by quantity; the two sides value it differently."),
    "CURRENCY": _("Matched, but the currencies differ; it stands in both bridges."),
    "WRONG_STORE": _("Everything agrees but the store."),
    "WRONG_ITEM": _("Everything agrees but the item."),
    "NOT_RECEIVED": _("In our lines, and nothing of theirs answers it."),
    "NOT_IN_BOOKS": _("In their lines, and nothing of ours answers it."),
    "DUPLICATE": _("A second claim to something that is already matched."),
    "TIMING": _("Its counterpart lies in another period or beyond the window of days."),
    "RETURN_UNBOOKED": _("A return that only one side has."),
    "DEDUCTION_UNKNOWN": _("A deduction that no agreement explains yet."),
    "PAYMENT_UNBOOKED": _("A payment that only one side has."),
    "OUTSIDE_PERIOD": _("Its date is not in the period; it stands in neither balance."),
    "AMBIGUOUS": _("Several counterparts are equally good; a person decides."),
    "UNEXPLAINED": _("None of the known causes fits."),
}

RULE_LABELS: Mapping[str, Label] = {
    "exact_document": _("Same document and line number"),
    "exact_order": _("Same order, store and item, same amount"),
    "normalized": _("Same number once prefixes, zeros and separators are taken off"),
    "within_tolerance": _("Same keys, difference within the tolerance"),
    "reversal": _("A reversal on the same side"),
    "equal_sums": _("Several lines whose sums are equal"),
    "roll_up": _("Stores and their head office, rolled up to where both sides meet"),
    "duplicate": _("A second line with the same keys"),
    "same_key": _("Same keys, the closest figures"),
    "near_number": _("Number with one digit off or two swapped, all else agrees"),
    "missing_number": _("Number missing on one side, all else agrees"),
    "other_store": _("Everything agrees but the store"),
    "other_item": _("Everything agrees but the item"),
    "amount_store_date": _("Only pair with this amount, store and date"),
    "person": _("Accepted by a person"),
}

COLUMN_LABELS: Mapping[str, Label] = {
    "doc_no": pgettext_lazy("column", "Document number"),
    "doc_type": pgettext_lazy("column", "Document type"),
    "line_no": pgettext_lazy("column", "Line number"),
    "order_no": pgettext_lazy("column", "Order number"),
    "store": pgettext_lazy("column", "Store"),
    "item": pgettext_lazy("column", "Item"),
    "gtin": pgettext_lazy("column", "GTIN"),
    "date": pgettext_lazy("column", "Date"),
    "quantity": pgettext_lazy("column", "Quantity"),
    "unit_price": pgettext_lazy("column", "Unit price"),
    "amount": pgettext_lazy("column", "Amount"),
    "currency": pgettext_lazy("column", "Currency"),
}

SIDE_LABELS: Mapping[str, Label] = {
    "ours": pgettext_lazy("side", "Ours"),
    "theirs": pgettext_lazy("side", "Theirs"),
}


def class_label(token: str) -> str:
    """Name a class or a cause as the report does; an unknown one keeps its token."""
    return words.class_name(token, language=get_language() or "en")


STEP_LABELS: Mapping[str, Label] = {
    "read_ours": _("Reading our files"),
    "read_theirs": _("Reading their files"),
    "plan": _("Looking at what both sides have"),
    "clean": _("Pairing what agrees entirely"),
    "open": _("Gathering what is still open"),
    **RULE_LABELS,
    "user_rules": _("Rules that people wrote"),
    "judge": _("Giving every line its class"),
    "write": _("Writing the result"),
    "write_report": _("Writing the report"),
    "keep": _("Keeping the result"),
}

STANDING_LABELS: Mapping[Standing, Label] = {
    Standing.NOT_STARTED: pgettext_lazy("month", "Not started"),
    Standing.IN_PREPARATION: pgettext_lazy("month", "In preparation"),
    Standing.RUNNING: pgettext_lazy("month", "Running"),
    Standing.FAILED: pgettext_lazy("month", "Could not run"),
    Standing.UNEXPLAINED: pgettext_lazy("month", "Unexplained"),
    Standing.ROWS_REJECTED: pgettext_lazy("month", "Rows not read"),
    Standing.EXPLAINED: pgettext_lazy("month", "Explained, to be signed"),
    Standing.SIGNED: pgettext_lazy("month", "Signed off"),
}


ACTION_LABELS: Mapping[str, Label] = {
    "reconciliation.open": pgettext_lazy("done", "opened it"),
    "reconciliation.correct": pgettext_lazy("done", "corrected the columns"),
    "reconciliation.run": pgettext_lazy("done", "started a run"),
    "reconciliation.dry_run": pgettext_lazy("done", "started a dry run"),
    "reconciliation.result": pgettext_lazy("done", "a run ended"),
    "reconciliation.mend": pgettext_lazy("done", "mended rejected rows"),
    "reconciliation.sign_off": pgettext_lazy("done", "signed it off"),
    "reconciliation.reopen": pgettext_lazy("done", "opened it again"),
    "reconciliation.conflict": pgettext_lazy("done", "tried to change the same thing and was refused"),
    "reconciliation.hand_over": pgettext_lazy("done", "handed it over"),
    "residual.accept": pgettext_lazy("done", "accepted a pair"),
    "residual.refuse": pgettext_lazy("done", "refused a pair"),
    "residual.take_back": pgettext_lazy("done", "took a decision back"),
    "residual.assign": pgettext_lazy("done", "assigned a line"),
    "residual.accept_open": pgettext_lazy("done", "accepted a line with a reason"),
    "residual.done": pgettext_lazy("done", "called a line done"),
    "residual.open": pgettext_lazy("done", "opened a line again"),
    "residual.deduction": pgettext_lazy("done", "a run found the deduction"),
    "residual.gone": pgettext_lazy("done", "a run no longer left the line open"),
    "reconciliation.find_again": pgettext_lazy("done", "found a carried line again"),
    "reconciliation.let_go": pgettext_lazy("done", "took back that a carried line was found"),
    "reconciliation.refuse_offer": pgettext_lazy("done", "refused an offer of carried lines"),
    "reconciliation.offer_again": pgettext_lazy("done", "took back that an offer was refused"),
    "residual.comment": pgettext_lazy("done", "commented on a line"),
    "residual.attach": pgettext_lazy("done", "attached a file to a line"),
}


def action_label(action: str) -> str:
    """Say what was done in the reader's language; an unknown action keeps its code."""
    return str(ACTION_LABELS.get(action, action))
