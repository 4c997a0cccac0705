"""Why a change of an account is refused: a code with parameters, worded late in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: Mapping[str, Promise | str] = {
    "SHIP_TO_HEAD_OFFICE_BILL_TO_STORE": gettext_lazy(
        "Goods delivered to head office are settled with head office, never with a store: choose a ship-to that is the "
        "store, or a bill-to that is head office."
    ),
    "PARTY_IS_ANOTHER_STORE": gettext_lazy(
        "A store receives and pays for itself only: choose this store or head office, not another store."
    ),
    "PARTY_OF_ANOTHER_CHAIN": gettext_lazy("A party belongs to another chain: choose one of this store's chain."),
    "PARTIES_NOT_LATER": gettext_lazy(
        "The parties begin on %(day)s, but those in force begin on %(latest)s: give a later day, so that history stays."
    ),
    "PARTIES_STILL_HELD": gettext_lazy(
        "The parties begin on %(day)s, but others held until before %(until)s: give that day or a later one, so that "
        "no day has two answers."
    ),
    "NOT_A_STORE": gettext_lazy("Only a store has a buyer, a ship-to and a bill-to."),
    "CODE_TAKEN": gettext_lazy("The code %(code)s belongs to %(name)s already; choose another or open that account."),
    "THEIR_CODE_TAKEN": gettext_lazy(
        "In this chain %(code)s is the code of %(name)s in that time; end it there first."
    ),
    "CODE_THERE": gettext_lazy("%(name)s has the code %(code)s in that time already: change the days of that one."),
    "CODE_ENDS_EARLY": gettext_lazy("The code ends before it begins: check both days."),
    "CODE_NEEDS_CHAIN": gettext_lazy("A code of theirs needs the chain whose code it is; place the account first."),
    "CODE_BLANK": gettext_lazy("The code is blank; write it as it stands on their papers."),
    "PARENT_MISSING": gettext_lazy("A store hangs under a chain or a regional company: choose the parent."),
    "PARENT_IS_STORE": gettext_lazy("Nothing hangs under a store: choose a chain, a company or a head office."),
    "PARENT_IS_BELOW": gettext_lazy("%(name)s lies below this account already: a tree has no circles."),
    "PLACED_LATER": gettext_lazy(
        "The account hangs where it is since %(day)s: give a later day, but none in the future."
    ),
    "TAX_ID_WRONG": gettext_lazy("%(value)s is no tax id: its check digit or length is wrong."),
    "GLN_WRONG": gettext_lazy("%(value)s is no GLN: 13 digits, the last of which checks the others."),
    "NAME_MISSING": gettext_lazy("The Chinese name is missing."),
    "AREA_UNKNOWN": gettext_lazy("%(value)s is no division of GB/T 2260, neither by name nor by code."),
    "AREA_NOT_ONE": gettext_lazy("%(value)s may be one of these: %(found)s. Write the code of the one that is meant."),
    "MISSING_BEFORE_ACTIVE": gettext_lazy("Before it becomes active these are needed: %(columns)s."),
    "CLOSES_BEFORE_IT_OPENS": gettext_lazy("It closes before it opens: check both days."),
    "RUNG_TOO_HIGH": gettext_lazy(
        "On %(day)s evidence can claim “%(highest)s” at most: the ladder is climbed one rung at a time."
    ),
    "EVIDENCE_IN_FUTURE": gettext_lazy("Evidence is of a day that was: %(day)s is still to come."),
    "WEIGHT_OVER_100": gettext_lazy("A weight lies between 0 and 100."),
    "POINTS_OVER_100": gettext_lazy("Points lie between 0 and 100."),
    "REASON_MISSING": gettext_lazy("Say why in a few words."),
    "DEPUTY_IS_SAME": gettext_lazy("The deputy is somebody else than the dedicated person."),
    "DEDICATED_NOT_LATER": gettext_lazy("The dedicated person in force begins on %(latest)s: give a later day."),
    "ANSWER_OPEN": gettext_lazy("Say whether the promise was kept, kept late or broken."),
    "ALREADY_ANSWERED": gettext_lazy("This promise was answered on %(day)s."),
    "MATTER_DUE_BEFORE": gettext_lazy("It cannot be due before it is raised: give %(day)s or a later day."),
    "MATTER_ANSWERED": gettext_lazy("This matter was answered on %(day)s."),
    "STEP_NEEDS_EVIDENCE": gettext_lazy("A step is done with evidence: write what shows it."),
    "MERGE_KINDS_DIFFER": gettext_lazy("A %(one)s and a %(other)s cannot be one: merge accounts of one kind."),
    "MERGE_WITH_ITSELF": gettext_lazy("An account cannot be merged with itself."),
    "ALREADY_ALIAS": gettext_lazy("%(name)s is the alias of another account already."),
    "MERGE_CODES_MEET": gettext_lazy(
        "Both have the code %(code)s in one time, one for %(one)s, the other for %(other)s (%(count)s such codes in "
        "all): end it at one of them, or merge these two first."
    ),
    "MERGE_PARTY_STAYS": gettext_lazy(
        "%(party)s is a party of %(name)s and would stay behind in another chain: set the parties of that store first."
    ),
    "MERGED_FURTHER": gettext_lazy("%(name)s was merged into %(other)s since: undo that merge first."),
    "MOVED_SINCE": gettext_lazy(
        "%(name)s hangs somewhere else since: hang it back by hand, or leave the merge as it is."
    ),
    "PARTY_SINCE": gettext_lazy(
        "%(party)s became a party of %(name)s since, and the two would be in two chains: set the parties of that store "
        "first."
    ),
    "ALREADY_UNDONE": gettext_lazy("This was undone already."),
    "GRANT_ENDS_EARLY": gettext_lazy("A grant ends after it begins."),
    "FORMAT_VALUE_UNKNOWN": gettext_lazy("%(value)s is no value of %(axis)s; the list is under classes."),
    "NAMES_IN_BOTH": gettext_lazy("It needs a name in both languages."),
    "AXIS_NO_CODE": gettext_lazy("“%(name)s” has no Latin letter or digit: the axis needs a name in English too."),
    "AXIS_NAME_TAKEN": gettext_lazy(
        "“%(name)s” is the name of another axis, or of a column of the customer base file: choose another."
    ),
    "AXIS_HAS_SEVERAL": gettext_lazy(
        "%(count)s accounts have several values of %(name)s: leave one to each of them first."
    ),
    "AXIS_IS_OURS": gettext_lazy(
        "%(name)s belongs to keytally: rename it, or take its values out of what may be chosen."
    ),
    "AXIS_IS_USED": gettext_lazy(
        "%(count)s accounts have a value of %(name)s: take its values out of what may be chosen instead."
    ),
    "TOO_LONG": gettext_lazy("“%(value)s” is longer than this column holds."),
    "NO_COUNT": gettext_lazy("“%(value)s” is no whole number that is zero or more."),
    "NO_QUANTITY": gettext_lazy("“%(value)s” is no quantity."),
    "NO_POSITION": gettext_lazy("“%(value)s” is no position on the earth in degrees."),
    "NO_DAY": gettext_lazy("“%(value)s” is no day, or may be read in two ways; write 2026-07-01."),
    "NO_FLAG": gettext_lazy("“%(value)s” is neither yes nor no."),
    "NO_MONTH": gettext_lazy("“%(value)s” is no month; write 2026-07."),
    "NO_FIGURE": gettext_lazy("“%(value)s” is no figure."),
    "NO_CURRENCY": gettext_lazy("“%(value)s” is no currency; write three letters such as CNY."),
    "NO_KIND": gettext_lazy("“%(value)s” is no kind of account."),
    "NO_TIER": gettext_lazy("“%(value)s” is no tier; write A, B or C."),
    "NO_STATE": gettext_lazy("“%(value)s” is no state of a store."),
    "NO_ROLE": gettext_lazy("“%(value)s” is no role in a decision."),
    "NO_STANCE": gettext_lazy("“%(value)s” is no stance."),
    "NO_CONTACTS": gettext_lazy(
        "“%(value)s” is no list of contacts: write each as “店长：王芳” and put “、” between two of them."
    ),
    "CONTACT_WORD": gettext_lazy(
        "“%(value)s” does not say what %(name)s is there: write 店长, 课长, 收货, 财务 or a role in the decision "
        "before the colon."
    ),
    "CONTACT_UNKNOWN": gettext_lazy(
        "Nobody called “%(value)s” is known at this store: write what they are there before the name, as in "
        "“店长：%(value)s”, and they are added."
    ),
    "CONTACT_NOT_ONE": gettext_lazy(
        "“%(value)s” stands here twice, or several contacts of this store have that name: change the one that is meant "
        "on its page, and leave the name out here."
    ),
    "CONTACT_TOO_LONG": gettext_lazy("The name “%(value)s” is longer than the name of a contact may be."),
    "NO_EMAIL": gettext_lazy("“%(value)s” is no e-mail address."),
    "NO_PERSON": gettext_lazy("Nobody of ours has the user name “%(value)s”."),
    "NO_ACCOUNT": gettext_lazy("No account, or more than one, has the code or name “%(value)s”."),
    "NO_CHAIN": gettext_lazy(
        "The chain “%(value)s” is not there: import the chains first, or let missing chains be added."
    ),
    "CHAIN_NOT_ONE": gettext_lazy("Several chains are called “%(value)s”: write the code of the one that is meant."),
    "CODE_OF_ANOTHER_CHAIN": gettext_lazy(
        "%(code)s is the code of %(name)s of another chain (%(chain)s): mend the code or the chain of the row."
    ),
    "CHAIN_MISSING": gettext_lazy("The chain is missing."),
    "NO_PARTY": gettext_lazy(
        "“%(value)s” is no party of this chain, or several have the name: write the code of the head office or "
        "warehouse, or “store”."
    ),
    "PARTY_NOT_ONE": gettext_lazy(
        "Its chain has none, or several, of the kind “%(kind)s”: set the parties of this store on its page."
    ),
    "PARTIES_INCOMPLETE": gettext_lazy("Buyer, ship-to, bill-to and the day from which they hold belong together."),
    "NOT_YOURS_TO_GIVE": gettext_lazy("You may not give %(name)s to another owner (%(owner)s): ask whoever may."),
    "ADDRESS_ELSEWHERE": gettext_lazy("The address lies in %(there)s, the area code says %(here)s: mend one of them."),
    "NO_MEASURE": gettext_lazy("“%(value)s” is no measure; known are %(known)s."),
    "MEASURE_PUSHED": gettext_lazy("The figure of %(value)s comes from %(source)s by itself: leave the row out."),
    "NOT_YOURS": gettext_lazy("%(name)s is not among the accounts you may change."),
    "OF_ACCOUNT": gettext_lazy("%(name)s: %(sentence)s"),
    "VISIT_PLANNED_IN_PAST": gettext_lazy("%(day)s has passed: say that the visit was made, or plan a later day."),
    "VISIT_IN_FUTURE": gettext_lazy("A visit that was made lies in the past: %(day)s is still to come."),
    "VISIT_NEEDS_REASON": gettext_lazy("Say why the visit failed to take place."),
    "NOTES_BEFORE_VISIT": gettext_lazy("Notes are of a visit that was; what is meant to happen is its aim."),
    "NOTES_BLANK": gettext_lazy("The notes are blank: write what was said and agreed."),
    "VISIT_ANSWERED": gettext_lazy("What became of this visit was said on %(day)s already."),
    "VISIT_ANSWER_OPEN": gettext_lazy("Say whether the visit was made or failed to take place."),
    "VISIT_OF_ANOTHER": gettext_lazy("The visit was at another account."),
    "CONTACT_OF_ANOTHER": gettext_lazy("%(name)s belongs to another chain: choose who can be met here."),
    "COMPETITOR_MISSING": gettext_lazy("Say which competitor it is."),
    "OFFER_MISSING": gettext_lazy("Say what the competitor offers."),
    "SEEN_IN_FUTURE": gettext_lazy("Something seen lies in the past: %(day)s is still to come."),
    "LEGAL_NAME_MISSING": gettext_lazy("The name in law is missing: write it as it stands on the licence."),
    "GRADE_NOT_LATER": gettext_lazy("The credit grade in force begins on %(latest)s: give a later day."),
    "PROCEDURE_EMPTY": gettext_lazy("A procedure has at least one step."),
    "PROCEDURE_NOT_LATER": gettext_lazy("The procedure in force begins on %(latest)s: give a later day."),
}


class UnableToKeepAccount(Exception):
    """A change of an account is refused, with every reason."""

    def __init__(self, *reasons: "str | tuple[str, Mapping[str, Any]]") -> None:
        self.reasons: Sequence[tuple[str, Mapping[str, Any]]] = tuple(
            (reason, {}) if isinstance(reason, str) else reason for reason in reasons
        )
        super().__init__(*(code for code, _parameters in self.reasons))

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the reasons."""
        return tuple(code for code, _parameters in self.reasons)

    def sentences(self) -> list[str]:
        """Word every reason in the reader's language."""
        return [sentence(code, parameters) for code, parameters in self.reasons]


def sentence(code: str, parameters: Mapping[str, Any] | None = None) -> str:
    """Word one reason."""
    return str(SENTENCES.get(code, _("It is refused: %(code)s."))) % {"code": code, **(parameters or {})}
