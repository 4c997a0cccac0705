"""What an administrator types about a person, a person about themselves, and anyone at the door."""

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.grant_fields import GrantFields
from keytally.core.roles import ROLE_LABELS, Role, declared
from keytally.identity.operations import callable_permissions
from keytally.identity.queries.people import person_named

if TYPE_CHECKING:
    from keytally.core.models import User


class PersonForm(GrantFields):
    """A person as an administrator keeps them."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False)


class NewPersonForm(PersonForm):
    """A person who is not there yet."""

    username = forms.CharField(
        label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()], strip=True
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("username", "name", "email", "language", "roles")

    def clean_username(self) -> str:
        """Refuse a name that someone has, in whatever case."""
        username: str = self.cleaned_data["username"]
        if person_named(username):
            raise forms.ValidationError(_("Someone has this user name already; choose another."))
        return username


class ChangePersonForm(PersonForm):
    """A person who is there."""

    is_active = forms.BooleanField(label=_("May log in"), required=False)
    reason = forms.CharField(label=_("Reason for the change"), max_length=500)


class OwnForm(forms.Form):
    """What people set for themselves."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in sorted(zoneinfo.available_timezones())]
    )


class OwnPasswordForm(forms.Form):
    """A new password, with the old one as proof."""

    old = forms.CharField(label=_("Password until now"), max_length=128, strip=False)
    new = forms.CharField(label=_("New password"), max_length=128, strip=False)

    def __init__(self, person: "User", *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_old(self) -> str:
        """Refuse someone who only found the screen open."""
        old: str = self.cleaned_data["old"]
        if not self.person.check_password(old):
            raise forms.ValidationError(_("This is not your password until now; type it again."))
        return old

    def clean_new(self) -> str:
        """Refuse a password that is easily guessed."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.person)
        return new


class LogInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {  # noqa: RUF012 - Django's own attribute
        "invalid_login": _("User name and password do not fit together; check both, also upper and lower case."),
        "inactive": _("This person may no longer log in; ask your administrator."),
    }


class CodeForm(forms.Form):
    """A code of the authenticator, or a recovery code."""

    code = forms.CharField(label=pgettext_lazy("log-in", "Code"), max_length=16)

    def clean_code(self) -> str:
        """Read a code as people type it, with spaces."""
        return "".join(self.cleaned_data["code"].split())


class NewPasswordForm(forms.Form):
    """A password that its person chooses, typed twice."""

    new = forms.CharField(label=_("New password"), max_length=128, strip=False)
    again = forms.CharField(label=_("New password once more"), max_length=128, strip=False)

    def __init__(self, person: "User", *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_new(self) -> str:
        """Refuse a password that is easily guessed."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.person)
        return new

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        said = super().clean() or {}
        if {"new", "again"} <= set(said) and said["new"] != said["again"]:
            self.add_error("again", _("The two passwords differ; type the new one twice."))
        return said


class ForgottenForm(forms.Form):
    """Where to send a link for a new password."""

    email = forms.EmailField(label=_("E-mail"))


class ConfirmForm(forms.Form):
    """Proof that the person at the screen is the one who logged in."""

    password = forms.CharField(label=_("Password"), max_length=128, strip=False)


class IdentityForm(forms.Form):
    """Who a person is at another system, as an administrator knows it."""

    provider = forms.ChoiceField(label=pgettext_lazy("log-in", "System"))
    uid = forms.CharField(label=_("Identifier there"), max_length=190)

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["provider"] = forms.ChoiceField(label=pgettext_lazy("log-in", "System"), choices=choices)


class ReasonForm(forms.Form):
    """Why something is done to someone else's log-in."""

    reason = forms.CharField(label=_("Reason for the change"), max_length=500)


class FactorRulesForm(ReasonForm):
    """The roles that need a second factor."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[(role.value, label) for role, label in ROLE_LABELS.items()], required=False
    )

    def chosen_roles(self) -> list[Role]:
        """List the roles that were ticked."""
        return [Role(role) for role in self.cleaned_data["roles"]]


class TokenForm(forms.Form):
    """A new API token: what it is for, what it may do, how long."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
    permissions = forms.MultipleChoiceField(label=_("May do"))
    days = forms.IntegerField(label=_("Valid for days"), min_value=1, initial=90)

    def __init__(self, person: "User", *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        known = declared()
        held = [(code, known[code].label) for code in sorted(person.permissions & callable_permissions())]
        self.fields["permissions"] = forms.MultipleChoiceField(label=_("May do"), choices=held)
        self.fields["days"] = forms.IntegerField(
            label=_("Valid for days"), min_value=1, max_value=settings.API_TOKEN_DAYS_AT_MOST, initial=90
        )
