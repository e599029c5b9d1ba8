"""What every handler of the provider needs: who calls, in which session, and how OpenID Connect says yes and no."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from banc_mocks.psc.service import registry
from banc_mocks.psc.service.behaviour import Behaviour
from banc_mocks.psc.service.ciba import NotYet
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider, Refused
from banc_mocks.psc.state import Grant
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply, status_of
from banc_mocks.sandbox.settings import Client
from banc_standards.errors import BancError
from banc_standards.psc import names, read
from banc_standards.psc.build import Identity
from banc_standards.psc.read import Form, UnreadableForm
from banc_standards.psc.rules import back_channel, forms
from banc_standards.rules import Finding, Hit, Rule

NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
REALM = "esante-wallet"


def issuer(call: Call) -> str:
    """The issuer as this call's peer must see it."""
    return call.base_url("psc") + names.REALM_PATH


def provider(call: Call, keys: Keys) -> Provider:
    """The provider in the call's session, at its time."""
    behaviour = call.session.reading(Behaviour.of)
    return Provider(call, keys, behaviour, int(call.now.timestamp()), call.armed, call.find)


def client_of(call: Call, client_id: str | None) -> Client | None:
    """The client of that id, the call moved to its session; the address chooses when several sessions have it.

    Raises ``SessionConflict`` when certificate or address name another session than the client's only one.
    """
    if client_id is None:
        return None
    call.facts["client_id"] = client_id
    declared = registry.registry(call.sandbox.config.data)
    here = known_client(call, client_id)
    if here is not None:
        call.claim(call.session.id)
        return here
    owners = {one.id for one in call.sandbox.sessions.with_client(client_id)}
    owners |= {one for one in declared.sessions(client_id) if call.sandbox.sessions.find(one) is not None}
    if len(owners) != 1:
        return None
    call.claim(owners.pop())
    return known_client(call, client_id)


def known_client(call: Call, client_id: str) -> Client | None:
    """The client of that id in the call's session, declared through the control API or by file."""
    declared = registry.registry(call.sandbox.config.data)
    return call.session.client(client_id) or declared.client(call.session.id, client_id)


def move_to_holder(call: Call, kind: str, key: str) -> None:
    """Moves the call to the session whose state holds a key, unless its own does. Raises ``SessionConflict``."""
    if call.get(kind, key) is not None:
        return
    for session in call.sandbox.sessions.holding(call.service, kind, key)[:1]:
        call.claim(session.id)


def declared(client: Client | None) -> read.Client | None:
    """What the rules need to know of a client."""
    if client is None:
        return None
    return read.Client(client.client_id, client.redirect_uris, client.post_logout_uris, client.auth_method)


def note_grant(call: Call, grant: Grant, identity: Identity) -> None:
    """Notes in the entry for whom and in which SSO session an exchange was."""
    call.facts |= {
        "client_id": grant.client_id,
        "professional": identity.idnat,
        "subject": identity.sub,
        "session_state": grant.sso,
    }


def note(call: Call, **facts: str | None) -> None:
    """Notes facts in the entry; those without a value are left out."""
    call.facts |= {name: value for name, value in facts.items() if value is not None}


def authorization(call: Call) -> str | None:
    """The Authorization header; several are one list (RFC 9110 §5.3), which no scheme here reads."""
    shown = [value for name, value in call.head.header_pairs if name.lower() == "authorization"]
    return ", ".join(shown) if shown else None


def readable(encoded: str | bytes) -> Form:
    """Decodes a query or a form body. Raises :class:`Refused`."""
    try:
        return Form.decode(encoded)
    except UnreadableForm:
        raise Refused(forms.UNREADABLE, Hit("form")) from None


def query(call: Call) -> Form:
    """The query of the call. Raises :class:`Refused`."""
    return readable(raw_query(call))


def raw_query(call: Call) -> str:
    """The query of the call as it arrived."""
    return call.head.target.partition("?")[2]


def body(call: Call) -> Form:
    """The form body of the call, empty for another media type. Raises :class:`Refused`."""
    return readable(call.body) if call.media_type == back_channel.FORM else Form()


def sso_cookie_name(call: Call) -> str:
    """One cookie per session of the sandbox, so that two of them share a browser."""
    return f"PSC_SSO_{call.session.id}"


def sso_cookies(call: Call) -> list[str]:
    """The SSO cookies that the browser sent for the call's session."""
    pairs = (part.strip().partition("=") for part in call.headers.get("Cookie", "").split(";"))
    return [value for name, _, value in pairs if name == sso_cookie_name(call)]


def json_reply(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] = NOT_KEPT) -> Reply:
    """A JSON answer, not to be cached unless told."""
    return Reply(status, json.dumps(content, ensure_ascii=False).encode(), "application/json", dict(headers))


def described(rule: Rule) -> str:
    """``error_description`` of a broken rule: its id and sentence, in the characters that RFC 6749 §5.2 allows."""
    text = unicodedata.normalize("NFKD", f"{rule.id}: rule broken: {rule.text.en}").encode("ascii", "ignore").decode()
    return text.replace('"', "'").replace("\\", "/")


def refused_by_rule(call: Call, rule: Rule) -> Reply:
    """The OAuth error of a rule that was already found."""
    return oauth_error(call, rule.code, described(rule))


def refused(call: Call, error: Refused) -> Reply:
    """Records the finding of a refusal and answers its OAuth error."""
    note_refusal(call, error)
    return refused_by_rule(call, error.rule)


def not_yet(call: Call, error: NotYet) -> Reply:
    """The answer to a CIBA poll that is in order and gets no tokens."""
    reply = oauth_error(call, error.error, error.text.en)
    if error.error == "access_denied":
        return Reply(int(call.session.switch("psc.ciba_refusal_status")), reply.body, reply.media_type, reply.headers)
    return reply


def note_refusal(call: Call, error: Refused) -> None:
    """Records the finding of a refusal, unless it is recorded already."""
    if error.hit is not None:
        call.find(error.rule, error.hit)


def first_rule(refusing: list[tuple[Rule, Finding]]) -> Rule | None:
    """The rule that decides of a refusal, None when nothing refuses."""
    return refusing[0][0] if refusing else None


def oauth_error(call: Call, code: str, description: str) -> Reply:
    """An OAuth error in JSON: 401 when the client or the token is not the right one, else 400 (RFC 6749 §5.2)."""
    call.outcome = "refused"
    call.code = code
    headers = dict(NOT_KEPT)
    status = 400
    if code == "invalid_token":
        status = 401
        headers["WWW-Authenticate"] = f'Bearer realm="{REALM}", error="{code}", error_description="{description}"'
    elif code == "invalid_client":
        status = 401
        if "Authorization" in call.headers:
            headers["WWW-Authenticate"] = f'Basic realm="{REALM}"'
    return json_reply({"error": code, "error_description": description}, status, headers)


def framework_refusal(error: BancError) -> Reply:
    """A refusal of the framework (unknown path, body too large, conflict of sessions, service down) in JSON."""
    status = status_of(error)
    code = "temporarily_unavailable" if status == 503 else "server_error" if status >= 500 else "invalid_request"
    return json_reply({"error": code, "error_description": f"{error.code}: {error.text.en}"}, status)


def with_parameters(address: str, parameters: Mapping[str, str | None]) -> str:
    """An address with more query parameters; those without a value are left out."""
    added = urlencode({name: value for name, value in parameters.items() if value is not None})
    if not added:
        return address
    return f"{address}{'&' if '?' in address else '?'}{added}"
