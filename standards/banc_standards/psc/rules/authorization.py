"""Rules over an authorization request (GET on the wallet), and over the discovery document that led to it.

The numbers of the requirements (EXI PSC nn) are hints: the numbered text of the référentiel changes between versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.psc.read import AuthorizationRequest
from banc_standards.psc.rules import protection
from banc_standards.rules import Hit, Rule, holds

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = frozenset({"client_id", "redirect_uri"})
"""What tells where the answer goes."""


def _unknown_client(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.client is None:
        yield Hit("client_id", request.form.get("client_id") or "")


def _undeclared_redirect(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.client is None:
        return
    asked = request.form.get("redirect_uri") or ""
    if asked not in request.client.redirect_uris:
        yield Hit("redirect_uri", asked, " ".join(request.client.redirect_uris))


def _clear_redirect(request: AuthorizationRequest) -> Iterator[Hit]:
    asked = request.form.get("redirect_uri")
    if asked and not asked.lower().startswith("https://") and not _is_loopback(asked):
        yield Hit("redirect_uri", asked, "https://…")


def _loopback_redirect(request: AuthorizationRequest) -> Iterator[Hit]:
    asked = request.form.get("redirect_uri")
    if asked and _is_loopback(asked):
        yield Hit("redirect_uri", asked, "https://…")


def _is_loopback(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK
    except ValueError:
        return False


def _no_response_type(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("response_type") is None:
        yield Hit("response_type", "", "code")


def _other_response_type(request: AuthorizationRequest) -> Iterator[Hit]:
    asked = request.form.get("response_type")
    if asked is not None and asked != "code":
        yield Hit("response_type", asked, "code")


def _missing_scope(request: AuthorizationRequest) -> Iterator[Hit]:
    asked = request.form.words("scope")
    if not set(names.REQUIRED_SCOPES) <= set(asked):
        yield Hit("scope", " ".join(asked)[:200], " ".join(names.REQUIRED_SCOPES))


def _unknown_scope(request: AuthorizationRequest) -> Iterator[Hit]:
    for scope in request.form.odd("scope", names.SCOPES):
        yield Hit("scope", scope, " ".join(names.REQUIRED_SCOPES))


def _no_acr(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("acr_values") is None:
        yield Hit("acr_values", "", names.ACR_REQUESTED)


def _tolerated_acr(request: AuthorizationRequest) -> Iterator[Hit]:
    for level in names.ACR_TOLERATED:
        if level in request.form.words("acr_values"):
            yield Hit("acr_values", level, names.ACR_REQUESTED)


def _other_acr(request: AuthorizationRequest) -> Iterator[Hit]:
    for level in request.form.odd("acr_values", names.ACR_KNOWN):
        yield Hit("acr_values", level, names.ACR_REQUESTED)


def _acr_typo(request: AuthorizationRequest) -> Iterator[Hit]:
    written = request.form.get("acr")
    if written is not None:
        yield Hit("acr", f"acr={written}", f"acr_values={names.ACR_REQUESTED}")


def _raw_realm(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.endpoint == "realm":
        yield Hit("authorization_endpoint", names.REALM_AUTHORIZATION, names.WALLET_AUTHORIZATION)


def _repeated_address(request: AuthorizationRequest) -> Iterator[Hit]:
    for name in request.form.repeated():
        if name in _ADDRESS:
            yield Hit(name)


def _repeated(request: AuthorizationRequest) -> Iterator[Hit]:
    for name in request.form.repeated():
        if name not in _ADDRESS:
            yield Hit(name)


UNKNOWN_CLIENT = Rule(
    id="PSC-AUT-001",
    text=Sentence("Le client_id est celui d'un client raccordé.", "The client_id is that of a registered client."),
    clause="RFC 6749 §4.1.2.1",
    fix=Sentence(
        "Envoyez le client_id reçu au raccordement (« banc env » le donne).",
        'Send the client_id received at registration ("banc env" tells it).',
    ),
    check=_unknown_client,
    code="invalid_client",
    always=True,
)

UNDECLARED_REDIRECT = Rule(
    id="PSC-AUT-002",
    text=Sentence(
        "La redirect_uri est, au caractère près, l'une de celles que le client a déclarées.",
        "The redirect_uri is, to the letter, one of those that the client declared.",
    ),
    clause="Pro Santé Connect, raccordement ; OpenID Connect Core 1.0 §3.1.2.1",
    fix=Sentence(
        "Déclarez l'adresse, ou envoyez-la au caractère près (barre finale et paramètres compris).",
        "Declare the address, or send it to the letter (final slash and query included).",
    ),
    check=_undeclared_redirect,
    code="invalid_redirect_uri",
    always=True,
)

CLEAR_REDIRECT = Rule(
    id="PSC-AUT-003",
    text=Sentence(
        "La redirect_uri est en https, hors machine locale.",
        "The redirect_uri is https, unless it is on the local machine.",
    ),
    clause="Pro Santé Connect, raccordement",
    fix=Sentence("Servez l'adresse de retour en https.", "Serve the return address over https."),
    check=_clear_redirect,
    code="invalid_request",
)

LOOPBACK_REDIRECT = Rule(
    id="PSC-AUT-004",
    text=Sentence(
        "La redirect_uri n'est pas en http sur la machine locale, ce qui n'est admissible qu'en développement.",
        "The redirect_uri is not http on the local machine, which is acceptable in development only.",
    ),
    clause="Pro Santé Connect, raccordement ; RFC 8252 §7.3",
    fix=Sentence("Passez en https avant le raccordement.", "Move to https before registration."),
    check=_loopback_redirect,
    severity="warning",
    certainty="deduced",
)

NO_RESPONSE_TYPE = Rule(
    id="PSC-AUT-005",
    text=Sentence("La demande porte response_type.", "The request carries response_type."),
    clause="RFC 6749 §3.1.1",
    fix=Sentence("Envoyez response_type=code.", "Send response_type=code."),
    check=_no_response_type,
    code="invalid_request",
    always=True,
)

OTHER_RESPONSE_TYPE = Rule(
    id="PSC-AUT-006",
    text=Sentence(
        "response_type vaut code, seul offert aux services bien que d'autres soient annoncés.",
        "response_type is code, the only one offered to services although others are advertised.",
    ),
    clause="Pro Santé Connect, documentation technique ; RFC 6749 §4.1.2.1",
    fix=Sentence("Utilisez le flux code d'autorisation.", "Use the authorization code flow."),
    check=_other_response_type,
    code="unsupported_response_type",
    always=True,
)

MISSING_SCOPE = Rule(
    id="PSC-AUT-007",
    text=Sentence("scope contient openid et scope_all.", "scope contains openid and scope_all."),
    clause="Pro Santé Connect, documentation technique",
    fix=Sentence('Envoyez scope="openid scope_all".', 'Send scope="openid scope_all".'),
    check=_missing_scope,
    code="invalid_scope",
)

UNKNOWN_SCOPE = Rule(
    id="PSC-AUT-008",
    text=Sentence(
        "Chaque scope demandé est annoncé par le fournisseur.", "Every scope asked for is advertised by the provider."
    ),
    clause="RFC 6749 §4.1.2.1",
    fix=Sentence('Envoyez scope="openid scope_all".', 'Send scope="openid scope_all".'),
    check=_unknown_scope,
    certainty="deduced",
    code="invalid_scope",
    always=True,
)

NO_ACR = Rule(
    id="PSC-AUT-009",
    text=Sentence("La demande porte acr_values.", "The request carries acr_values."),
    clause="Référentiel Pro Santé Connect, EXI PSC 16 ; Ségur SC.PSC.08",
    fix=Sentence("Envoyez acr_values=eidas1.", "Send acr_values=eidas1."),
    check=_no_acr,
    code="invalid_request",
)

TOLERATED_ACR = Rule(
    id="PSC-AUT-010",
    text=Sentence(
        "acr_values demande eidas1 ; eidas2 et eidas3 sont tolérés avec une remarque.",
        "acr_values asks for eidas1; eidas2 and eidas3 are tolerated with a remark.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 16",
    fix=Sentence("Envoyez acr_values=eidas1.", "Send acr_values=eidas1."),
    check=_tolerated_acr,
    severity="warning",
)

OTHER_ACR = Rule(
    id="PSC-AUT-011",
    text=Sentence("acr_values ne demande que des niveaux connus.", "acr_values asks for known levels only."),
    clause="Référentiel Pro Santé Connect, EXI PSC 16",
    fix=Sentence(
        "Envoyez acr_values=eidas1 ; ne le déduisez pas de acr_values_supported.",
        "Send acr_values=eidas1; do not derive it from acr_values_supported.",
    ),
    check=_other_acr,
    code="invalid_request",
)

ACR_TYPO = Rule(
    id="PSC-AUT-012",
    text=Sentence(
        "Le niveau se demande par acr_values : le paramètre acr, qu'un guide imprime, n'existe pas.",
        "The level is asked for with acr_values: the parameter acr, which one guide prints, does not exist.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.1",
    fix=Sentence("Renommez le paramètre en acr_values.", "Rename the parameter to acr_values."),
    check=_acr_typo,
    severity="warning",
)

RAW_REALM = Rule(
    id="PSC-AUT-020",
    text=Sentence(
        "La demande vise le portail (wallet), non le royaume brut.",
        "The request goes to the wallet, not to the raw realm.",
    ),
    clause="Pro Santé Connect, documentation technique : wallet-openid-configuration",
    fix=Sentence(
        "Lisez authorization_endpoint dans {issuer}/.well-known/wallet-openid-configuration.",
        "Read authorization_endpoint in {issuer}/.well-known/wallet-openid-configuration.",
    ),
    check=_raw_realm,
    code="invalid_request",
)

REPEATED = Rule(
    id="PSC-AUT-021",
    text=Sentence("Aucun paramètre n'est répété.", "No parameter is repeated."),
    clause="RFC 6749 §3.1",
    fix=Sentence("Envoyez chaque paramètre une seule fois.", "Send each parameter once."),
    check=_repeated,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

REPEATED_ADDRESS = Rule(
    id="PSC-AUT-024",
    text=Sentence(
        "client_id et redirect_uri, qui disent où va la réponse, ne sont pas répétés.",
        "client_id and redirect_uri, which tell where the answer goes, are not repeated.",
    ),
    clause="RFC 6749 §3.1, §4.1.2.1",
    fix=Sentence("Envoyez chaque paramètre une seule fois.", "Send each parameter once."),
    check=_repeated_address,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

REALM_DOCUMENT = Rule(
    id="PSC-DSC-001",
    text=Sentence(
        "Le client lit le document du portail (wallet) ; celui du royaume brut a un autre authorization_endpoint.",
        "The client reads the wallet's document; the raw realm's has another authorization_endpoint.",
    ),
    clause="Pro Santé Connect, documentation technique : wallet-openid-configuration",
    fix=Sentence(
        "Lisez {issuer}/.well-known/wallet-openid-configuration.",
        "Read {issuer}/.well-known/wallet-openid-configuration.",
    ),
    check=holds,
    severity="warning",
)

ENDPOINT_AND_CLIENT: tuple[Rule, ...] = (REPEATED_ADDRESS, UNKNOWN_CLIENT, UNDECLARED_REDIRECT, RAW_REALM)
"""Refused on an error page, without redirection: nothing proves that the address belongs to the client."""

PARAMETERS: tuple[Rule, ...] = (
    REPEATED,
    CLEAR_REDIRECT,
    LOOPBACK_REDIRECT,
    NO_RESPONSE_TYPE,
    OTHER_RESPONSE_TYPE,
    MISSING_SCOPE,
    UNKNOWN_SCOPE,
    NO_ACR,
    TOLERATED_ACR,
    OTHER_ACR,
    ACR_TYPO,
    *protection.RULES,
)
"""Refused by a redirection that carries ``error`` and ``state``."""

RULES: tuple[Rule, ...] = (*ENDPOINT_AND_CLIENT, *PARAMETERS, REALM_DOCUMENT)
