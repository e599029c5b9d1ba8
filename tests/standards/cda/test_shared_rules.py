"""Each rule of the shared sections and entries, of the entry letter and of the medical summary: sound, then broken."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import pytest
from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.read import Document, read
from banc_standards.cda.rules import (
    RULES,
    admission_letter,
    bindings,
    entries_acts,
    entries_care,
    entries_concerns,
    entries_details,
    entries_documents,
    entries_history,
    entries_immunizations,
    entries_observations,
    entries_problems,
    entries_treatments,
    medical_summary,
    sections,
)
from banc_standards.rules import Registry, judge

from .bodies import (
    BODIES,
    CCD,
    ENTRY_LETTER,
    FR_ENTRY,
    FR_SECTION,
    LOINC,
    ORIGINAL,
    PCC,
    PROBLEM_CONCERN,
    SUMMARY,
    component,
    entry,
    related,
    section,
)

FAMILIES: Final = (
    sections,
    bindings,
    entries_observations,
    entries_concerns,
    entries_problems,
    entries_treatments,
    entries_acts,
    entries_history,
    entries_documents,
    entries_immunizations,
    entries_details,
    entries_care,
    admission_letter,
    medical_summary,
)
BY_ID: Final = Registry(RULES)
SUMMARY_CODE: Final = '<code code="SYNTH" displayName="Synthèse médicale" codeSystem="1.2.250.1.213.1.1.4.12"/>'
ENTRY_CODE: Final = f'<code code="18761-7" displayName="Lettre de liaison" codeSystem="{LOINC}"/>'
WHOLE: Final = {
    "summary": (medical_summary.VSM, SUMMARY_CODE, SUMMARY),
    "entry letter": (admission_letter.LDL_EES, ENTRY_CODE, ENTRY_LETTER),
}


_IDS: Final = iter(("AA", "AB"))
MORE: Final = {
    "two": re.sub(
        r"000000\d{6}\b",
        lambda _: f"0000000000{next(_IDS)}",
        section(
            (f"{PCC}.1.21.2.2",),
            "57073-9",
            component(section((f"{PCC}.1.9.16", f"{FR_SECTION}.85"), "10210-3", narrative="Bon")),
        ),
    ),
    "other problems": section((f"{PCC}.3.6", f"{CCD}.11"), "29308-4", entry(PROBLEM_CONCERN)),
    "pathologies": section((f"{FR_SECTION}.30",), "34117-2", component(BODIES["past"], "past")),
}


class Break(NamedTuple):
    """A change of one of the bodies, and the end of the place where the rule must tell of it."""

    body: str
    old: str
    new: str
    place: str


def _template(root: str) -> str:
    return f'<templateId root="{root}"/>'


def _gone(root: str) -> tuple[str, str]:
    return _template(root), ""


ACT, OBS, DONE = 'act classCode="ACT"', 'classCode="OBS"', '<statusCode code="completed"/>'
DAY, TEXT = '<effectiveTime value="20260103"/>', '<text><reference value="#dit"/></text>'
SINCE = '<effectiveTime><low value="20200101"/></effectiveTime>'
STATUS = '<code code="GEN-065" codeSystem="1.2.250.1.213.1.1.4.322">'
RANK = '<code code="30973-2"'
NARRATIVE = '<text><content ID="dit">Dit ici</content></text>'

BROKEN: Final = {
    "CDA-SEC-001": [
        Break(
            "status", _template(f"{PCC}.4.13"), _template(f"{PCC}.4.13") + _template(f"{PCC}.3.8"), "entry/observation"
        )
    ],
    "CDA-SEC-002": [
        Break("allergies", "code='48765-2'", "code='48765-3'", "section/code/@code"),
        Break("past", f"code='11348-0' codeSystem='{LOINC}'", "code='11348-0' codeSystem='1.2.3'", "code/@codeSystem"),
        Break("work", f"<code code='10161-8' codeSystem='{LOINC}'/>", "", "section/code/@codeSystem"),
    ],
    "CDA-SEC-003": [
        Break("allergies", *_gone(f"{CCD}.2"), "section/templateId/@root"),
        Break("vitals", *_gone(f"{PCC}.3.25"), "section/templateId/@root"),
        Break("surgeries", *_gone(f"{CCD}.12"), "section/templateId/@root"),
        Break("comment", *_gone("2.16.840.1.113883.10.12.201"), "section/templateId/@root"),
    ],
    "CDA-SEC-004": [
        Break("past", _template(f"{PCC}.4.5.2"), _template("1.2.3"), "entry//templateId[@root='" + PCC + ".4.5.2']"),
        Break("copy", *_gone(f"{FR_ENTRY}.18"), f"entry//templateId[@root='{FR_ENTRY}.18']"),
        Break("status", *_gone(f"{PCC}.4.13"), f"entry/observation/templateId[@root='{PCC}.4.13']"),
        Break("pregnancies", *_gone(f"{PCC}.4.13.5"), f"entry[{PCC}.4.13.5 | {PCC}.4.13.5.1]"),
    ],
    "CDA-SEC-005": [Break("other problems", *_gone(f"{CCD}.11"), "section/code/@code")],
    "CDA-SEC-006": [
        Break("devices", NARRATIVE, "", "section/text"),
        Break("devices", *_gone(f"{FR_ENTRY}.20"), f"section/entry[{FR_ENTRY}.20]"),
        Break("devices", _template(f"{CCD}.34"), _template(f"{CCD}.35"), "entry/supply/templateId/@root"),
    ],
    "CDA-SEC-007": [Break("status", "<title>Section</title>", "", "section/title")],
    "CDA-SEC-008": [
        Break("copy", "<title>Copie du document</title>", "<title>Copie</title>", "section/title"),
    ],
    "CDA-SEC-009": [Break("added", "<title>", '<id root="1.2.3"/><title>', "section/id")],
    "CDA-SEC-010": [
        Break("comment", "<code", '<id root="1.2.3"/><code', "section/id"),
        Break("surgeries", "<id root", "<realmCode root", "section/id"),
    ],
    "CDA-SEC-011": [Break("work", "Dit ici", " ", "section/text")],
    "CDA-SEC-012": [Break("work", "<title>Section</title>", "", "section/title")],
    "CDA-SEC-013": [Break("work", *_gone(f"{FR_SECTION}.74"), "section/templateId/@root")],
    "CDA-SEC-014": [Break("two", "0000000000AB", "0000000000AA", "section/component/section/id")],
    "CDA-SEC-015": [Break("progress", "<title>Section</title>", "", "section/title")],
    "CDA-SEC-016": [
        Break("newborn", *_gone(f"{PCC}.1.9.15.1"), "section/component/section/templateId/@root"),
    ],
    "CDA-ENT-001": [
        Break("status", OBS, 'classCode="ACT"', "observation/@classCode"),
        Break("status", '<reference value="#dit"/>', "", "observation/text/reference"),
        Break("status", 'code="completed"', 'code="active"', "statusCode/@code"),
    ],
    "CDA-ENT-002": [Break("status", DAY, "<effectiveTime/>", "observation/effectiveTime")],
    "CDA-ENT-003": [
        Break("status", "</observation>", '<methodCode code="a"/><methodCode code="b"/></observation>', "methodCode")
    ],
    "CDA-ENT-004": [
        Break("status", 'code="GEN-065"', 'code="GEN-066"', "observation/code/@code"),
        Break("status", *_gone(f"{FR_ENTRY}.48"), "observation/templateId/@root"),
    ],
    "CDA-ENT-005": [Break("status", 'code="9571008"', 'code="9571009"', "observation/value/@code")],
    "CDA-ENT-006": [
        Break("copy", 'code="69764-9"', 'code="69764-8"', "observation/code/@code"),
        Break("copy", '<value xsi:type="ST">PDF</value>', "", "observation/value"),
    ],
    "CDA-ENT-007": [
        Break("devices", 'code="GEN-180"', 'code="GEN-181"', "entryRelationship[2]/observation/code/@code")
    ],
    "CDA-ENT-008": [
        Break("devices", 'code="GEN-179"', 'code="GEN-178"', "entryRelationship[4]/observation/code/@code"),
        Break("devices", 'code="GEN-295"', 'code="GEN-296"', "entryRelationship[5]/observation/code/@code"),
    ],
    "CDA-ENT-009": [
        Break("problems", ACT, 'act classCode="CTTEVENT"', "entry/act/@classCode"),
        Break("problems", '<code nullFlavor="NA"/>', '<code nullFlavor="UNK"/>', "entry/act/code/@nullFlavor"),
    ],
    "CDA-ENT-010": [Break("problems", 'code="active"/>', 'code="new"/>', "entry/act/statusCode/@code")],
    "CDA-ENT-011": [
        Break("problems", 'statusCode code="active"', 'statusCode code="completed"', "act/effectiveTime/high"),
        Break("problems", '<low value="20200101"/>', '<high value="20200101"/>', "act/effectiveTime/low"),
    ],
    "CDA-ENT-012": [
        Break(
            "problems", 'typeCode="SUBJ" inversionInd="false"', 'typeCode="REFR"', "entryRelationship[@typeCode='SUBJ']"
        )
    ],
    "CDA-ENT-013": [Break("problems", '<addr nullFlavor="UNK"/>', "", "act/author/assignedAuthor/addr")],
    "CDA-ENT-014": [
        Break("problems", *_gone(f"{PCC}.4.5.1"), "entry/act/templateId/@root"),
        Break("problems", *_gone(f"{PCC}.4.5"), "entry/act/entryRelationship[@typeCode='SUBJ']"),
    ],
    "CDA-ENT-015": [
        Break("allergies", 'inversionInd="false"', 'inversionInd="true"', "[@inversionInd='false']"),
        Break(
            "allergies", '<low value="20200101"/>', '<low value="20200101"/><width value="1"/>', "effectiveTime/width"
        ),
    ],
    "CDA-ENT-016": [
        Break("problems", 'negationInd="false"', 'negationInd="0"', "observation/@negationInd"),
        Break("problems", *_gone(f"{CCD}.28"), "entryRelationship/observation/templateId/@root"),
    ],
    "CDA-ENT-017": [
        Break("problems", '<reference value="#dit"/></text>', "<reference/></text>", "text/reference/@value"),
    ],
    "CDA-ENT-018": [
        Break(
            "problems",
            f"{DONE}{SINCE}",
            f'{DONE}<effectiveTime><low nullFlavor="ASKU"/></effectiveTime>',
            "effectiveTime/low",
        )
    ],
    "CDA-ENT-019": [
        Break("problems", 'code="282291009"', 'code="282291008"', "observation/code/@code"),
        Break("problems", 'code="282291009"', "", "observation/code"),
    ],
    "CDA-ENT-020": [
        Break("problems", 'xsi:type="CD" code="I10"', 'xsi:type="ST" code="I10"', "observation/value/@xsi:type"),
        Break("problems", 'xsi:type="CD" code="I10"', 'xsi:type="CD"', "observation/value"),
    ],
    "CDA-ENT-021": [
        Break("problems", f"{DONE}{SINCE}", f'{DONE}{SINCE}<confidentialityCode code="N"/>', "confidentialityCode")
    ],
    "CDA-ENT-022": [
        Break("problems", _template(f"{PCC}.4.1.2"), _template(f"{PCC}.4.1.1"), "entryRelationship[3]/observation")
    ],
    "CDA-ENT-023": [Break("problems", 'inversionInd="true"><act', 'inversionInd="false"><act', "entryRelationship[5]")],
    "CDA-ENT-024": [
        Break("allergies", 'code="609328004"', 'code="609328005"', "observation/code/@code"),
        Break("allergies", *_gone(f"{CCD}.18"), "observation/templateId/@root"),
    ],
    "CDA-ENT-025": [
        Break("allergies", ORIGINAL, "", "observation/value/originalText"),
        Break(
            "allergies",
            f'"UNK">{ORIGINAL}',
            '"UNK">',
            "originalText/reference",
        ),
    ],
    "CDA-ENT-026": [
        Break("allergies", _template(f"{PCC}.4.1.1"), _template(f"{PCC}.4.1"), "entryRelationship[2]/observation"),
    ],
    "CDA-ENT-027": [
        Break("problems", 'code="SEV"', 'code="SEVE"', "entryRelationship[1]/observation/code/@code"),
        Break("problems", 'xsi:type="CD" code="H"', 'xsi:type="CE" code="H"', "observation/value/@xsi:type"),
        Break("allergies", *_gone(f"{CCD}.55"), "entryRelationship[1]/observation/templateId/@root"),
    ],
    "CDA-ENT-028": [
        Break("problems", 'code="33999-4"', 'code="33999-5"', "entryRelationship[2]/observation/code/@code"),
    ],
    "CDA-ENT-029": [
        Break("allergies", 'code="active" codeSystem', 'code="actif" codeSystem', "observation/value/@code"),
    ],
    "CDA-ENT-030": [
        Break("problems", 'code="48767-8"', 'code="48767-9"', "act/code/@code"),
        Break("problems", *_gone(f"{FR_ENTRY}.32"), "act/templateId/@root"),
    ],
    "CDA-ENT-031": [
        Break("surgeries", 'code="I10" codeSystem', "codeSystem", "procedure/entryRelationship/act/code"),
    ],
    "CDA-ENT-032": [
        Break("treatments", 'SBADM" moodCode="INT"', 'SBADM" moodCode="RQO"', "substanceAdministration/@moodCode"),
        Break("treatments", *_gone(f"{CCD}.24"), "substanceAdministration/templateId/@root"),
    ],
    "CDA-ENT-033": [
        Break("treatments", *_gone(f"{PCC}.4.7.1"), "substanceAdministration/templateId/@root"),
        Break(
            "treatments",
            "</substanceAdministration>",
            f"{related('COMP', '<substanceAdministration/>')}</substanceAdministration>",
            "entryRelationship[5]/substanceAdministration",
        ),
    ],
    "CDA-ENT-034": [
        Break("treatments", f"{TEXT}{DONE}", f"{DONE}", "substanceAdministration/text/reference"),
    ],
    "CDA-ENT-035": [
        Break("treatments", 'xsi:type="IVL_TS"', 'xsi:type="TS"', "effectiveTime[1]/@xsi:type"),
        Break("treatments", '<high value="20260112"/>', "", "effectiveTime[1]"),
        Break("treatments", ' operator="A"', "", "effectiveTime[2]/@operator"),
    ],
    "CDA-ENT-036": [Break("treatments", '<high value="1" unit="{tbl}"/>', "", "doseQuantity/high")],
    "CDA-ENT-037": [
        Break("treatments", *_gone(f"{CCD}.53"), "consumable/manufacturedProduct/templateId/@root"),
        Break("treatments", *_gone(f"{PCC}.4.7.2"), "consumable/manufacturedProduct/templateId/@root"),
    ],
    "CDA-ENT-038": [
        Break("treatments", "1.2.250.1.213.2.3.1", "1.2.250.1.213.2.3.2", "manufacturedMaterial/code/@codeSystem"),
        Break("treatments", ORIGINAL, "", "code/originalText/reference"),
    ],
    "CDA-ENT-039": [Break("treatments", "<name>PRODUIT</name>", "", "manufacturedMaterial/name")],
    "CDA-ENT-040": [
        Break("treatments", 'codeSystem="0.4.0.127.0.16.1.1.2.1"', 'codeSystem="1.2.3"', "routeCode/@codeSystem")
    ],
    "CDA-ENT-041": [
        Break(
            "treatments", _template(f"{FR_ENTRY}.36"), _template("1.2.3"), "entryRelationship[1]/act/templateId/@root"
        ),
        Break(
            "treatments",
            _template(f"{FR_ENTRY}.48"),
            _template("1.2.3"),
            "entryRelationship[4]/observation/templateId/@root",
        ),
    ],
    "CDA-ENT-042": [
        Break("surgeries", *_gone(f"{CCD}.29"), "procedure/templateId/@root"),
        Break("surgeries", 'moodCode="EVN"><templateId', 'moodCode="RQO"><templateId', "procedure/@moodCode"),
    ],
    "CDA-ENT-043": [
        Break("surgeries", 'statusCode code="completed"', 'statusCode code="held"', "procedure/statusCode/@code"),
        Break("plan", f"{DONE}{DAY}</procedure>", f"{DONE}</procedure>", "procedure/effectiveTime | priorityCode"),
    ],
    "CDA-ENT-044": [
        Break("encounters", DAY, "", "encounter/effectiveTime"),
        Break("encounters", 'moodCode="EVN"', 'moodCode="PRMS"', "encounter/@moodCode"),
        Break("plan", 'typeCode="PRF"', 'typeCode="SPRF"', "performer/@typeCode"),
        Break("plan", 'classCode="SDLOC"', 'classCode="LOCE"', "participantRole/@classCode"),
    ],
    "CDA-ENT-045": [
        Break("plan", f"{DONE}{DAY}</observation>", f"{DONE}</observation>", "entry[3]/observation/effectiveTime"),
    ],
    "CDA-ENT-046": [
        Break(
            "devices", 'participantRole classCode="MANU"', 'participantRole classCode="ASSIGNED"', "[@classCode='MANU']"
        ),
        Break("devices", f"{DAY}<participant", "<participant", "supply/effectiveTime"),
    ],
    "CDA-ENT-047": [
        Break("social", 'code="74013-4"', 'code="74013-5"', "observation/code/@code"),
        Break("social", "<value xsi:type='PQ' value='10' unit='/d'/>", "", "observation/value"),
    ],
    "CDA-ENT-048": [
        Break("family", 'code="FTH"', 'code="PAPA"', "subject/relatedSubject/code/@code"),
        Break("family", 'organizer classCode="CLUSTER"', 'organizer classCode="BATTERY"', "organizer/@classCode"),
        Break("family", "classCode='PSN'", "classCode='ENT'", "playingEntity/@classCode"),
    ],
    "CDA-ENT-049": [Break("family", *_gone(f"{CCD}.22"), "component/observation/templateId/@root")],
    "CDA-ENT-050": [
        Break("vitals", 'code="85353-1"', 'code="85353-2"', "organizer/code/@code"),
        Break("vitals", *_gone(f"{CCD}.35"), "organizer/templateId/@root"),
    ],
    "CDA-ENT-051": [
        Break("vitals", "unit='kg'", "unit='lb'", "observation/value/@unit"),
        Break("vitals", 'code="29463-7"', 'code="29463-8"', "component/observation/code/@code"),
    ],
    "CDA-ENT-052": [
        Break("copy", ' representation="B64"', "", "observationMedia/value[@mediaType][@representation='B64']"),
        Break("copy", 'organizer classCode="CLUSTER"', 'organizer classCode="BATTERY"', "organizer/@classCode"),
    ],
    "CDA-ENT-053": [
        Break("copy", 'referencedObject="PIECE"', 'referencedObject="AUTRE"', "observationMedia/@ID"),
        Break("copy", "JVBERi0xLjQK", "pas du base 64", "observationMedia/value"),
        Break("copy", "JVBERi0xLjQK", "Qm9uam91cg==", "observationMedia/value"),
    ],
    "CDA-ENT-054": [
        Break("vaccines", ' negationInd="false"', "", "substanceAdministration/@negationInd"),
        Break("vaccines", 'code="INITIMMUNIZ"', 'code="VACCIN"', "substanceAdministration/code/@code"),
        Break("vaccines", 'code="20035000"', 'code="20000000"', "substanceAdministration/routeCode/@code"),
        Break("vaccines", 'consumable typeCode="CSM"', "consumable", "consumable/@typeCode"),
    ],
    "CDA-ENT-055": [
        Break(
            "problems",
            f'"true"><observation {OBS} moodCode="EVN">{_template(f"{FR_ENTRY}.171")}',
            f'"false"><observation {OBS} moodCode="EVN">{_template(f"{FR_ENTRY}.171")}',
            "entryRelationship[4]",
        )
    ],
    "CDA-ENT-056": [
        Break("problems", 'code="active" codeSystem', 'code="actif" codeSystem', "observation/value/@code")
    ],
    "CDA-ENT-057": [Break("problems", 'code="102499006"', 'code="102499007"', "observation/value/@code")],
    "CDA-ENT-058": [Break("vitals", *_gone(f"{CCD}.31"), "component/observation/templateId/@root")],
    "CDA-ENT-059": [
        Break("vaccines", RANK, '<code code="30973-3"', "entryRelationship[1]/observation/code/@code"),
        Break("vaccines", 'author typeCode="AUT"', "author", "author/@typeCode"),
        Break("vaccines", ORIGINAL, "", "code/originalText/reference"),
    ],
    "CDA-DT-027": [
        Break("family", 'code="FTH" codeSystem="2.16.840.1.113883.5.111"', 'nullFlavor="NP"', "code/@nullFlavor"),
    ],
    "CDA-ENT-060": [Break("vaccines", "16217661000119109", "16217661000119108", "approachSiteCode/@code")],
    "CDA-ENT-061": [Break("vaccines", *_gone(f"{CCD}.46"), "entryRelationship[1]/observation/templateId/@root")],
    "CDA-ENT-062": [
        Break("directives", 'xsi:type="BL"', 'xsi:type="ST"', "observation/value/@xsi:type"),
        Break(
            "directives",
            f'<code code="42348-3" codeSystem="{LOINC}">',
            f'<code code="1" codeSystem="{LOINC}">',
            "observation/code/@code",
        ),
        Break("directives", *_gone(f"{CCD}.36"), "observation/reference/templateId/@root"),
    ],
    "CDA-ENT-063": [Break("pregnancies", '<value xsi:type="INT" value="1"/>', "", "entry[1]/observation/value")],
    "CDA-ENT-064": [Break("pregnancies", 'subject typeCode="SBJ"', "subject", "organizer/subject/@typeCode")],
    "CDA-ENT-065": [
        Break("treatments", 'code="PINSTRUCT"', 'code="FINSTRUCT"', "entryRelationship[3]/act/code/@code"),
        Break("treatments", *_gone(f"{CCD}.49"), "entryRelationship[3]/act/templateId/@root"),
    ],
    "CDA-ENT-066": [Break("treatments", *_gone(f"{CCD}.43"), "supply/entryRelationship/act/templateId/@root")],
    "CDA-ENT-067": [
        Break("treatments", '<quantity value="1"/>', "<quantity/>", "supply/quantity/@value"),
        Break(
            "treatments", 'typeCode="REFR" inversionInd="false"', 'typeCode="REFR"', "entryRelationship[2]/@typeCode"
        ),
    ],
    "CDA-ENT-068": [
        Break("problems", 'code="66455-7"', 'code="66455-8"', "entryRelationship[4]/observation/code/@code")
    ],
    "CDA-ENT-069": [Break("problems", *_gone(f"{CCD}.51"), "entryRelationship[3]/observation/templateId/@root")],
    "CDA-ENT-070": [
        Break("treatments", 'code="MED-052"', 'code="MED-053"', "entryRelationship[4]/observation/code/@code")
    ],
    "CDA-ENT-071": [
        Break("events", 'participant typeCode="DST"', 'participant typeCode="LOC"', "act/participant/@typeCode"),
        Break("events", '<high value="20260103"/>', "", "act/effectiveTime/high"),
    ],
    "CDA-ENT-072": [Break("events", '"REFR"><externalDocument', '"XCRPT"><externalDocument', "reference/@typeCode")],
    "CDA-ENT-073": [Break("events", "<value xsi:type='INT' value='3'/>", "", "entry[1]/observation/value")],
    "CDA-ENT-074": [
        Break("pregnancies", '<sequenceNumber value="1"/>', "", "organizer/component/sequenceNumber"),
        Break("pregnancies", f"{DONE}{DAY}<component>", f"{DONE}<component>", "organizer/effectiveTime"),
    ],
    "CDA-ENT-075": [Break("cancer", '<targetSiteCode nullFlavor="UNK"/>', "", "observation/targetSiteCode")],
    "CDA-ENT-076": [Break("events", *_gone(f"{CCD}.24"), "substanceAdministration/templateId/@root")],
    "CDA-ENT-077": [Break("coverage", *_gone(f"{PCC}.4.18"), f"act/entryRelationship/act[{PCC}.4.18]")],
    "CDA-LDLE-001": [Break("entry letter", 'code="18761-7"', 'code="11490-0"', "/ClinicalDocument/code/@code")],
    "CDA-LDLE-002": [Break("entry letter", '<birthTime value="19790328"/>', "", "patientRole/patient/birthTime")],
    "CDA-LDLE-003": [
        Break("entry letter", 'code="IMP"', 'code="AMB"', "documentationOf/serviceEvent/code/@code"),
    ],
    "CDA-LDLE-004": [
        Break("entry letter", *_gone(f"{PCC}.3.20"), f"section[templateId/@root='{PCC}.3.20']"),
    ],
    "CDA-VSM-001": [Break("summary", *_gone(medical_summary.VSM), "/ClinicalDocument/templateId")],
    "CDA-VSM-002": [Break("summary", "1.2.250.1.213.1.1.4.12", LOINC, "/ClinicalDocument/code")],
    "CDA-VSM-003": [
        Break("summary", 'functionCode code="PCP"', 'functionCode code="ATTPHYS"', "[functionCode/@code='PCP']")
    ],
    "CDA-VSM-004": [
        Break("summary", 'code="34117-2" displayName', 'code="IMP" displayName', "documentationOf/serviceEvent/code")
    ],
    "CDA-VSM-005": [Break("summary", *_gone(f"{FR_SECTION}.29"), f"section[templateId/@root='{FR_SECTION}.29']")],
    "CDA-VSM-006": [Break("summary", *_gone(f"{PCC}.3.27"), f"section[templateId/@root='{PCC}.3.27']")],
    "CDA-VSM-007": [Break("summary", *_gone(f"{FR_SECTION}.32"), f"section[templateId/@root='{FR_SECTION}.32']")],
    "CDA-VSM-008": [
        Break("summary", 'code="46612-8"', 'code="46612-9"', "component[1]/section/code/@code"),
        Break("summary", *_gone(f"{FR_SECTION}.31"), f"component/section[templateId/@root='{FR_SECTION}.31']"),
    ],
    "CDA-VSM-009": [
        Break(
            "summary",
            f'code="34117-2" codeSystem="{LOINC}"/>',
            f'code="34117-3" codeSystem="{LOINC}"/>',
            "section/component[1]/section/code/@code",
        )
    ],
    "CDA-VSM-010": [
        Break("pathologies", _template(f"{PCC}.3.8"), _template("1.2.3"), "component/section/templateId/@root")
    ],
    "CDA-VSM-011": [
        Break(
            "summary",
            f"<component><section>{_template(f'{PCC}.3.6')}",
            f"{NARRATIVE}<component><section>{_template(f'{PCC}.3.6')}",
            "component[1]/section/text",
        )
    ],
    "CDA-VSM-012": [Break("summary", 'code="57207-3"', 'code="57207-4"', "component[2]/section/code/@code")],
    "CDA-VSM-013": [
        Break(
            "summary",
            f"<component><section>{_template(f'{PCC}.3.19')}",
            f"{NARRATIVE}<component><section>{_template(f'{PCC}.3.19')}",
            "component[3]/section/text",
        )
    ],
    "CDA-VSM-014": [Break("work", "<id root", "<realmCode root", "section/id")],
    "CDA-VSM-015": [Break("results", "</section>", "<entry><act/></entry></section>", "section/entry")],
    "CDA-VSM-016": [Break("summary", *_gone(f"{PCC}.1.5.3.1"), f"component/section[templateId/@root='{PCC}.1.5.3.1']")],
    "CDA-VSM-017": [
        Break("summary", 'statusCode code="active"', 'statusCode code="suspended"', "entry/act/statusCode/@code")
    ],
    "CDA-VSM-018": [Break("summary", "</section>", "<entry><act/></entry></section>", "entry[2]/act/templateId")],
}


def _written(structured: bytes, name: str, change: Break | None = None) -> Document:
    """Our letter with one more section, or changed into another model, broken or not."""
    text = structured.decode()
    if name not in WHOLE:
        body = (BODIES | MORE)[name]
        return read(text.replace("</structuredBody>", f"{component(_changed(body, change))}</structuredBody>").encode())
    model, code, body = WHOLE[name]
    start, end = text.index("<structuredBody>") + len("<structuredBody>"), text.index("</structuredBody>")
    whole = f"{text[:start]}{body}{text[end:]}".replace("1.2.250.1.213.1.1.1.29", model, 1).replace(
        ' extension="2022.01"', ""
    )
    root = etree.fromstring(whole.encode())
    old = root.find(f"{V3}code")
    assert old is not None
    root.replace(old, etree.fromstring(code.replace("<code", '<code xmlns="urn:hl7-org:v3"')))
    if name == "summary":
        act = root.find(f"{V3}documentationOf/{V3}serviceEvent/{V3}code")
        assert act is not None
        act.attrib.clear()
        for attribute, value in medical_summary.ACT.items():
            act.set(attribute, value)
    return read(_changed(etree.tostring(root, encoding="unicode"), change).encode())


def _changed(text: str, change: Break | None) -> str:
    if change is None:
        return text
    assert change.old in text, f"nothing to change: {change.old}"
    return text.replace(change.old, change.new, 1)


CASES: Final = [(rule_id, change) for rule_id, changes in BROKEN.items() for change in changes]


@pytest.mark.parametrize("name", [*BODIES, *MORE, *WHOLE])
def test_a_sound_body_breaks_no_error_rule(name: str, structured: bytes) -> None:
    document = _written(structured, name)

    assert [(item.rule, item.location) for item in judge(RULES, document) if item.severity == "error"] == []


@pytest.mark.parametrize(("rule_id", "change"), CASES, ids=[f"{rule_id}-{change.body}" for rule_id, change in CASES])
def test_a_change_breaks_the_rule_where_it_was_made(rule_id: str, change: Break, structured: bytes) -> None:
    rule = BY_ID[rule_id]
    sound, broken = _written(structured, change.body), _written(structured, change.body, change)

    assert list(rule.check(sound)) == []
    places = [hit.location for hit in rule.check(broken)]
    assert any(place.endswith(change.place) for place in places), places


def test_every_shared_rule_has_its_change() -> None:
    assert {rule.id for family in FAMILIES for rule in family.RULES} == set(BROKEN)
