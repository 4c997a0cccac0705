"""What an administrator types about a person, and a person about themselves."""

import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from keytally.core.models import User
from keytally.core.roles import ROLE_LABELS, Role

if TYPE_CHECKING:
    from django.db.models import QuerySet


class PersonForm(forms.Form):
    """A person as an administrator keeps them."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, label) for role, label in ROLE_LABELS.items()],
        required=False,
    )
    password = forms.CharField(label=_("Password"), max_length=128, required=False, strip=False)

    def chosen_roles(self) -> list[Role]:
        """List the roles that were ticked."""
        return [Role(role) for role in self.cleaned_data["roles"]]

    def clean_password(self) -> str:
        """Refuse a password that is easily guessed."""
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


class NewPersonForm(PersonForm):
    """A person who is not there yet."""

    username = User._meta.get_field("username").formfield()
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)
    field_order = ("username", "name", "email", "language", "roles", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["password"].required = True

    def clean_username(self) -> str:
        """Refuse a name that someone has, in whatever case."""
        username: str = self.cleaned_data["username"]
        taken: QuerySet[User] = User.objects.filter(username__iexact=username)
        if taken.exists():
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

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
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
