"""Which searches find those who may buy a product in a country? (P07)

Only addresses to be opened by a person are built; nothing is fetched and no address of anybody is gathered (G17, P05).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus, urlsplit

LONGEST_PRODUCT = 80
MOST_PRODUCTS = 6


class SearchFamily(StrEnum):
    """The five families of searches."""

    PUBLIC_MAIL = "PUBLIC_MAIL"
    COUNTRY_MAIL = "COUNTRY_MAIL"
    NATIONAL_EDITION = "NATIONAL_EDITION"
    ROLE = "ROLE"
    REGIONAL_MAIL = "REGIONAL_MAIL"


@dataclass(frozen=True, slots=True)
class Country:
    """A country's edition of the search engine, its words, and the suffixes of its mail providers."""

    code: str
    name_zh: str
    name_en: str
    language: str
    edition: str
    email_word: str
    buy_word: str
    mail_suffixes: tuple[str, ...]
    regional_suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchLists:
    """The lists of the search builder; data that a company may change."""

    countries: tuple[Country, ...]
    role_words: tuple[str, ...]
    public_suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold, as buyers call it: English names and synonyms, Chinese ones, and names in other languages."""

    names_en: tuple[str, ...]
    names_zh: tuple[str, ...] = ()
    local: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> tuple[tuple[str, ...], bool]:
        """Name the product in a language, and tell whether it is a name in that language; else the English ones."""
        if language == "en":
            return self.names_en, True
        if language == "zh" and self.names_zh:
            return self.names_zh, True
        return ((self.local[language],), True) if self.local.get(language) else (self.names_en, False)


@dataclass(frozen=True, slots=True)
class Search:
    """A search to be opened: of which family, in which country, its text and address."""

    family: SearchFamily
    country: Country
    text: str
    url: str
    # False where the product has no name in the country's language and the English one stands in.
    is_local: bool


@dataclass(frozen=True, slots=True)
class ListFault:
    """What is wrong with the lists: where, and a code with its parameters."""

    where: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def searches(product: Product, *, countries: Sequence[Country], lists: SearchLists) -> tuple[Search, ...]:
    """Build the searches of every family for a product in some countries, each once, in the order of the families."""
    found = [
        Search(family, country, text, country.edition.replace("{query}", quote_plus(text)), is_local)
        for country in countries
        for family, text, is_local in _texts(product, country, lists)
    ]
    return tuple({(search.country.code, search.text): search for search in reversed(found)}.values())[::-1]


def lists_of(content: Mapping[str, Any]) -> SearchLists:
    """Read the lists from their data, which `list_faults` found right."""
    return SearchLists(
        countries=tuple(_country(one) for one in content["countries"]),
        role_words=tuple(content["role_words"]),
        public_suffixes=tuple(content["public_suffixes"]),
    )


def list_faults(content: Mapping[str, Any]) -> tuple[ListFault, ...]:
    """List all that is wrong with lists that somebody wrote."""
    faults = [
        ListFault(name, "LIST_EMPTY", {"list": name})
        for name in ("countries", "role_words", "public_suffixes")
        if not isinstance(content.get(name), list) or not content[name]
    ]
    if faults:
        return tuple(faults)
    faults += [*_suffix_faults("public_suffixes", content["public_suffixes"])]
    for place, one in enumerate(content["countries"], start=1):
        faults += _country_faults(f"countries.{place}", one)
    codes: list[Any] = [one.get("code") for one in content["countries"] if isinstance(one, dict)]
    faults += [
        ListFault("countries", "COUNTRY_TWICE", {"code": code})
        for code in sorted({str(c) for c in codes if codes.count(c) > 1})
    ]
    return tuple(faults)


_FIELDS = ("code", "name_zh", "name_en", "language", "edition", "email_word", "buy_word")


def _texts(product: Product, country: Country, lists: SearchLists) -> Iterator[tuple[SearchFamily, str, bool]]:
    local, is_local = product.in_language(country.language)
    for name in product.names_en:
        yield from ((SearchFamily.PUBLIC_MAIL, f'"{name}" "{suffix}"', True) for suffix in lists.public_suffixes)
    for name in local:
        for suffix in country.mail_suffixes:
            yield SearchFamily.COUNTRY_MAIL, f'"{name}" "{suffix}"', is_local
        yield SearchFamily.NATIONAL_EDITION, f'"{name}" {country.email_word}', is_local
    for name in product.names_en:
        yield from ((SearchFamily.ROLE, f'"{name}" {role} email', True) for role in lists.role_words)
    for name in local:
        for suffix in country.regional_suffixes:
            yield SearchFamily.REGIONAL_MAIL, f'"{name}" {country.buy_word} "{suffix}"', is_local


def _country(one: Mapping[str, Any]) -> Country:
    suffixes: dict[str, Any] = {name: tuple(one[name]) for name in ("mail_suffixes", "regional_suffixes")}
    texts: dict[str, Any] = {name: str(one[name]) for name in _FIELDS}
    return Country(**texts, **suffixes)


def _country_faults(where: str, one: object) -> list[ListFault]:
    if not isinstance(one, dict):
        return [ListFault(where, "COUNTRY_INCOMPLETE", {"field": "code"})]
    missing = [name for name in _FIELDS if not isinstance(one.get(name), str) or not one[name].strip()]
    if missing:
        return [ListFault(where, "COUNTRY_INCOMPLETE", {"field": name}) for name in missing]
    address = urlsplit(one["edition"])
    faults = []
    if address.scheme != "https" or not address.netloc or "{query}" not in one["edition"]:
        faults.append(ListFault(where, "EDITION_WRONG", {"edition": one["edition"]}))
    for name in ("mail_suffixes", "regional_suffixes"):
        faults += _suffix_faults(where, one.get(name))
    return faults


def _suffix_faults(where: str, suffixes: object) -> list[ListFault]:
    given: Collection[object] = suffixes if isinstance(suffixes, list) else [suffixes]
    wrong = [one for one in given if not isinstance(one, str) or not one.startswith("@") or "." not in one]
    return [ListFault(where, "SUFFIX_WRONG", {"suffix": str(one)}) for one in wrong]
