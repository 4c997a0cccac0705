"""Fields that several forms share: a person of ours, another account, a position on the earth, a floor area."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models import AccountNode
from keytally.core.queries import people

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User

WIDE = forms.TextInput(attrs={"maxlength": 200})


class DayField(forms.DateField):
    """A day, with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """Somebody of ours who may log in."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(queryset=people().filter(is_active=True).order_by("name"), **kwargs)


class NodeField(forms.CharField):
    """Another account, by its code or, where only one has it, its name."""

    default_error_messages = {  # noqa: RUF012 - Django's own attribute
        "unknown": _("No account has this code or name; type its code, or as much of the name as only it has."),
        "several": _("Several accounts are called so; type the code."),
    }

    def __init__(self, *, nodes: "QuerySet[AccountNode] | None" = None, **kwargs: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(max_length=80, **kwargs)
        self.nodes = AccountNode.objects.none() if nodes is None else nodes

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Find the account."""
        text: str = super().clean(value)
        if not text:
            return None
        bare = text.split(" ", 1)[0]
        by_code = self.nodes.filter(code__iexact=bare).first()
        if by_code:
            return by_code
        named = list(self.nodes.filter(name_zh=text)[:2]) or list(self.nodes.filter(name_en__iexact=text)[:2])
        if len(named) == 1:
            return named[0]
        code = "several" if named else "unknown"
        raise forms.ValidationError(self.error_messages[code], code=code)


class ScaledField(forms.DecimalField):
    """A figure that is kept as a whole number of its smallest part."""

    def __init__(self, *, places: int, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(decimal_places=places, max_digits=15, **kwargs)
        self.places = places

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Read the figure and scale it."""
        found: Decimal | None = super().clean(value)
        return None if found is None else int(found.scaleb(self.places))

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Show the figure as people write it."""
        return format((Decimal(value).scaleb(-self.places)).normalize(), "f") if isinstance(value, int) else value


def holder(form: forms.Form, name: str = "holder") -> "User | None":
    """Take a chosen person."""
    chosen: User | None = form.cleaned_data.get(name)
    return chosen
