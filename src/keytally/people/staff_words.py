"""How are the states and refusals of people's papers worded for the reader?"""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.rules.documents import SignOff, Standing, Step
from keytally.people.rules.training import Due

Label = Promise | str

STANDINGS: Mapping[Standing, Label] = {
    Standing.DRAFT: pgettext_lazy("document", "Draft"),
    Standing.IN_SIGN_OFF: pgettext_lazy("document", "In sign-off"),
    Standing.COMING: pgettext_lazy("document", "Coming"),
    Standing.IN_FORCE: pgettext_lazy("document", "In force"),
    Standing.SUPERSEDED: pgettext_lazy("document", "Superseded"),
    Standing.WITHDRAWN: pgettext_lazy("document", "Withdrawn"),
    Standing.DISCARDED: pgettext_lazy("document", "Discarded"),
}

# Row O01 calls the last of five steps 审批, row Q26 the last of three 批准.
STEPS: Mapping[SignOff, Mapping[Step, Label]] = {
    SignOff.FIVE_STEPS: {
        Step.COMPILED: pgettext_lazy("sign-off", "Compiled"),
        Step.FIRST_REVIEWED: pgettext_lazy("sign-off", "First review"),
        Step.REVIEWED: pgettext_lazy("sign-off", "Review"),
        Step.SECOND_REVIEWED: pgettext_lazy("sign-off", "Second review"),
        Step.APPROVED: pgettext_lazy("sign-off of five", "Approved"),
    },
    SignOff.THREE_STEPS: {
        Step.COMPILED: pgettext_lazy("sign-off", "Compiled"),
        Step.REVIEWED: pgettext_lazy("sign-off", "Review"),
        Step.APPROVED: pgettext_lazy("sign-off of three", "Approved"),
    },
}

DUES: Mapping[Due, Label] = {
    Due.DONE: pgettext_lazy("training", "Done"),
    Due.TO_DO: pgettext_lazy("training", "To do"),
    Due.OVERDUE: pgettext_lazy("training", "Overdue"),
    Due.RENEW_SOON: pgettext_lazy("training", "Renew soon"),
}

ACTIONS: Mapping[str, Label] = {
    "description.change": _("Position description changed"),
    "document.add": _("Document added"),
    "document.version": _("Version started"),
    "document.draft": _("Draft changed"),
    "document.file": _("File added"),
    "document.file_removed": _("File removed"),
    "document.discard": _("Draft discarded"),
    "document.sign_off": _("Sent into sign-off"),
    "document.return": _("Returned to draft"),
    "document.publish": _("Published"),
    "document.withdraw": pgettext_lazy("document", "Withdrawn"),
    "document.preset": _("Sign-off chosen"),
    "handbook.change": _("Handbook changed"),
    "handbook.acknowledge": _("Acknowledged"),
    "training.add": _("Course added"),
    "training.change": _("Course changed"),
    "training.open": _("Course opened"),
    "training.close": _("Course closed"),
    "training.question": _("Question written"),
    "training.question_dropped": _("Question dropped"),
    "training.test": _("Test sat"),
    "training.attendance": _("Attendance recorded"),
    "training.read": _("Material read"),
    "training.extra_attempt": _("Another attempt given"),
    "task.ask": _("Asked"),
    "task.done": pgettext_lazy("task", "Done"),
    "task.declined": pgettext_lazy("task", "Declined"),
    "task.withdrawn": pgettext_lazy("task", "Withdrawn"),
    "task.pass": _("Passed on"),
    "handover.propose": _("Proposed"),
    "handover.withdrawn": pgettext_lazy("handover", "Withdrawn"),
    "handover.refused": pgettext_lazy("handover", "Refused"),
    "handover.confirmed": _("Confirmed and moved"),
}

REFUSALS: Mapping[str, Label] = {
    # Position descriptions and the handbook
    "NO_TITLE": _("A title is needed in both languages."),
    "NO_DUTIES": _("A description needs at least one duty."),
    "TOO_MANY_DUTIES": _("A description has at most 60 duties; put the others into a second one."),
    "HALF_A_DUTY": _("Each duty is needed in both languages; complete or empty the marked one."),
    "TWICE": _("Two duties have the same code; reload the page and enter the change again."),
    "NOTHING_CHANGED": _("Nothing differs from what holds on that day; change something, or leave it."),
    "STARTS_IN_THE_PAST": _("A change takes effect from today or later; choose another day."),
    "NO_SECTIONS": _("The handbook needs at least one section."),
    "HALF_A_TEXT": _("Each section is needed in both languages; complete or empty it."),
    # Documents
    "CODE_TAKEN": _("Another one has this code already; choose another code."),
    "OPEN_ALREADY": _("A version of this document is already being written or signed; finish it first."),
    "NOT_THE_NEXT_VERSION": _("Somebody started a version meanwhile; look at the document again."),
    "NO_SUCH_FILE": _("The file is no longer there; reload the page."),
    "CHANGED_SINCE_SIGNED": _("What was signed and what is here differ; return it to draft and have it signed anew."),
    "INCOMPLETE": _("The draft is not complete; it lacks: %(missing)s."),
    "STEPS_UNSIGNED": _("Not every step is signed; missing: %(missing)s."),
    "SIGNED_IN_THE_FUTURE": _("A signature has a day to come; enter the day on which it was signed."),
    "WITHDRAWN_ALREADY": _("It was withdrawn already."),
    "IN_SIGN_OFF": _("A version is being signed; choose the sign-off when that has ended."),
    "IS_DRAFT": _("It is a draft now; reload the page."),
    "IS_IN_SIGN_OFF": _("It is being signed and cannot be changed; ask for it to be returned."),
    "IS_PUBLISHED": _("It is published and is never edited; start the next version."),
    "IS_DISCARDED": _("It was discarded; start the version anew."),
    # Training
    "NO_ATTEMPT_LEFT": _("No attempt is left; ask your trainer for another."),
    "NO_AUDIENCE": _("Nobody is asked yet; choose the roles it is for."),
    "NO_QUESTIONS": _("This level needs a test; write at least one question."),
    "TOO_FEW_ANSWERS": _("A question offers at least two answers."),
    "NONE_RIGHT": _("Mark the right answer."),
    "SEVERAL_RIGHT": _("Only one answer may be right; mark one, or let several be right."),
    "HELD_IN_THE_FUTURE": _("It has not been held yet; choose today or an earlier day."),
    "NOT_OPEN": _("The course is not open."),
    "NOT_ONESELF": _("Nobody gives themselves another attempt; ask another trainer."),
    # Tasks
    "DUE_IN_THE_PAST": _("That day has passed; choose today or later."),
    "ENDED_ALREADY": _("It has ended already; look at what became of it."),
    "NOT_YOURS": _("Only who is asked says that it is done, and only who asked withdraws it."),
    "NO_REASON": _("Say in the answer why not."),
    # Handovers
    "SAME_PERSON": _("Choose somebody else to receive it."),
    "RECEIVER_GONE": _("The receiver may no longer log in; choose somebody else."),
    "NOTHING_CHOSEN": _("Nothing is chosen that could be handed over; mark at least one thing."),
    "LEAVER_KEEPS_SOMETHING": _("Whoever leaves hands over everything that is left; choose everything."),
    "EVERYTHING_PROPOSED_ALREADY": _("A handover of everything is proposed already; withdraw it first."),
    "LIST_CHANGED": _(
        "The list changed while you looked at it: what is new is marked. Look through it and confirm again."
    ),
    "ANOTHER_IS_OPEN": _("Another handover of this person is still open; it must be decided before the log-in ends."),
    "NOT_THE_RECEIVER": _("Only the receiver confirms or refuses."),
    "NOT_MOVED": _("Something could not be moved, so nothing was; report it: %(missing)s."),
    "LAST_ADMINISTRATOR": _("Nobody would be left who can add people; make someone else an administrator first."),
    "IS_CONFIRMED": _("It was confirmed already; what moved stays moved."),
    "IS_REFUSED": _("It was refused already; propose a new one."),
    "IS_WITHDRAWN": _("It was withdrawn; nothing moved."),
}

# What a draft may lack, and the steps that may be unsigned.
PARTS: Mapping[str, Label] = {
    "title": _("title in both languages"),
    "content": _("text or file"),
    "pages": _("number of pages"),
    "department": _("owner department"),
}


def refusal(code: str, *, missing: Iterable[Label] = ()) -> str:
    """Say why something was refused and what to do."""
    sentence = str(REFUSALS.get(code, code))
    return sentence % {"missing": ", ".join(map(str, missing))} if "%(missing)s" in sentence else sentence


def step_label(step: Step, *, sign_off: SignOff) -> Label:
    """Name a step as its preset calls it."""
    return STEPS[sign_off].get(step, step.value)
