"""Rules over what a service's server sends: token, introspection, revocation and userinfo requests.

Those on secrets are judged where these are known; they are declared here all the same, so that every refusal has one
id, one sentence and one clause. Those on codes and tokens are in :mod:`~banc_standards.psc.rules.grants`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.psc.read import BackChannelRequest, UserinfoRequest
from banc_standards.rules import Hit, Rule, holds

FORM = "application/x-www-form-urlencoded"
GRANTS = (names.GRANT_CODE, names.GRANT_REFRESH, names.GRANT_CIBA)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CREDENTIALS = ("client_secret", "code", "refresh_token", "token", "client_assertion", "access_token", "id_token")


def _not_a_form(request: BackChannelRequest) -> Iterator[Hit]:
    kind = request.media_type.partition(";")[0].strip().lower()
    if kind != FORM:
        yield Hit("Content-Type", kind, FORM)


def _in_address(request: BackChannelRequest | UserinfoRequest) -> Iterator[Hit]:
    for name in _CREDENTIALS:
        if request.query.get(name) is not None:
            yield Hit(f"query/{name}")


def _from_browser(request: BackChannelRequest | UserinfoRequest) -> Iterator[Hit]:
    if request.origin is not None:
        yield Hit("Origin", request.origin)


def _repeated(request: BackChannelRequest) -> Iterator[Hit]:
    for name in request.form.repeated():
        yield Hit(name)


def _two_authentications(request: BackChannelRequest) -> Iterator[Hit]:
    if request.basic and request.form.get("client_secret") is not None:
        yield Hit("client_secret", "Basic + client_secret")
    if request.basic and request.form.get("client_id") not in (None, request.basic[0]):
        yield Hit("client_id", str(request.form.get("client_id")), request.basic[0])


def _signed_assertion(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("client_assertion") is not None:
        yield Hit("client_assertion", request.form.get("client_assertion_type") or "")


def _two_tokens(request: UserinfoRequest) -> Iterator[Hit]:
    if request.form.get("access_token") is not None and (request.authorization or request.form.repeated()):
        yield Hit("access_token", "Authorization + access_token" if request.authorization else "access_token × 2")


def _no_certificate(request: BackChannelRequest) -> Iterator[Hit]:
    if not request.certificate:
        yield Hit("TLS", "", "ORG AUTH_CLI")


def _no_grant_type(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("grant_type") is None:
        yield Hit("grant_type", "", names.GRANT_CODE)


def _other_grant_type(request: BackChannelRequest) -> Iterator[Hit]:
    asked = request.form.get("grant_type")
    if asked is not None and asked not in GRANTS:
        yield Hit("grant_type", asked[:100], " ".join(GRANTS))


def _missing_parameter(request: BackChannelRequest) -> Iterator[Hit]:
    needed = {
        names.GRANT_CODE: ("code", "redirect_uri"),
        names.GRANT_REFRESH: ("refresh_token",),
        names.GRANT_CIBA: ("auth_req_id",),
    }
    for name in needed.get(request.form.get("grant_type") or "", ()):
        if request.form.get(name) is None:
            yield Hit(name)


def _no_token(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("token") is None:
        yield Hit("token")


def _bad_verifier(request: BackChannelRequest) -> Iterator[Hit]:
    verifier = request.form.get("code_verifier")
    if verifier is not None and not _VERIFIER.fullmatch(verifier):
        yield Hit("code_verifier", f"{len(verifier)}", "43-128 [A-Za-z0-9-._~]")


NOT_A_FORM = Rule(
    id="PSC-TOK-001",
    text=Sentence("Le corps est un formulaire encodé.", "The body is an encoded form."),
    clause="RFC 6749 §4.1.3",
    fix=Sentence(f"Envoyez Content-Type: {FORM}.", f"Send Content-Type: {FORM}."),
    check=_not_a_form,
    code="invalid_request",
    always=True,
)

IN_ADDRESS = Rule(
    id="PSC-TOK-002",
    text=Sentence(
        "Aucun secret, code ni jeton ne passe dans l'adresse, que les intermédiaires journalisent.",
        "No secret, code or token is in the address, which intermediaries log.",
    ),
    clause="RFC 6749 §2.3.1 ; RFC 6750 §2.3, §5.3",
    fix=Sentence(
        "Passez-le dans le corps ou dans l'en-tête Authorization.", "Send it in the body or the Authorization header."
    ),
    check=_in_address,
    code="invalid_request",
)

FROM_BROWSER = Rule(
    id="PSC-TOK-003",
    text=Sentence(
        "L'appel vient d'un serveur, qui garde le secret, et non d'un navigateur (en-tête Origin, CORS non ouvert).",
        "The call comes from a server, which keeps the secret, and not from a browser (Origin header, CORS not open).",
    ),
    clause="Pro Santé Connect, documentation technique, exigence 22",
    fix=Sentence("Appelez cette adresse depuis votre serveur.", "Call this address from your server."),
    check=_from_browser,
    code="invalid_request",
)

REPEATED = Rule(
    id="PSC-TOK-004",
    text=Sentence("Aucun paramètre n'est répété.", "No parameter is repeated."),
    clause="RFC 6749 §3.2",
    fix=Sentence("Envoyez chaque paramètre une seule fois.", "Send each parameter once."),
    check=_repeated,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

UNAUTHENTICATED = Rule(
    id="PSC-TOK-005",
    text=Sentence(
        "Le client est authentifié : son identifiant est connu, son secret ou son certificat est le bon.",
        "The client is authenticated: its id is known, its secret or certificate is the right one.",
    ),
    clause="RFC 6749 §5.2 ; RFC 8705 §2.1",
    fix=Sentence(
        "Vérifiez client_id et secret, ou le certificat présenté, tels que reçus au raccordement.",
        "Check client_id and secret, or the certificate presented, as received at registration.",
    ),
    check=holds,
    code="invalid_client",
    always=True,
)

OTHER_METHOD = Rule(
    id="PSC-TOK-006",
    text=Sentence(
        "Le client s'authentifie par la méthode de son raccordement.",
        "The client authenticates by the method of its registration.",
    ),
    clause="Pro Santé Connect, raccordement (Espace de Confiance : tls_client_auth)",
    fix=Sentence(
        "Présentez le certificat ORG AUTH_CLI, ou le secret, selon le raccordement.",
        "Present the ORG AUTH_CLI certificate, or the secret, according to the registration.",
    ),
    check=holds,
    code="invalid_client",
    always=True,
)

SIGNED_ASSERTION = Rule(
    id="PSC-TOK-007",
    text=Sentence(
        "Le client ne s'authentifie ni par private_key_jwt ni par client_secret_jwt, annoncés mais pas acceptés.",
        "The client authenticates neither by private_key_jwt nor by client_secret_jwt, advertised but not accepted.",
    ),
    clause="Pro Santé Connect, usage constaté ; FAQ industriels (méthodes d'authentification)",
    fix=Sentence(
        "Configurez client_secret_basic, client_secret_post ou tls_client_auth dans votre bibliothèque.",
        "Set client_secret_basic, client_secret_post or tls_client_auth in your library.",
    ),
    check=_signed_assertion,
    certainty="deduced",
    code="invalid_client",
    always=True,
)

TWO_AUTHENTICATIONS = Rule(
    id="PSC-TOK-008",
    text=Sentence(
        "La requête porte une seule identité et une seule méthode d'authentification du client.",
        "The request carries a single identity and a single method of client authentication.",
    ),
    clause="RFC 6749 §2.3",
    fix=Sentence("N'en gardez qu'une.", "Keep one only."),
    check=_two_authentications,
    code="invalid_request",
)

NO_CERTIFICATE = Rule(
    id="PSC-TOK-009",
    text=Sentence(
        "Le client présente un certificat sur le canal serveur : le référentiel l'annonce comme la cible.",
        "The client shows a certificate on the back channel: the référentiel announces it as the target.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 24",
    fix=Sentence(
        "Préparez tls_client_auth avec un certificat IGC-Santé ORG AUTH_CLI.",
        "Prepare tls_client_auth with an IGC-Santé ORG AUTH_CLI certificate.",
    ),
    check=_no_certificate,
    severity="info",
    certainty="uncertain",
)

NO_GRANT_TYPE = Rule(
    id="PSC-TOK-010",
    text=Sentence("La requête porte grant_type.", "The request carries grant_type."),
    clause="RFC 6749 §4.1.3",
    fix=Sentence("Envoyez grant_type=authorization_code.", "Send grant_type=authorization_code."),
    check=_no_grant_type,
    code="invalid_request",
    always=True,
)

OTHER_GRANT_TYPE = Rule(
    id="PSC-TOK-011",
    text=Sentence(
        "grant_type vaut authorization_code, refresh_token ou celui de CIBA : les autres ne sont pas offerts.",
        "grant_type is authorization_code, refresh_token or that of CIBA: the others are not offered.",
    ),
    clause="RFC 6749 §5.2",
    fix=Sentence("Utilisez authorization_code, puis refresh_token.", "Use authorization_code, then refresh_token."),
    check=_other_grant_type,
    code="unsupported_grant_type",
    always=True,
)

MISSING_PARAMETER = Rule(
    id="PSC-TOK-012",
    text=Sentence(
        "La requête porte les paramètres que son grant_type exige.",
        "The request carries the parameters that its grant_type requires.",
    ),
    clause="RFC 6749 §4.1.3, §6",
    fix=Sentence("Envoyez le paramètre indiqué.", "Send the parameter told."),
    check=_missing_parameter,
    code="invalid_request",
    always=True,
)

NO_TOKEN = Rule(
    id="PSC-TOK-019",
    text=Sentence(
        "La requête d'introspection ou de révocation porte token.",
        "The introspection or revocation request carries token.",
    ),
    clause="RFC 7662 §2.1 ; RFC 7009 §2.1",
    fix=Sentence("Envoyez token=… dans le corps.", "Send token=… in the body."),
    check=_no_token,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

SHORT_VERIFIER = Rule(
    id="PSC-TOK-022",
    text=Sentence(
        "code_verifier a de 43 à 128 caractères de l'alphabet prévu.",
        "code_verifier has 43 to 128 characters of the alphabet laid down.",
    ),
    clause="RFC 7636 §4.1",
    fix=Sentence(
        "Tirez 32 octets au hasard et écrivez-les en base64url.", "Draw 32 random octets and write them in base64url."
    ),
    check=_bad_verifier,
    code="invalid_grant",
)

TWO_TOKENS = Rule(
    id="PSC-UIN-003",
    text=Sentence("Le jeton d'accès n'est présenté qu'une fois.", "The access token is shown once."),
    clause="RFC 6750 §2",
    fix=Sentence(
        "Envoyez le jeton dans l'en-tête Authorization seulement.", "Send the token in the Authorization header only."
    ),
    check=_two_tokens,
    code="invalid_request",
    always=True,
)

TOKEN_REQUEST: tuple[Rule, ...] = (
    NOT_A_FORM,
    REPEATED,
    IN_ADDRESS,
    FROM_BROWSER,
    TWO_AUTHENTICATIONS,
    SIGNED_ASSERTION,
    NO_CERTIFICATE,
    NO_GRANT_TYPE,
    OTHER_GRANT_TYPE,
    MISSING_PARAMETER,
    SHORT_VERIFIER,
)
"""Judged on the bytes of a token request, before anything is looked up."""

CLIENT_REQUEST: tuple[Rule, ...] = (
    NOT_A_FORM,
    REPEATED,
    IN_ADDRESS,
    FROM_BROWSER,
    TWO_AUTHENTICATIONS,
    SIGNED_ASSERTION,
)
"""Judged on any other request that the client authenticates."""

TOKEN_USE: tuple[Rule, ...] = (*CLIENT_REQUEST, NO_TOKEN)
"""Judged on an introspection or revocation request."""

USERINFO_REQUEST: tuple[Rule, ...] = (IN_ADDRESS, FROM_BROWSER, TWO_TOKENS)

RULES: tuple[Rule, ...] = (
    *TOKEN_REQUEST,
    UNAUTHENTICATED,
    OTHER_METHOD,
    NO_TOKEN,
    TWO_TOKENS,
)
