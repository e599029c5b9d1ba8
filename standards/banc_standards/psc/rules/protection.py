"""Rules over what protects an authorization request: state, nonce, PKCE, and the demands on the sign-in itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from banc_standards.errors import Sentence
from banc_standards.psc.read import AuthorizationRequest
from banc_standards.rules import Hit, Rule

ENOUGH_BITS = 128
FORM_POST = "form_post"

_PKCE_VALUE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_ALPHABETS = ((re.compile(r"[0-9]+"), 10), (re.compile(r"[0-9a-fA-F]+"), 16), (re.compile(r"[A-Za-z0-9_+/=-]+"), 64))


def most_entropy(value: str) -> float:
    """The most bits of entropy that a value of this length and alphabet can hold; a UUID counts as its 32 digits."""
    if _UUID.fullmatch(value):
        value = value.replace("-", "")
    size = next((size for pattern, size in _ALPHABETS if pattern.fullmatch(value)), 94)
    return len(value) * math.log2(size)


def _no_state(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("state") is None:
        yield Hit("state")


def _weak_state(request: AuthorizationRequest) -> Iterator[Hit]:
    yield from _weak("state", request)


def _no_nonce(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("nonce") is None:
        yield Hit("nonce")


def _weak_nonce(request: AuthorizationRequest) -> Iterator[Hit]:
    yield from _weak("nonce", request)


def _weak(name: str, request: AuthorizationRequest) -> Iterator[Hit]:
    value = request.form.get(name)
    if value is not None and most_entropy(value) < ENOUGH_BITS:
        yield Hit(name, f"≤ {math.floor(most_entropy(value))} bits", f"≥ {ENOUGH_BITS} bits")


def _no_pkce(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("code_challenge") is None:
        yield Hit("code_challenge", "", "S256")


def _plain_pkce(request: AuthorizationRequest) -> Iterator[Hit]:
    challenge = request.form.get("code_challenge")
    method = request.form.get("code_challenge_method")
    if challenge is not None and method in (None, "plain"):
        yield Hit("code_challenge_method", method or "", "S256")


def _bad_pkce(request: AuthorizationRequest) -> Iterator[Hit]:
    challenge = request.form.get("code_challenge")
    method = request.form.get("code_challenge_method")
    if method not in (None, "plain", "S256"):
        yield Hit("code_challenge_method", str(method), "S256")
    if challenge is not None and not _PKCE_VALUE.fullmatch(challenge):
        yield Hit("code_challenge", challenge, "43-128 [A-Za-z0-9-._~]")
    if challenge is None and method is not None:
        yield Hit("code_challenge", "", "43-128 [A-Za-z0-9-._~]")


def _bad_prompt(request: AuthorizationRequest) -> Iterator[Hit]:
    prompts = request.form.words("prompt")
    if not set(prompts) <= _PROMPTS or ("none" in prompts and len(prompts) > 1):
        yield Hit("prompt", " ".join(prompts), "none | login")
    max_age = request.form.get("max_age")
    if max_age is not None and not re.fullmatch(r"[0-9]{1,9}", max_age):
        yield Hit("max_age", max_age, "0-999999999 s")


def _other_response_mode(request: AuthorizationRequest) -> Iterator[Hit]:
    asked = request.form.get("response_mode")
    if asked not in (None, "query", FORM_POST):
        yield Hit("response_mode", str(asked)[:100], f"query | {FORM_POST}")


def _request_object(request: AuthorizationRequest) -> Iterator[Hit]:
    if request.form.get("request") is not None:
        yield Hit("request")


def _request_address(request: AuthorizationRequest) -> Iterator[Hit]:
    address = request.form.get("request_uri")
    if address is not None:
        yield Hit("request_uri", address[:100])


NO_STATE = Rule(
    id="PSC-AUT-013",
    text=Sentence(
        "La demande porte un state, qui protège le retour.", "The request carries a state, which protects the callback."
    ),
    clause="Référentiel Pro Santé Connect (state) ; RFC 6749 §10.12",
    fix=Sentence(
        "Envoyez un state aléatoire, à usage unique, lié à la session du navigateur.",
        "Send a random, single-use state bound to the browser's session.",
    ),
    check=_no_state,
    code="invalid_request",
)

WEAK_STATE = Rule(
    id="PSC-AUT-014",
    text=Sentence(
        "state est assez long pour porter 128 bits d'entropie.", "state is long enough to hold 128 bits of entropy."
    ),
    clause="RFC 6749 §10.10",
    fix=Sentence("Tirez au moins 16 octets aléatoires.", "Draw at least 16 random octets."),
    check=_weak_state,
    severity="warning",
    certainty="deduced",
)

NO_NONCE = Rule(
    id="PSC-AUT-015",
    text=Sentence(
        "La demande porte un nonce, qui empêche de rejouer l'ID token.",
        "The request carries a nonce, which prevents the ID token from being replayed.",
    ),
    clause="Référentiel Pro Santé Connect (nonce) ; OpenID Connect Core 1.0 §15.5.2",
    fix=Sentence(
        "Envoyez un nonce aléatoire et vérifiez-le dans l'ID token.",
        "Send a random nonce and check it in the ID token.",
    ),
    check=_no_nonce,
    code="invalid_request",
)

WEAK_NONCE = Rule(
    id="PSC-AUT-016",
    text=Sentence(
        "nonce est assez long pour porter 128 bits d'entropie.", "nonce is long enough to hold 128 bits of entropy."
    ),
    clause="Référentiel Pro Santé Connect (nonce)",
    fix=Sentence("Tirez au moins 16 octets aléatoires.", "Draw at least 16 random octets."),
    check=_weak_nonce,
    severity="warning",
)

NO_PKCE = Rule(
    id="PSC-AUT-017",
    text=Sentence(
        "La demande emploie PKCE : recommandé, non exigé.", "The request uses PKCE: recommended, not required."
    ),
    clause="RFC 9700 §2.1.1",
    fix=Sentence("Envoyez code_challenge avec la méthode S256.", "Send code_challenge with the S256 method."),
    check=_no_pkce,
    severity="info",
)

PLAIN_PKCE = Rule(
    id="PSC-AUT-018",
    text=Sentence(
        "PKCE emploie la méthode S256 : plain, bien qu'annoncée, ne protège pas d'un tiers qui lit la requête.",
        "PKCE uses the S256 method: plain, although advertised, does not protect from one who reads the request.",
    ),
    clause="RFC 7636 §4.2, §7.2",
    fix=Sentence("Utilisez code_challenge_method=S256.", "Use code_challenge_method=S256."),
    check=_plain_pkce,
    severity="warning",
)

BAD_PKCE = Rule(
    id="PSC-AUT-019",
    text=Sentence("Les paramètres PKCE sont bien formés.", "The PKCE parameters are well formed."),
    clause="RFC 7636 §4.2, §4.4.1",
    fix=Sentence(
        "Envoyez code_challenge (43 à 128 caractères) et code_challenge_method=S256.",
        "Send code_challenge (43 to 128 characters) and code_challenge_method=S256.",
    ),
    check=_bad_pkce,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

BAD_PROMPT = Rule(
    id="PSC-AUT-022",
    text=Sentence(
        "prompt et max_age, s'ils sont présents, ont une valeur admise.",
        "prompt and max_age, if present, have an allowed value.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.1",
    fix=Sentence(
        "prompt vaut none, ou login ; max_age est un nombre de secondes.",
        "prompt is none, or login; max_age is a number of seconds.",
    ),
    check=_bad_prompt,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

OTHER_RESPONSE_MODE = Rule(
    id="PSC-AUT-023",
    text=Sentence(
        "Le retour est demandé en query ou en form_post : les autres modes, bien qu'annoncés, ne sont pas servis ici.",
        "The callback is asked for as query or form_post: the other modes, although advertised, are not served here.",
    ),
    clause="OAuth 2.0 Form Post Response Mode ; OAuth 2.0 Multiple Response Types §2.1",
    fix=Sentence("Retirez response_mode, ou envoyez form_post.", "Remove response_mode, or send form_post."),
    check=_other_response_mode,
    certainty="deduced",
    code="invalid_request",
    always=True,
)

REQUEST_OBJECT = Rule(
    id="PSC-AUT-025",
    text=Sentence(
        "La demande ne passe pas ses paramètres dans un objet signé (request), annoncé mais pas servi ici.",
        "The request does not pass its parameters in a signed object (request), advertised but not served here.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.6, §6.1",
    fix=Sentence("Envoyez les paramètres en clair dans la demande.", "Send the parameters in the request itself."),
    check=_request_object,
    certainty="deduced",
    code="request_not_supported",
    always=True,
)

REQUEST_ADDRESS = Rule(
    id="PSC-AUT-026",
    text=Sentence(
        "La demande n'envoie pas chercher ses paramètres ailleurs (request_uri), ce qui n'est pas servi ici.",
        "The request does not have its parameters fetched elsewhere (request_uri), which is not served here.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.6, §6.2 ; RFC 9101 §10.4",
    fix=Sentence("Envoyez les paramètres en clair dans la demande.", "Send the parameters in the request itself."),
    check=_request_address,
    certainty="deduced",
    code="request_uri_not_supported",
    always=True,
)

RULES: tuple[Rule, ...] = (
    NO_STATE,
    WEAK_STATE,
    NO_NONCE,
    WEAK_NONCE,
    NO_PKCE,
    PLAIN_PKCE,
    BAD_PKCE,
    BAD_PROMPT,
    OTHER_RESPONSE_MODE,
    REQUEST_OBJECT,
    REQUEST_ADDRESS,
)
