"""Is a company that was found already known as a lead or an account? (spec 02: name, domain, phone, tax id)"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from keytally.accounts.rules.duplicates import ALIKE_PERCENT, alike_percent, plain_name

# Providers that give anybody an address: sharing one says nothing.
_PUBLIC = frozenset(
    (
        *("gmail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com", "aol.com", "icloud.com", "yahoo.co.jp"),
        *("qq.com", "foxmail.com", "163.com", "126.com", "sina.com", "sohu.com", "yeah.net", "aliyun.com", "139.com"),
        *("189.cn", "t-online.de", "wanadoo.fr", "mail.ru", "yandex.ru"),
    )
)
BLOCK = 2


class Shared(StrEnum):
    """What two companies have in common."""

    TAX_ID = "TAX_ID"
    DOMAIN = "DOMAIN"
    PHONE = "PHONE"
    NAME = "NAME"
    ALIKE_NAME = "ALIKE_NAME"


_SURE = frozenset({Shared.TAX_ID, Shared.DOMAIN, Shared.PHONE, Shared.NAME})


@dataclass(frozen=True, slots=True)
class Company:
    """What is compared of a company; `name` is its plain form, phones are plain too."""

    name: str
    tax_id: str = ""
    domain: str = ""
    phones: frozenset[str] = frozenset()


def shared(one: Company, other: Company) -> tuple[Shared, ...]:
    """List what two companies have in common, the surest first.

    >>> shared(Company("大润发", domain="rt-mart.com"), Company("大润发华东", domain="rt-mart.com"))
    (<Shared.DOMAIN: 'DOMAIN'>,)
    """
    found = []
    if one.tax_id and one.tax_id == other.tax_id:
        found.append(Shared.TAX_ID)
    if one.domain and one.domain == other.domain:
        found.append(Shared.DOMAIN)
    if one.phones & other.phones:
        found.append(Shared.PHONE)
    if one.name and one.name == other.name:
        found.append(Shared.NAME)
    elif alike_percent(one.name, other.name) >= ALIKE_PERCENT:
        found.append(Shared.ALIKE_NAME)
    return tuple(found)


def is_sure(reasons: Iterable[Shared]) -> bool:
    """Tell whether what is shared is enough to refuse a second lead; a name that is only alike is asked about."""
    return bool(_SURE & set(reasons))


def domain_of(*, website: str = "", email: str = "") -> str:
    """Find the domain of a company in its website, else in an address of mail that not anybody could have.

    >>> domain_of(website="https://www.Metro.test/buy"), domain_of(email="li@metro.test"), domain_of(email="a@qq.com")
    ('metro.test', 'metro.test', '')
    """
    text = website.strip().casefold()
    host = (urlsplit(text if "//" in text else f"//{text}").hostname or "") if text else ""
    host = host or email.strip().casefold().rpartition("@")[2]
    host = host.removeprefix("www.")
    return "" if host in _PUBLIC or "." not in host else host[:100]


def block_of(name: str) -> str:
    """Cut the beginning of a plain name by which similar names are looked up."""
    return plain_name(name)[:BLOCK]
