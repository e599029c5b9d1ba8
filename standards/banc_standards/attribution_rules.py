"""To which session an exchange belongs (CONTRACTS §3): the signs that a connection shows must agree.

The first sign that applies decides, in the order certificate, credential, address. A later one that names another
session is a mistake of configuration that would mix two worlds, so it is refused in every mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule

_CLAUSE = "Banc Ségur, documentation « Le bac à sable », sessions"


@dataclass(frozen=True, slots=True)
class Signs:
    """The session that each sign of one connection names; ``None`` where the sign is absent."""

    certificate: str | None = None
    credential: str | None = None
    address: str | None = None

    def first(self) -> tuple[str, str] | None:
        """The sign that decides and the session that it names, ``None`` when no sign applies."""
        return next(self._present(), None)

    def _present(self) -> Iterator[tuple[str, str]]:
        for field in fields(self):
            session = getattr(self, field.name)
            if session is not None:
                yield field.name, session


def _disagreements(signs: Signs) -> Iterator[Hit]:
    first = signs.first()
    if first is None:
        return
    for name, session in signs._present():
        if session != first[1]:
            yield Hit(location=name, found=session, expected=f"{first[1]} ({first[0]})")


@dataclass(frozen=True, slots=True)
class NamedSession:
    """A session id that an address carries, and whether such a session exists."""

    id: str
    known: bool


def _unknown(named: NamedSession) -> Iterator[Hit]:
    if not named.known:
        yield Hit(location="address", found=named.id)


SESSION_CONFLICT = Rule(
    id="SESSION-001",
    text=Sentence(
        "Les signes de la connexion (certificat, identifiants, adresse) désignent des sessions différentes.",
        "The signs of the connection (certificate, credential, address) name different sessions.",
    ),
    clause=_CLAUSE,
    fix=Sentence(
        "Utilisez le certificat, le client et l'adresse d'une seule et même session.",
        "Use the certificate, the client and the address of one and the same session.",
    ),
    check=_disagreements,
    code="SESSION-001",
    always=True,
)

SESSION_UNKNOWN = Rule(
    id="SESSION-002",
    text=Sentence(
        "L'adresse désigne une session qui n'existe pas.",
        "The address names a session that does not exist.",
    ),
    clause=_CLAUSE,
    fix=Sentence(
        "Créez la session (POST /control/v1/sessions) ou retirez le préfixe /s/{id} de l'adresse.",
        "Create the session (POST /control/v1/sessions) or take the prefix /s/{id} off the address.",
    ),
    check=_unknown,
    code="SESSION-002",
    always=True,
)

RULES: tuple[Rule, ...] = (SESSION_CONFLICT, SESSION_UNKNOWN)
