"""The addresses of Pro Santé Connect: the ``auth`` host ("psc", client certificate requested) and the wallet."""

from __future__ import annotations

from banc_mocks.psc.faults import FAULTS
from banc_mocks.psc.service import api_tokens, registry
from banc_mocks.psc.service.behaviour import SWITCHES
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.wire import answers, exchange, wallet
from banc_mocks.psc.wire.back_channel import BackChannel
from banc_mocks.psc.wire.ciba import Ciba
from banc_mocks.psc.wire.documents import Documents
from banc_mocks.psc.wire.hosts import Hosts
from banc_mocks.psc.wire.logout import Logout
from banc_mocks.psc.wire.wallet import Wallet
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import BaseUrl, HttpService, Listener, Reply, Route
from banc_mocks.sandbox.sandbox import Sandbox
from banc_standards.errors import BancError
from banc_standards.psc import names

_BODY = 64 * 1024
"""Octets of the largest form that a relying party has any reason to send."""


def service(sandbox: Sandbox) -> HttpService:
    """Pro Santé Connect on its two ports. Raises ``UnusableInput`` when its file of clients cannot be used."""
    folder = sandbox.config.data / "psc"
    keys = Keys(folder / "keys.json")
    registry.registry(sandbox.config.data)
    watched = Hosts(sandbox).watched
    return HttpService(
        name="psc",
        listeners=(
            Listener("psc", 1, "requested", watched(_realm_routes(keys))),
            Listener("wallet", 5, "none", watched(_wallet_routes(keys))),
        ),
        refuse=_refuse,
        addresses=_addresses,
        faults=FAULTS,
        switches=SWITCHES,
    )


def _realm_routes(keys: Keys) -> tuple[Route, ...]:
    documents, back_channel, logout, raw = Documents(keys), BackChannel(keys), Logout(keys), Wallet(keys)
    ciba = Ciba(keys)
    realm = names.REALM_PATH
    return (
        Route("GET", realm + names.WALLET_DISCOVERY, "psc.discovery", documents.wallet, public=True),
        Route("GET", realm + names.REALM_DISCOVERY, "psc.discovery", documents.realm, public=True),
        Route("GET", realm + names.JWKS, "psc.jwks", documents.keys, public=True),
        Route("GET", realm + names.REALM_AUTHORIZATION, "psc.authorization", raw.authorize_raw),
        Route("POST", realm + names.TOKEN, "psc.token", back_channel.token, max_body=_BODY),
        Route("POST", realm + names.CIBA, "psc.ciba", ciba.ask, max_body=_BODY),
        Route("GET", realm + names.USERINFO, "psc.userinfo", back_channel.userinfo),
        Route("POST", realm + names.USERINFO, "psc.userinfo", back_channel.userinfo, max_body=_BODY),
        Route("POST", realm + names.INTROSPECTION, "psc.introspection", back_channel.introspect, max_body=_BODY),
        Route("POST", realm + names.REVOCATION, "psc.revocation", back_channel.revoke, max_body=_BODY),
        Route("GET", realm + names.LOGOUT, "psc.logout", logout.by_browser),
        Route("POST", realm + names.LOGOUT, "psc.logout", logout.by_server, max_body=_BODY),
        *(route for api in api_tokens.APIS for route in _api_routes(keys, api)),
    )


def _api_routes(keys: Keys, api: str) -> tuple[Route, ...]:
    server, realm = exchange.Exchange(keys, api), api_tokens.realm(api)
    return (
        Route("GET", realm + names.REALM_DISCOVERY, "psc.api_discovery", server.document, public=True),
        Route("GET", realm + names.JWKS, "psc.api_jwks", server.keys, public=True),
        Route("POST", realm + names.TOKEN, "psc.exchange", server.token, max_body=_BODY),
        Route("POST", realm + names.INTROSPECTION, "psc.api_introspection", server.introspect, max_body=_BODY),
        Route("POST", realm + "/signsessiondata", "psc.api_call", server.sign, max_body=_BODY),
    )


def _wallet_routes(keys: Keys) -> tuple[Route, ...]:
    pages = Wallet(keys)
    return (
        Route("GET", names.WALLET_AUTHORIZATION, "psc.authorization", pages.authorize),
        Route("POST", wallet.LOGIN + "/{login}", "psc.login", pages.answer, max_body=_BODY),
    )


def _refuse(call: Call, error: BancError) -> Reply:
    """Framework refusals: a page where a person looks, JSON where a program does."""
    return wallet.refuse(call, error) if call.head.listener == "wallet" else answers.framework_refusal(error)


def _addresses(base: BaseUrl) -> dict[str, str]:
    issuer = base("psc") + names.REALM_PATH
    return {"issuer": issuer, "discovery": issuer + names.WALLET_DISCOVERY}
