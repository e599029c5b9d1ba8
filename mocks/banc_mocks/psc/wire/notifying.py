"""The end of a session, told to the services that took part in it (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import aiohttp

from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider
from banc_mocks.psc.state import SsoSession
from banc_mocks.psc.wire import answers
from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import instant, real_now, second
from banc_mocks.sandbox.journal import new_id
from banc_mocks.sandbox.settings import Client
from banc_standards.errors import BancError
from banc_standards.psc import build
from banc_standards.psc.rules.back_channel import FORM

OPERATION = "psc.backchannel_logout"
WAIT_S = 5.0


@dataclass(slots=True)
class Notifier:
    """Posts logout tokens after the session's end was answered; what came of each is an exchange of its own.

    The certificate of a service is not verified: it may be a developer's own.
    """

    keys: Keys
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, call: Call, provider: Provider, sso: SsoSession, issuer: str) -> None:
        """Begins to tell every client of a session that declared an address for it; ``issuer`` is its tokens'."""
        for client_id in sso.clients:
            client = answers.known_client(call, client_id)
            if client is not None and client.backchannel_logout:
                task = asyncio.create_task(self._post(call, provider, sso, issuer, client, client.backchannel_logout))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _post(
        self, call: Call, provider: Provider, sso: SsoSession, issuer: str, client: Client, address: str
    ) -> None:
        claims = build.logout_token(
            issuer,
            client.client_id,
            sub=provider.person(sso).sub,
            sid=sso.id,
            now=provider.now,
            jti=provider.new_id(),
        )
        key = provider.behaviour.key
        token = await call.sandbox.crew.do(lambda: self.keys.signed(claims, key, typ="logout+jwt"))
        body = urlencode({"logout_token": token}).encode()
        began, at = time.perf_counter_ns(), real_now()
        status, content, media_type, code = 0, b"", "", None
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WAIT_S)) as http,
                http.post(
                    address, data=body, headers={"Content-Type": FORM}, ssl=False, allow_redirects=False
                ) as answer,
            ):
                status, content = answer.status, await answer.content.read(64 * 1024)
                media_type = answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            code = type(error).__name__
        accepted = 200 <= status < 300
        response = {"line": str(status), "headers": [], **call.content(content, media_type)} if status else None
        entry = {
            "id": new_id(int(at.timestamp() * 1000)),
            "at": instant(at),
            "clock": second(call.session.now()),
            "duration_us": (time.perf_counter_ns() - began) // 1000,
            "service": call.service,
            "operation": OPERATION,
            "direction": "out",
            "transport": urlsplit(address).scheme,
            "outcome": "accepted" if accepted else "refused" if status else "failed",
            "code": code or (None if accepted else str(status)),
            "fault": None,
            "count": 1,
            "peer": {
                "address": urlsplit(address).netloc,
                "certificate": None,
                "token": None,
                "session_by": "credential",
            },
            "request": {
                "line": f"POST {address}",
                "headers": [["Content-Type", FORM]],
                **call.content(body, FORM),
            },
            "response": response,
            "facts": {"client_id": client.client_id, "professional": sso.idnat, "session_state": sso.id},
            "findings": [],
        }
        blobs = {name: data for data in (body, content) if data for name in (call.keep(data),)}
        try:
            await call.sandbox.journal.enter(Batch(call.session.id, call.working.epoch, entry=entry, blobs=blobs))
        except BancError:
            return
