"""Rules over a logout request: the one that an explicit sign-out must send (EXI PSC 20)."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc.read import LogoutRequest
from banc_standards.rules import Hit, Rule


def _unidentified(request: LogoutRequest) -> Iterator[Hit]:
    if request.form.get("id_token_hint") is None:
        yield Hit("id_token_hint")


def _foreign_hint(request: LogoutRequest) -> Iterator[Hit]:
    if request.form.get("id_token_hint") is not None and request.hint is None:
        yield Hit("id_token_hint")


def _undeclared_return(request: LogoutRequest) -> Iterator[Hit]:
    asked = request.form.get("post_logout_redirect_uri")
    declared = request.client.post_logout_uris if request.client else ()
    if asked is not None and asked not in declared:
        yield Hit("post_logout_redirect_uri", asked, " ".join(declared))


def _other_client(request: LogoutRequest) -> Iterator[Hit]:
    named = request.form.get("client_id")
    if named is not None and request.hint is not None and request.hint.get("azp") != named:
        yield Hit("client_id", named, str(request.hint.get("azp")))


def _repeated(request: LogoutRequest) -> Iterator[Hit]:
    for name in request.form.repeated():
        yield Hit(name)


UNIDENTIFIED = Rule(
    id="PSC-OUT-001",
    text=Sentence("La déconnexion dit quelle session fermer.", "The logout tells which session to close."),
    clause="Référentiel Pro Santé Connect, EXI PSC 20 ; OpenID Connect RP-Initiated Logout 1.0 §2",
    fix=Sentence("Envoyez id_token_hint, même expiré.", "Send id_token_hint, even an expired one."),
    check=_unidentified,
    code="invalid_request",
)

FOREIGN_HINT = Rule(
    id="PSC-OUT-002",
    text=Sentence("id_token_hint est un ID token émis ici.", "id_token_hint is an ID token issued here."),
    clause="OpenID Connect RP-Initiated Logout 1.0 §4",
    fix=Sentence(
        "Envoyez l'ID token reçu à la connexion (ni le jeton d'accès, ni celui d'un autre environnement).",
        "Send the ID token received at login (neither the access token nor another environment's).",
    ),
    check=_foreign_hint,
    code="invalid_request",
    always=True,
)

UNDECLARED_RETURN = Rule(
    id="PSC-OUT-003",
    text=Sentence(
        "post_logout_redirect_uri est, au caractère près, l'une de celles que le client a déclarées.",
        "post_logout_redirect_uri is, to the letter, one of those that the client declared.",
    ),
    clause="Pro Santé Connect, raccordement ; OpenID Connect RP-Initiated Logout 1.0 §3",
    fix=Sentence("Déclarez l'adresse, ou envoyez-la à l'identique.", "Declare the address, or send it unchanged."),
    check=_undeclared_return,
    code="invalid_redirect_uri",
    always=True,
)

OTHER_CLIENT = Rule(
    id="PSC-OUT-004",
    text=Sentence(
        "client_id est le destinataire de l'id_token_hint.", "client_id is the audience of the id_token_hint."
    ),
    clause="OpenID Connect RP-Initiated Logout 1.0 §2",
    fix=Sentence("Envoyez votre propre ID token.", "Send your own ID token."),
    check=_other_client,
    code="invalid_request",
    always=True,
)

REPEATED = Rule(
    id="PSC-OUT-005",
    text=Sentence("Aucun paramètre n'est répété.", "No parameter is repeated."),
    clause="RFC 6749 §3.1 ; OpenID Connect RP-Initiated Logout 1.0 §2",
    fix=Sentence("Envoyez chaque paramètre une seule fois.", "Send each parameter once."),
    check=_repeated,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

RULES: tuple[Rule, ...] = (REPEATED, UNIDENTIFIED, FOREIGN_HINT, UNDECLARED_RETURN, OTHER_CLIENT)
