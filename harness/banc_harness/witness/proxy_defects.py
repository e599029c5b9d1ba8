"""What the witness's proxy e-Santé can be told to do wrong."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the proxy then does, in French and in English.
PROXY_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "proxy-no-cookie": (
        "ouvre une session sans poser le cookie proxy_session_id",
        "opens a session without setting the cookie proxy_session_id",
    ),
    "proxy-own-number": (
        "remplace le nombre à comparer que le logiciel affiche",
        "replaces the number to compare that the software shows",
    ),
    "proxy-connects-again": (
        "rouvre une session déjà active",
        "opens an active session again",
    ),
    "proxy-malformed-500": (
        "répond 500 à une demande de connexion mal formée",
        "answers 500 to a malformed request to connect",
    ),
    "proxy-unknown-500": (
        "répond 500 pour une personne ou un logiciel inconnus",
        "answers 500 for an unknown person or software",
    ),
    "proxy-down-500": (
        "répond 500 quand Pro Santé Connect est en panne",
        "answers 500 when Pro Santé Connect is down",
    ),
    "proxy-rewrites": (
        "réécrit la requête qu'il relaie",
        "rewrites the request that it relays",
    ),
    "proxy-posts-only": (
        "relaie toute méthode en POST",
        "relays every method as POST",
    ),
    "proxy-no-exchange": (
        "présente à l'API le jeton de Pro Santé Connect, sans l'échanger",
        "shows the token of Pro Santé Connect to the API, not exchanged",
    ),
    "proxy-open-send": (
        "relaie une requête sans session",
        "relays a request without a session",
    ),
    "proxy-upstream-500": (
        "répond 500 quelle que soit la défaillance de l'API",
        "answers 500 whatever the failure of the API",
    ),
    "proxy-local-disconnect": (
        "se déconnecte sans fermer la session Pro Santé Connect",
        "disconnects without closing the session of Pro Santé Connect",
    ),
    "proxy-logout-twice": (
        "ferme deux fois la session Pro Santé Connect",
        "closes the session of Pro Santé Connect twice",
    ),
    "proxy-undead": (
        "relaie encore après la déconnexion",
        "still relays after disconnecting",
    ),
    "proxy-no-send-trace": (
        "ne trace pas les requêtes relayées",
        "does not trace the requests that it relays",
    ),
    "proxy-all-traces": (
        "rend toutes ses traces, quelles que soient les bornes",
        "returns all its traces, whatever the bounds",
    ),
    "proxy-token-in-trace": (
        "écrit des jetons dans ses traces",
        "writes tokens into its traces",
    ),
    "proxy-shares-api-token": (
        "garde un jeton d'API pour tous ses utilisateurs",
        "keeps one API token for all its users",
    ),
    "proxy-shares-psc-session": (
        "sert la même session Pro Santé Connect à deux logiciels",
        "serves the same session of Pro Santé Connect to two softwares",
    ),
    "proxy-bare-errors": (
        "répond aux erreurs sans le corps du contrat",
        "answers errors without the body of the contract",
    ),
}
