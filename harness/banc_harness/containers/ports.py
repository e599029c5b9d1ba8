"""The ports of a sandbox's container, and its addresses as they are seen through the published ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

BASE = 8440
"""Where the ports of a sandbox begin (CONTRACTS §2)."""

OFFSETS: Mapping[str, tuple[int, ...]] = {
    "control": (0,),
    "psc": (1, 5),
    "insi": (2, 12),
    "dmp": (3,),
    "mssante": (-15, 47, 25, -26, 53),
}
"""The ports of each service, from the base."""

PUBLIC = {"control": 0, "psc": 1, "wallet": 5, "insi": 2, "insi_mtls": 12, "dmp": 3}
"""The port of each name of a session's public addresses."""

_AUTHORITY = re.compile(r"(?P<scheme>[a-z]+://)?(?P<host>\[[^]]*\]|[^/:\[\]]+):(?P<port>[0-9]{1,5})(?P<rest>/.*)?")


def container_ports(services: tuple[str, ...] | None, base: int = BASE) -> tuple[int, ...]:
    """The ports to publish for those services, or for all of them; the control port is always one."""
    names = OFFSETS if services is None else {"control", *services}
    return tuple(base + offset for name, offsets in OFFSETS.items() if name in names for offset in offsets)


def seen_from_outside(address: str, host: str, published: Mapping[int, int]) -> str:
    """A URL or ``host:port`` of the ready line, by the published port; as it is when its port is not published."""
    parts = _AUTHORITY.fullmatch(address)
    if parts is None or int(parts["port"]) not in published:
        return address
    shown = f"[{host}]" if ":" in host else host
    return f"{parts['scheme'] or ''}{shown}:{published[int(parts['port'])]}{parts['rest'] or ''}"


def services_seen(ready: Mapping[str, Any], host: str, published: Mapping[int, int]) -> dict[str, dict[str, str]]:
    """The addresses of the ready line's services, through the published ports."""
    return {
        service: {name: seen_from_outside(address, host, published) for name, address in addresses.items()}
        for service, addresses in ready["services"].items()
    }


def public_urls(host: str, published: Mapping[int, int], *, base: int = BASE, plain_http: bool) -> dict[str, str]:
    """The map of CONTRACTS §2 for those published ports."""
    shown = f"[{host}]" if ":" in host else host
    lifted = ("control", "wallet", "insi") if plain_http else ()
    return {
        name: f"{'http' if name in lifted else 'https'}://{shown}:{published[base + offset]}"
        for name, offset in PUBLIC.items()
        if base + offset in published
    }
