"""Rules over CIBA, the sign-in without a browser: the request of a service's server, then its polling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.psc.read import BackChannelRequest
from banc_standards.psc.rules import authorization, back_channel
from banc_standards.rules import Hit, Rule, holds

CHANNELS = ("MOBILE", "CARD")
_BINDING = re.compile(r"[0-9]{2}")
_OTHER_HINTS = ("login_hint_token", "id_token_hint")


def _missing_scope(request: BackChannelRequest) -> Iterator[Hit]:
    asked = request.form.words("scope")
    if not set(names.REQUIRED_SCOPES) <= set(asked):
        yield Hit("scope", " ".join(asked)[:200], " ".join(names.REQUIRED_SCOPES))


def _no_hint(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("login_hint") is None:
        yield Hit("login_hint", "", "IdNat")


def _other_hint(request: BackChannelRequest) -> Iterator[Hit]:
    for name in _OTHER_HINTS:
        if request.form.get(name) is not None:
            yield Hit(name, name, "login_hint")


def _no_binding(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("binding_message") is None:
        yield Hit("binding_message", "", "00-99")


def _bad_binding(request: BackChannelRequest) -> Iterator[Hit]:
    sent = request.form.get("binding_message")
    if sent is not None and not _BINDING.fullmatch(sent):
        yield Hit("binding_message", sent[:100], "00-99")


def _no_channel(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("channel") is None:
        yield Hit("channel", "", " | ".join(CHANNELS))


def _bad_channel(request: BackChannelRequest) -> Iterator[Hit]:
    sent = request.form.get("channel")
    if sent is not None and sent not in CHANNELS:
        yield Hit("channel", sent[:100], " | ".join(CHANNELS))


def _no_acr(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("acr_values") is None:
        yield Hit("acr_values", "", names.ACR_REQUESTED)


def _other_acr(request: BackChannelRequest) -> Iterator[Hit]:
    for level in request.form.odd("acr_values", names.ACR_KNOWN):
        yield Hit("acr_values", level, names.ACR_REQUESTED)


def _unoffered_delivery(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("client_notification_token") is not None:
        yield Hit("client_notification_token", "ping | push", "poll")


def _signed_request(request: BackChannelRequest) -> Iterator[Hit]:
    if request.form.get("request") is not None:
        yield Hit("request")


NOT_ACTIVATED = Rule(
    id="PSC-CIB-001",
    text=Sentence("CIBA est activé pour le client.", "CIBA is activated for the client."),
    clause="Pro Santé Connect, CIBA ; OpenID Connect CIBA Core 1.0 §13",
    fix=Sentence(
        "Demandez l'activation de CIBA au raccordement (ici, « ciba »: true à la déclaration du client).",
        'Ask for CIBA at registration (here, "ciba": true when the client is declared).',
    ),
    check=holds,
    code="unauthorized_client",
    always=True,
)

MISSING_SCOPE = Rule(
    id="PSC-CIB-002",
    text=Sentence(
        "scope contient openid et scope_all, en CIBA aussi.", "scope contains openid and scope_all, in CIBA too."
    ),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence('Envoyez scope="openid scope_all".', 'Send scope="openid scope_all".'),
    check=_missing_scope,
    code="invalid_scope",
)

NO_HINT = Rule(
    id="PSC-CIB-003",
    text=Sentence(
        "login_hint porte l'identifiant national de la personne.",
        "login_hint carries the person's national identifier.",
    ),
    clause="Pro Santé Connect, CIBA ; OpenID Connect CIBA Core 1.0 §7.1",
    fix=Sentence("Envoyez login_hint=IdNat.", "Send login_hint=IdNat."),
    check=_no_hint,
    code="invalid_request",
    always=True,
)

OTHER_HINT = Rule(
    id="PSC-CIB-004",
    text=Sentence("La personne est désignée par login_hint seulement.", "The person is designated by login_hint only."),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence(
        "Retirez login_hint_token et id_token_hint.",
        "Remove login_hint_token and id_token_hint.",
    ),
    check=_other_hint,
    code="invalid_request",
    always=True,
)

NO_BINDING = Rule(
    id="PSC-CIB-005",
    text=Sentence(
        "La demande porte binding_message, le nombre que la personne compare sur son téléphone.",
        "The request carries binding_message, the number that the person compares on their phone.",
    ),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence(
        "Tirez deux chiffres au hasard, affichez-les et envoyez-les.", "Draw two digits, show them and send them."
    ),
    check=_no_binding,
    code="invalid_request",
)

BAD_BINDING = Rule(
    id="PSC-CIB-006",
    text=Sentence("binding_message est fait de deux chiffres.", "binding_message is made of two digits."),
    clause="Pro Santé Connect, CIBA ; OpenID Connect CIBA Core 1.0 §13",
    fix=Sentence("Envoyez deux chiffres, de 00 à 99.", "Send two digits, from 00 to 99."),
    check=_bad_binding,
    code="invalid_binding_message",
)

NO_CHANNEL = Rule(
    id="PSC-CIB-007",
    text=Sentence(
        "La demande dit par quel moyen la personne répond (channel).",
        "The request tells by which means the person answers (channel).",
    ),
    clause="Pro Santé Connect, CIBA (paramètre channel)",
    fix=Sentence("Envoyez channel=MOBILE ou channel=CARD.", "Send channel=MOBILE or channel=CARD."),
    check=_no_channel,
    severity="info",
    certainty="uncertain",
)

BAD_CHANNEL = Rule(
    id="PSC-CIB-008",
    text=Sentence("channel vaut MOBILE ou CARD.", "channel is MOBILE or CARD."),
    clause="Pro Santé Connect, CIBA (paramètre channel)",
    fix=Sentence("Envoyez channel=MOBILE ou channel=CARD.", "Send channel=MOBILE or channel=CARD."),
    check=_bad_channel,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

NO_ACR = Rule(
    id="PSC-CIB-009",
    text=Sentence("La demande CIBA porte acr_values.", "The CIBA request carries acr_values."),
    clause="Référentiel Pro Santé Connect, EXI PSC 16",
    fix=Sentence("Envoyez acr_values=eidas1.", "Send acr_values=eidas1."),
    check=_no_acr,
    certainty="deduced",
    code="invalid_request",
)

OTHER_ACR = Rule(
    id="PSC-CIB-010",
    text=Sentence(
        "acr_values ne demande que des niveaux connus, en CIBA aussi.", "acr_values asks for known levels, in CIBA too."
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 16",
    fix=Sentence("Envoyez acr_values=eidas1.", "Send acr_values=eidas1."),
    check=_other_acr,
    code="invalid_request",
)

UNKNOWN_USER = Rule(
    id="PSC-CIB-011",
    text=Sentence(
        "login_hint désigne une personne que Pro Santé Connect connaît.",
        "login_hint designates a person that Pro Santé Connect knows.",
    ),
    clause="OpenID Connect CIBA Core 1.0 §13",
    fix=Sentence(
        "Vérifiez l'identifiant saisi (ici, « banc identities » donne les personnes).",
        'Check the identifier typed (here, "banc identities" lists the people).',
    ),
    check=holds,
    code="unknown_user_id",
    always=True,
)

UNKNOWN_REQUEST = Rule(
    id="PSC-CIB-012",
    text=Sentence(
        "auth_req_id est celui d'une demande de ce client qui n'a pas encore donné de jetons.",
        "auth_req_id is that of a request of this client which has not given tokens yet.",
    ),
    clause="OpenID Connect CIBA Core 1.0 §11",
    fix=Sentence(
        "Arrêtez d'interroger dès que les jetons sont reçus, ou dès un refus.",
        "Stop polling once tokens are received, or once refused.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

TOO_FAST = Rule(
    id="PSC-CIB-013",
    text=Sentence(
        "L'interrogation respecte interval, allongé de cinq secondes à chaque slow_down.",
        "Polling respects interval, made five seconds longer by each slow_down.",
    ),
    clause="OpenID Connect CIBA Core 1.0 §7.3 et §11",
    fix=Sentence(
        "Attendez interval secondes entre deux appels, et cinq de plus après un slow_down.",
        "Wait interval seconds between two calls, and five more after a slow_down.",
    ),
    check=holds,
    severity="warning",
    code="slow_down",
)

AFTER_THE_END = Rule(
    id="PSC-CIB-014",
    text=Sentence(
        "L'interrogation cesse à la première réponse définitive (access_denied, expired_token).",
        "Polling stops at the first final answer (access_denied, expired_token).",
    ),
    clause="OpenID Connect CIBA Core 1.0 §11",
    fix=Sentence(
        "N'interrogez plus après un refus ou une expiration ; proposez une nouvelle connexion.",
        "Poll no more after a refusal or an expiry; offer a new sign-in.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

UNOFFERED_DELIVERY = Rule(
    id="PSC-CIB-015",
    text=Sentence(
        "La demande attend ses jetons par interrogation (poll), seul mode offert.",
        "The request gets its tokens by polling, the only mode offered.",
    ),
    clause="Pro Santé Connect, CIBA",
    fix=Sentence(
        "Retirez client_notification_token et interrogez le point d'accès token.",
        "Remove client_notification_token and poll the token endpoint.",
    ),
    check=_unoffered_delivery,
    severity="warning",
)

SIGNED_REQUEST = Rule(
    id="PSC-CIB-016",
    text=Sentence(
        "La demande CIBA ne passe pas ses paramètres dans un objet signé (request), qui n'est pas offert.",
        "The CIBA request does not pass its parameters in a signed object (request), which is not offered.",
    ),
    clause="OpenID Connect CIBA Core 1.0 §4, §7.1.1",
    fix=Sentence("Envoyez les paramètres dans le formulaire.", "Send the parameters in the form."),
    check=_signed_request,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

REQUEST: tuple[Rule, ...] = (
    back_channel.NOT_A_FORM,
    back_channel.REPEATED,
    back_channel.IN_ADDRESS,
    back_channel.FROM_BROWSER,
    back_channel.TWO_AUTHENTICATIONS,
    back_channel.SIGNED_ASSERTION,
    SIGNED_REQUEST,
    MISSING_SCOPE,
    authorization.UNKNOWN_SCOPE,
    OTHER_HINT,
    NO_HINT,
    NO_BINDING,
    BAD_BINDING,
    NO_CHANNEL,
    BAD_CHANNEL,
    NO_ACR,
    authorization.TOLERATED_ACR,
    OTHER_ACR,
    UNOFFERED_DELIVERY,
)
"""Judged on the bytes of a backchannel authentication request."""

RULES: tuple[Rule, ...] = (
    NOT_ACTIVATED,
    MISSING_SCOPE,
    NO_HINT,
    OTHER_HINT,
    NO_BINDING,
    BAD_BINDING,
    NO_CHANNEL,
    BAD_CHANNEL,
    NO_ACR,
    OTHER_ACR,
    UNKNOWN_USER,
    UNKNOWN_REQUEST,
    TOO_FAST,
    AFTER_THE_END,
    UNOFFERED_DELIVERY,
    SIGNED_REQUEST,
)
