"""Where an accepted mail goes: mailboxes, notices to its sender, receipts, all in the transaction of the exchange."""

from __future__ import annotations

from dataclasses import dataclass, field

from banc_mocks.mssante.faults import BOUNCE, DUPLICATE, RECIPIENT_FAULTS
from banc_mocks.mssante.service import receipts
from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.behaviour import CITIZEN_REFUSAL
from banc_mocks.mssante.service.judging import Arrival, repeated
from banc_mocks.mssante.state import Box, Message, Records, Sent, directory, listed_domains
from banc_mocks.sandbox.clock import second
from banc_mocks.sandbox.exchange import Exchange
from banc_mocks.sandbox.faults import ArmedFault
from banc_standards.errors import BancError, Sentence
from banc_standards.mail.addresses import canonical, citizen_matricule, domain_of
from banc_standards.mail.names import DELIVERY_RECEIPT
from banc_standards.mail.read import Received, read
from banc_standards.mail.rules.headers import REPEATED
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.mail.smtp_rules import RECIPIENT_RULES, Addressee
from banc_standards.rules import Hit

MAX_ID = 998
"""Characters of the longest Message-ID that is remembered: those of a line (RFC 5322 §2.1.1)."""
CITIZEN_LIMIT = 25_000_000
"""Octets of the largest message that Mon espace santé takes (mssante, 1.4)."""


@dataclass(frozen=True, slots=True)
class Given:
    """A recipient as the client wrote it: address, when it wants a notice (NOTIFY), for whom the mail was first."""

    address: str
    notify: frozenset[str] = field(default_factory=frozenset)
    original: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient that was taken: as given, its address, its mailbox (None: a citizen without one)."""

    given: Given
    address: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class Wants:
    """What a sender asks of the notices about a mail (RFC 3461): its own id in them, the headers only."""

    envelope_id: str = ""
    headers_only: bool = False


class Stage(BancError):
    """A refusal that a fault asked for: ``code`` is the reply."""

    def __init__(self, armed: ArmedFault) -> None:
        text = str(armed.parameters["text"])
        super().__init__(str(armed.parameters["code"]), Sentence(text, text))


def recipient(exchange: Exchange, given: Given, address: str) -> Recipient:
    """Takes a recipient; ``address`` is the mailbox without the session in its domain. Raises :class:`Refused`."""
    facts = {**exchange.facts, "recipients": [address]}
    for fault in RECIPIENT_FAULTS:
        armed = exchange.session.faults.take(exchange.service, fault.id, operation=exchange.operation, facts=facts)
        if armed is not None:
            exchange.fault = fault.id
            raise Stage(armed)
    box = directory().get(address)
    citizen = citizen_matricule(address) is not None
    late = citizen and exchange.session.switch(CITIZEN_REFUSAL.name) == "bounce"
    status = box.status if box else None
    addressee = Addressee(address, domain_of(address) in listed_domains(), "open" if late else status)
    for rule in RECIPIENT_RULES:
        for hit in rule.check(addressee):
            raise Refused(rule, hit)
    return Recipient(given, address, box)


def accept(exchange: Exchange, arrival: Arrival, subject: MailSubject, to: list[Recipient], *, wants: Wants) -> None:
    """Puts an accepted mail where it belongs, once in each mailbox, with everything that comes back at once."""
    mail, records = subject.mail, Records(exchange)
    if not subject.repeated and repeated(mail, records):  # the other one was judged at the same time
        exchange.find(REPEATED, Hit("Message-ID", mail.message_id or "", "nouveau"))
    if mail.message_id and mail.message_id.isprintable() and len(mail.message_id) <= MAX_ID:
        asked = mail.read_receipt_to
        records.keep_sent(Sent(mail.message_id, arrival.mail_from, canonical(asked.address) if asked else ""))
    place = _Placing(exchange, records, arrival, subject, wants)
    once: dict[str, Recipient] = {}
    for one in to:
        once.setdefault(one.address, one)
    for one in once.values():
        place.one(one)
    if place.undelivered:
        exchange.facts["undelivered"] = place.undelivered


@dataclass(slots=True)
class _Placing:
    """One mail on its way into mailboxes."""

    exchange: Exchange
    records: Records
    arrival: Arrival
    subject: MailSubject
    wants: Wants
    undelivered: list[str] = field(default_factory=list)

    def one(self, recipient: Recipient) -> None:
        """Delivers to one recipient, or bounces."""
        failure = self._failure(recipient)
        if failure is not None or recipient.box is None:
            status, text = failure or ("5.1.1", "")
            self._bounce(recipient, status, text)
            return
        given = self.arrival.given_from
        self._put(recipient.box.address, self.arrival.data, self.subject.mail, self.arrival.mail_from, given)
        facts = {**self.exchange.facts, "recipients": [recipient.address]}
        if self.exchange.session.faults.take(
            self.exchange.service, DUPLICATE.id, operation=self.exchange.operation, facts=facts
        ):
            self.exchange.fault = DUPLICATE.id
            self._put(recipient.box.address, self.arrival.data, self.subject.mail, self.arrival.mail_from, given)
        self._notify(recipient, recipient.box)

    def _failure(self, recipient: Recipient) -> tuple[str, str] | None:
        facts = {**self.exchange.facts, "recipients": [recipient.address]}
        armed = self.exchange.session.faults.take(
            self.exchange.service, BOUNCE.id, operation=self.exchange.operation, facts=facts
        )
        if armed is not None:
            self.exchange.fault = BOUNCE.id
            return str(armed.parameters["status"]), str(armed.parameters["text"])
        box = recipient.box
        if box is None:
            return "5.1.1", "Patient inconnu de Mon espace santé."
        if box.kind != "citizen":
            return None
        if box.status is None:
            return "5.1.1", "Le patient n'a pas de messagerie Mon espace santé."
        if box.status != "open":
            return "5.2.1", "Le patient a fermé sa messagerie."
        return ("5.3.4", "") if len(self.arrival.data) > CITIZEN_LIMIT else None

    def _notify(self, recipient: Recipient, box: Box) -> None:
        mail, sender = self.subject.mail, self.arrival.given_from
        if not sender:
            return
        data, exchange = self.arrival.data, self.exchange
        notify = recipient.given.notify
        wanted = "SUCCESS" in notify or mail.mime.headers.first(DELIVERY_RECEIPT) is not None
        if wanted and "NEVER" not in notify:
            self._back(
                receipts.delivered(
                    exchange,
                    data,
                    mail,
                    to=sender,
                    about=recipient.given.address,
                    original_recipient=recipient.given.original or recipient.given.address,
                    envelope_id=self.wants.envelope_id,
                )
            )
        if box.kind == "test":
            if not mail.automatic:
                self._back(receipts.echo(exchange, mail, box=recipient.given.address, to=sender))
            return
        receipt = receipts.read_receipt(exchange, self.arrival, mail, box=box, given=recipient.given.address)
        if receipt is not None:
            self._back(receipt)

    def _bounce(self, recipient: Recipient, status: str, text: str) -> None:
        self.undelivered.append(recipient.address)
        sender, notify = self.arrival.given_from, recipient.given.notify
        if sender and (not notify or "FAILURE" in notify):
            self._back(
                receipts.bounce(
                    self.exchange,
                    self.arrival.data,
                    self.subject.mail,
                    to=sender,
                    about=recipient.given.address,
                    original_recipient=recipient.given.original,
                    envelope_id=self.wants.envelope_id,
                    status=status,
                    text=text,
                    headers_only=self.wants.headers_only,
                )
            )

    def _back(self, data: bytes) -> None:
        """Delivers a notice to the sender of the mail, under an empty envelope sender."""
        box = directory().get(self.arrival.mail_from)
        if box is not None:
            self._put(box.address, data, read(data), "", "")

    def _put(self, address: str, data: bytes, mail: Received, mail_from: str, return_path: str) -> None:
        exchange = self.exchange
        documents = exchange.facts.get("documents", []) if data is self.arrival.data else []
        self.records.deliver(
            address,
            Message(
                uid=0,
                at=second(exchange.now),
                sender=mail_from,
                subject=mail.subject,
                message_id=mail.message_id or "",
                size=len(data),
                blob=exchange.keep(data),
                report=mail.report_type,
                documents=tuple(documents),
                return_path=return_path,
            ),
        )
