"""The console's addresses on the control port: the page and its files, open to anyone; what it reads, behind the guard.

Nothing here is a contract: the page is the only client. What scripts may rely on is the control API.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from banc_mocks.console import decoding
from banc_mocks.sandbox.control.endpoint import MAX_SEQ, Asked, Raw
from banc_mocks.sandbox.control.problems import not_found
from banc_mocks.sandbox.journal import Query
from banc_standards.errors import Lang, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from banc_standards.rules import Rule

FILES: Mapping[str, str] = {
    "index.html": "text/html; charset=utf-8",
    "accesses.js": "text/javascript; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "control.js": "text/javascript; charset=utf-8",
    "exchange.js": "text/javascript; charset=utf-8",
    "timeline.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "words.js": "text/javascript; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
Answering = Callable[[Asked], Awaitable[Raw]]


async def index(_asked: Asked) -> Raw:
    """The page."""
    return _file("index.html")


async def file(asked: Asked) -> Raw:
    """One of its files."""
    name = asked.part("file")
    if name not in FILES:
        raise not_found(Sentence(f"console/{name[:100]}", f"console/{name[:100]}"))
    return _file(name)


async def exchange(asked: Asked) -> Raw:
    """One exchange of a journal, both bodies decoded: ``{"exchange", "request", "response", "tokens"}``."""
    seq = _whole(asked.part("seq"))
    page = await asked.sandbox.journal.exchanges(asked.session, Query(after=seq - 1), limit=1)
    if not page.exchanges or page.exchanges[0]["seq"] != seq:
        raise not_found(Sentence(f"échange {seq}", f"exchange {seq}"))
    entry = page.exchanges[0]
    lang: Lang = "en" if asked.text("lang") == "en" else "fr"
    bodies = {side: await _body(asked, entry.get(side)) for side in ("request", "response")}
    return _json(await asyncio.to_thread(_decoded, entry, bodies, lang))


async def sentences(_asked: Asked) -> Raw:
    """What each rule says, in both languages: ``{rule: {"text": {"fr", "en"}, "fix": {"fr", "en"}}}``."""
    return _json(await asyncio.to_thread(_sentences))


OPEN: tuple[tuple[str, Answering], ...] = (("/", index), ("/console/{file}", file))
GUARDED: tuple[tuple[str, Answering], ...] = (
    ("/console/sessions/{session}/exchanges/{seq}", exchange),
    ("/console/rules/sentences", sentences),
)


async def _body(asked: Asked, message: Mapping[str, Any] | None) -> bytes:
    name = (message or {}).get("blob")
    return (await asked.sandbox.journal.blob(name) or b"") if name else b""


def _decoded(entry: Mapping[str, Any], bodies: Mapping[str, bytes], lang: Lang) -> dict[str, Any]:
    told: dict[str, Any] = {"exchange": entry}
    for side, data in bodies.items():
        message = entry.get(side) or {}
        headers = message.get("headers") or []
        media_type = next((value for name, value in headers if name.lower() == "content-type"), None)
        if entry.get("service") == "mssante" and side == "request" and media_type is None:
            media_type = "message/rfc822"
        view = decoding.decode(data, media_type or message.get("media_type") or "", lang) if data else None
        told[side] = None if view is None else view.as_json()
    line = str((entry.get("request") or {}).get("line", ""))
    headers = (entry.get("request") or {}).get("headers") or []
    carried = [line, *(value for name, value in headers if name.lower() in ("authorization", "dpop"))]
    told["tokens"] = [view.as_json() for text in carried for view in decoding.tokens(text, lang)]
    return told


@cache
def _sentences() -> dict[str, Any]:
    return {
        rule.id: {
            "text": {"fr": rule.text.fr, "en": rule.text.en},
            "fix": {"fr": rule.fix.fr, "en": rule.fix.en},
        }
        for rule in _rules()
    }


def _rules() -> Iterator[Rule]:
    """Every rule of the standards: each module that has some exposes ``RULES``."""
    import banc_standards

    for module in pkgutil.walk_packages(banc_standards.__path__, "banc_standards."):
        if module.name.rpartition(".")[2].endswith("rules") or ".rules." in module.name:
            yield from getattr(importlib.import_module(module.name), "RULES", ())


@cache
def _file(name: str) -> Raw:
    data = (files("banc_mocks.console") / "static" / name).read_bytes()
    return Raw(data, FILES[name], headers=_HEADERS)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text) or not 0 < int(text) <= MAX_SEQ:
        raise not_found(Sentence(f"échange {text[:20]}", f"exchange {text[:20]}"))
    return int(text)


def _json(value: Any) -> Raw:
    return Raw(
        json.dumps(value, ensure_ascii=False).encode(), "application/json", headers={"Cache-Control": "no-store"}
    )
