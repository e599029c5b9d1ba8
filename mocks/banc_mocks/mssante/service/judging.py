"""A mail that has arrived: read, its archive opened, every rule applied, its facts told."""

from __future__ import annotations

from dataclasses import dataclass

from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.behaviour import CONTENT
from banc_mocks.mssante.state import Box, Records
from banc_mocks.sandbox.exchange import Exchange
from banc_standards.cda.rules import ENGINE as CDA
from banc_standards.mail import mdn
from banc_standards.mail.addresses import canonical
from banc_standards.mail.mdn_rules import RULES as MDN_RULES
from banc_standards.mail.mdn_rules import MdnSubject
from banc_standards.mail.mime import MimeRefused
from banc_standards.mail.read import Received, read
from banc_standards.mail.rules import RULES as MAIL_RULES
from banc_standards.mail.rules import mime as mime_rules
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.mail.smtp_rules import CONTENT_RULES, Content
from banc_standards.rules import Hit, Rule
from banc_standards.xdm.read import HOSTILE, XdmRefused
from banc_standards.xdm.rules import archive as archive_rules
from banc_standards.xdm.rules import judged as judged_archive

CONTENT_REFUSED = "554 5.6.0"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came at the end of DATA, and what the operator knows of it.

    ``mail_from`` is the sender's mailbox, ``given_from`` the same as the client wrote it, which may name its session in
    the domain. ``box`` is None for a peer operator.
    """

    data: bytes
    mail_from: str
    given_from: str
    recipients: tuple[str, ...]
    limit: int
    box: Box | None = None

    @property
    def heavy(self) -> bool:
        """Whether judging may hold the others up, so that it belongs on another thread."""
        return len(self.data) > 32_768 or b"ihe_xdm" in self.data.lower()


def judge(exchange: Exchange, arrival: Arrival) -> MailSubject:
    """Reads and judges a mail, notes facts and findings. Raises :class:`Refused` for what the operator refuses.

    It reads and computes only, so that it can run on another thread.
    """
    _check(Content(len(arrival.data), arrival.limit))
    try:
        mail = read(arrival.data)
    except MimeRefused as refused:
        raise Refused(*mime_rules.hit(refused)) from None
    attachments = tuple(
        (name, part.content) for part in mail.mime.parts for name in (part.filename, part.parameters.get("name", ""))
    )
    _check(Content(len(arrival.data), arrival.limit, attachments))
    records = Records(exchange)
    subject = MailSubject(
        mail,
        mail_from=canonical(arrival.given_from) or None,
        recipients=arrival.recipients,
        box=arrival.box.kind if arrival.box and arrival.box.kind in ("PER", "ORG", "APP") else None,
        nils=frozenset(one.nil for one in exchange.session.software if one.nil),
        repeated=repeated(mail, records),
    )
    _note(exchange, subject)
    refusing = _find(exchange, subject, records, arrival.mail_from)
    if refusing is not None and exchange.session.switch(CONTENT.name) == "refuse":
        rule, hit = refusing
        raise Refused(rule, hit, reply=CONTENT_REFUSED, noted=True)
    return subject


def repeated(mail: Received, records: Records) -> bool:
    """Whether a mail that was accepted has this Message-ID already."""
    return mail.message_id is not None and records.sent(mail.message_id) is not None


def _check(content: Content) -> None:
    for rule in CONTENT_RULES:
        for hit in rule.check(content):
            raise Refused(rule, hit)


def _find(exchange: Exchange, subject: MailSubject, records: Records, mail_from: str) -> tuple[Rule, Hit] | None:
    """Records every finding; returns the first error. Raises :class:`Refused` for a hostile archive."""
    first: tuple[Rule, Hit] | None = None

    def record(rule: Rule, hit: Hit) -> None:
        nonlocal first
        exchange.find(rule, hit)
        if first is None and rule.severity == "error":
            first = rule, hit

    for rule in MAIL_RULES:
        for hit in rule.check(subject):
            record(rule, hit)
    if isinstance(subject.opened, XdmRefused):
        rule, hit = archive_rules.hit(subject.opened)
        if rule.id in HOSTILE:
            raise Refused(rule, hit)
        record(rule, hit)
    if subject.xdm is not None:
        for rule, hit in judged_archive(subject.xdm):
            record(rule, hit)
        for document in subject.documents:
            for rule, hit in CDA.judge(document):
                record(rule, hit)
    if subject.mail.report_type == mdn.REPORT:
        receipt = _receipt(subject.mail, records, mail_from)
        for rule in MDN_RULES:
            for hit in rule.check(receipt):
                record(rule, hit)
    return first


def _receipt(mail: Received, records: Records, mail_from: str) -> MdnSubject:
    notice = mdn.read(mail.mime)
    about = records.sent(notice.original_message_id) if notice else None
    return MdnSubject(mail, mail_from=mail_from, asked_by=about.receipt_to if about else None, judged_alone=False)


def _note(exchange: Exchange, subject: MailSubject) -> None:
    mail, facts = subject.mail, exchange.facts
    facts["subject"] = mail.subject[:500]
    if mail.message_id:
        facts["message_id"] = mail.message_id
    if mail.sender:
        facts["from"] = canonical(mail.sender.address)
    if mail.nil:
        facts["lps"] = {"nil": mail.nil}
    if mail.read_receipt_to:
        facts["read_receipt_to"] = canonical(mail.read_receipt_to.address)
    if mail.in_reply_to:
        facts["in_reply_to"] = list(mail.in_reply_to)
    if subject.action:
        facts["action"] = subject.action
    documents = subject.documents
    if documents:
        facts["documents"] = [f"urn:oid:{document.id.root}" for document in documents]
        patients = [document.patient.ins for document in documents if document.patient.ins]
        if patients:
            facts |= {"ins": patients[0].value, "ins_oid": patients[0].oid}
    if subject.archive is not None:
        sets = [folder.submission.set for folder in subject.archive.folders if folder.submission]
        named = [one.unique_id for one in sets if one and one.unique_id]
        facts |= {"submission_set": named[0]} if named else {}
    if "ins" not in facts and subject.citizens:
        facts["ins"] = subject.citizens[0]
    if mail.report_type:
        facts["report"] = mail.report_type
        notice = mdn.read(mail.mime) if mail.report_type == mdn.REPORT else None
        if notice is not None:
            facts |= {"original_message_id": notice.original_message_id, "disposition": notice.type}
            facts |= {"error": notice.code} if notice.failed else {}
