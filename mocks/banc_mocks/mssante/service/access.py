"""Who opens which mailbox: a professional by token, an application by its structure's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from banc_fixtures.population import UnknownIdentity, population
from banc_mocks.mssante.service.behaviour import CLIENT_CERTIFICATE
from banc_mocks.mssante.state import Box, directory
from banc_mocks.psc.service.behaviour import Behaviour
from banc_mocks.psc.service.keys import Keys
from banc_mocks.psc.service.provider import Provider
from banc_mocks.psc.service.provider import Refused as TokenRefused
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.sessions import Session
from banc_standards.errors import BancError
from banc_standards.mail.addresses import canonical
from banc_standards.mail.smtp_rules import BY_ID
from banc_standards.rules import Hit, Rule

TOKEN = BY_ID["SMTP-AUTH-002"]
HOLDER = BY_ID["SMTP-AUTH-003"]
APPLICATION = BY_ID["SMTP-AUTH-004"]
OTHER_MECHANISM = BY_ID["SMTP-AUTH-005"]


class Refused(BancError):
    """What SMTP refuses by one rule: ``code`` is the reply, the rule's own unless ``reply`` replaces it.

    ``noted`` tells that the finding was recorded already.
    """

    def __init__(self, rule: Rule, hit: Hit, *, reply: str = "", noted: bool = False) -> None:
        super().__init__(reply or rule.code, rule.text, rule.fix)
        self.rule = rule
        self.hit = hit
        self.noted = noted


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox that someone opened, and the addresses that mails may leave under."""

    box: Box
    senders: frozenset[str]
    professional: str | None = None


class _PscMemory:
    """The provider's memory, read from beside: nothing is written."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        return self._session.get("psc", kind, key, default)

    def put(self, kind: str, key: str, value: Any) -> None:
        raise RuntimeError(f"psc {kind} {key} is the provider's own: {value}")

    def drop(self, kind: str, key: str) -> None:
        raise RuntimeError(f"psc {kind} {key} is the provider's own")


@lru_cache(maxsize=8)
def _keys(file: Path) -> Keys:
    return Keys(file)


def by_token(exchange: Exchange, login: str, token: str) -> Opened:
    """Opens the mailbox ``login`` with a Pro Santé Connect access token; the exchange joins the token's session.

    Raises :class:`Refused`, ``SessionConflict``.
    """
    sandbox = exchange.sandbox
    running = {service.name for service in sandbox.services}
    keys = _keys(sandbox.config.data / "psc" / "keys.json") if "psc" in running else None
    claims = (keys.read(token) if keys else None) or {}
    owners = sandbox.sessions.holding("psc", "token", str(claims.get("jti"))) if claims else ()
    if keys is None or not owners:
        raise Refused(TOKEN, Hit("auth", found="jeton inconnu" if token else "", expected="jeton d'accès PSC"))
    exchange.claim(owners[0].id)
    provider = Provider(
        _PscMemory(exchange.session),
        keys,
        exchange.session.reading(Behaviour.of),
        int(exchange.now.timestamp()),
        lambda _fault: None,
    )
    try:
        access = provider.access(token)
    except TokenRefused as refused:
        hit = refused.hit or Hit("auth")
        raise Refused(TOKEN, Hit(f"auth/{hit.location}", hit.found, hit.expected)) from None
    idnat = access.identity.idnat
    exchange.peer.token = {"client_id": access.grant.client_id, "subject": access.identity.sub}
    exchange.facts["professional"] = idnat
    if exchange.session.switch(CLIENT_CERTIFICATE.name) == "required":
        _judge_certificate(exchange)
    box = directory().get(canonical(login))
    if box is None or idnat not in box.openers:
        raise Refused(HOLDER, Hit("user", found=login, expected=", ".join(_boxes_of(idnat))))
    return Opened(box, frozenset({box.address, *_shared_boxes_of(idnat)}), idnat)


def by_certificate(exchange: Exchange, login: str, *, mechanism: str) -> Opened:
    """Opens an application mailbox under the certificate of its structure. Raises :class:`Refused`."""
    shown = exchange.peer.certificate
    box = directory().get(canonical(login))
    if mechanism != "PLAIN":
        exchange.find(OTHER_MECHANISM, Hit("AUTH", found=mechanism, expected="PLAIN"))
    if shown is None:
        raise Refused(APPLICATION, Hit("TLS", expected="certificat ORG AUTH_CLI"))
    _judge_certificate(exchange)
    if box is None or box.kind != "APP" or shown.holder != box.owner:
        owned = [one.address for one in directory().values() if one.kind == "APP" and one.owner == shown.holder]
        raise Refused(APPLICATION, Hit("user", found=login, expected=", ".join(owned)))
    exchange.facts["structure"] = _structure(box.owner)
    return Opened(box, frozenset({box.address}))


def _judge_certificate(exchange: Exchange) -> None:
    for rule, finding in exchange.judge_certificate(kinds=frozenset({"AUTH_CLI"})):
        raise Refused(rule, Hit(finding.location), reply=APPLICATION.code, noted=True)


def _boxes_of(idnat: str) -> list[str]:
    return [box.address for box in directory().values() if idnat in box.openers]


def _shared_boxes_of(idnat: str) -> list[str]:
    return [box.address for box in directory().values() if box.kind == "ORG" and idnat in box.openers]


def _structure(structure_id: str) -> str:
    try:
        return population().structure(structure_id).struct_idnat
    except UnknownIdentity:
        return structure_id
