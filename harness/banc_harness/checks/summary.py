"""Checks of the medical summary (VSM): what it says of the chart, who wrote it, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.summarised import VSM, chart_of, held, summaries
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.ins import Ins
from banc_standards.rules import Hit

SENT = Selection(operation=("dmp.TD2.1", "mssante.submission"))
SUBMISSIONS = Selection(operation="dmp.TD2.1")
SUMMARY = "SYNTH"
MODEL = "CI-SIS, volet de synthèse médicale (VSM 2023.01)"
WRITTEN = ("UC3.0[1-6]", "UC3.2[567]")
"""The scenarios whose summary is meant for the DMP."""


@check(
    id="CHK-VSM-001",
    requirements=["DOC/va1.14"],
    on=SENT,
    scenarios=("UC3.0?", "UC3.2[567]"),
    text=Sentence(
        "La synthèse est un VSM structuré (N3), typé SYNTH.", "The summary is a structured VSM (N3), typed SYNTH."
    ),
    clause=f"DOC/va1.14 ; {MODEL}, en-tête et corps structuré",
    fix=Sentence(
        "écrivez un structuredBody avec le templateId 1.2.250.1.213.1.1.1.13 et le code SYNTH",
        "write a structuredBody with the templateId 1.2.250.1.213.1.1.1.13 and the code SYNTH",
    ),
)
def structured_summary(trace: Trace) -> Iterator[Hit]:
    """Every document of these scenarios is of level 3, of the model of the VSM, typed as a summary."""
    for exchange in trace.selected:
        for summary in summaries(exchange):
            document = summary.document
            if document.level != "N3":
                yield Hit(exchange.place("component"), found=str(document.level), expected="N3")
            if VSM not in document.carriers:
                found = ", ".join(item.root for item in document.templates) or "(absent)"
                yield Hit(exchange.place("templateId"), found=found, expected=VSM)
            if document.code is None or document.code.code != SUMMARY:
                found = document.code.code if document.code else "(absent)"
                yield Hit(exchange.place("code"), found=found, expected=SUMMARY)


@check(
    id="CHK-VSM-002",
    requirements=["SBX-VSM-03"],
    on=SENT,
    scenarios=("UC3.0?", "UC3.2[567]"),
    text=Sentence(
        "La synthèse dit ce que dit le dossier : maladies en cours et passées, allergies, traitements en cours.",
        "The summary says what the chart says: present and past diseases, allergies, current treatments.",
    ),
    clause=f"{MODEL}, sections 11450-4, 11348-0, 48765-2 et 10160-0",
    fix=Sentence(
        "écrivez une entry par élément du dossier dans sa section, sans traitement arrêté ni donnée d'un autre patient",
        "write one entry for each item of the chart in its section, without a stopped treatment or another's data",
    ),
)
def summary_of_the_chart(trace: Trace) -> Iterator[Hit]:
    """Each section against the chart of the step: nothing left out, nothing added."""
    for exchange in trace.selected:
        chart = chart_of(trace, exchange)
        for summary in summaries(exchange) if chart is not None else ():
            if not summary.structured:
                continue
            for heading, items in held(chart or {}):
                entries = summary.entries(heading)
                place = exchange.place(f"section[{heading}]")
                for item in items:
                    if not any(item.said_by(entry) for entry in entries):
                        yield Hit(place, found="(absent)", expected=item.words)
                for entry in entries:
                    if not any(item.said_by(entry) for item in items):
                        yield Hit(place, found=entry.shown, expected="aucun / none")


@check(
    id="CHK-VSM-003",
    requirements=["DMP/va1.01", "SBX-DMP-01"],
    on=Selection(operation="dmp.TD2.1", outcome="accepted"),
    presence=True,
    scenarios=WRITTEN,
    text=Sentence("La synthèse validée arrive au DMP.", "The validated summary reaches the DMP."),
    clause="DMP/va1.01 ; Guide d'intégration DMP, TD2.1 ; IHE ITI-41",
    fix=Sentence(
        "déposez dès la validation ; le code de la réponse à TD2.1 et les écarts relevés disent ce qui manque",
        "file as soon as it is validated; the code of the answer to TD2.1 and the differences say what is missing",
    ),
)
def summary_filed(trace: Trace) -> Iterator[Hit]:
    """The accepted submission carries a document besides the signature of its lot."""
    for exchange in trace.selected:
        if not exchange.cdas:
            yield Hit(exchange.place("xds:Document"), found="0", expected="1 CDA")


@check(
    id="CHK-VSM-004",
    requirements=["SBX-VSM-04"],
    on=SENT,
    scenarios=("UC3.0?", "UC3.2[567]"),
    text=Sentence(
        "La synthèse a pour auteur le médecin traitant, avec sa spécialité, et le nomme comme tel.",
        "The author of the summary is the treating doctor, with the speciality, and is named as such.",
    ),
    clause=f"{MODEL}, author et participant INF (functionCode PCP) ; JDV_J01, JDV_J47",
    fix=Sentence(
        "mettez le médecin traitant dans author (code de la spécialité, JDV_J01) et dans participant INF, fonction PCP",
        "put the treating doctor into author (code of the speciality, JDV_J01) and into participant INF, function PCP",
    ),
)
def written_by_the_treating_doctor(trace: Trace) -> Iterator[Hit]:
    """Author, speciality and treating doctor against the professional of the step."""
    for exchange in trace.selected:
        doctor = _acting(trace, exchange, "professional")
        for summary in summaries(exchange) if doctor else ():
            idnat, speciality = doctor["idnat"], doctor.get("speciality")
            authors = {item.extension: one for one in summary.document.authors for item in one.ids}
            if idnat not in authors:
                yield Hit(exchange.place("author"), found=", ".join(authors) or "(absent)", expected=idnat)
                continue
            code = authors[idnat].code
            if speciality and (code is None or code.code != speciality):
                found = code.code if code else "(absent)"
                yield Hit(exchange.place("author/assignedAuthor/code"), found=found, expected=speciality)
            if summary.treating_doctor != idnat:
                place = exchange.place("participant[INF, PCP]")
                yield Hit(place, found=summary.treating_doctor or "(absent)", expected=idnat)


@check(
    id="CHK-VSM-005",
    requirements=["SBX-DMP-01"],
    on=SUBMISSIONS,
    scenarios=WRITTEN,
    text=Sentence(
        "Les métadonnées disent où le patient a été vu : secteur et cadre d'exercice du cabinet.",
        "The metadata tell where the patient was seen: sector and practice setting of the practice.",
    ),
    clause="CI-SIS partage de documents, healthcareFacilityTypeCode (JDV_J61) et practiceSettingCode (JDV_J04)",
    fix=Sentence(
        "déduisez-les de healthCareFacility/code et de standardIndustryClassCode du CDA, remplis d'après le cabinet",
        "derive them from healthCareFacility/code and standardIndustryClassCode of the CDA, filled from the practice",
    ),
)
def place_of_care(trace: Trace) -> Iterator[Hit]:
    """Facility type and practice setting of each entry against the structure of the step."""
    for exchange in trace.selected:
        place = _acting(trace, exchange, "structure")
        for entry in exchange.submission.contents if place and exchange.submission else ():
            said = {
                "healthcareFacilityTypeCode": (entry.facility_type, place["sector"]),
                "practiceSettingCode": (entry.practice_setting, place["practice_setting"]),
            }
            for name, (code, wanted) in said.items():
                if code is None or code.code != wanted:
                    yield Hit(exchange.place(name), found=code.code if code else "(absent)", expected=wanted)


@check(
    id="CHK-VSM-006",
    requirements=["INS/va1.54"],
    on=SUBMISSIONS,
    scenarios=WRITTEN,
    text=Sentence(
        "Avec une identité qualifiée, document et métadonnées portent le matricule INS et son OID.",
        "With a qualified identity, document and metadata carry the matricule INS and its OID.",
    ),
    clause="INS/va1.54 ; Guide d'implémentation de l'INS, EXI ID 29 ; CI-SIS structuration minimale, patientRole/id",
    fix=Sentence(
        "écrivez dans patientRole/id et dans patientId l'OID et le matricule rendus par INSi",
        "write the OID and the matricule that INSi returned into patientRole/id and patientId",
    ),
)
def qualified_identity_told(trace: Trace) -> Iterator[Hit]:
    """The INS of each document and of its entry is that of the patient of the step, as INSi returned it."""
    for exchange in trace.selected:
        expected = _ins_of(trace, exchange)
        for document in exchange.cdas:
            found = document.patient.ins.cx() if document.patient.ins else "(absent)"
            if found != expected:
                yield Hit(exchange.place("patientRole/id"), found=found, expected=expected)
        for entry in exchange.submission.contents if exchange.submission else ():
            if entry.patient_id != expected:
                yield Hit(exchange.place("patientId"), found=entry.patient_id or "(absent)", expected=expected)


@check(
    id="CHK-VSM-008",
    requirements=["INS/va1.28", "INS/va1.31"],
    on=Selection(operation=("dmp.*", "mssante.submission")),
    absence=True,
    zero_tolerance=True,
    scenarios=("UC3.28",),
    text=Sentence(
        "Une réponse d'INSi incomplète n'est pas reprise : son matricule ne sort pas.",
        "An incomplete answer of INSi is not imported: its matricule does not leave.",
    ),
    clause="INS/va1.28, INS/va1.31 ; Guide d'implémentation de l'INS",
    fix=Sentence(
        "devant un mois ou un jour à 00, ou un trait vide, laissez l'identité sans INS et dites-le à l'utilisateur",
        "before a month or a day 00, or an empty trait, leave the identity without INS and tell the user",
    ),
)
def incomplete_answer_left_out(trace: Trace) -> Iterator[Hit]:
    """No exchange carries an INS in a scenario whose answers are all incomplete."""
    for exchange in trace.selected:
        if exchange.fact("ins") is not None:
            yield Hit(exchange.place("INS"), found=str(exchange.fact("ins")), expected="aucun matricule / no matricule")


def _ins_of(trace: Trace, exchange: Exchange) -> str:
    """The INS of the patient of the step that an exchange belongs to, under the OID that INSi returned with it."""
    from banc_fixtures.population import population

    known = population().patient(_acting(trace, exchange, "patient")["id"]).ins
    answers = (answer for answer in trace.before(exchange, "insi.*", "accepted") if answer.code == "00")
    oids = (str(answer.fact("ins_oid")) for answer in answers if known and answer.fact("ins") == known.value)
    oid = next(oids, known.oid if known else "")
    return Ins(known.value, oid).cx() if known else "(aucun / none)"


@check(
    id="CHK-VSM-007",
    requirements=["SBX-DMP-03", "SBX-VSM-02"],
    on=SUBMISSIONS,
    presence=True,
    scenarios=("UC3.26",),
    text=Sentence(
        "Une mise à jour que le DMP a refusée est renvoyée telle quelle, et remplace la synthèse qui tenait.",
        "An update that the DMP refused is sent again as it is, and replaces the summary that held.",
    ),
    clause="EX_GEN-1060 ; Guide d'intégration DMP, TD2.1 (remplacement) ; IHE ITI TF-3 §4.1.4",
    fix=Sentence(
        "gardez la mise à jour et son identifiant ; ne tenez l'ancienne pour remplacée qu'après un succès",
        "keep the update and its id; hold the former one for replaced only after a success",
    ),
)
def same_update_again(trace: Trace) -> Iterator[Hit]:
    """After the first summary, one document id only, and the accepted one replaces what was filed first."""
    accepted = [exchange for exchange in trace.selected if exchange.outcome == "accepted"]
    if len(accepted) < 2:
        yield Hit("dmp.TD2.1", found=str(len(accepted)), expected="2")
        return
    first, last = accepted[0], accepted[-1]
    for exchange in trace.selected:
        if exchange.seq > first.seq and _ids(exchange) != _ids(last):
            found, expected = (", ".join(sorted(ids)) for ids in (_ids(exchange), _ids(last)))
            yield Hit(exchange.place("uniqueId"), found=found or "(absent)", expected=expected)
    replaced = set(last.fact("replaced") or ())
    if _ids(first).isdisjoint(replaced):
        found, expected = (", ".join(sorted(ids)) for ids in (replaced, _ids(first)))
        yield Hit(last.place("RPLC"), found=found or "(absent)", expected=expected)


def _ids(exchange: Exchange) -> frozenset[str]:
    return frozenset(exchange.fact("documents") or ())


def _acting(trace: Trace, exchange: Exchange, who: str) -> dict[str, str]:
    """The professional, the structure or the patient of the step that an exchange belongs to."""
    acts = [act for act in trace.acts if act.step == exchange.claimed_by and act.input.get(who)]
    return dict(acts[-1].input[who]) if acts else {}
