"""Who may use the control API: the holder of the token, or anybody on this machine when there is none."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from banc_mocks.sandbox.control.problems import ApiRefusal
from banc_standards.errors import Sentence

_LOCAL_NAMES = frozenset({"localhost", "localhost."})


def is_loopback(host: str) -> bool:
    """True for an address, or a name, that only this machine reaches."""
    if host.lower() in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def check_token(token: str | None, authorization: str | None, peer: str | None) -> None:
    """Lets a request through, or raises: 401 for a wrong or absent token, 403 for a stranger when there is none."""
    if not token:
        if peer is not None and is_loopback(peer):
            return
        raise ApiRefusal(
            403,
            "API-007",
            Sentence(
                "réservé à cette machine tant qu'il n'y a pas de jeton", "this machine only, as there is no token"
            ),
            Sentence("relancer le banc avec --token", "start the sandbox with --token"),
        )
    scheme, _, given = (authorization or "").partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise ApiRefusal(
            401,
            "API-006",
            Sentence("jeton absent ou faux", "token missing or wrong"),
            Sentence("Authorization: Bearer, avec la valeur de BANC_TOKEN", "Authorization: Bearer with BANC_TOKEN"),
        )


def check_origin(origin: str | None, host: str | None) -> None:
    """Refuses what a page of another site makes a browser send: on this machine there may be no token to stop it."""
    if origin is None or (host is not None and urlsplit(origin).netloc == host):
        return
    raise ApiRefusal(
        403,
        "API-008",
        Sentence(f"requête venue d'une page de {origin[:100]}", f"request made by a page of {origin[:100]}"),
        Sentence("appeler l'API hors d'un navigateur", "call the API from outside a browser"),
    )
