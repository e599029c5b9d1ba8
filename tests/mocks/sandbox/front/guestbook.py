"""A tiny service for tests: a guest book with one public page, one private, one that asks for a client certificate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from banc_mocks.sandbox.http import HttpService, Listener, Reply, Route
from banc_standards.errors import BancError, Sentence

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call
    from banc_mocks.sandbox.sandbox import Sandbox

JSON = "application/json"
MAX_BODY = 2000


async def sign(call: Call) -> Reply:
    """Writes the body under a name; the credential "Session …" names the session."""
    credential = call.headers.get("Authorization", "")
    if credential.startswith("Session "):
        call.claim(credential.removeprefix("Session "))
    call.put("line", call.path_parameters["name"], call.body.decode())
    call.facts["name"] = call.path_parameters["name"]
    return Reply(201, json.dumps({"session": call.session.id}).encode(), JSON)


async def read(call: Call) -> Reply:
    """Every line of the session, and the base URL that the service believes to have."""
    lines = dict(call.items("line"))
    return Reply(body=json.dumps({"lines": lines, "base": call.base_url("guestbook")}).encode(), media_type=JSON)


async def front_page(call: Call) -> Reply:
    """A page that promises nothing."""
    return Reply(body=call.base_url("guestbook").encode())


async def break_down(_call: Call) -> Reply:
    """A defect of the service."""
    raise ZeroDivisionError


async def half_done(call: Call) -> Reply:
    """Changes the state, then turns out not to work."""
    call.put("line", "ghost", "never seen")
    raise ZeroDivisionError


async def refuse_kindly(_call: Call) -> Reply:
    """A refusal of the service's own."""
    raise BancError("GUEST-001", Sentence("Livre fermé.", "Book closed."))


async def members_only(call: Call) -> Reply:
    """Judges the client certificate and tells what it found."""
    refusing = call.judge_certificate(kinds=frozenset({"AUTH_CLI"}))
    if refusing:
        call.outcome, call.code = "refused", refusing[0][0].id
        return Reply(403, json.dumps([rule.id for rule, _finding in refusing]).encode(), JSON)
    return Reply(201, json.dumps({"session": call.session.id}).encode(), JSON)


def refuse(call: Call, error: BancError) -> Reply:
    """The guest book's own error."""
    status = getattr(error, "status", 400)
    return Reply(status, json.dumps({"error": error.code}).encode(), JSON)


ROUTES = (
    Route("POST", "/lines/{name}", "guestbook.sign", sign, max_body=MAX_BODY),
    Route("GET", "/lines", "guestbook.read", read),
    Route("GET", "/", "guestbook.page", front_page, public=True),
    Route("GET", "/broken", "guestbook.broken", break_down),
    Route("POST", "/half", "guestbook.half", half_done),
    Route("GET", "/closed", "guestbook.closed", refuse_kindly),
)


def service(_sandbox: Sandbox) -> HttpService:
    """The guest book, as a launcher starts it."""
    return HttpService(
        "guestbook",
        (
            Listener("guestbook", 4, routes=ROUTES),
            Listener(
                "members",
                3,
                "requested",
                (*ROUTES, Route("POST", "/members", "guestbook.members", members_only)),
            ),
        ),
        refuse=refuse,
        addresses=lambda base: {"url": base("guestbook"), "members": base("members")},
    )
