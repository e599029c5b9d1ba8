"""The misbehaviours that the provider can be told to show: each is one precise lie that a client must notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from banc_mocks.sandbox.faults import Fault
from banc_standards.errors import Sentence

SERVICE = "psc"
_KEYS = ("client_id", "professional")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lie:
    """A fault that alters a set of named values: a callback's parameters, a token's claims, userinfo."""

    fault: Fault
    alter: Callable[[Values], Values]


def tell(lies: Iterable[Lie], values: Values, armed: Callable[[str], object]) -> Values:
    """The values, altered by each lie that is armed."""
    for lie in lies:
        if armed(lie.fault.id):
            values = lie.alter(values)
    return values


def _fault(name: str, fr: str, en: str) -> Fault:
    return Fault(f"{SERVICE}.{name}", SERVICE, Sentence(fr, en), _KEYS)


def _without(name: str) -> Callable[[Values], Values]:
    return lambda values: {key: value for key, value in values.items() if key != name}


def _with(**changed: Any) -> Callable[[Values], Values]:
    return lambda values: values | changed


def _in_the_past(claims: Values) -> Values:
    return claims | {"iat": claims["iat"] - 3600, "exp": claims["exp"] - 3600}


def _in_the_future(claims: Values) -> Values:
    return claims | {"iat": claims["iat"] + 3600, "exp": claims["exp"] + 3600}


CALLBACK = (
    Lie(
        _fault("state.wrong", "Le retour porte un autre state.", "The callback carries another state."),
        _with(state="AAAAAAAAAAAAAAAAAAAAAA"),
    ),
    Lie(
        _fault("state.missing", "Le retour ne porte pas de state.", "The callback carries no state."),
        _without("state"),
    ),
    Lie(
        _fault(
            "callback.iss", "Le retour porte un autre émetteur (iss).", "The callback carries another issuer (iss)."
        ),
        _with(iss="https://auth.example.test/auth/realms/esante-wallet"),
    ),
)
"""Told in the redirection back to the service."""

ID_TOKEN = (
    Lie(
        _fault("nonce.wrong", "L'ID token porte un autre nonce.", "The ID token carries another nonce."),
        _with(nonce="AAAAAAAAAAAAAAAAAAAAAA"),
    ),
    Lie(
        _fault("nonce.missing", "L'ID token ne porte pas de nonce.", "The ID token carries no nonce."),
        _without("nonce"),
    ),
    Lie(
        _fault("id_token.iss", "L'ID token vient d'un autre émetteur.", "The ID token comes from another issuer."),
        _with(iss="https://auth.example.test/auth/realms/esante-wallet"),
    ),
    Lie(
        _fault("id_token.aud", "L'ID token est pour un autre client.", "The ID token is for another client."),
        _with(aud="un-autre-client", azp="un-autre-client"),
    ),
    Lie(
        _fault("id_token.azp", "L'ID token désigne un autre client (azp).", "The ID token names another client (azp)."),
        _with(azp="un-autre-client"),
    ),
    Lie(
        _fault(
            "id_token.future", "L'ID token date d'une heure plus tard.", "The ID token was issued one hour from now."
        ),
        _in_the_future,
    ),
    Lie(
        _fault(
            "id_token.at_hash",
            "L'ID token accompagne un autre jeton d'accès (at_hash).",
            "The ID token comes with another access token (at_hash).",
        ),
        _with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    ),
    Lie(
        _fault(
            "id_token.typ",
            "Un jeton d'accès est donné pour ID token (typ Bearer).",
            "An access token is given as the ID token (typ Bearer).",
        ),
        _with(typ="Bearer"),
    ),
    Lie(
        _fault("id_token.expired", "L'ID token est expiré depuis près d'une heure.", "The ID token expired long ago."),
        _in_the_past,
    ),
)
"""Told in the claims of an ID token, which is then duly signed."""

USERINFO = (
    Lie(
        _fault("userinfo.sub", "userinfo porte le sub d'une autre personne.", "userinfo carries another person's sub."),
        _with(sub="f:11111111-2222-3333-4444-555555555555:899900099999"),
    ),
    Lie(
        _fault(
            "userinfo.extra",
            "userinfo porte des données inconnues et des chaînes vides.",
            "userinfo carries unknown claims and empty strings.",
        ),
        _with(SubjectOrganizationID="", Mode_Acces_Raison="", banc_inconnu={"liste": [1], "vide": ""}),
    ),
)
"""Told in the userinfo answer."""

UNKNOWN_KEY = _fault(
    "id_token.unknown_key",
    "L'ID token est signé par une clé que le JWKS ne publie pas.",
    "The ID token is signed with a key that the JWKS does not publish.",
)

FOREIGN_KEY = _fault(
    "id_token.foreign_key",
    "L'ID token est signé par une autre clé sous un kid publié.",
    "The ID token is signed with another key under a published kid.",
)

UNSIGNED = _fault(
    "id_token.alg_none", "L'ID token n'est pas signé (alg none).", "The ID token is not signed (alg none)."
)

BY_PUBLIC_KEY = _fault(
    "id_token.hs256",
    "L'ID token est signé en HS256 avec la clé publique pour secret.",
    "The ID token is signed HS256 with the public key as its secret.",
)

ALTERED = _fault(
    "id_token.altered",
    "Le contenu de l'ID token est modifié après sa signature.",
    "The payload of the ID token is changed after its signature.",
)

SIGNATURES = (UNKNOWN_KEY, FOREIGN_KEY, UNSIGNED, BY_PUBLIC_KEY, ALTERED)
"""Told in the signature of an ID token whose claims are right."""

INVALID_GRANT = Fault(
    f"{SERVICE}.token.invalid_grant",
    SERVICE,
    Sentence(
        "Le point d'accès token refuse le code ou le refresh token (invalid_grant).",
        "The token endpoint refuses the code or the refresh token (invalid_grant).",
    ),
    ("client_id", "grant_type"),
)

SLOW_DOWN = _fault(
    "ciba.slow_down",
    "Le point d'accès token demande d'interroger moins vite (slow_down).",
    "The token endpoint asks to be polled more slowly (slow_down).",
)

OTHER_NUMBER = _fault(
    "ciba.other_number",
    "L'appareil montre un autre nombre que binding_message : la personne refuse (access_denied).",
    "The device shows another number than binding_message: the person refuses (access_denied).",
)

CALLBACK_ERROR = Fault(
    f"{SERVICE}.callback.error",
    SERVICE,
    Sentence(
        "La demande d'autorisation revient avec une erreur OAuth (server_error par défaut).",
        "The authorization request comes back with an OAuth error (server_error unless told).",
    ),
    ("client_id",),
    {"error": "server_error"},
)

HANG = Fault(
    f"{SERVICE}.hang",
    SERVICE,
    Sentence(
        "Le service prend la requête et se tait, jusqu'à ce que le client raccroche, que la panne soit désarmée "
        "ou que hold_ms soit passé.",
        "The service takes the request and keeps silent until the client hangs up, the fault is disarmed or hold_ms is "
        "over.",
    ),
    parameters={"hold_ms": 60_000},
)

STALL = Fault(
    f"{SERVICE}.stall",
    SERVICE,
    Sentence(
        "La réponse s'arrête à sa moitié, jusqu'à ce que le client raccroche, que la panne soit désarmée "
        "ou que hold_ms soit passé.",
        "The answer stops half-way until the client hangs up, the fault is disarmed or hold_ms is over.",
    ),
    parameters={"hold_ms": 60_000},
)

FAULTS: tuple[Fault, ...] = (
    *(lie.fault for lie in (*CALLBACK, *ID_TOKEN, *USERINFO)),
    *SIGNATURES,
    INVALID_GRANT,
    SLOW_DOWN,
    OTHER_NUMBER,
    CALLBACK_ERROR,
    HANG,
    STALL,
)
