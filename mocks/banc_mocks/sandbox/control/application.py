"""The control API as an aiohttp application: the endpoints behind one guard, every error as a problem."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import BaseModel

from banc_mocks.console import page
from banc_mocks.sandbox.control import behaviour, ciba, credentials, evidence, guests, mailboxes, overview, sessions
from banc_mocks.sandbox.control.endpoint import MAX_BODY, Asked, Endpoint, Raw
from banc_mocks.sandbox.control.guard import check_origin, check_token
from banc_mocks.sandbox.control.openapi import described
from banc_mocks.sandbox.control.problems import MEDIA_TYPE, ApiRefusal, language, not_found, problem
from banc_mocks.sandbox.control.record import ENDPOINTS as RECORDS
from banc_standards.errors import BancError, Sentence

if TYPE_CHECKING:
    from banc_mocks.sandbox.sandbox import Sandbox

BASE = "/control/v1"

ENDPOINTS: tuple[Endpoint, ...] = (
    *overview.ENDPOINTS,
    *sessions.ENDPOINTS,
    *behaviour.ENDPOINTS,
    *ciba.ENDPOINTS,
    *credentials.ENDPOINTS,
    *evidence.ENDPOINTS,
    *mailboxes.ENDPOINTS,
    *RECORDS,
)

_log = logging.getLogger("banc.control")


def application(sandbox: Sandbox) -> web.Application:
    """The control port of a sandbox: ``/control/v1`` and the open addresses at the root (CONTRACTS §2, +0)."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_problems(sandbox)])
    for endpoint in ENDPOINTS:
        app.router.add_route(endpoint.method, BASE + endpoint.path, _served(sandbox, endpoint), name=endpoint.id)
    app.router.add_get(f"{BASE}/openapi.json", _document(sandbox))
    app.router.add_get("/ready", _open(sandbox, overview.ready))
    for method, path, handler in credentials.PUBLIC:
        app.router.add_route(method, path, _open(sandbox, handler))
    guests.add(app, sandbox)
    for path, answer in page.OPEN:
        app.router.add_get(path, _open(sandbox, answer))
    for path, answer in page.GUARDED:
        app.router.add_get(path, _guarded(sandbox, answer))
    return app


def _served(sandbox: Sandbox, endpoint: Endpoint) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        if not endpoint.open:
            check_token(sandbox.config.token, request.headers.get("Authorization"), request.remote)
        check_origin(request.headers.get("Origin"), request.headers.get("Host"))
        data = await request.read() if request.body_exists else b""
        asked = Asked(sandbox, request, endpoint.read(data, request.content_type))
        return _answer(await endpoint.handler(asked), endpoint.status)

    return serve


def _open(sandbox: Sandbox, handler: Callable[[Asked], Awaitable[Raw]]) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        return _answer(await handler(Asked(sandbox, request, None)), 200)

    return serve


def _guarded(sandbox: Sandbox, handler: Callable[[Asked], Awaitable[Raw]]) -> Handler:
    async def serve(request: web.Request) -> web.StreamResponse:
        check_token(sandbox.config.token, request.headers.get("Authorization"), request.remote)
        check_origin(request.headers.get("Origin"), request.headers.get("Host"))
        return _answer(await handler(Asked(sandbox, request, None)), 200)

    return serve


def _document(sandbox: Sandbox) -> Handler:
    @cache
    def document() -> Raw:
        return Raw(described(ENDPOINTS, BASE), "application/json")

    async def serve(request: web.Request) -> web.StreamResponse:
        check_token(sandbox.config.token, request.headers.get("Authorization"), request.remote)
        return _answer(document(), 200)

    return serve


def _answer(result: object, status: int) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if isinstance(result, Raw):
        headers = {"Content-Type": result.media_type, **result.headers}
        return web.Response(body=result.body, status=result.status, headers=headers)
    if result is None:
        return web.Response(status=status)
    if isinstance(result, BaseModel):
        return web.Response(body=result.model_dump_json(by_alias=True), status=status, content_type="application/json")
    return web.json_response(result, status=status)


def _problems(sandbox: Sandbox) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers: dict[str, str] = {}
        error: BancError
        try:
            return await handler(request)
        except BancError as raised:
            error = raised
        except web.HTTPException as raised:
            error = _refusal(request, raised)
            if isinstance(raised, web.HTTPMethodNotAllowed):
                headers["Allow"] = ", ".join(sorted(raised.allowed_methods))
        except (ConnectionError, web.RequestPayloadError):
            raise
        except Exception:
            _log.exception("%s %s", request.method, request.path)
            error = BancError(
                "API-500",
                Sentence("le banc a échoué sur cette requête", "the sandbox failed on this request"),
                Sentence(
                    "signaler ce défaut avec la sortie d'erreur de « banc up »",
                    "report this defect with the error output of “banc up”",
                ),
            )
        lang = language(request.headers.get("Accept-Language"), sandbox.config.lang)
        said = problem(error, lang, request.path)
        if said.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="banc"'
        headers["Content-Language"] = lang
        return web.Response(body=said.model_dump_json(), status=said.status, content_type=MEDIA_TYPE, headers=headers)

    return middleware


def _refusal(request: web.Request, raised: web.HTTPException) -> ApiRefusal:
    if raised.status == 404:
        return not_found(
            Sentence(request.path[:200], request.path[:200]),
            Sentence(
                "les adresses sont dans /control/v1/openapi.json", "see /control/v1/openapi.json for the addresses"
            ),
        )
    if raised.status == 405:
        text = Sentence(f"méthode {request.method} refusée ici", f"method {request.method} is not allowed here")
        return ApiRefusal(405, "API-002", text)
    if raised.status == 413:
        text = Sentence(f"corps de plus de {MAX_BODY} octets", f"body of more than {MAX_BODY} bytes")
        return ApiRefusal(413, "API-009", text)
    return ApiRefusal(raised.status, f"API-{raised.status}", Sentence(raised.reason, raised.reason))
