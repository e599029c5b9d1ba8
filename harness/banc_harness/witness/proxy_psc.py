"""Pro Santé Connect as the witness's proxy e-Santé reaches it: for each software its own client, over mutual TLS."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from banc_harness.witness.ciba import GRANT as GRANT_CIBA
from banc_harness.witness.ciba import SLOWER_S
from banc_harness.witness.connected_api import ACCESS_TOKEN
from banc_harness.witness.connected_api import GRANT as GRANT_EXCHANGE
from banc_harness.witness.id_token import KeyRing, Unbelievable, believed
from banc_harness.witness.sign_in import ACR, SCOPE
from banc_harness.witness.transport import Answered, Transport, Unreachable

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class PscDown(Exception):
    """Pro Santé Connect, or the authorization server of an API, does not serve."""


class PscRefused(Exception):
    """It answered no; ``error`` is its OAuth code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class ProxyPsc:
    """The back channel of one software. ``transport`` presents its certificate; no secret is ever sent."""

    discovery_url: str
    client_id: str
    transport: Transport

    def sign_in(self, idnat: str, number: str, channel: str) -> dict[str, Any]:
        """The tokens of a person who approved on their device. Raises :class:`PscDown`, :class:`PscRefused`."""
        provider = self._discovery()
        asked = self._posted(
            provider["backchannel_authentication_endpoint"],
            {"scope": SCOPE, "login_hint": idnat, "binding_message": number, "acr_values": ACR, "channel": channel},
        )
        tokens = self._polled(provider, asked)
        try:
            believed(
                tokens["id_token"],
                KeyRing(lambda: _object(self._sent("GET", provider["jwks_uri"])), {}),
                issuer=provider["issuer"],
                client_id=self.client_id,
                access_token=tokens["access_token"],
                nonce=None,
                now=int(time.time()),
            )
        except Unbelievable as error:
            raise PscRefused("invalid_token") from error
        info = _object(
            self._sent("GET", provider["userinfo_endpoint"], {"Authorization": f"Bearer {tokens['access_token']}"})
        )
        if info.get("SubjectNameID") != idnat:
            raise PscRefused("access_denied")
        return tokens

    def refresh(self, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """A new set of tokens of the same session. Raises :class:`PscDown`, :class:`PscRefused`."""
        form = {"grant_type": "refresh_token", "refresh_token": str(tokens["refresh_token"])}
        return self._posted(self._discovery()["token_endpoint"], form)

    def sign_out(self, tokens: Mapping[str, Any]) -> None:
        """Closes the session. Raises :class:`PscDown`."""
        form = {"id_token_hint": str(tokens["id_token"]), "client_id": self.client_id}
        self._sent("POST", self._discovery()["end_session_endpoint"], _FORM, form)

    def exchange(self, tokens: Mapping[str, Any], api: Mapping[str, str]) -> str:
        """The token of an API for a fresh one of Pro Santé Connect, which is used up by that. Raises :class:`PscDown`,
        :class:`PscRefused`.
        """
        form = {
            "grant_type": GRANT_EXCHANGE,
            "subject_token": str(tokens["access_token"]),
            "subject_token_type": ACCESS_TOKEN,
            "subject_issuer": "psc",
            "scope": api["scope"],
        }
        return str(self._posted(api["token_endpoint"], form)["access_token"])

    def _polled(self, provider: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
        interval, ends = float(asked.get("interval", 5)), time.monotonic() + float(asked["expires_in"])
        form = {"grant_type": GRANT_CIBA, "auth_req_id": str(asked["auth_req_id"])}
        while time.monotonic() + interval <= ends + 1:
            time.sleep(interval)
            try:
                return self._posted(provider["token_endpoint"], form)
            except PscRefused as refused:
                if refused.error == "slow_down":
                    interval += SLOWER_S
                elif refused.error != "authorization_pending":
                    raise
        raise PscRefused("expired_token")

    def _discovery(self) -> dict[str, Any]:
        return _object(self._sent("GET", self.discovery_url))

    def _posted(self, endpoint: str, form: Mapping[str, str]) -> dict[str, Any]:
        return _object(self._sent("POST", endpoint, _FORM, {**form, "client_id": self.client_id}))

    def _sent(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> Answered:
        body = None if form is None else urlencode(form).encode()
        try:
            answer = self.transport.send(method, url, body=body, headers=headers)
        except Unreachable as error:
            raise PscDown(str(error)) from error
        if answer.status >= 500:
            raise PscDown(f"HTTP {answer.status}")
        return answer


def _object(answer: Answered) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if answer.status >= 400:
        raise PscRefused(str(body.get("error", "")) if isinstance(body, dict) else "")
    if not isinstance(body, dict):
        raise PscDown("no JSON object")
    return body
