"""Checks of the biology report: what it says of the order, and to whom it says that it goes."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.reported import available, order_of, pending, reports, same_value
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit

SENT = Selection(operation=("dmp.TD2.1", "mssante.submission"))
BIOLOGY = "11502-2"
CRITICAL = ("LL", "HH")
MODEL = "CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO 2024.01)"


@check(
    id="CHK-LAB-001",
    requirements=["SBX-LAB-01"],
    on=SENT,
    scenarios=("UC2.*",),
    text=Sentence(
        "Le compte rendu rend les résultats de la demande, tous et eux seuls.",
        "The report gives the results of the order, all of them and no other.",
    ),
    clause=f"{MODEL}, FR-Resultat-examens-de-biologie-element-clinique-pertinent",
    fix=Sentence(
        "écrivez une observation par résultat disponible : code LOINC, value (PQ) avec son unité UCUM",
        "write one observation for each result that is there: LOINC code, value (PQ) with its UCUM unit",
    ),
)
def results_of_the_order(trace: Trace) -> Iterator[Hit]:
    """Compares codes, values and units of every structured report with the order of its step."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            if report.document.level != "N3":
                continue
            expected, found = available(order or {}), {result.code: result for result in report.results}
            for code in [*expected, *(code for code in found if code not in expected)]:
                wanted = f"{expected[code]['value']} {expected[code]['unit']}" if code in expected else "aucun / none"
                said = f"{found[code].value} {found[code].unit}" if code in found else "(absent)"
                same = (
                    code in expected
                    and code in found
                    and same_value(found[code].value, expected[code]["value"])
                    and found[code].unit == expected[code]["unit"]
                )
                if not same:
                    yield Hit(exchange.place(f"observation[{code}]"), found=said, expected=wanted)


@check(
    id="CHK-LAB-002",
    requirements=["SBX-LAB-02", "DMP/va1.15", "MSS/va1.32"],
    on=SENT,
    scenarios=("UC2.*",),
    text=Sentence(
        "Un compte rendu partiel se dit partiel (active), un complet se dit complet (completed).",
        "A partial report says that it is partial (active), a complete one that it is complete (completed).",
    ),
    clause=f"{MODEL}, documentationOf/serviceEvent/lab:statusCode et act/statusCode",
    fix=Sentence(
        "mettez active dans lab:statusCode et dans l'act du chapitre tant qu'un résultat manque, completed ensuite",
        "put active into lab:statusCode and into the chapter's act while a result is missing, completed afterwards",
    ),
)
def status_of_the_order(trace: Trace) -> Iterator[Hit]:
    """The status of the main act, and of the chapters of a complete report, against the results of the order."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            expected = "active" if pending(order or {}) else "completed"
            if report.status != expected:
                yield Hit(exchange.place("lab:statusCode"), found=report.status or "(absent)", expected=expected)
            for status in report.chapter_statuses if expected == "completed" else ():
                if status == "active":
                    yield Hit(exchange.place("entry/act/statusCode"), found=status, expected=expected)


@check(
    id="CHK-LAB-003",
    requirements=["SBX-LAB-03"],
    on=SENT,
    scenarios=("UC2.04",),
    text=Sentence(
        "Une valeur critique est interprétée LL ou HH, et se lit dans le texte.",
        "A critical value is interpreted LL or HH, and is read in the text.",
    ),
    clause=f"{MODEL}, interpretationCode (JDV_HL7_ObservationInterpretation-CISIS)",
    fix=Sentence(
        "écrivez interpretationCode LL ou HH sur l'observation, et la valeur dans le texte de la section",
        "write interpretationCode LL or HH on the observation, and the value in the text of the section",
    ),
)
def critical_values_told(trace: Trace) -> Iterator[Hit]:
    """Each critical result of the order keeps its interpretation, and its value is in the narrative."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            said = {result.code: result for result in report.results}
            for code, item in available(order or {}).items():
                if item["interpretation"] not in CRITICAL:
                    continue
                found = said[code].interpretation if code in said else ""
                if found != item["interpretation"]:
                    place = exchange.place(f"observation[{code}]/interpretationCode")
                    yield Hit(place, found=found or "(absent)", expected=item["interpretation"])
                if item["value"] not in report.text:
                    yield Hit(exchange.place("section/text"), found="(absent)", expected=item["value"])


@check(
    id="CHK-LAB-004",
    requirements=["DOC/va1.26"],
    on=SENT,
    scenarios=("UC2.01", "UC2.05"),
    text=Sentence(
        "Le compte rendu nomme tous ses destinataires professionnels.",
        "The report names all its professional recipients.",
    ),
    clause="DOC/va1.26 ; CI-SIS structuration minimale, informationRecipient",
    fix=Sentence(
        "écrivez un informationRecipient par prescripteur et par correspondant, avec son identifiant national",
        "write one informationRecipient for each prescriber and correspondent, with the national identifier",
    ),
)
def recipients_named(trace: Trace) -> Iterator[Hit]:
    """The prescribers and those who get a copy are in the header."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            people = [*(order or {})["prescribers"], *((order or {}).get("copies") or ())]
            for someone in people:
                if someone["idnat"] not in report.recipients:
                    place = exchange.place("informationRecipient")
                    yield Hit(
                        place, found=", ".join(sorted(report.recipients)) or "(absent)", expected=someone["idnat"]
                    )


@check(
    id="CHK-LAB-005",
    requirements=["DOC/va1.28"],
    on=SENT,
    scenarios=("UC2.01", "UC2.05"),
    text=Sentence(
        "Le compte rendu porte l'adresse MSSanté du prescripteur.",
        "The report carries the MSSanté address of the prescriber.",
    ),
    clause=f"DOC/va1.28 ; {MODEL}, participant REF",
    fix=Sentence(
        "ajoutez telecom mailto: avec l'adresse MSSanté au participant REF",
        "add telecom mailto: with the MSSanté address to the participant REF",
    ),
)
def requester_address(trace: Trace) -> Iterator[Hit]:
    """The mailbox of one of the prescribers is in the header."""
    for exchange in trace.selected:
        order = order_of(trace, exchange)
        for report in reports(exchange) if order is not None else ():
            known = [str(someone["mailbox"]) for someone in (order or {})["prescribers"]]
            if report.requester_mailboxes.isdisjoint(box.casefold() for box in known):
                found = ", ".join(sorted(report.requester_mailboxes)) or "(absent)"
                yield Hit(exchange.place("participant[REF]/telecom"), found=found, expected=" | ".join(known))


@check(
    id="CHK-LAB-006",
    requirements=["DOC/va1.27"],
    on=Selection(operation="dmp.TD2.1"),
    scenarios=("UC2.02",),
    text=Sentence(
        "Le compte rendu de niveau 1 est un PDF en base64 sous l'en-tête CDA.",
        "The level 1 report is a base64 PDF under the CDA header.",
    ),
    clause="DOC/va1.27 ; CI-SIS structuration minimale, corps non structuré",
    fix=Sentence(
        "mettez le PDF dans nonXMLBody/text, mediaType application/pdf, et 11502-2 dans code",
        "put the PDF into nonXMLBody/text, mediaType application/pdf, and 11502-2 into code",
    ),
)
def level_1_report(trace: Trace) -> Iterator[Hit]:
    """The documents of this scenario are of level 1, typed as a biology report."""
    for exchange in trace.selected:
        for report in reports(exchange):
            document = report.document
            if document.level != "N1":
                yield Hit(exchange.place("component"), found=str(document.level), expected="N1")
            elif document.media_type != "application/pdf":
                yield Hit(exchange.place("text/@mediaType"), found=document.media_type, expected="application/pdf")
            if document.code is None or document.code.code != BIOLOGY:
                found = document.code.code if document.code else "(absent)"
                yield Hit(exchange.place("code"), found=found, expected=BIOLOGY)


@check(
    id="CHK-LAB-007",
    requirements=["DOC/va1.30"],
    on=SENT,
    scenarios=("UC2.01", "UC2.03", "UC2.04", "UC2.05"),
    text=Sentence(
        "Le compte rendu est un CR-BIO structuré (N3), avec sa copie PDF.",
        "The report is a structured CR-BIO (N3), with its PDF copy.",
    ),
    clause=f"DOC/va1.30 ; {MODEL}, section FR-Copie-du-document",
    fix=Sentence(
        "écrivez un structuredBody de code 11502-2, et la section qui porte la copie PDF",
        "write a structuredBody of code 11502-2, and the section that carries the PDF copy",
    ),
)
def structured_report(trace: Trace) -> Iterator[Hit]:
    """Level, type and PDF copy of every report."""
    for exchange in trace.selected:
        for report in reports(exchange):
            document = report.document
            if document.level != "N3":
                yield Hit(exchange.place("component"), found=str(document.level), expected="N3")
            elif not report.pdf:
                yield Hit(exchange.place("observationMedia"), found="(absent)", expected="application/pdf")
            if document.code is None or document.code.code != BIOLOGY:
                found = document.code.code if document.code else "(absent)"
                yield Hit(exchange.place("code"), found=found, expected=BIOLOGY)
