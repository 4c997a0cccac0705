"""From which address does this request come?"""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for no address, nothing listens on it


def client_address(request: HttpRequest) -> str:
    """Name the address of the browser; behind a proxy, the last one that the proxy itself wrote down."""
    direct: str = request.META.get("REMOTE_ADDR", "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    said = forwarded.rpartition(",")[2].strip() or direct
    try:
        return str(ip_address(said))
    except ValueError:
        return UNKNOWN
