"""An API of the trust area, as the witness reaches it: PSC's token exchanged for the API's, then a call with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from banc_harness.witness.sign_in import answered
from banc_harness.witness.transport import KeyPair, Transport

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693 §3


@dataclass(frozen=True, slots=True)
class ConnectedApi:
    """One API; its authorization server is a realm beside Pro Santé Connect's."""

    api: str
    issuer: str
    client_id: str
    transport: Transport
    pair: KeyPair
    defects: frozenset[str] = frozenset()

    def use(self, user: Mapping[str, Any]) -> dict[str, Any]:
        """Exchanges the user's token and calls the API once. Raises ``SignInRefused``."""
        subject = user["id_token" if "exchanges-id-token" in self.defects else "access_token"]
        certified = self.transport.presenting(self.pair)
        form = {
            "grant_type": GRANT,
            "subject_token": subject,
            "subject_token_type": ACCESS_TOKEN,
            "subject_issuer": "psc",
            "scope": f"{self.api}.test",
            "client_id": self.client_id,
        }
        for _ in range(2 if "exchanges-twice" in self.defects else 1):
            answer = certified.send(
                "POST",
                f"{self._realm}/protocol/openid-connect/token",
                body=urlencode(form).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            tokens = answered(answer)
        caller = self.transport if "calls-without-certificate" in self.defects else certified
        data = {
            "nationalId": user["idnat"],
            "clientID": self.client_id,
            "proxy_session_id": "temoin",
            "session_state": tokens["session_state"],
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {tokens['access_token']}"}
        return answered(
            caller.send("POST", f"{self._realm}/signsessiondata", body=json.dumps(data).encode(), headers=headers)
        )

    @property
    def _realm(self) -> str:
        return f"{self.issuer.rpartition('/')[0]}/{self.api}"
