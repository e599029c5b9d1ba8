"""What a service may declare at its *raccordement*."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_RUN_BY_BROWSERS = frozenset({"javascript", "data", "vbscript"})


def unusable(addresses: Iterable[str]) -> list[str]:
    """The return addresses that nobody can be sent to: relative, with a fragment (RFC 6749 §3.1.2), or a script."""
    return [address for address in addresses if not _returns(address)]


def _returns(address: str) -> bool:
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return False
    written = address.isprintable() and " " not in address and "#" not in address
    return written and bool(scheme) and scheme not in _RUN_BY_BROWSERS
