"""Public reads: the two discovery documents and the key set."""

from __future__ import annotations

import json
from functools import lru_cache

from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.wire import answers
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_standards.psc import discovery, names
from banc_standards.psc.rules import authorization
from banc_standards.rules import Hit

_BRIEFLY_KEPT = {"Cache-Control": "no-cache, must-revalidate"}


class Documents:
    """The handlers of the public documents."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._published: dict[int, bytes] = {}

    async def wallet(self, call: Call) -> Reply:
        """The discovery document that services must use."""
        return _kept(_wallet(answers.issuer(call), call.base_url("wallet")))

    async def realm(self, call: Call) -> Reply:
        """The raw realm's document: it answers, and its reader is told."""
        call.find(authorization.REALM_DOCUMENT, Hit("discovery", call.head.path, names.WALLET_DISCOVERY))
        return _kept(_realm(answers.issuer(call)))

    async def keys(self, call: Call) -> Reply:
        """The JWKS."""
        rank = int(call.session.switch("psc.key"))
        if rank not in self._published:
            self._published[rank] = json.dumps(self._keys.published(rank)).encode()
        return _kept(self._published[rank])


@lru_cache(maxsize=256)
def _wallet(issuer: str, wallet: str) -> bytes:
    return json.dumps(discovery.wallet_document(issuer, wallet)).encode()


@lru_cache(maxsize=256)
def _realm(issuer: str) -> bytes:
    return json.dumps(discovery.realm_document(issuer)).encode()


def _kept(document: bytes) -> Reply:
    return Reply(200, document, "application/json", _BRIEFLY_KEPT)
