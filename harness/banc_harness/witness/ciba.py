"""Sign-in without a browser (CIBA): the server asks, the person approves on their device, the server polls."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from banc_harness.witness.sign_in import ACR, SCOPE, RelyingParty, SignInRefused, answered

GRANT = "urn:openid:params:grant-type:ciba"
SLOWER_S = 5


@dataclass(slots=True)
class Ciba:
    """The flow, for one person. ``party`` is the software as Pro Santé Connect knows it."""

    party: RelyingParty

    def sign_in(self, idnat: str, channel: str) -> dict[str, Any]:
        """Opens a session for the person of an IdNat, and tells the number that they had to compare.

        Raises :class:`SignInRefused` when they refused or did not answer in time.
        """
        party, defects = self.party, self.party.defects
        provider = party.discovery()
        number = "00" if "fixed-binding" in defects else f"{secrets.randbelow(100):02}"
        asked = answered(
            party.posted(
                provider["backchannel_authentication_endpoint"],
                {
                    "scope": SCOPE,
                    "login_hint": idnat,
                    "binding_message": number,
                    "acr_values": ACR,
                    "channel": channel,
                },
            )
        )
        tokens = self._polled(provider, asked)
        claims = party.checked(provider, tokens)
        if not str(claims.get("SubjectNameID", "")) == idnat and "sub-unchecked" not in defects:
            raise SignInRefused("Connexion refusée : une autre personne a répondu.")
        return party.session(provider, tokens, claims) | {"binding_message": number}

    def _polled(self, provider: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        defects = self.party.defects
        interval = float(asked.get("interval", 5))
        ends = time.monotonic() + float(asked["expires_in"])
        form = {"grant_type": GRANT, "auth_req_id": asked["auth_req_id"]}
        while time.monotonic() + interval <= ends + 1:
            time.sleep(0.05 if "polls-too-fast" in defects else interval)
            answer = self.party.posted(provider["token_endpoint"], form)
            error = _error(answer.body) if answer.status >= 400 else ""
            if error == "slow_down":
                interval += SLOWER_S
            elif error != "authorization_pending":
                for _ in range(2 if error and "polls-after-the-end" in defects else 0):
                    time.sleep(interval)
                    self.party.posted(provider["token_endpoint"], form)
                return answered(answer)
        raise SignInRefused("La demande de connexion a expiré.")


def _error(body: bytes) -> str:
    try:
        return str(json.loads(body).get("error", ""))
    except (ValueError, AttributeError):
        return ""
