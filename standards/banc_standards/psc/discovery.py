"""The two discovery documents of the provider.

The *wallet* document is the one that services must use. The *realm* document, at the standard address, differs by its
authorization endpoint only, which is why a client that finds it by itself goes to the wrong place.
"""

from __future__ import annotations

from typing import Any

from banc_standards.psc import names

_SIGNATURES = ["PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512", "ES256", "RS256", "HS384", "ES512", "PS256"]
_SIGNATURES += ["PS512", "RS512"]
_KEY_WRAPS = ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"]
_CONTENT_ENCRYPTIONS = ["A256GCM", "A192GCM", "A128GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"]
_CLIENT_AUTHENTICATIONS = [
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
    "tls_client_auth",
    "client_secret_jwt",
]


def wallet_document(issuer: str, wallet: str) -> dict[str, Any]:
    """The document at ``{issuer}/.well-known/wallet-openid-configuration``.

    ``issuer`` has no trailing slash; ``wallet`` is the base URL of the wallet host.
    """
    return _document(issuer, wallet + names.WALLET_AUTHORIZATION)


def realm_document(issuer: str) -> dict[str, Any]:
    """The document at the standard address: same provider, raw authorization endpoint."""
    return _document(issuer, issuer + names.REALM_AUTHORIZATION)


def _document(issuer: str, authorization: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": authorization,
        "token_endpoint": issuer + names.TOKEN,
        "introspection_endpoint": issuer + names.INTROSPECTION,
        "userinfo_endpoint": issuer + names.USERINFO,
        "end_session_endpoint": issuer + names.LOGOUT,
        "frontchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "jwks_uri": issuer + names.JWKS,
        "check_session_iframe": issuer + names.CHECK_SESSION,
        "grant_types_supported": [
            names.GRANT_CODE,
            "implicit",
            names.GRANT_REFRESH,
            "password",
            "client_credentials",
            names.GRANT_CIBA,
            names.GRANT_DEVICE,
        ],
        "acr_values_supported": ["0", "0"],
        "response_types_supported": [
            "code",
            "none",
            "id_token",
            "token",
            "id_token token",
            "code id_token",
            "code token",
            "code id_token token",
        ],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": list(_SIGNATURES),
        "id_token_encryption_alg_values_supported": list(_KEY_WRAPS),
        "id_token_encryption_enc_values_supported": list(_CONTENT_ENCRYPTIONS),
        "userinfo_signing_alg_values_supported": [*_SIGNATURES, "none"],
        "response_modes_supported": [
            "query",
            "fragment",
            "form_post",
            "query.jwt",
            "fragment.jwt",
            "form_post.jwt",
            "jwt",
        ],
        "registration_endpoint": issuer + names.REGISTRATION,
        "token_endpoint_auth_methods_supported": list(_CLIENT_AUTHENTICATIONS),
        "introspection_endpoint_auth_methods_supported": list(_CLIENT_AUTHENTICATIONS),
        "claims_supported": [
            "aud",
            "sub",
            "iss",
            "auth_time",
            "name",
            "given_name",
            "family_name",
            "preferred_username",
            "email",
            "acr",
        ],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "scopes_supported": list(names.SCOPES),
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "code_challenge_methods_supported": ["plain", "S256"],
        "tls_client_certificate_bound_access_tokens": True,
        "revocation_endpoint": issuer + names.REVOCATION,
        "revocation_endpoint_auth_methods_supported": list(_CLIENT_AUTHENTICATIONS),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "device_authorization_endpoint": issuer + names.DEVICE,
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_endpoint": issuer + names.CIBA,
        "require_pushed_authorization_requests": False,
        "pushed_authorization_request_endpoint": issuer + names.PUSHED_REQUEST,
        "authorization_response_iss_parameter_supported": True,
        "mtls_endpoint_aliases": {
            "token_endpoint": issuer + names.TOKEN,
            "revocation_endpoint": issuer + names.REVOCATION,
            "introspection_endpoint": issuer + names.INTROSPECTION,
            "device_authorization_endpoint": issuer + names.DEVICE,
            "registration_endpoint": issuer + names.REGISTRATION,
            "userinfo_endpoint": issuer + names.USERINFO,
            "pushed_authorization_request_endpoint": issuer + names.PUSHED_REQUEST,
            "backchannel_authentication_endpoint": issuer + names.CIBA,
        },
    }
