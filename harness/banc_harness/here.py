"""A sandbox of this machine, reached without its public address."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

_HERE = "localhost"
_PATIENCE_S = 1.0


def control_here(control: str, *, plain_http: bool) -> str:
    """The address at which this machine reaches a control API that it serves.

    A public address may have a name that only others resolve, while the port is that of this machine (CONTRACTS §2).
    The address stays as it is when nothing listens on that port here.
    """
    parts = urlsplit(control)
    if parts.hostname == _HERE or parts.port is None:
        return control
    try:
        socket.create_connection((_HERE, parts.port), timeout=_PATIENCE_S).close()
    except OSError:
        return control
    return f"{'http' if plain_http else 'https'}://{_HERE}:{parts.port}"
