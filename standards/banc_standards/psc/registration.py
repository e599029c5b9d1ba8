"""What a service may declare at its *raccordement*."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from banc_standards.contracts.control import ClientRequest

_RUN_BY_BROWSERS = frozenset({"javascript", "data", "vbscript"})


def unusable(addresses: Iterable[str]) -> list[str]:
    """The return addresses that nobody can be sent to: relative, with a fragment (RFC 6749 §3.1.2), or a script."""
    return [address for address in addresses if not _returns(address)]


def unusable_of(client: ClientRequest) -> list[str]:
    """The addresses of a client that cannot serve: nobody can be sent back to them, or nothing posted."""
    told = client.backchannel_logout
    silent = [told] if told and not _hears(told) else []
    return [*unusable([*client.redirect_uris, *client.post_logout_uris]), *silent]


def _hears(address: str) -> bool:
    return _returns(address) and urlsplit(address).scheme in ("http", "https") and bool(urlsplit(address).hostname)


def _returns(address: str) -> bool:
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return False
    written = address.isprintable() and " " not in address and "#" not in address
    return written and bool(scheme) and scheme not in _RUN_BY_BROWSERS
