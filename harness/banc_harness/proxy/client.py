"""One call of the conformity contract and its answer, over HTTPS, bounded in size and time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from banc_harness.drivers.reply import DriverFailed, Failure
from banc_standards.errors import Sentence, UnusableInput

COOKIE: Final = "proxy_session_id"
MAX_ANSWER: Final = 2**20
"""Largest answer that is read, in bytes."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of the proxy; ``session`` is sent as its cookie."""

    method: str
    path: str
    body: bytes | None = None
    media_type: str = "application/json"
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the proxy answered; ``session`` is the cookie that it set. The instants are real time."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    session: str | None
    sent: datetime
    received: datetime


class ProxyClient:
    """Calls the proxy at ``url``; its certificate is verified against ``ca_file``, and nothing else is trusted.

    Raises ``UnusableInput`` when ``url`` is no address of a proxy or the authority cannot be read. No cookie is kept:
    each call says whose session it is.
    """

    def __init__(self, url: str, *, ca_file: Path) -> None:
        self._url = checked(url)
        try:
            self._tls = ssl.create_default_context(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise UnusableInput(
                "SUT-015",
                Sentence(
                    f"proxy.ca_file : impossible de lire {ca_file} : {said}",
                    f"proxy.ca_file: cannot read {ca_file}: {said}",
                ),
                Sentence("attendu : un certificat d'autorité en PEM", "expected: an authority's certificate in PEM"),
            ) from None
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._http: aiohttp.ClientSession | None = None

    async def send(self, call: Call, *, timeout_s: float) -> Answered:
        """Makes one call, redirections not followed. Raises :class:`~banc_harness.drivers.reply.DriverFailed`."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._send(call)
        except TimeoutError:
            raise _failed("timeout", f"{call.method} {call.path}: {timeout_s:g} s") from None

    async def close(self) -> None:
        """Closes the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _send(self, call: Call) -> Answered:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        headers = {"Accept": "application/json, */*"}
        if call.body is not None:
            headers["Content-Type"] = call.media_type
        if call.session is not None:
            headers["Cookie"] = f"{COOKIE}={call.session}"
        address = URL(self._url + call.path, encoded=True)
        sent = datetime.now(UTC)
        try:
            async with self._http.request(
                call.method, address, data=call.body, headers=headers, allow_redirects=False
            ) as answer:
                data = bytearray()
                async for chunk in answer.content.iter_chunked(2**16):
                    data += chunk
                    if len(data) > MAX_ANSWER:
                        raise _failed("oversize", f"> {MAX_ANSWER >> 20} MiB")
                given = answer.headers.getall("Set-Cookie", [])
                lowered = {name.lower(): value for name, value in answer.headers.items()}
                return Answered(answer.status, lowered, bytes(data), _session(given), sent, datetime.now(UTC))
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise _failed("unreachable", str(error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failed("crashed", str(error) or type(error).__name__) from None


def checked(url: str) -> str:
    """The address of a proxy, without a last slash: HTTPS, or plain HTTP on this machine. Raises ``UnusableInput``."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    plain = parts.scheme == "http" and host in LOOPBACK
    if not host or parts.query or parts.fragment or not (parts.scheme == "https" or plain):
        raise UnusableInput(
            "SUT-014",
            Sentence(f"proxy.url : « {url} » n'est pas une adresse https", f"proxy.url: “{url}” is no https address"),
            Sentence(
                "par exemple https://proxy.exemple.test:8443 (http : sur cette machine seulement)",
                "for instance https://proxy.example.test:8443 (http: on this machine only)",
            ),
        )
    return url.rstrip("/")


def _session(given: list[str]) -> str | None:
    for header in given:
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(header)
        except CookieError:
            continue
        if COOKIE in jar:
            return jar[COOKIE].value
    return None


_SAID: Final[dict[Failure, tuple[str, str]]] = {
    "unreachable": ("le proxy e-Santé est injoignable", "the proxy e-Santé cannot be reached"),
    "crashed": ("le proxy e-Santé a coupé la connexion", "the proxy e-Santé broke the connection"),
    "timeout": ("le proxy e-Santé n'a pas répondu à temps", "the proxy e-Santé did not answer in time"),
    "oversize": ("la réponse du proxy e-Santé est trop grande", "the proxy e-Santé's answer is too large"),
}


def _failed(failure: Failure, detail: str) -> DriverFailed:
    fr, en = _SAID[failure]
    return DriverFailed(failure, Sentence(f"{fr} : {detail}", f"{en}: {detail}"))
