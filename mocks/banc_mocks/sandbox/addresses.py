"""Where each listener is, and by which absolute URL a peer must be told of it (CONTRACTS §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class _Place:
    port: int
    tls: bool


class Addresses:
    """The listeners of one sandbox by name, and the URLs that name them.

    ``host`` is what stands for this machine when no request says how it was called; ``public_url`` replaces scheme and
    host everywhere, ports kept.
    """

    def __init__(self, host: str = "localhost", public_url: str | None = None) -> None:
        self._host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        self._public = urlsplit(public_url) if public_url else None
        self._places: dict[str, _Place] = {}

    def add(self, name: str, port: int, *, tls: bool) -> None:
        """Registers a listener once its port is known."""
        self._places[name] = _Place(port, tls)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def port(self, name: str) -> int:
        """The port that a listener is bound to."""
        return self._places[name].port

    def tls(self, name: str) -> bool:
        """Whether a listener speaks TLS."""
        return self._places[name].tls

    def base_url(
        self,
        name: str,
        *,
        public_urls: Mapping[str, str] | None = None,
        host: str | None = None,
        asked: str | None = None,
        prefix: str = "",
    ) -> str:
        """The base URL of listener ``name``, without trailing slash: by the session's map, ``public_url``, ``host``.

        ``host`` is the request's Host header and ``asked`` the listener that received it: its port is kept for that
        listener only, since another one may be mapped elsewhere. ``prefix`` is the session prefix, if any.
        Raises ``KeyError`` when no such listener runs and the map does not name it.
        """
        mapped = (public_urls or {}).get(name)
        if mapped:
            return mapped.rstrip("/") + prefix
        place = self._places[name]
        if self._public is not None and self._public.hostname:
            shown = f"[{self._public.hostname}]" if ":" in self._public.hostname else self._public.hostname
            return f"{self._public.scheme}://{shown}:{place.port}{prefix}"
        scheme = "https" if place.tls else "http"
        called = _HOST.fullmatch(host or "")
        if called is None:
            return f"{scheme}://{self._host}:{place.port}{prefix}"
        if name != asked:
            return f"{scheme}://{called['name']}:{place.port}{prefix}"
        port = f":{called['port']}" if called["port"] else ""
        return f"{scheme}://{called['name']}{port}{prefix}"
