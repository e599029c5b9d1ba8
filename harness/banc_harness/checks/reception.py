"""Checks of results that the software receives: fetched, filed, integrated, announced, acknowledged or refused."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.arriving import CRITICAL, FETCH, Fate, by_code, differences, judged, results_of
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.mail.mdn import FAILED
from banc_standards.rules import Finding, Hit

RECEPTION = ("UC2.4?",)
READ = Selection(operation="mssante.imap.FETCH", outcome="accepted")
"""What the software says of a mail is judged once it has read its mailbox."""
VOLET = "CI-SIS, volet Transmission de documents CDA par courriel MSSanté v1.1.3"


@check(
    id="CHK-RCV-001",
    requirements=["SBX-RCV-01", "SC.MSS/CONF.06"],
    on=READ,
    scenarios=RECEPTION,
    presence=True,
    word_of=(FETCH,),
    text=Sentence("Le courrier reçu est relevé par IMAP.", "The mail received is fetched by IMAP."),
    clause="Référentiel socle MSSanté #2, ECO.1.0.2 ; SC.MSS/CONF.06",
    fix=Sentence(
        "ouvrez la boîte par IMAP et lisez chaque message non lu", "open the mailbox by IMAP and read each unread mail"
    ),
)
def fetched(trace: Trace) -> Iterator[Hit]:
    """Every mail that was brought is read whole."""
    read = {
        str(message)
        for exchange in trace.all("mssante.imap.FETCH", "accepted")
        if any("HEADER" not in section for section in exchange.fact("sections") or ())
        for message in exchange.fact("message_ids") or ()
    }
    for arrival in judged(trace):
        if arrival.message_id not in read:
            yield Hit(arrival.exchange.place("Message-ID"), found="(absent)", expected=arrival.message_id)


@check(
    id="CHK-RCV-002",
    requirements=["SBX-RCV-01", "SC.MSS/CONF.06", "SC.MSS/CONF.07"],
    on=Selection(operation="mssante.imap*"),
    zero_tolerance=True,
    scenarios=RECEPTION,
    text=Sentence(
        "Rien ne passe en clair à la relève : STARTTLS d'abord, puis le jeton.",
        "Nothing crosses in clear when fetching: STARTTLS first, then the token.",
    ),
    clause="Référentiel socle MSSanté #2, ECO.1.0.2, ECO.1.2.1 ; SC.MSS/CONF.06, SC.MSS/CONF.07",
    fix=Sentence(
        "envoyez STARTTLS avant toute identification, puis AUTHENTICATE XOAUTH2",
        "send STARTTLS before any credentials, then AUTHENTICATE XOAUTH2",
    ),
)
def protected_fetching(trace: Trace) -> Iterator[Finding]:
    """What the operator noticed on the conversation."""
    return heard_in(trace, "IMAP-TLS-", "IMAP-AUTH-", "SMTP-AUTH-", "TLS-")


@check(
    id="CHK-RCV-003",
    requirements=["SBX-RCV-02", "SC.MSS/UX.07"],
    on=READ,
    scenarios=RECEPTION,
    word_of=(FETCH,),
    text=Sentence(
        "Un compte rendu est rangé sous son patient, et sous lui seul.",
        "A report is filed under its patient, and no other.",
    ),
    clause="ECO.2.1.2 ; SC.MSS/UX.07",
    fix=Sentence(
        "cherchez le patient par l'INS qualifié du document et comparez les traits, jamais par l'objet du message",
        "find the patient by the qualified INS of the document and compare the traits, never by the mail's subject",
    ),
)
def right_patient(trace: Trace) -> Iterator[Hit]:
    """Where the software says that it filed each report, against the patient whom the report is about."""
    for arrival in judged(trace):
        if arrival.fate != "filed":
            continue
        for document, name in zip(arrival.documents, arrival.ids, strict=True):
            owner = arrival.owner(document)
            under = [
                str((item.get("patient") or {}).get("local_id")) for item in arrival.filed if item["document"] == name
            ]
            if under != [owner]:
                yield Hit(arrival.exchange.place(name), found=", ".join(under) or "(absent)", expected=str(owner))


@check(
    id="CHK-RCV-004",
    requirements=["SBX-RCV-03", "BIO/va1.04"],
    on=READ,
    scenarios=RECEPTION,
    word_of=(FETCH,),
    text=Sentence(
        "Les résultats intégrés sont ceux du compte rendu : valeur, unité, intervalle, interprétation.",
        "The results integrated are those of the report: value, unit, range, interpretation.",
    ),
    clause="CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO 2024.01) ; BIO/va1.04",
    fix=Sentence(
        "reprenez de chaque observation le code LOINC, value et son unité UCUM, referenceRange, interpretationCode",
        "take from each observation its LOINC code, value with its UCUM unit, referenceRange, interpretationCode",
    ),
)
def integrated_results(trace: Trace) -> Iterator[Hit]:
    """Each structured report, against what the software says that it integrated from it."""
    for arrival in judged(trace):
        for document, name in zip(arrival.documents, arrival.ids, strict=True):
            if arrival.fate != "filed":
                continue
            wanted = results_of(document)
            filings = [item.get("results") for item in arrival.filed if item.get("document") == name]
            for results in filings or [None]:
                for place, found, expected in differences(wanted, by_code(results)):
                    yield Hit(arrival.exchange.place(f"observation[{place}]"), found=found, expected=expected)


@check(
    id="CHK-RCV-005",
    requirements=["SBX-RCV-04", "BIO/va1.02", "LGC.MSS/UX.05"],
    on=READ,
    scenarios=("UC2.42", "UC2.49"),
    word_of=(FETCH,),
    text=Sentence(
        "Un compte rendu corrigé prend la place du précédent, dont les valeurs ne valent plus.",
        "A corrected report takes the place of the former, whose values hold no more.",
    ),
    clause="BIO/va1.02 ; LGC.MSS/UX.05 ; CDA relatedDocument (RPLC)",
    fix=Sentence(
        "lisez relatedDocument : marquez l'ancien comme remplacé et retirez ses valeurs des valeurs courantes",
        "read relatedDocument: mark the former as replaced and take its values out of the current ones",
    ),
)
def replaced_reports(trace: Trace) -> Iterator[Hit]:
    """The chart after each fetching: one current report of the series, and its results only."""
    received: set[str] = set()
    replaced: dict[str, str] = {}
    for arrival in judged(trace):
        for document, name in zip(arrival.documents, arrival.ids, strict=True):
            chart = arrival.chart(arrival.owner(document) or "")
            if arrival.fate != "filed":
                continue
            received.add(name)
            if document.replaces is not None:
                replaced[f"urn:oid:{document.replaces.root}"] = name
            status = {item.get("document"): item.get("status") for item in (chart or {}).get("reports") or ()}
            current = {item.get("document") for item in (chart or {}).get("results") or ()}
            for before, after in replaced.items():
                if before in received and status.get(before) != "replaced":
                    place = arrival.exchange.place(before)
                    yield Hit(place, found=str(status.get(before) or "(absent)"), expected=f"replaced ({after})")
                if before in current:
                    yield Hit(arrival.exchange.place("results"), found=before, expected=after)


@check(
    id="CHK-RCV-006",
    requirements=["SBX-RCV-05", "BIO/va1.01"],
    on=READ,
    scenarios=("UC2.43",),
    word_of=(FETCH,),
    text=Sentence(
        "Un résultat interprété AA, HH ou LL alerte aussitôt l'utilisateur.",
        "A result interpreted AA, HH or LL alerts the user at once.",
    ),
    clause="BIO/va1.01",
    fix=Sentence(
        "montrez à la réception une alerte qui nomme le patient, l'examen et sa valeur",
        "show on reception an alert that names the patient, the examination and its value",
    ),
)
def critical_alert(trace: Trace) -> Iterator[Hit]:
    """Each critical result is in what the user reads."""
    for arrival in judged(trace):
        for document in arrival.documents if arrival.fate == "filed" else ():
            for code, result in results_of(document).items():
                if result["interpretation"] in CRITICAL and result["value"] not in arrival.shown:
                    place = arrival.exchange.place(f"observation[{code}]")
                    yield Hit(place, found=arrival.shown or "(rien)", expected=f"{result['value']} {result['unit']}")


_REASONS: dict[Fate, Sentence] = {
    "hash": Sentence("empreinte fausse", "wrong hash"),
    "patients": Sentence("deux patients", "two patients"),
    "unknown": Sentence("patient inconnu", "unknown patient"),
    "duplicate": Sentence("document déjà reçu", "document received already"),
}


@check(
    id="CHK-RCV-007",
    requirements=["SBX-RCV-06", "SC.MSS/UX.09", "LGC.MDV.06"],
    on=READ,
    scenarios=("UC2.45", "UC2.46", "UC2.47", "UC2.48"),
    word_of=(FETCH,),
    text=Sentence(
        "Ce qui ne doit pas être rangé ne l'est pas, et l'utilisateur lit pourquoi.",
        "What must not be filed is not, and the user reads why.",
    ),
    clause="ECO.2.1.1, ECO.2.1.2 ; IHE ITI TF-2 3.32 (hash) ; SC.MSS/UX.09 ; LGC.MDV.06",
    fix=Sentence(
        "avant de ranger, vérifiez l'empreinte, un seul patient, l'INS d'un patient connu, l'id du document",
        "before filing, check the hash, one patient a mail, the INS of a known patient, the document's id",
    ),
)
def refused_reports(trace: Trace) -> Iterator[Hit]:
    """Nothing is filed of a mail that cannot be, and something is shown."""
    for arrival in judged(trace):
        if arrival.fate == "filed":
            continue
        why = _REASONS[arrival.fate].of(trace.lang)
        for item in arrival.filed:
            place = arrival.exchange.place(str(item.get("document")))
            yield Hit(place, found=f"filed: {(item.get('patient') or {}).get('local_id')}", expected=why)
        if not arrival.filed and not arrival.shown.strip():
            yield Hit(arrival.exchange.place("shown"), found="(rien)", expected=why)


@check(
    id="CHK-RCV-008",
    requirements=["SBX-RCV-07", "SC.MSS/UX.34"],
    on=READ,
    scenarios=RECEPTION,
    word_of=(FETCH,),
    text=Sentence(
        "L'accusé de lecture demandé est renvoyé, et dit si le document a été traité.",
        "The read receipt asked for is sent, and says whether the document was processed.",
    ),
    clause=f"{VOLET}, structure du MDN ; ECO.3.1.6 ; SC.MSS/UX.34",
    fix=Sentence(
        "renvoyez un MDN à Disposition-Notification-To : processed, ou processed/error et le code de l'erreur",
        "send an MDN to Disposition-Notification-To: processed, or processed/error and the code of the error",
    ),
)
def read_receipts(trace: Trace) -> Iterator[Hit]:
    """One receipt for each mail that asks for one, that tells what became of it."""
    for arrival in judged(trace):
        if arrival.receipt_to is None:
            continue
        notices = arrival.receipts()
        place = arrival.exchange.place("Disposition-Notification-To")
        if len(notices) != 1:
            yield Hit(place, found=f"{len(notices)} MDN", expected="1 MDN")
        failed = arrival.fate in ("hash", "patients", "unknown")
        for notice in notices[:1]:
            if notice.failed is not failed:
                found = f"{notice.type}/{notice.modifier or notice.error or '-'}"
                yield Hit(place, found=found, expected=FAILED if failed else "processed")


@check(
    id="CHK-RCV-009",
    requirements=["SBX-RCV-07", "SC.MSS/UX.34"],
    on=Selection(operation="mssante.submission", outcome="accepted"),
    scenarios=RECEPTION,
    text=Sentence("L'accusé de lecture a la forme du volet.", "The read receipt has the form of the volet."),
    clause=f"{VOLET}, structure du MDN",
    fix=Sentence("corrigez chaque écart relevé sur l'accusé", "correct each difference noted on the receipt"),
)
def well_formed_receipt(trace: Trace) -> Iterator[Finding]:
    """What the operator noticed on the receipt."""
    return heard_in(trace, "MDN-")
