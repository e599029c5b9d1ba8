"""The vocabulary of Pro Santé Connect: paths, scopes, levels, OIDs, and the lifetimes that its documents state."""

from __future__ import annotations

REALM_PATH = "/auth/realms/esante-wallet"
"""Path of the realm, hence of the issuer, on the ``auth`` host."""

WALLET_DISCOVERY = "/.well-known/wallet-openid-configuration"
"""Suffix of the document to use: its authorization endpoint is the wallet's."""
REALM_DISCOVERY = "/.well-known/openid-configuration"
"""Standard suffix: describes the raw realm, whose authorization endpoint is not the one offered to services."""

WALLET_AUTHORIZATION = "/auth"
"""Authorization endpoint, on the ``wallet`` host."""

PROTOCOL = "/protocol/openid-connect"
REALM_AUTHORIZATION = PROTOCOL + "/auth"
TOKEN = PROTOCOL + "/token"
USERINFO = PROTOCOL + "/userinfo"
INTROSPECTION = PROTOCOL + "/token/introspect"
REVOCATION = PROTOCOL + "/revoke"
LOGOUT = PROTOCOL + "/logout"
JWKS = PROTOCOL + "/certs"
CIBA = PROTOCOL + "/ext/ciba/auth"
CHECK_SESSION = PROTOCOL + "/login-status-iframe.html"
DEVICE = PROTOCOL + "/auth/device"
PUSHED_REQUEST = PROTOCOL + "/ext/par/request"
REGISTRATION = "/clients-registrations/openid-connect"

OBSOLETE_HOSTS = frozenset({"auth.bas.esw.esante.gouv.fr", "wallet.bas.esw.esante.gouv.fr"})

SCOPES = (
    "openid",
    "scope_all",
    "scope_1",
    "scope_2",
    "identity",
    "rpps",
    "referentiel",
    "interop",
    "eidas1",
    "eidas2",
    "basic",
    "profile",
    "email",
    "address",
    "phone",
    "roles",
    "acr",
    "offline_access",
    "microprofile-jwt",
    "web-origins",
)
REQUIRED_SCOPES = ("openid", "scope_all")

ACR_REQUESTED = "eidas1"
ACR_TOLERATED = ("eidas2", "eidas3")
ACR_KNOWN = frozenset({ACR_REQUESTED, *ACR_TOLERATED})

GRANT_CODE = "authorization_code"
GRANT_REFRESH = "refresh_token"
GRANT_CIBA = "urn:openid:params:grant-type:ciba"
GRANT_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"

GRANT_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TOKEN_TYPE_ACCESS = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name of RFC 8693 §3
TOKEN_TYPE_JWT = "urn:ietf:params:oauth:token-type:jwt"  # noqa: S105
EXCHANGE_S = 14400
BEARER_CHALLENGE = 'Bearer error="invalid_token"'
"""What an API says in ``WWW-Authenticate`` to a token that it refuses (RFC 6750 §3.1)."""
"""Life of an API token: the compliance API's, between one and four hours are recommended."""

PROFESSION_OID = "1.2.250.1.213.1.1.5.5"
SECTOR_OID = "1.2.250.1.71.4.2.4"
PSI_OID = "1.2.250.1.213.1.3.1.1"
AUTHENTICATION_TIER = "APPPRIP3^1.2.250.1.213.1.5.1.1.1"

ACCESS_TOKEN_S = 120
"""Life of an access token, and of the ID token that comes with it (security of the transport, CI-SIS)."""
REFRESH_TOKEN_S = 1800
"""Inactivity after which a refresh token dies; it never outlives the SSO session."""
SSO_MAX_S = 4 * 3600
SSO_IDLE_S = 1800
CODE_S = 60
"""Life of an authorization code: not documented by the provider, ordinary value of its software."""
CIBA_S = 120
"""Life of a CIBA request."""
CIBA_INTERVAL_S = 5
"""Between two polls, unless the acknowledgement says otherwise (CIBA Core 1.0 §7.3)."""
