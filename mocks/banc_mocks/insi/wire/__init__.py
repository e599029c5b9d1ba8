"""The SOAP 1.2 wire of INSi: ``POST /lps`` on two ports, and a description of it on ``GET /lps?wsdl``."""

from __future__ import annotations

from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from banc_mocks.insi.faults import FAULTS
from banc_mocks.insi.loaded import load
from banc_mocks.insi.people import NOBODY
from banc_mocks.insi.service import SERVICE, SWITCHES
from banc_mocks.insi.wire.gateway import LIMITS, MUTUAL_TLS, PATH, lps
from banc_mocks.insi.wire.refusals import refuse
from banc_mocks.sandbox.http import HttpService, Listener, Reply, Route

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call
    from banc_mocks.sandbox.sandbox import Sandbox


def service(sandbox: Sandbox) -> HttpService:
    """INSi on its two ports: cards and Pro Santé Connect on one, organisation certificates on the other.

    Raises ``UnusableInput`` or ``EnvironmentFailed`` when the population of ``sandbox.config`` cannot be loaded.
    """
    config = sandbox.config
    loaded = load(config.insi_population, config.data, config.progress) if config.insi_population else NOBODY
    routes = (
        Route("POST", PATH, f"{SERVICE}.unknown", partial(lps, loaded=loaded), max_body=LIMITS.max_bytes),
        Route("GET", PATH, f"{SERVICE}.wsdl", wsdl, public=True),
    )
    return HttpService(
        name=SERVICE,
        listeners=(
            Listener(SERVICE, 2, routes=routes),
            Listener(MUTUAL_TLS, 12, certificate="requested", routes=routes),
        ),
        refuse=refuse,
        addresses=lambda base: {"url": base(SERVICE) + PATH, "url_mtls": base(MUTUAL_TLS) + PATH},
        faults=FAULTS,
        switches=SWITCHES,
    )


async def wsdl(call: Call) -> Reply:
    """A description of ours of WS_INS2, whose address is the one that was called."""
    address = quoteattr(call.base_url(call.head.listener) + PATH)
    return Reply(body=_wsdl().replace('"ADDRESS"', address).encode(), media_type="text/xml; charset=utf-8")


@lru_cache(maxsize=1)
def _wsdl() -> str:
    return files("banc_mocks.insi").joinpath("insi.wsdl").read_text(encoding="utf-8")
