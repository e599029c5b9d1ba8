"""The ``http`` driver: an adapter that listens, asked with ``POST {url}/banc/v1/actions``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import aiohttp
from pydantic import ValidationError

from banc_harness.drivers.reply import MAX_ANSWER, DriverFailed, Failure, Reply, read_answer
from banc_standards.contracts.driver import Action, Capabilities
from banc_standards.errors import Sentence, UnusableInput

FIRST_POLL_S = 0.1
LONGEST_POLL_S = 2.0
CAPABILITIES_S = 3.0


class HttpDriver:
    """Asks the adapter at ``url``. The token is read from the environment variable that ``token_env`` names.

    Raises ``UnusableInput`` when ``url`` is no HTTP address or the variable is not set.
    """

    name = "http"

    def __init__(
        self, url: str, *, timeout_s: int, token_env: str | None = None, environment: Mapping[str, str]
    ) -> None:
        where = urlsplit(url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise UnusableInput(
                "SUT-011",
                Sentence(
                    f"driver.url : « {url} » n'est pas une adresse http", f"driver.url: “{url}” is no http address"
                ),
                Sentence("par exemple http://127.0.0.1:9000", "for instance http://127.0.0.1:9000"),
            )
        if token_env is not None and token_env not in environment:
            raise UnusableInput(
                "SUT-012",
                Sentence(
                    f"driver.token_env : la variable {token_env} n'est pas définie",
                    f"driver.token_env: the variable {token_env} is not set",
                ),
                Sentence(
                    f"définissez {token_env} avant de lancer le banc", f"set {token_env} before starting the bench"
                ),
            )
        self.timeout_s = timeout_s
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {environment[token_env]}"} if token_env else {}
        self._http: aiohttp.ClientSession | None = None

    async def act(self, action: Action) -> Reply:
        """Posts the action; a 202 is followed at its ``Location`` until the deadline."""
        try:
            async with asyncio.timeout(action.deadline_s):
                return await self._act(action)
        except TimeoutError:
            raise _failed("timeout", f"{action.deadline_s} s") from None

    async def capabilities(self) -> tuple[str, ...] | None:
        """What the adapter says that the software can do; ``None`` when it has no such address."""
        try:
            async with asyncio.timeout(CAPABILITIES_S):
                status, body, _ = await self._ask("GET", f"{self._url}/banc/v1/capabilities")
        except TimeoutError:
            raise _failed("timeout", f"{CAPABILITIES_S} s") from None
        if status == 404:
            return None
        try:
            return tuple(Capabilities.read(body).capabilities)
        except ValidationError:
            raise _failed("invalid", f"GET {self._url}/banc/v1/capabilities: {status}") from None

    async def close(self) -> None:
        """Closes the connections."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _act(self, action: Action) -> Reply:
        target = f"{self._url}/banc/v1/actions"
        status, body, location = await self._ask("POST", target, action.model_dump_json().encode())
        pause = FIRST_POLL_S
        while status == 202:
            if location:
                target = urljoin(target, location)
            if not location and target.endswith("/banc/v1/actions"):
                raise _failed("invalid", "202 without Location")
            if urlsplit(target)[:2] != urlsplit(self._url)[:2]:
                raise _failed("invalid", f"Location {target}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL_S)
            status, body, location = await self._ask("GET", target)
        if status != 200:
            raise _failed("crashed" if status >= 500 else "unreachable", f"{target}: {status}")
        return read_answer(body, action)

    async def _ask(self, method: str, url: str, body: bytes | None = None) -> tuple[int, bytes, str | None]:
        if self._http is None:
            self._http = aiohttp.ClientSession(headers=self._headers, timeout=aiohttp.ClientTimeout(total=None))
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            async with self._http.request(method, url, data=body, headers=headers, allow_redirects=False) as answer:
                data = bytearray()
                async for chunk in answer.content.iter_chunked(2**16):
                    data += chunk
                    if len(data) > MAX_ANSWER:
                        raise _failed("oversize", f"> {MAX_ANSWER >> 20} MiB")
                return answer.status, bytes(data), answer.headers.get("Location")
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise _failed("unreachable", str(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            raise _failed("crashed", str(error) or type(error).__name__) from None


_SAID: dict[Failure, tuple[str, str]] = {
    "unreachable": ("le pilote est injoignable", "the driver cannot be reached"),
    "crashed": ("le pilote a échoué", "the driver failed"),
    "timeout": ("le pilote n'a pas répondu à temps", "the driver did not answer in time"),
    "oversize": ("la réponse du pilote est trop grande", "the driver's answer is too large"),
    "invalid": (
        "la réponse du pilote n'est pas celle que demande le contrat",
        "the driver's answer is not the one of the contract",
    ),
}


def _failed(failure: Failure, detail: str) -> DriverFailed:
    fr, en = _SAID[failure]
    return DriverFailed(failure, Sentence(f"{fr} : {detail}", f"{en}: {detail}"))
