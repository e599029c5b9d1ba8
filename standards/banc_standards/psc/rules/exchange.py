"""Rules over the exchange of a Pro Santé Connect token for an API's own, and over the use of that one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.psc.read import BackChannelRequest
from banc_standards.psc.rules import back_channel
from banc_standards.rules import Hit, Rule, holds

TYPES = (names.TOKEN_TYPE_ACCESS, names.TOKEN_TYPE_JWT)
ISSUER = "psc"
_MANY = frozenset({"resource", "audience"})
"""What RFC 8693 §2.1 lets a request say more than once."""


def _other_grant(request: BackChannelRequest) -> Iterator[Hit]:
    asked = request.form.get("grant_type")
    if asked != names.GRANT_EXCHANGE:
        yield Hit("grant_type", (asked or "")[:100], names.GRANT_EXCHANGE)


def _missing(request: BackChannelRequest) -> Iterator[Hit]:
    for name in ("client_id", "subject_token", "subject_token_type"):
        if request.form.get(name) is None:
            yield Hit(name)


def _other_type(request: BackChannelRequest) -> Iterator[Hit]:
    asked = request.form.get("subject_token_type")
    if asked is not None and asked not in TYPES:
        yield Hit("subject_token_type", asked[:100], " | ".join(TYPES))


def _repeated(request: BackChannelRequest) -> Iterator[Hit]:
    for name in request.form.repeated():
        if name not in _MANY:
            yield Hit(name)


def _other_result(request: BackChannelRequest) -> Iterator[Hit]:
    asked = request.form.get("requested_token_type")
    if asked is not None and asked not in TYPES:
        yield Hit("requested_token_type", asked[:100], " | ".join(TYPES))


def _other_issuer(request: BackChannelRequest) -> Iterator[Hit]:
    named = request.form.get("subject_issuer")
    if named is not None and named != ISSUER:
        yield Hit("subject_issuer", named[:100], ISSUER)


def _no_scope(request: BackChannelRequest) -> Iterator[Hit]:
    if not request.form.words("scope"):
        yield Hit("scope")


def _secret(request: BackChannelRequest) -> Iterator[Hit]:
    if request.secret is not None:
        yield Hit("client_secret", "client_secret", "tls_client_auth")


OTHER_GRANT = Rule(
    id="PSC-EXC-001",
    text=Sentence(
        "Le serveur d'autorisation d'une API n'échange que des jetons.",
        "An API's authorization server exchanges tokens only.",
    ),
    clause="RFC 8693 §2.1",
    fix=Sentence(f"Envoyez grant_type={names.GRANT_EXCHANGE}.", f"Send grant_type={names.GRANT_EXCHANGE}."),
    check=_other_grant,
    code="unsupported_grant_type",
    always=True,
)

MISSING = Rule(
    id="PSC-EXC-002",
    text=Sentence(
        "L'échange porte client_id, subject_token et subject_token_type.",
        "The exchange carries client_id, subject_token and subject_token_type.",
    ),
    clause="RFC 8693 §2.1 ; CI-SIS, sécurisation du transport des API",
    fix=Sentence("Envoyez le paramètre indiqué.", "Send the parameter told."),
    check=_missing,
    code="invalid_request",
    always=True,
)

OTHER_TYPE = Rule(
    id="PSC-EXC-003",
    text=Sentence(
        "Le jeton à échanger est annoncé comme jeton d'accès ou comme JWT.",
        "The token to exchange is announced as an access token or as a JWT.",
    ),
    clause="RFC 8693 §3",
    fix=Sentence(
        f"Envoyez subject_token_type={names.TOKEN_TYPE_ACCESS}.", f"Send subject_token_type={names.TOKEN_TYPE_ACCESS}."
    ),
    check=_other_type,
    code="invalid_request",
    always=True,
)

NO_SCOPE = Rule(
    id="PSC-EXC-004",
    text=Sentence("L'échange demande les scopes métier de l'API.", "The exchange asks for the API's business scopes."),
    clause="CI-SIS, sécurisation du transport des API : scope",
    fix=Sentence("Envoyez scope.", "Send scope."),
    check=_no_scope,
    code="invalid_scope",
)

SECRET = Rule(
    id="PSC-EXC-005",
    text=Sentence(
        "Le certificat remplace le secret : l'échange n'en porte pas.",
        "The certificate replaces the secret: the exchange carries none.",
    ),
    clause="CI-SIS, sécurisation du transport des API ; RFC 8705 §2",
    fix=Sentence("Retirez client_secret.", "Remove client_secret."),
    check=_secret,
    severity="warning",
)

BAD_SUBJECT = Rule(
    id="PSC-EXC-006",
    text=Sentence(
        "subject_token est un jeton d'accès Pro Santé Connect en vie, jamais un ID token.",
        "subject_token is a live Pro Santé Connect access token, never an ID token.",
    ),
    clause="RFC 8693 §2.2.2 ; CI-SIS, sécurisation du transport des API",
    fix=Sentence(
        "Rafraîchissez le jeton d'accès, puis échangez-le aussitôt.",
        "Refresh the access token, then exchange it at once.",
    ),
    check=holds,
    code="invalid_request",
    always=True,
)

USED_TWICE = Rule(
    id="PSC-EXC-007",
    text=Sentence(
        "Un jeton d'accès Pro Santé Connect sert une fois, à l'échange.",
        "A Pro Santé Connect access token is used once, for the exchange.",
    ),
    clause="CI-SIS, sécurisation du transport des API",
    fix=Sentence(
        "Gardez le jeton d'API jusqu'à son expiration ; rafraîchissez avant un autre échange.",
        "Keep the API token until it expires; refresh before another exchange.",
    ),
    check=holds,
    severity="warning",
    certainty="deduced",
)

UNBOUND = Rule(
    id="PSC-EXC-008",
    text=Sentence(
        "Un jeton d'API est présenté, en vie, avec le certificat qu'il nomme (cnf).",
        "An API token is shown, while it lives, with the certificate that it names (cnf).",
    ),
    clause="RFC 8705 §3 ; CI-SIS, sécurisation du transport des API",
    fix=Sentence(
        "Appelez l'API avec le certificat de l'échange ; cnf se lit en base64url du condensat (RFC 8705) ou en base64 "
        "de son texte hexadécimal.",
        "Call the API with the certificate of the exchange; cnf reads as base64url of the digest (RFC 8705) or as "
        "base64 of its hexadecimal text.",
    ),
    check=holds,
    code="invalid_token",
    always=True,
)

OTHER_PERSON = Rule(
    id="PSC-EXC-009",
    text=Sentence(
        "Le jeton d'API et l'assertion du message nomment la même personne.",
        "The API token and the assertion of the message name the same person.",
    ),
    clause="CI-SIS, sécurisation du transport des API",
    fix=Sentence(
        "Écrivez dans l'assertion l'identifiant national de la personne qui s'est connectée (SubjectNameID).",
        "Write in the assertion the national identifier of the person who signed in (SubjectNameID).",
    ),
    check=holds,
    certainty="deduced",
    code="invalid_token",
)

OTHER_RESULT = Rule(
    id="PSC-EXC-010",
    text=Sentence(
        "requested_token_type, s'il est présent, demande un jeton d'accès.",
        "requested_token_type, if present, asks for an access token.",
    ),
    clause="RFC 8693 §2.1, §2.2.2",
    fix=Sentence("Retirez requested_token_type.", "Remove requested_token_type."),
    check=_other_result,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

OTHER_TARGET = Rule(
    id="PSC-EXC-011",
    text=Sentence(
        "audience, si elle nomme une API, nomme celle du serveur d'autorisation appelé.",
        "audience, when it names an API, names that of the authorization server called.",
    ),
    clause="RFC 8693 §2.2.2",
    fix=Sentence(
        "Appelez le serveur d'autorisation de l'API visée, ou retirez audience.",
        "Call the authorization server of the API meant, or remove audience.",
    ),
    check=holds,
    certainty="deduced",
    code="invalid_target",
    always=True,
)

OTHER_ISSUER = Rule(
    id="PSC-EXC-012",
    text=Sentence(
        "subject_issuer, s'il est présent, nomme Pro Santé Connect (psc).",
        "subject_issuer, if present, names Pro Santé Connect (psc).",
    ),
    clause="CI-SIS, sécurisation du transport des API : exemples",
    fix=Sentence("Envoyez subject_issuer=psc, ou retirez-le.", "Send subject_issuer=psc, or remove it."),
    check=_other_issuer,
    severity="warning",
    certainty="deduced",
)

NOT_THE_DATA = Rule(
    id="PSC-EXC-013",
    text=Sentence(
        "Ce que la ressource d'essai signe est un objet JSON de quatre textes.",
        "What the test resource signs is a JSON object of four texts.",
    ),
    clause="Proxy e-Santé, contrat de test : POST /signsessiondata",
    fix=Sentence(
        "Envoyez nationalId, clientID, proxy_session_id et session_state, en JSON et en texte.",
        "Send nationalId, clientID, proxy_session_id and session_state, in JSON, as texts.",
    ),
    check=holds,
    code="invalid_request",
    always=True,
)

REQUEST: tuple[Rule, ...] = (
    back_channel.NOT_A_FORM,
    replace(back_channel.REPEATED, check=_repeated),
    back_channel.IN_ADDRESS,
    back_channel.FROM_BROWSER,
    back_channel.SIGNED_ASSERTION,
    OTHER_GRANT,
    MISSING,
    OTHER_TYPE,
    OTHER_RESULT,
    OTHER_ISSUER,
    NO_SCOPE,
    SECRET,
)
"""Judged on the bytes of an exchange request."""

RULES: tuple[Rule, ...] = (
    OTHER_GRANT,
    MISSING,
    OTHER_TYPE,
    NO_SCOPE,
    SECRET,
    BAD_SUBJECT,
    USED_TWICE,
    UNBOUND,
    OTHER_PERSON,
    OTHER_RESULT,
    OTHER_TARGET,
    OTHER_ISSUER,
    NOT_THE_DATA,
)
