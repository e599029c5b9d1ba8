"""What else answers on the control port: a function of the harness, behind the same guard, in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler

from banc_mocks.sandbox.control.guard import check_origin, check_token
from banc_mocks.sandbox.control.problems import ApiRefusal, language
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_mocks.sandbox.config import Guest
    from banc_mocks.sandbox.sandbox import Sandbox

_AT_ONCE = 2
"""Requests that are answered at the same time; the others wait for their turn."""
_READ = 2**16


def add(app: web.Application, sandbox: Sandbox) -> None:
    """Adds the routes of every guest of a sandbox."""
    turns = asyncio.Semaphore(_AT_ONCE)
    for guest in sandbox.config.guests:
        for path in guest.paths:
            served = _served(sandbox, guest, turns)
            app.router.add_get(path, served, allow_head=False)
            app.router.add_post(path, served)


def _served(sandbox: Sandbox, guest: Guest, turns: asyncio.Semaphore) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        check_token(sandbox.config.token, _bearer(request.headers.get("Authorization")), request.remote)
        check_origin(request.headers.get("Origin"), request.headers.get("Host"))
        body = await _body(request, guest.most_bytes)
        lang = language(request.headers.get("Accept-Language"), sandbox.config.lang)
        asked = (request.method, request.path, request.query_string, request.content_type, body, str(request.url), lang)
        async with turns:
            status, media_type, told = await asyncio.to_thread(guest.answer, *asked)
        return web.Response(status=status, body=told, headers={"Content-Type": media_type})

    return serve


async def _body(request: web.Request, most: int) -> bytes:
    """The whole body, refused as soon as it is too long."""
    pieces = bytearray()
    while piece := await request.content.read(_READ):
        pieces += piece
        if len(pieces) > most:
            text = Sentence(f"corps de plus de {most} octets", f"body of more than {most} bytes")
            raise ApiRefusal(413, "API-009", text)
    return bytes(pieces)


def _bearer(authorization: str | None) -> str | None:
    """The credential as a bearer token: tools that only know user and password give the token as the password."""
    scheme, _, given = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return authorization
    try:
        _, _, password = base64.b64decode(given, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return f"Bearer {password.decode('utf-8', 'surrogateescape')}"
