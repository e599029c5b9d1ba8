"""What a connection and an HTTP message must be before any service reads them: secured, well-formed, whole, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule, holds


@dataclass(frozen=True, slots=True)
class ReceivedBody:
    """How a body arrived: octets received, the service's limit, whether its end was seen in time, and whether it was
    encoded as it said.
    """

    size: int
    limit: int
    complete: bool = True
    in_time: bool = True
    decoded: bool = True


@dataclass(frozen=True, slots=True)
class RequestedPath:
    """A method and a path, and the methods that the service knows there (none: the path is unknown)."""

    method: str
    path: str
    methods: tuple[str, ...]


def _too_large(body: ReceivedBody) -> Iterator[Hit]:
    if body.size > body.limit:
        yield Hit(location="body", found=f"> {body.limit}", expected=f"<= {body.limit}")


def _truncated(body: ReceivedBody) -> Iterator[Hit]:
    if not body.complete:
        yield Hit(location="body", found=f"{body.size}")


def _late(body: ReceivedBody) -> Iterator[Hit]:
    if not body.in_time:
        yield Hit(location="body", found=f"{body.size}")


def _undecodable(body: ReceivedBody) -> Iterator[Hit]:
    if not body.decoded:
        yield Hit(location="Content-Encoding", found=f"{body.size}")


def _unknown_path(asked: RequestedPath) -> Iterator[Hit]:
    if not asked.methods:
        yield Hit(location="request line", found=f"{asked.method} {asked.path}")


def _wrong_method(asked: RequestedPath) -> Iterator[Hit]:
    if asked.methods and asked.method not in asked.methods:
        yield Hit(location="request line", found=asked.method, expected=" ".join(asked.methods))


MALFORMED = Rule(
    id="HTTP-001",
    text=Sentence("La requête HTTP est mal formée.", "The HTTP request is malformed."),
    clause="RFC 9112 §2.2",
    fix=Sentence(
        "Envoyez une ligne de requête et des en-têtes conformes à HTTP/1.1.",
        "Send a request line and headers that follow HTTP/1.1.",
    ),
    check=holds,
    code="HTTP-001",
    always=True,
)

TOO_LARGE = Rule(
    id="HTTP-002",
    text=Sentence("Le corps de la requête dépasse la taille admise.", "The request body exceeds the size allowed."),
    clause="RFC 9110 §15.5.14",
    fix=Sentence("Réduisez le message ou découpez l'envoi.", "Make the message smaller or split it."),
    check=_too_large,
    code="HTTP-002",
    always=True,
)

TRUNCATED = Rule(
    id="HTTP-003",
    text=Sentence("La connexion s'est fermée avant la fin du corps.", "The connection closed before the body ended."),
    clause="RFC 9112 §8",
    fix=Sentence(
        "Envoyez autant d'octets que Content-Length en annonce, ou terminez le dernier fragment.",
        "Send as many octets as Content-Length announces, or end the last chunk.",
    ),
    check=_truncated,
    code="HTTP-003",
    always=True,
)

LATE = Rule(
    id="HTTP-004",
    text=Sentence("Le corps de la requête n'est pas arrivé à temps.", "The request body did not arrive in time."),
    clause="RFC 9110 §15.5.9",
    fix=Sentence(
        "Envoyez le corps sans attendre, ou fermez la connexion.",
        "Send the body without waiting, or close the connection.",
    ),
    check=_late,
    code="HTTP-004",
    always=True,
)

UNKNOWN_PATH = Rule(
    id="HTTP-005",
    text=Sentence("Cette adresse n'existe pas sur ce service.", "This address does not exist on this service."),
    clause="RFC 9110 §15.5.5",
    fix=Sentence(
        "Prenez les adresses que donne « banc env ».",
        'Take the addresses that "banc env" tells.',
    ),
    check=_unknown_path,
    code="HTTP-005",
    always=True,
)

WRONG_METHOD = Rule(
    id="HTTP-006",
    text=Sentence("Cette adresse n'admet pas cette méthode.", "This address does not allow this method."),
    clause="RFC 9110 §15.5.6",
    fix=Sentence("Prenez une des méthodes attendues.", "Take one of the methods expected."),
    check=_wrong_method,
    code="HTTP-006",
    always=True,
)

UNDECODABLE = Rule(
    id="HTTP-007",
    text=Sentence(
        "Le corps ne se décode pas comme son Content-Encoding le dit.",
        "The body does not decode as its Content-Encoding says.",
    ),
    clause="RFC 9110 §8.4",
    fix=Sentence("Envoyez le corps sans Content-Encoding.", "Send the body without Content-Encoding."),
    check=_undecodable,
    code="HTTP-007",
    always=True,
)

TLS_REFUSED = Rule(
    id="TLS-REFUSED",
    text=Sentence("La négociation TLS a échoué.", "The TLS handshake failed."),
    clause="PGSSI-S, RFC 8446 §6.2",
    fix=Sentence(
        "Parlez TLS 1.2 ou plus, reconnaissez l'AC du bac à sable (DATA/trust), présentez un certificat émis par elle.",
        "Speak TLS 1.2 or more, trust the sandbox's CA (DATA/trust), present a certificate that it issued.",
    ),
    check=holds,
    code="TLS-REFUSED",
    always=True,
)

RULES: tuple[Rule, ...] = (MALFORMED, TOO_LARGE, TRUNCATED, LATE, UNKNOWN_PATH, WRONG_METHOD, UNDECODABLE, TLS_REFUSED)
