"""The backchannel authentication endpoint: a service's server asks a person to approve on their own device."""

from __future__ import annotations

from banc_mocks.psc.service import ciba, people
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Refused
from banc_mocks.psc.wire import answers, clients
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_standards.psc.build import Means
from banc_standards.psc.rules import ciba as rules
from banc_standards.rules import Hit


class Ciba:
    """The handler of the acknowledgement; the polling is a grant of the token endpoint."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def ask(self, call: Call) -> Reply:
        """``POST …/ext/ciba/auth``."""
        try:
            request, client = clients.authenticated(call, rules.REQUEST)
            if not client.ciba:
                raise Refused(rules.NOT_ACTIVATED, Hit("client_id", client.client_id))
        except Refused as error:
            return answers.refused(call, error)
        form = request.form
        provider = answers.provider(call, self._keys)
        hint = form.get("login_hint") or ""
        identity = people.identity(hint)
        for name in ("scope", "acr_values", "binding_message", "channel"):
            answers.note(call, **{name: form.get(name)})
        if identity is None or identity.idnat != hint:
            call.find(rules.UNKNOWN_USER, Hit("login_hint", hint[:100]))
            code = provider.behaviour.ciba.unknown_user
            return answers.oauth_error(call, code, answers.described(rules.UNKNOWN_USER))
        channel = form.get("channel") or provider.behaviour.ciba.channel
        means: Means = "CARD" if channel == "CARD" else "MOBILE"
        asked = ciba.ask(
            provider,
            identity,
            client_id=client.client_id,
            channel=means,
            scope=form.get("scope") or "",
            binding_message=form.get("binding_message") or "",
            issuer=answers.issuer(call),
        )
        call.facts |= {"professional": identity.idnat, "means": means, "auth_req_id": asked.id}
        life = asked.expires - asked.issued
        return answers.json_reply({"auth_req_id": asked.id, "expires_in": life, "interval": asked.interval_s})
