"""Checks of documents sent by MSSanté: how the operator is reached, what the mail holds, whom it may go to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.ins import fold
from banc_standards.mail.addresses import canonical, citizen_matricule
from banc_standards.mail.names import REPLACEMENT
from banc_standards.rules import Finding, Hit

if TYPE_CHECKING:
    from banc_standards.mail.read import Received

MAILS = Selection(operation="mssante.submission")
WITH_CONTENT = Selection(operation="mssante.submission", outcome="accepted")
MAIL_SCENARIOS = ("UC1.2?", "UC2.*", "UC3.02", "UC3.07")
MANY_ATTEMPTS = 5


@check(
    id="CHK-MSS-001",
    requirements=["SBX-MSS-01", "SC.MSS/CONF.23"],
    on=WITH_CONTENT,
    scenarios=("UC1.21", "UC2.01", "UC3.02"),
    presence=True,
    text=Sentence(
        "Le document arrive dans les boîtes MSSanté, en archive XDM avec sa copie PDF.",
        "The document reaches the MSSanté mailboxes, as an XDM archive with its PDF copy.",
    ),
    clause="Référentiel socle MSSanté #2, ECO.2.1.1 ; SC.MSS/CONF.23",
    fix=Sentence(
        "joignez IHE_XDM.zip et le même document en PDF à chaque message",
        "attach IHE_XDM.zip and the same document as a PDF to every mail",
    ),
)
def letter_mailed(trace: Trace) -> Iterator[Hit]:
    """Every accepted mail of the scenario carries one document of one patient and a PDF."""
    for exchange in trace.selected:
        mail = exchange.mail
        if mail is None or not mail.archives:
            yield Hit(exchange.place("IHE_XDM.zip"), found="(absent)", expected="IHE_XDM.zip")
        if mail is None or not mail.pdfs:
            yield Hit(exchange.place("application/pdf"), found="(absent)", expected="PDF")


@check(
    id="CHK-MSS-002",
    requirements=["SBX-MSS-02", "SC.MSS/CONF.14", "SC.MSS/CONF.15", "SC.MSS/CONF.16", "SC.MSS/CONF.25", "MSS/va1.12"],
    on=MAILS,
    scenarios=MAIL_SCENARIOS,
    text=Sentence(
        "Les en-têtes, l'objet et le corps du message sont ceux du référentiel.",
        "The headers, subject and body of the mail are those of the référentiel.",
    ),
    clause="Référentiel socle MSSanté #2, ECO.2.1 à ECO.2.4",
    fix=Sentence("corrigez chaque écart relevé sur le message", "correct each difference noted on the mail"),
)
def well_formed_mail(trace: Trace) -> Iterator[Finding]:
    """What the operator noticed on the message itself."""
    return heard_in(trace, "MAIL-HDR-", "MAIL-SUBJ-", "MAIL-BODY-", "MAIL-MIME-", "MAIL-XDM-")


@check(
    id="CHK-MSS-003",
    requirements=["SBX-MSS-03", "SC.MSS/CONF.23"],
    on=MAILS,
    scenarios=MAIL_SCENARIOS,
    text=Sentence(
        "L'archive XDM est complète, exacte, et ne concerne qu'un patient.",
        "The XDM archive is complete, exact, and about one patient only.",
    ),
    clause="IHE ITI TF-2 3.32 ; ECO.2.1.1",
    fix=Sentence("corrigez chaque écart relevé dans l'archive", "correct each difference noted in the archive"),
)
def exact_archive(trace: Trace) -> Iterator[Finding]:
    """What the operator noticed in the archive and its documents."""
    return heard_in(trace, "XDM-", "XDS-", "CDA-")


@check(
    id="CHK-MSS-004",
    requirements=["SBX-MSS-01", "SC.MSS/CONF.01", "SC.MSS/CONF.05", "MSS/va1.03"],
    on=Selection(operation=("mssante.submission", "mssante.auth", "mssante.connection")),
    zero_tolerance=True,
    scenarios=MAIL_SCENARIOS,
    text=Sentence(
        "Rien ne passe en clair : TLS d'abord, puis authentification par jeton ou certificat.",
        "Nothing crosses in clear: TLS first, then authentication by token or certificate.",
    ),
    clause="Référentiel socle MSSanté #2, ECO.1.0.1, ECO.1.1.1, ECO.1.2.1 ; SC.MSS/CONF.05",
    fix=Sentence(
        "envoyez STARTTLS avant AUTH et MAIL, puis AUTH XOAUTH2 avec le jeton Pro Santé Connect",
        "send STARTTLS before AUTH and MAIL, then AUTH XOAUTH2 with the Pro Santé Connect token",
    ),
)
def protected_submission(trace: Trace) -> Iterator[Finding]:
    """What the operator noticed on the conversation."""
    return heard_in(trace, "SMTP-TLS-", "SMTP-AUTH-", "TLS-")


@check(
    id="CHK-MSS-005",
    requirements=["SBX-MSS-04", "MSS/va1.19", "SC.MSS/UX.32"],
    on=MAILS,
    absence=True,
    zero_tolerance=True,
    scenarios=("UC1.*", "UC2.*", "UC3.*"),
    text=Sentence(
        "L'adresse d'un patient n'est construite que sur un INS qualifié.",
        "A patient's address is built from a qualified INS only.",
    ),
    clause="ECO.2.2.6 ; MSS/va1.19 ; SC.MSS/UX.32",
    fix=Sentence(
        "n'écrivez à <matricule>@patient.mssante.fr que pour une identité qualifiée",
        "write to <matricule>@patient.mssante.fr for a qualified identity only",
    ),
)
def citizen_address_of_a_qualified_ins(trace: Trace) -> Iterator[Hit]:
    """A mail to a citizen comes after an INSi answer 00 about that INS, for someone whose papers were checked."""
    from banc_harness.checks.identity import qualified_ins

    for exchange in trace.selected:
        for address in exchange.fact("recipients") or ():
            matricule = citizen_matricule(str(address))
            if matricule is not None and matricule not in qualified_ins(trace, exchange):
                yield Hit(exchange.place("RCPT TO"), found=str(address), expected="aucun / none")


@check(
    id="CHK-MSS-006",
    requirements=["MSS/va1.20"],
    on=MAILS,
    absence=True,
    zero_tolerance=True,
    scenarios=("UC1.26", "UC2.25", "UC3.27"),
    text=Sentence("Le refus de la messagerie citoyenne est obéi.", "The refusal of citizen mail is obeyed."),
    clause="MSS/va1.20",
    fix=Sentence(
        "enregistrez le refus et n'écrivez plus à la boîte du patient tant qu'il tient",
        "record the refusal and do not write to the patient's mailbox while it stands",
    ),
)
def citizen_refusal_obeyed(trace: Trace) -> Iterator[Hit]:
    """No mail to a citizen in a scenario whose patient objects to it."""
    for exchange in trace.selected:
        for address in exchange.fact("recipients") or ():
            if citizen_matricule(str(address)) is not None:
                yield Hit(exchange.place("RCPT TO"), found=str(address), expected="aucun / none")


@check(
    id="CHK-MSS-007",
    requirements=["SC.MSS/CONF.21"],
    on=WITH_CONTENT,
    scenarios=("UC1.21", "UC2.01", "UC3.02"),
    text=Sentence(
        "Le message au patient dit qu'aucune réponse n'est attendue (X-MSS-MES: FIN).",
        "The mail to the patient says that no answer is expected (X-MSS-MES: FIN).",
    ),
    clause="ECO.2.2.8 ; SC.MSS/CONF.21",
    fix=Sentence(
        "ajoutez l'en-tête X-MSS-MES: FIN aux messages envoyés aux patients, et à eux seuls",
        "add the header X-MSS-MES: FIN to mails sent to patients, and to them only",
    ),
)
def end_of_exchange(trace: Trace) -> Iterator[Hit]:
    """FIN on every mail to a citizen."""
    for exchange in trace.selected:
        citizens = [one for one in exchange.fact("recipients") or () if citizen_matricule(str(one)) is not None]
        if citizens and exchange.mail is not None and exchange.mail.citizen_mark != "FIN":
            yield Hit(exchange.place("X-MSS-MES"), found=exchange.mail.citizen_mark or "(absent)", expected="FIN")


@check(
    id="CHK-MSS-008",
    requirements=["SC.MSS/UX.33", "SBX-MSS-02"],
    on=WITH_CONTENT,
    scenarios=("UC1.21", "UC2.01", "UC3.02"),
    text=Sentence(
        "Un accusé de lecture (MDN) est demandé, vers l'adresse de l'émetteur.",
        "A read receipt (MDN) is asked for, to the sender's address.",
    ),
    clause="ECO.2.3.2 ; SC.MSS/UX.33 ; RFC 8098 §2.1",
    fix=Sentence(
        "ajoutez Disposition-Notification-To avec l'adresse de la boîte qui envoie",
        "add Disposition-Notification-To with the address of the mailbox that sends",
    ),
)
def read_receipt_asked(trace: Trace) -> Iterator[Hit]:
    """Disposition-Notification-To names the author."""
    for exchange in trace.selected:
        if exchange.mail is None or exchange.mail.sender is None:
            continue
        asked, author = exchange.mail.read_receipt_to, exchange.mail.sender
        if asked is None or canonical(asked.address) != canonical(author.address):
            place = exchange.place("Disposition-Notification-To")
            yield Hit(place, found=asked.address if asked else "(absent)", expected=author.address)


@check(
    id="CHK-MSS-009",
    requirements=["SBX-MSS-05"],
    on=MAILS,
    scenarios=("UC1.22", "UC1.23", "UC1.24"),
    text=Sentence(
        "Un refus est obéi et un envoi répété garde son Message-ID.",
        "A refusal is obeyed, and a mail that is sent again keeps its Message-ID.",
    ),
    clause="RFC 5321 §4.2.1 et §4.5.4.1 ; RFC 5322 §3.6.4",
    fix=Sentence(
        "après un 5xx n'insistez pas ; après un 4xx ou une coupure renvoyez le même message",
        "after a 5xx do not insist; after a 4xx or a cut send the same mail again",
    ),
)
def same_mail_again(trace: Trace) -> Iterator[Hit]:
    """One Message-ID whatever the attempts, and few of them."""
    if len(trace.selected) > MANY_ATTEMPTS:
        yield Hit(trace.selected[-1].place(), found=str(len(trace.selected)), expected=f"≤ {MANY_ATTEMPTS}")
    known = [exchange for exchange in trace.selected if exchange.fact("message_id")]
    for exchange in known[1:]:
        if exchange.fact("message_id") != known[0].fact("message_id"):
            yield Hit(
                exchange.place("Message-ID"),
                found=str(exchange.fact("message_id")),
                expected=str(known[0].fact("message_id")),
            )


@check(
    id="CHK-MSS-010",
    requirements=["MSS/va1.02", "MSS/va1.13", "MSS/va1.35", "MSS/va1.32", "AMBU.MSS/va1.02"],
    on=WITH_CONTENT,
    scenarios=("UC1.27", "UC2.03", "UC3.02"),
    presence=True,
    text=Sentence(
        "La nouvelle version dit qu'elle annule et remplace la première, et répond à son message.",
        "The new version says that it cancels and replaces the first, and answers its mail.",
    ),
    clause="MSS/va1.13 ; ECO.2.2.2 ; RFC 5322 §3.6.4",
    fix=Sentence(
        "ajoutez « Annule et remplace » à l'objet, et In-Reply-To avec le Message-ID du premier envoi",
        "add « Annule et remplace » to the subject, and In-Reply-To with the Message-ID of the first mail",
    ),
)
def replacement_said(trace: Trace) -> Iterator[Hit]:
    """Each mail to one recipient names the one before, and carries the mention."""
    received: dict[str, list[tuple[Exchange, Received]]] = {}
    for exchange in trace.selected:
        if exchange.mail is not None:
            boxes = " ".join(map(str, exchange.fact("recipients") or ()))
            received.setdefault(boxes, []).append((exchange, exchange.mail))
    for (earlier, first), (exchange, mail) in (pair for mails in received.values() for pair in pairwise(mails)):
        if fold(REPLACEMENT) not in fold(mail.subject):
            yield Hit(exchange.place("Subject"), found=mail.subject, expected=f"[{REPLACEMENT}]")
        if first.message_id not in mail.in_reply_to:
            found = " ".join(mail.in_reply_to) or "(absent)"
            yield Hit(exchange.place("In-Reply-To"), found=found, expected=first.message_id or earlier.place())
