"""Public reads: the two discovery documents and the key set."""

from __future__ import annotations

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

    async def wallet(self, call: Call) -> Reply:
        """The discovery document that services must use."""
        document = discovery.wallet_document(answers.issuer(call), call.base_url("wallet"))
        return answers.json_reply(document, headers=_BRIEFLY_KEPT)

    async def realm(self, call: Call) -> Reply:
        """The raw realm's document: it answers, and its reader is told."""
        call.find(authorization.REALM_DOCUMENT, Hit("discovery", call.head.path, names.WALLET_DISCOVERY))
        return answers.json_reply(discovery.realm_document(answers.issuer(call)), headers=_BRIEFLY_KEPT)

    async def keys(self, call: Call) -> Reply:
        """The JWKS."""
        return answers.json_reply(self._keys.published(int(call.session.switch("psc.key"))), headers=_BRIEFLY_KEPT)
