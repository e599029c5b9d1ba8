"""Relying parties that we did not write, configured as services of the sandbox."""

from __future__ import annotations

from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.rp_handler import RPHandler

from .conftest import CALLBACK, Bench, Login, callback

ASKED = {"scope": ["openid", "scope_all"], "acr_values": ["eidas1"]}


def strict_party(bench: Bench) -> RPHandler:
    """idpyoidc, configured as a service that was told the wallet's discovery document."""
    return RPHandler(
        base_url="https://logiciel.example.test",
        key_conf={"key_defs": [{"type": "EC", "crv": "P-256", "use": ["sig"]}]},  # its default writes files
        httpc_params={"verify": bench.ready["ca_file"]},
        client_configs={
            bench.issuer: {
                "issuer": bench.issuer,
                "provider_info": bench.document(),
                "client_id": bench.client_id,
                "client_secret": bench.client_secret,
                "client_type": "oidc",
                "redirect_uris": [CALLBACK],
                "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_basic",
                "client_authn_methods": ["client_secret_basic", "bearer_header"],
                "services": DEFAULT_OIDC_SERVICES
                | {"end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"}},
                "preference": {"id_token_signed_response_alg": "RS256"},
                "add_ons": {
                    "pkce": {
                        "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                        "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
                    }
                },
            }
        },
    )


def signed_in(bench: Bench, login: Login, party: RPHandler) -> dict[str, Any]:
    """The whole login of the strict party, its wallet answered by the sandbox."""
    address = party.begin(bench.issuer, req_args=ASKED)
    return dict(party.finalize(bench.issuer, callback(login.browser.get(address))))


def lightweight_party(bench: Bench, **changed: Any) -> OAuth2Session:
    """Authlib, which signs in and leaves the verification of tokens to its user."""
    options = {
        "client_id": bench.client_id,
        "client_secret": bench.client_secret,
        "redirect_uri": CALLBACK,
        "scope": "openid scope_all",
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": "client_secret_basic",
    } | changed
    return OAuth2Session(**options)
