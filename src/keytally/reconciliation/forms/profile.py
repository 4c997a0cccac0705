"""What a person corrects on the page of a profile."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from keytally.exchange.canonical import Column
from keytally.exchange.profile import Profile, SideProfile, TaxBasis
from keytally.kernel.money import Money, UnknownCurrency, minor_digits
from keytally.reconciliation.labels import COLUMN_LABELS, SIDE_LABELS
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.services import Correction, profile_of

SIDES = ("ours", "theirs")
DATE_FORMATS: Sequence[tuple[str, Promise | str]] = (
    ("", gettext_lazy("as each value says")),
    ("ymd", gettext_lazy("year, month, day (2026-07-01)")),
    ("dmy", gettext_lazy("day, month, year (01/07/2026)")),
    ("mdy", gettext_lazy("month, day, year (07/01/2026)")),
    ("serial", gettext_lazy("spreadsheet serial number (46204)")),
)
SIGNS = (("1", gettext_lazy("positive = they owe us")), ("-1", gettext_lazy("turned around: positive = we owe them")))
TAX_BASES = (
    (TaxBasis.UNKNOWN.value, gettext_lazy("not known")),
    (TaxBasis.GROSS.value, gettext_lazy("including tax")),
    (TaxBasis.NET.value, gettext_lazy("without tax")),
)
_TOLERANCE = re.compile(r"\d{1,12}|\d{1,3}(\.\d{1,4})?\s*%", re.ASCII)
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A canonical column on the page: its field, and how sure the machine was and why."""

    label: Promise | str
    field: forms.BoundField
    confidence: int | None
    level: str
    reason: str


@dataclass(frozen=True, slots=True)
class SidePage:
    """One side on the page of a profile."""

    side: str
    label: Promise | str
    reading: Mapping[str, Any]
    sample: Sequence["SampleRow"]
    columns: Sequence[MappedColumn]
    settings: Sequence[forms.BoundField]
    questions: Sequence[str]
    warnings: Sequence[str]
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the file as it was read."""

    number: int
    cells: Sequence[str]
    kind: str


class ProfileForm(forms.Form):
    """How both sides are read and compared."""

    name = forms.CharField(label=pgettext_lazy("reconciliation", "Name"), max_length=120)
    measure = forms.ChoiceField(label=gettext_lazy("Compare by"), choices=Reconciliation.Measure.choices)
    tolerance = forms.CharField(
        label=gettext_lazy("Tolerance per link"),
        max_length=16,
        help_text=gettext_lazy("whole cents like 5, or a share like 0.5%"),
    )
    window_days = forms.IntegerField(label=gettext_lazy("Window, days"), min_value=0, max_value=3650)
    period = forms.CharField(
        label=gettext_lazy("Period"),
        required=False,
        max_length=7,
        help_text=gettext_lazy("a month like 2026-07, or empty for all"),
    )
    opening = forms.CharField(
        label=gettext_lazy("Opening balance"),
        required=False,
        max_length=24,
        help_text=gettext_lazy("on both sides, in major units"),
    )
    save_as = forms.CharField(label=gettext_lazy("Save these settings as"), required=False, max_length=120)

    def __init__(self, *args: Any, found: Reconciliation, profile: Profile, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.found = found
        self.profile = profile
        for side in SIDES:
            self._add_side(side)

    @classmethod
    def of(cls, found: Reconciliation, *, data: Mapping[str, Any] | None = None) -> Self:
        """Open the form on a reconciliation."""
        profile = profile_of(found)
        return cls(data, found=found, profile=profile, initial=_initial(found, profile))

    def clean_tolerance(self) -> str:
        """Refuse what is neither cents nor a share."""
        text = str(self.cleaned_data["tolerance"]).strip().replace("\N{FULLWIDTH PERCENT SIGN}", "%")
        if not _TOLERANCE.fullmatch(text):
            raise ValidationError(_("Tolerance: write whole cents like 5, or a share like 0.5%."))
        return text.replace(" ", "")

    def clean_period(self) -> str:
        """Refuse what is no month."""
        text = str(self.cleaned_data["period"]).strip()
        if text and not _PERIOD.fullmatch(text):
            raise ValidationError(_("Period: write a month like 2026-07, or leave it empty."))
        return text

    def clean(self) -> dict[str, Any]:
        """Check what needs several fields: the measure's columns, questions that are open, the opening balance."""
        cleaned = super().clean() or self.cleaned_data
        for side in SIDES:
            self._check_side(side, cleaned)
        self._check_opening(cleaned)
        return cleaned

    def reads_again(self) -> bool:
        """Tell whether the files are to be read again instead of run."""
        return self.data.get("action") == "read_again"

    def correction(self) -> Correction:
        """Give what the person corrected."""
        cleaned = self.cleaned_data
        ours, theirs = self._side_profile("ours", self.profile.ours), self._side_profile("theirs", self.profile.theirs)
        return Correction(
            name=cleaned["name"],
            profile=replace(self.profile, ours=ours, theirs=theirs, opening_minor=cleaned["opening_minor"]),
            measure=cleaned["measure"],
            tolerance=cleaned["tolerance"],
            window_days=cleaned["window_days"],
            period=cleaned["period"],
            save_as=cleaned["save_as"].strip(),
        )

    def sentences(self) -> list[str]:
        """Say everything that keeps the form from going on."""
        if not self.is_bound:
            return []
        labelled = [f"{self._label(name)}{error}" for name, errors in self.errors.items() for error in errors]
        return list(dict.fromkeys(labelled))

    def _label(self, name: str) -> str:
        """Name the field of an error, its side included."""
        field = self.fields.get(name)
        if field is None or name in ("tolerance", "period"):
            return ""
        side = SIDE_LABELS.get(name.partition("-")[0])
        return _("%(side)s, %(field)s: ") % {"side": side, "field": field.label} if side else f"{field.label}: "

    def sides(self) -> list[SidePage]:
        """Show both sides: what was understood, how surely and why."""
        return [self._side_page(side) for side in SIDES]

    def visible_match(self) -> list[forms.BoundField]:
        """List the fields that say how the sides are compared."""
        return [self[name] for name in ("name", "measure", "tolerance", "window_days", "period", "opening")]

    def _add_side(self, side: str) -> None:
        headers = self.found.reading.get(side, {}).get("headers", [])
        mapped = getattr(self.profile, side).columns.values()
        texts = list(dict.fromkeys([*headers, *mapped]))
        choices = [("", _("not in this file")), *((text, text) for text in texts if text)]
        for column in Column:
            label = str(COLUMN_LABELS[column])
            self.fields[_field(side, column)] = forms.ChoiceField(label=label, choices=choices, required=False)
        for name, field in _side_fields().items():
            self.fields[f"{side}-{name}"] = field

    def _side_page(self, side: str) -> SidePage:
        reading = self.found.reading.get(side, {})
        chosen = {self[_field(side, column)].value(): str(COLUMN_LABELS[column]) for column in Column}
        return SidePage(
            side=side,
            label=SIDE_LABELS[side],
            reading={**reading, "mapped": [chosen.get(header, "") for header in reading.get("headers", [])]},
            sample=_sample(reading),
            columns=[self._mapped_column(side, column, reading) for column in Column],
            settings=[self[f"{side}-{name}"] for name in _side_fields()],
            questions=[in_reader_language(question) for question in reading.get("questions", ())],
            warnings=[in_reader_language(warning) for warning in reading.get("warnings", ())],
            asked=frozenset(f"{side}-{question['field']}" for question in reading.get("questions", ())),
        )

    def _mapped_column(self, side: str, column: Column, reading: Mapping[str, Any]) -> MappedColumn:
        proposed = reading.get("columns", {}).get(column.value)
        field = self[_field(side, column)]
        if proposed is None or field.value() != proposed["header"]:
            reason = _("chosen by you") if field.value() else ""
            return MappedColumn(COLUMN_LABELS[column], field, None, "", reason)
        confidence = int(proposed["confidence"])
        level = "high" if confidence >= 80 else "middle" if confidence >= 60 else "low"
        return MappedColumn(COLUMN_LABELS[column], field, confidence, level, in_reader_language(proposed["reason"]))

    def _check_side(self, side: str, cleaned: dict[str, Any]) -> None:
        needed = {"amount": [Column.AMOUNT], "quantity": [Column.QUANTITY], "both": [Column.AMOUNT, Column.QUANTITY]}
        for column in needed.get(cleaned.get("measure", ""), []):
            if not cleaned.get(_field(side, column)):
                self.add_error(_field(side, column), _("choose its column, or compare by another measure."))
        for question in self.found.reading.get(side, {}).get("questions", ()):
            name = f"{side}-{question['field']}"
            if name in self.fields and not cleaned.get(name):
                self.add_error(name, in_reader_language(question))
        currency = str(cleaned.get(f"{side}-currency", "")).strip().upper()
        if not _is_currency(currency):
            self.add_error(f"{side}-currency", _("write the three letters of a currency, like CNY."))
        cleaned[f"{side}-currency"] = currency

    def _check_opening(self, cleaned: dict[str, Any]) -> None:
        currency, text = cleaned.get("ours-currency", ""), str(cleaned.get("opening", "")).strip().replace(",", "")
        cleaned["opening_minor"] = {key: value for key, value in self.profile.opening_minor.items() if key != currency}
        if not text:
            return
        try:
            cleaned["opening_minor"][currency] = Money.of(Decimal(text), currency).minor
        except (ArithmeticError, ValueError):
            self.add_error("opening", _("write an amount like 1234.50, or leave it empty."))

    def _side_profile(self, side: str, before: SideProfile) -> SideProfile:
        cleaned = self.cleaned_data
        columns = {column: cleaned[_field(side, column)] for column in Column if cleaned[_field(side, column)]}
        shapes = cleaned[f"{side}-document_shapes"].splitlines()
        return replace(
            before,
            columns=columns,
            header_row=cleaned[f"{side}-header_row"],
            header_rows=int(cleaned[f"{side}-header_rows"]),
            sign=int(cleaned[f"{side}-sign"]),
            date_format=cleaned[f"{side}-date_format"] or None,
            tax_basis=TaxBasis(cleaned[f"{side}-tax_basis"]),
            currency=cleaned[f"{side}-currency"],
            decimal_mark=cleaned[f"{side}-decimal_mark"],
            document_shapes=tuple(shape.strip() for shape in shapes if shape.strip()),
        )


def _field(side: str, column: Column) -> str:
    """Name the field that says which header a canonical column has."""
    return f"{side}-column-{column.value}"


def in_reader_language(words: Mapping[str, str]) -> str:
    """Pick the sentence in the reader's language from one kept in both."""
    return words["zh" if (get_language() or "").startswith("zh") else "en"]


def _side_fields() -> dict[str, forms.Field]:
    return {
        "header_row": forms.IntegerField(
            label=_("Header in row"), required=False, min_value=1, max_value=1000, help_text=_("empty = find it")
        ),
        "header_rows": forms.ChoiceField(label=_("Header rows"), choices=(("1", "1"), ("2", "2"))),
        "sign": forms.ChoiceField(label=_("Sign"), choices=SIGNS),
        "date_format": forms.ChoiceField(label=_("Dates are written"), choices=DATE_FORMATS, required=False),
        "tax_basis": forms.ChoiceField(label=_("Amounts are"), choices=TAX_BASES),
        "currency": forms.CharField(label=_("Currency where no column says it"), max_length=3),
        "decimal_mark": forms.ChoiceField(label=_("Decimal mark"), choices=((".", "1,234.50"), (",", "1.234,50"))),
        "document_shapes": forms.CharField(
            label=_("Shape of document numbers"),
            required=False,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("regular expressions, one a line; the first group is the bare number"),
            validators=[_check_shapes],
        ),
    }


def _check_shapes(text: str) -> None:
    for shape in text.splitlines():
        try:
            groups = re.compile(shape.strip()).groups if shape.strip() else 1
        except re.error:
            groups = 0
        if not groups:
            raise ValidationError(_("“%(shape)s” is no regular expression with a group.") % {"shape": shape.strip()})


def _is_currency(text: str) -> bool:
    if not _CURRENCY.fullmatch(text):
        return False
    try:
        minor_digits(text)
    except UnknownCurrency:
        return False
    return True


def _initial(found: Reconciliation, profile: Profile) -> dict[str, Any]:
    opening = profile.opening_minor.get(profile.ours.currency)
    initial: dict[str, Any] = {
        "name": found.name,
        "measure": found.measure,
        "tolerance": found.tolerance,
        "window_days": found.window_days,
        "period": found.period,
        "opening": str(Money(opening, profile.ours.currency).major) if opening else "",
        "save_as": found.profile.name if found.profile else "",
    }
    for side in SIDES:
        initial |= _initial_side(side, getattr(profile, side))
    return initial


def _initial_side(side: str, profile: SideProfile) -> dict[str, Any]:
    return {
        **{_field(side, column): text for column, text in profile.columns.items()},
        f"{side}-header_row": profile.header_row,
        f"{side}-header_rows": str(profile.header_rows),
        f"{side}-sign": str(profile.sign),
        f"{side}-date_format": profile.date_format or "",
        f"{side}-tax_basis": profile.tax_basis.value,
        f"{side}-currency": profile.currency,
        f"{side}-decimal_mark": profile.decimal_mark,
        f"{side}-document_shapes": "\n".join(profile.document_shapes),
    }


def _sample(reading: Mapping[str, Any]) -> list[SampleRow]:
    sample = reading.get("sample", {})
    header, header_rows = reading.get("header_row") or 0, reading.get("header_rows") or 1
    rows = enumerate(sample.get("rows", ()), start=sample.get("first_row", 1))
    return [_sample_row(number, cells, _kind(number, header=header, rows=header_rows)) for number, cells in rows]


def _sample_row(number: int, cells: Sequence[str], kind: str) -> SampleRow:
    """Show a row; a title that is merged over many columns is shown once."""
    if kind != "kt-above":
        return SampleRow(number, cells, kind)
    once = [cell if place == 0 or cell != cells[place - 1] else "" for place, cell in enumerate(cells)]
    return SampleRow(number, once, kind)


def _kind(number: int, *, header: int, rows: int) -> str:
    if number < header:
        return "kt-above"
    return "kt-header-row" if number < header + rows else "kt-data"
