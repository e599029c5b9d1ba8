"""The bench's own part of a scenario with a proxy e-Santé: its calls, each kept in the journal as an observation.

``proxy.*`` are no actions of a vendor's driver: the bench plays them itself, over the wire.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from banc_harness.drivers.reply import Reply
from banc_harness.proxy.client import Answered, Call, ProxyClient, checked
from banc_standards.contracts.control import Observation
from banc_standards.contracts.driver import Action, Answer
from banc_standards.contracts.sut import Proxy

PREFIX: Final = "proxy."
KEPT: Final = 128 * 1024
"""How much of a body the journal keeps, in characters."""

Observe = Callable[[str, Observation], Awaitable[object]]


class ProxyDriver:
    """Plays the contract's calls. ``folder`` is where the description lies, ``observe`` writes into a session's
    journal.

    Raises ``UnusableInput`` when the address is none, or the authority cannot be read.
    """

    name = "proxy"

    def __init__(self, proxy: Proxy, *, folder: Path, observe: Observe) -> None:
        checked(proxy.url)
        self.timeout_s = proxy.timeout_s
        self._proxy = proxy
        self._observe = observe
        self._client: ProxyClient | None = None
        if proxy.ca_file is not None:
            self._client = ProxyClient(proxy.url, ca_file=folder / proxy.ca_file)

    async def act(self, action: Action) -> Reply:
        """Makes the call that an action stands for. Raises :class:`~banc_harness.drivers.reply.DriverFailed` when
        nothing comes back, and what the control API raises.
        """
        if self._client is None:
            self._client = ProxyClient(self._proxy.url, ca_file=Path(action.sandbox.ca_file))
        call = call_of(action.action, action.input)
        answered = await self._client.send(call, timeout_s=action.deadline_s)
        facts = told(call, answered) | {"call": action.id}
        await self._observe(action.session, Observation(operation=action.action, step=action.step, facts=facts))
        output = {"status": answered.status, "session": answered.session, "body": facts["body"]}
        return Reply(Answer(banc=1, id=action.id, status="done", output=output))

    async def capabilities(self) -> tuple[str, ...] | None:
        """A proxy is not asked what it can do."""
        return None

    async def close(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()


def call_of(action: str, given: Mapping[str, Any]) -> Call:
    """The call of the contract that an action of the bench stands for. Raises ``KeyError`` for another action.

    ``json`` or ``text`` is its body, ``session`` the cookie that comes along.
    """
    session = given.get("session")
    body = _body(given)
    match action:
        case "proxy.connect":
            return Call("POST", "/connect", body, session=session)
        case "proxy.disconnect":
            return Call("DELETE", "/disconnect", session=session)
        case "proxy.send":
            method, path = str(given.get("method", "POST")), f"/send/{given['api']}/{given['endpoint']}"
            return Call(method, path, body, str(given.get("media_type", "application/json")), session)
        case "proxy.traces":
            bounds = {name: given[name] for name in ("start", "end") if given.get(name)}
            return Call("GET", f"/traces?{urlencode(bounds)}")
    raise KeyError(action)


def told(call: Call, answered: Answered) -> dict[str, Any]:
    """What the journal keeps of a call and of its answer."""
    text = answered.body.decode("utf-8", "replace")
    asked = (call.body or b"").decode("utf-8", "replace")
    facts = {
        "method": call.method,
        "path": call.path,
        "asked": asked[:KEPT],
        "given_session": call.session,
        "status": answered.status,
        "media_type": answered.headers.get("content-type", "").partition(";")[0].strip().lower(),
        "body": text[:KEPT],
        "cut": len(text) > KEPT,
        "set_session": answered.session,
        "sent_at": instant(answered.sent),
        "answered_at": instant(answered.received),
    }
    return facts | _whose(asked)


def instant(moment: datetime) -> str:
    """An instant as the contract writes it: ISO 8601, UTC, milliseconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _body(given: Mapping[str, Any]) -> bytes | None:
    if "json" in given:
        return json.dumps(given["json"], ensure_ascii=False).encode()
    return str(given["text"]).encode() if "text" in given else None


def _whose(asked: str) -> dict[str, str]:
    try:
        sent = json.loads(asked)
    except ValueError:
        return {}
    if not isinstance(sent, dict):
        return {}
    names = (("nationalId", "professional"), ("clientId", "client_id"), ("clientID", "client_id"))
    return {fact: str(sent[name]) for name, fact in names if name in sent}
