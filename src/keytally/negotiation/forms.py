"""What people type into a negotiation: preconditions, people, issues, rounds, tactics, the end."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.forms.fields import DayField
from keytally.funnel.labels import END_REASON_LABELS
from keytally.negotiation.labels import ASPECTS, FORMS, PARTIES, PHASES, ROUTES, WAYS, Aspect, Party, choices
from keytally.negotiation.models import NegotiationIssue
from keytally.negotiation.rules.issues import Side
from keytally.negotiation.services.preparing import IssueFacts
from keytally.negotiation.services.rounds import Offer, RoundFacts
from keytally.playbook.labels import DIFFICULTIES, METHODS, TACTICS

LONG = forms.Textarea(attrs={"rows": 4})
LEVELS = ("our_opening", "our_target", "our_walk_away", "their_opening", "their_target", "their_walk_away")
# Separators and signs as they are typed on a Chinese keyboard too.
PLAIN = str.maketrans({"，": None, ",": None, " ": None, "%": None, "￥": None, "¥": None, "－": "-"})
NONE = [("", "—")]


def figure(text: str) -> Decimal:
    """Read a figure as people type it, or raise `ValidationError`."""
    try:
        found = Decimal(unicodedata.normalize("NFKC", text).translate(PLAIN))
    except InvalidOperation:
        raise forms.ValidationError(_("“%(value)s” is no figure."), params={"value": text}) from None
    exponent = found.as_tuple().exponent
    if not found.is_finite() or abs(found) >= 10**12 or not isinstance(exponent, int) or exponent < -4:
        raise forms.ValidationError(_("“%(value)s” has too many digits."), params={"value": text})
    return found


def level_of(issue: NegotiationIssue, text: str) -> int:
    """Read a level of an issue: the name of an option, or a figure in its smallest part."""
    if issue.options:
        names = [str(one[0]) for one in issue.options]
        if text.strip() not in names:
            raise forms.ValidationError(_("“%(value)s” is no option of this issue."), params={"value": text})
        return names.index(text.strip())
    scaled = figure(text).scaleb(issue.decimals)
    if scaled != scaled.to_integral_value():
        raise forms.ValidationError(_("“%(value)s” has too many digits."), params={"value": text})
    return int(scaled)


class PreconditionsForm(forms.Form):
    """What is known before the first round (N01)."""

    way = forms.ChoiceField(label=_("How the customer will negotiate"), choices=[*NONE, *choices(WAYS)], required=False)
    route = forms.ChoiceField(label=_("How we got here"), choices=[*NONE, *choices(ROUTES)], required=False)
    suppliers = forms.IntegerField(label=_("Suppliers at the table, with us"), min_value=1, max_value=50, initial=1)
    rival = forms.CharField(label=_("Main competitor"), max_length=80, required=False)
    starts_on = DayField(label=_("Start"), required=False)
    finishes_on = DayField(label=_("Finish"), required=False)
    dates_confirmed = forms.BooleanField(label=_("The customer has confirmed both"), required=False)
    deadline = DayField(label=_("Deadline of the talks"), required=False)


class KeyPersonForm(forms.Form):
    """Somebody who takes part in the decision; the contacts of the account are offered."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=60, widget=forms.TextInput(attrs={"list": "suggestions"})
    )
    decides = forms.BooleanField(label=_("Decides or pays"), required=False)
    confirmed_on = DayField(label=_("Confirmed the solution on"), required=False)

    def __init__(self, *args: Any, suggestions: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.suggestions = suggestions


class IssueForm(forms.Form):
    """An issue: a number, or a choice whose options are listed."""

    name = forms.CharField(label=_("Issue"), max_length=60)
    unit = forms.CharField(label=_("Unit"), max_length=16, required=False, help_text=_("as %, days, 10,000 yuan"))
    options = forms.CharField(
        label=_("Only for a choice: one option a line, with points 0-100 for us and for them"),
        required=False,
        widget=LONG,
        help_text=_("as: whole region | 20 | 90"),
    )
    our_opening = forms.CharField(label=_("Our opening"), max_length=40)
    our_target = forms.CharField(label=_("Our target"), max_length=40)
    our_walk_away = forms.CharField(label=_("Our walk-away"), max_length=40)
    our_weight = forms.IntegerField(label=_("Weight for us, 0-100"), min_value=0, max_value=100, initial=10)
    their_opening = forms.CharField(label=_("Their opening"), max_length=40)
    their_target = forms.CharField(label=_("Their target (estimate)"), max_length=40)
    their_walk_away = forms.CharField(label=_("Their walk-away (estimate)"), max_length=40)
    their_weight = forms.IntegerField(label=_("Weight for them, 0-100"), min_value=0, max_value=100, initial=10)
    step = forms.CharField(label=_("Step"), max_length=12, initial="1")
    reason = forms.CharField(
        label=_("Why it changes"), max_length=200, required=False, help_text=_("needed once rounds speak of it")
    )

    def clean(self) -> dict[str, Any]:
        """Read the levels together: as options, or as figures of one scale."""
        said: dict[str, Any] = super().clean() or {}
        if self.errors:
            return said
        try:
            said["facts"] = self._facts(said)
        except forms.ValidationError as fault:
            self.add_error(None, fault)
        return said

    def _facts(self, said: dict[str, Any]) -> IssueFacts:
        common: dict[str, Any] = {name: said[name] for name in ("name", "unit", "our_weight", "their_weight")}
        options = [_option(line) for line in said["options"].splitlines() if line.strip()]
        if options:
            names = [one[0] for one in options]
            unknown = [said[name] for name in LEVELS if said[name].strip() not in names]
            if unknown:
                raise forms.ValidationError(_("“%(value)s” is no option of this issue."), params={"value": unknown[0]})
            levels: dict[str, Any] = {name: names.index(said[name].strip()) for name in LEVELS}
            return IssueFacts(**common, options=options, **levels)
        figures = {name: figure(said[name]) for name in (*LEVELS, "step")}
        decimals = max(_decimals(one) for one in figures.values())
        scaled: dict[str, Any] = {name: int(one.scaleb(decimals)) for name, one in figures.items()}
        return IssueFacts(**common, decimals=decimals, **scaled)

    @classmethod
    def shown(cls, issue: NegotiationIssue) -> dict[str, Any]:
        """Fill the form with what is kept."""
        bare = NegotiationIssue(decimals=issue.decimals, options=issue.options)
        return {
            **{name: getattr(issue, name) for name in ("name", "unit", "our_weight", "their_weight")},
            **{name: bare.words(getattr(issue, name)) for name in LEVELS},
            "step": NegotiationIssue(decimals=issue.decimals).words(issue.step),
            "options": "\n".join(" | ".join(map(str, one)) for one in issue.options),
        }


class AlternativesForm(forms.Form):
    """What either side would do without the other."""

    ours = forms.CharField(label=_("Our best alternative"), max_length=300, required=False)
    our_percent = forms.IntegerField(
        label=_("Worth to us, in % of our opening"), min_value=0, max_value=100, initial=0, required=False
    )
    theirs = forms.CharField(label=_("Their best alternative"), max_length=300, required=False)
    their_percent = forms.IntegerField(
        label=_("Worth to them, in % of their opening (estimate)"),
        min_value=0,
        max_value=100,
        initial=0,
        required=False,
    )


class MarksForm(forms.Form):
    """Difficulties, the buyer's methods, and the phase."""

    difficulties = forms.MultipleChoiceField(
        label=_("Difficulties"), choices=choices(DIFFICULTIES), required=False, widget=forms.CheckboxSelectMultiple
    )
    methods = forms.MultipleChoiceField(
        label=_("What the buyer does"), choices=choices(METHODS), required=False, widget=forms.CheckboxSelectMultiple
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=[("", _("proposed")), *choices(PHASES)], required=False)


class ComparisonForm(forms.Form):
    """Customer, competitor and us, side by side (K07)."""

    def __init__(self, *args: Any, sees_floor: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.cells_asked = [
            (party, aspect) for aspect in Aspect for party in Party if sees_floor or aspect is not Aspect.FLOOR
        ]
        for party, aspect in self.cells_asked:
            label = f"{ASPECTS[aspect]}: {PARTIES[party]}"
            self.fields[f"{party}_{aspect}"] = forms.CharField(label=label, max_length=500, required=False)
            self.fields[f"{party}_{aspect}_points"] = forms.TypedChoiceField(
                label=f"{label}, 0-5",
                choices=[*NONE, *((str(point), str(point)) for point in range(6))],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def cells(self) -> dict[tuple[Party, Aspect], tuple[str, int | None]]:
        """List what was typed by party and aspect."""
        said = self.cleaned_data
        return {
            (party, aspect): (said[f"{party}_{aspect}"], said[f"{party}_{aspect}_points"])
            for party, aspect in self.cells_asked
        }


class RoundForm(forms.Form):
    """A round as it was held; of each issue what they asked, what we offered, and in return for what."""

    held_on = DayField(label=pgettext_lazy("negotiation", "Held on"))
    who = forms.CharField(label=_("Who met whom"), max_length=200)
    asked = forms.CharField(label=_("What they asked"), max_length=500, required=False, widget=LONG)
    price_objection = forms.BooleanField(label=_("They objected to the price"), required=False)
    terms_argued = forms.BooleanField(label=_("Delivery or payment share was argued"), required=False)
    contract_form = forms.ChoiceField(label=_("Contract form"), choices=[*NONE, *choices(FORMS)], required=False)
    deadline = DayField(label=_("Agreed deadline"), required=False)
    notes = forms.CharField(label=pgettext_lazy("negotiation", "Minutes"), max_length=2000, required=False, widget=LONG)

    def __init__(self, *args: Any, issues: Sequence[NegotiationIssue], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.issues = issues
        for issue in issues:
            for side, label in (("them", _("They ask")), ("us", _("We offer"))):
                self.fields[f"{side}_{issue.pk}"] = _level_field(issue, str(label))
            self.fields[f"back_{issue.pk}"] = forms.CharField(
                label=str(_("In return for")), max_length=200, required=False
            )

    def rows(self) -> list[tuple[NegotiationIssue, list[forms.BoundField]]]:
        """List the fields by issue, for the page."""
        return [(one, [self[f"{name}_{one.pk}"] for name in ("them", "us", "back")]) for one in self.issues]

    def clean(self) -> dict[str, Any]:
        """Read the levels of each issue."""
        said: dict[str, Any] = super().clean() or {}
        said["offers"] = [
            offer for issue in self.issues for side in (Side.THEM, Side.US) if (offer := self._offer(issue, side, said))
        ]
        return said

    def facts(self) -> RoundFacts:
        """Put together what was typed."""
        names = ("held_on", "who", "offers", "asked", "notes", "deadline", "price_objection", "terms_argued")
        said = {name: self.cleaned_data[name] for name in names}
        return RoundFacts(**said, contract_form=self.cleaned_data["contract_form"])

    def _offer(self, issue: NegotiationIssue, side: Side, said: dict[str, Any]) -> Offer | None:
        name = f"{'us' if side is Side.US else 'them'}_{issue.pk}"
        text = said.get(name, "")
        if not text:
            return None
        try:
            level = level_of(issue, text)
        except forms.ValidationError as fault:
            self.add_error(name, fault)
            return None
        return Offer(issue.pk, side, level, said.get(f"back_{issue.pk}", "") if side is Side.US else "")


class BeyondForm(forms.Form):
    """How far beyond the walk-away, and why."""

    level = forms.CharField(label=_("As far as"), max_length=40)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=LONG)


class TacticForm(forms.Form):
    """A tactic that was used."""

    tactic = forms.ChoiceField(label=_("Tactic"), choices=choices(TACTICS))
    note = forms.CharField(label=_("How it was used"), max_length=300, required=False)


class EndForm(forms.Form):
    """What every end says: what happened, and the debrief for the playbook."""

    note = forms.CharField(label=_("How it ended, in one sentence"), max_length=500)
    title = forms.CharField(label=_("Debrief: title of the case in the playbook"), max_length=120)
    text = forms.CharField(label=_("Debrief: what happened, what worked, what we learn"), max_length=8000, widget=LONG)


class DealForm(EndForm):
    """The agreed level of every issue."""

    def __init__(self, *args: Any, issues: Sequence[NegotiationIssue], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.issues = issues
        for issue in issues:
            self.fields[f"level_{issue.pk}"] = _level_field(issue, f"{issue.name} {issue.unit}".strip(), required=True)
        self.order_fields([f"level_{issue.pk}" for issue in issues])

    def clean(self) -> dict[str, Any]:
        """Read the level of each issue."""
        said: dict[str, Any] = super().clean() or {}
        said["levels"] = {}
        for issue in self.issues:
            try:
                said["levels"][issue.pk] = level_of(issue, said.get(f"level_{issue.pk}", ""))
            except forms.ValidationError as fault:
                self.add_error(f"level_{issue.pk}", fault)
        return said


class LostForm(EndForm):
    """Lost, to whom and why."""

    reason = forms.ChoiceField(label=_("Reason"), choices=choices(END_REASON_LABELS))
    lost_to = forms.CharField(label=_("Lost to"), max_length=80, required=False)
    field_order = ("reason", "lost_to", "note", "title", "text")


class StoppedForm(EndForm):
    """Stopped, why, and when we look again."""

    reason = forms.ChoiceField(label=_("Reason"), choices=choices(END_REASON_LABELS))
    look_again_on = DayField(label=_("We look again on"))
    field_order = ("reason", "look_again_on", "note", "title", "text")


class TacticRuleForm(forms.Form):
    """A tactic as data: its phases, what it answers, its texts, from a day on."""

    phases = forms.MultipleChoiceField(label=_("Phases"), choices=choices(PHASES), widget=forms.CheckboxSelectMultiple)
    difficulties = forms.MultipleChoiceField(
        label=_("Difficulties"), choices=choices(DIFFICULTIES), required=False, widget=forms.CheckboxSelectMultiple
    )
    methods = forms.MultipleChoiceField(
        label=_("Answers what the buyer does"),
        choices=choices(METHODS),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    when_zh = forms.CharField(label=_("When (Chinese)"), max_length=500)
    when_en = forms.CharField(label=_("When (English)"), max_length=500)
    not_zh = forms.CharField(label=_("When not (Chinese)"), max_length=500)
    not_en = forms.CharField(label=_("When not (English)"), max_length=500)
    say_zh = forms.CharField(label=_("We say (Chinese)"), max_length=500)
    say_en = forms.CharField(label=_("We say (English)"), max_length=500)
    reply_zh = forms.CharField(label=_("They say (Chinese)"), max_length=500)
    reply_en = forms.CharField(label=_("They say (English)"), max_length=500)
    counter_zh = forms.CharField(label=_("Counter to it (Chinese)"), max_length=500)
    counter_en = forms.CharField(label=_("Counter to it (English)"), max_length=500)
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class PatternForm(forms.Form):
    """The limits of the pattern watch, from a day on."""

    big_step_percent = forms.IntegerField(label=_("A step is big from, % of the way"), min_value=1, max_value=100)
    near_percent = forms.IntegerField(label=_("The walk-away is near below, % of the way"), min_value=1, max_value=100)
    most_concessions = forms.IntegerField(label=_("Concessions wanted on an issue, at most"), min_value=1, max_value=20)
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


def _level_field(issue: NegotiationIssue, label: str, *, required: bool = False) -> forms.Field:
    if issue.options:
        named = [(str(one[0]), str(one[0])) for one in issue.options]
        return forms.ChoiceField(label=label, choices=[*NONE, *named], required=required)
    return forms.CharField(
        label=label,
        max_length=40,
        required=required,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _option(line: str) -> list[Any]:
    parts = [part.strip() for part in unicodedata.normalize("NFKC", line).split("|")]
    fits = len(parts) == 3 and all(part.isascii() and part.isdecimal() and int(part) <= 100 for part in parts[1:])
    if not fits or not parts[0]:
        raise forms.ValidationError(
            _("“%(value)s”: write name | points for us | points for them."), params={"value": line}
        )
    return [parts[0][:40], int(parts[1]), int(parts[2])]


def _decimals(figure_: Decimal) -> int:
    exponent = figure_.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
