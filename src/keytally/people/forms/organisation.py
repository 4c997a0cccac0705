"""What is typed about positions, lines, holders, units and absences."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.models import Position, Unit
from keytally.people.queries.organisation import position_roles
from keytally.people.queries.positions import person_named, units
from keytally.people.queries.proposals import proposed_position

if TYPE_CHECKING:
    from keytally.core.models import User

# What stands between the code and the name in a suggestion.
JOINT = " · "


class Day(forms.DateInput):
    """A day, chosen in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FoundField(forms.CharField):
    """Something that is typed by its code; suggestions come while typing."""

    def __init__(self, *, finds: str, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        self.finds = finds
        super().__init__(max_length=200, **more)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask the server for suggestions while someone types."""
        return {
            **super().widget_attrs(widget),
            "autocomplete": "off",
            "list": f"found-{self.finds}",
            "hx-get": reverse_lazy(f"people:find_{self.finds}"),
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": f"#found-{self.finds}",
            "hx-swap": "innerHTML",
        }


class PositionField(FoundField):
    """A position by its code."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(finds="positions", **more)

    def clean(self, value: Any) -> Position | None:  # noqa: ANN401 - Django's own signature
        """Find the position of the code before the joint."""
        code = super().clean(value).partition(JOINT)[0].strip()
        found = Position.objects.filter(code__iexact=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(_("No position has this code; choose one of the suggestions."))
        return found


class PersonField(FoundField):
    """A person by their user name."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(finds="persons", **more)

    def clean(self, value: Any) -> "User | None":  # noqa: ANN401 - Django's own signature
        """Find the person of the user name before the joint."""
        username = super().clean(value).partition(JOINT)[0].strip()
        found = person_named(username) if username else None
        if username and found is None:
            raise forms.ValidationError(_("Nobody who may log in has this user name; choose one of the suggestions."))
        return found


class ReasonForm(forms.Form):
    """A change with its reason, which comes last."""

    reason = forms.CharField(label=_("Reason for the change"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


class NamesForm(forms.Form):
    """The two names of a thing."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120)

    def names(self) -> tuple[str, str]:
        """Give both names."""
        return self.cleaned_data["name_zh"], self.cleaned_data["name_en"]


class NewUnitForm(NamesForm):
    """A part of the company that is not there yet."""

    code = forms.RegexField(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", label=_("Code"), max_length=32)
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, label) for kind, label in Unit.KINDS.items()])
    parent = forms.ModelChoiceField(Unit.objects.none(), label=_("Belongs to"), required=False)
    starts_on = forms.DateField(label=_("From"), widget=Day)
    field_order = ("code", "kind", "parent", "name_zh", "name_en", "starts_on")

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = units(as_of=as_of).exclude(kind="AREA")  # type: ignore[attr-defined]  # a model choice


class RenameUnitForm(ReasonForm, NamesForm):
    """Another name of a unit."""


class NewPositionForm(forms.Form):
    """A position that is not there yet; what is left empty the template proposes."""

    role = forms.ChoiceField(label=pgettext_lazy("position", "Role"))
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"))
    starts_on = forms.DateField(label=_("From"), widget=Day)
    city = forms.CharField(label=_("City"), max_length=60, required=False)
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        label=_("Code"),
        max_length=48,
        required=False,
        help_text=_("Empty: made of unit and role, like the names."),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    boss = PositionField(
        label=_("Reports to (solid line)"), required=False, help_text=_("Empty: the nearest one by the template.")
    )
    dotted = PositionField(
        label=_("Dotted line to"), required=False, help_text=_("Empty: the nearest one by the template.")
    )

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        roles = [(code, f"{role.name} ({code})") for code, role in position_roles().items()]
        self.fields["role"].choices = roles  # type: ignore[attr-defined]  # a choice field
        self.fields["unit"].queryset = units(as_of=as_of)  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        """Fill what was left empty from the template, or say that it must be written."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            proposed = proposed_position(said["role"], unit=said["unit"], as_of=said["starts_on"])
            said |= {name: value for name, value in proposed.items() if not said[name]}
            for name in ("code", "name_zh", "name_en"):
                if not said[name]:
                    self.add_error(name, _("The template has no such role: write it."))
        return said

    def names(self) -> tuple[str, str]:
        """Give both names."""
        return self.cleaned_data["name_zh"], self.cleaned_data["name_en"]


class PositionRoleForm(ReasonForm, NamesForm):
    """A role of positions: another name, or one of the company's own."""

    code = forms.RegexField(r"^[A-Z][A-Z0-9]{0,15}$", label=_("Code"), max_length=16)
    field_order = ("code", "name_zh", "name_en")


class RenamePositionForm(ReasonForm, NamesForm):
    """Another name of a position, or another city."""

    city = forms.CharField(label=_("City"), max_length=60, required=False)


class BossForm(ReasonForm):
    """Another boss from a day on."""

    boss = PositionField(
        label=_("Reports to (solid line)"), required=False, help_text=_("Empty: nobody stands above from that day on.")
    )
    city = forms.CharField(
        label=_("Only in the city"),
        max_length=60,
        required=False,
        help_text=_("Empty: everywhere. With a city: there this boss decides instead of the general one."),
    )
    starts_on = forms.DateField(label=_("From"), widget=Day)


class DottedForm(ReasonForm):
    """A dotted line from a day on."""

    boss = PositionField(label=_("Dotted line to"))
    starts_on = forms.DateField(label=_("From"), widget=Day)


class EndForm(ReasonForm):
    """The day on which something holds no longer."""

    ends_before = forms.DateField(label=_("First day without it"), widget=Day)


class CloseForm(EndForm):
    """The day on which a position is no more, and where those below it go."""

    reports_to = PositionField(label=_("Those below report to"), required=False)
    field_order = ("ends_before", "reports_to", "reason")


class AppointForm(ReasonForm):
    """Who is to hold a position."""

    person = PersonField(label=_("Person"))
    starts_on = forms.DateField(label=_("From"), widget=Day)
    ends_before = forms.DateField(
        label=_("First day without it"), widget=Day, required=False, help_text=_("Empty: until someone changes it.")
    )
    takes_over = forms.BooleanField(
        label=_("Whoever holds it then is relieved"), required=False, help_text=_("Otherwise they hold it together.")
    )
    field_order = ("person", "starts_on", "ends_before", "takes_over", "reason")


class AbsenceForm(forms.Form):
    """Who decides in a person's place, from the first day to the last."""

    to = PersonField(label=_("Who decides meanwhile"))
    first_on = forms.DateField(label=_("First day away"), widget=Day)
    last_on = forms.DateField(label=_("Last day away"), widget=Day)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def instants(self) -> tuple[datetime, datetime]:
        """Turn the days into the instants between which the delegation runs, in the company's zone."""
        return _midnight(self.cleaned_data["first_on"]), _midnight(self.cleaned_data["last_on"] + timedelta(days=1))


class AllotForm(ReasonForm):
    """Another boss for everyone of a role in a city."""

    area = forms.ModelChoiceField(Unit.objects.none(), label=_("Area"))
    city = forms.CharField(label=_("City"), max_length=60)
    role = forms.ChoiceField(label=pgettext_lazy("position", "Role"))
    boss = PositionField(
        label=_("Reports there to"), required=False, help_text=_("Empty: to the general boss again, from that day on.")
    )
    starts_on = forms.DateField(label=_("From"), widget=Day)

    def __init__(self, *args: Any, as_of: date, roles: list[str], **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        names = position_roles()
        self.fields["area"].queryset = units(as_of=as_of).filter(kind="AREA")  # type: ignore[attr-defined]  # a model choice
        self.fields["role"].choices = [(code, names[code].name) for code in roles]  # type: ignore[attr-defined]  # a choice field


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
