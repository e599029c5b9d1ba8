"""By which name the provider is called: judged around each of its handlers, never refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Handler, Reply, Route
from banc_standards.psc.read import CalledHost
from banc_standards.psc.rules import hosts

if TYPE_CHECKING:
    from banc_mocks.sandbox.sandbox import Sandbox


class Hosts:
    """The names of one sandbox: those of its server certificate, and of its public addresses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def watched(self, routes: Iterable[Route]) -> tuple[Route, ...]:
        """The same routes, the name of each call judged first."""
        return tuple(replace(route, handler=self._watched(route.handler)) for route in routes)

    def _watched(self, handler: Handler) -> Handler:
        async def judged(call: Call) -> Reply:
            name = _name(call.headers.get("Host", ""))
            if name and name not in self._names and self._sandbox.addresses.tls(call.head.listener):
                public = (self._sandbox.config.public_url or "", *call.session.public_urls.values())
                known = frozenset(urlsplit(address).hostname or "" for address in public)
                call.judge(hosts.RULES, CalledHost(name, known))
            return await handler(call)

        return judged

    @cached_property
    def _names(self) -> frozenset[str]:
        from cryptography import x509

        certificate = x509.load_pem_x509_certificate((self._sandbox.pki.folder / "server.pem").read_bytes())
        named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = map(str, named.get_values_for_type(x509.IPAddress))
        return frozenset(name.lower() for name in (*named.get_values_for_type(x509.DNSName), *addresses))


@lru_cache(maxsize=512)
def _name(host: str) -> str:
    """The name of a Host header, without its port: ``[::1]:8441`` is ``::1``."""
    name = host.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
