"""Sections that our letter never writes, compact and sound: a test breaks one of them, and nothing else."""

from __future__ import annotations

from typing import Final

PCC: Final = "1.3.6.1.4.1.19376.1.5.3.1"
CCD: Final = "2.16.840.1.113883.10.20.1"
PHARMACY: Final = "1.3.6.1.4.1.19376.1.9.1.3"
FR_SECTION: Final = "1.2.250.1.213.1.1.2"
FR_ENTRY: Final = "1.2.250.1.213.1.1.3"
LOINC: Final = "2.16.840.1.113883.6.1"
SNOMED: Final = "2.16.840.1.113883.6.96"
TA_ASIP: Final = "1.2.250.1.213.1.1.4.322"
CIM10: Final = "2.16.840.1.113883.6.3"
_numbers: Final = iter(range(1, 10_000))


def _id() -> str:
    return f'<id root="00000000-0000-4000-8000-{next(_numbers):012d}"/>'


def templates(*roots: str) -> str:
    """The templateIds of an element."""
    return "".join(f'<templateId root="{root}"/>' for root in roots)


def section(roots: tuple[str, ...], code: str, *content: str, title: str = "Section", narrative: str = "") -> str:
    """A section with its templateIds, an id, a LOINC code, a title, a text and what it holds."""
    text = narrative or '<content ID="dit">Dit ici</content>'
    return (
        f"<section>{templates(*roots)}{_id()}<code code='{code}' codeSystem='{LOINC}'/><title>{title}</title>"
        f"<text>{text}</text>{''.join(content)}</section>"
    )


def _code(code: str, system: str, display: str = "", *, tag: str = "code", kind: str = "", inner: str = "") -> str:
    typed = f' xsi:type="{kind}"' if kind else ""
    shown = f' displayName="{display}"' if display else ""
    return f'<{tag}{typed} code="{code}"{shown} codeSystem="{system}">{inner}</{tag}>'


TEXT: Final = '<text><reference value="#dit"/></text>'
DONE: Final = '<statusCode code="completed"/>'
DAY: Final = '<effectiveTime value="20260103"/>'
SINCE: Final = '<effectiveTime><low value="20200101"/></effectiveTime>'
ORIGINAL: Final = '<originalText><reference value="#dit"/></originalText>'


def simple(code: str, system: str, value: str, *roots: str, time: str = DAY, more: str = "") -> str:
    """A simple observation."""
    return (
        f'<observation classCode="OBS" moodCode="EVN">{templates(f"{PCC}.4.13", f"{FR_ENTRY}.48", *roots)}{_id()}'
        f"{_code(code, system)}{TEXT}{DONE}{time}{value}{more}</observation>"
    )


def related(kind: str, content: str, inverted: str = "") -> str:
    """An entryRelationship."""
    turned = f' inversionInd="{inverted}"' if inverted else ""
    return f'<entryRelationship typeCode="{kind}"{turned}>{content}</entryRelationship>'


def _concern(*roots: str, content: str) -> str:
    return (
        f'<act classCode="ACT" moodCode="EVN">{templates(f"{PCC}.4.5.1", f"{CCD}.27", *roots)}{_id()}'
        f'<code nullFlavor="NA"/><statusCode code="active"/>{SINCE}{content}</act>'
    )


AUTHOR: Final = (
    '<author><time value="20260103"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899900000011"/>'
    '<addr nullFlavor="UNK"/><telecom nullFlavor="UNK"/>'
    "<assignedPerson><name><family>DURAND</family></name></assignedPerson>"
    '<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000001"/><name>CLINIQUE FICTIVE</name>'
    "</representedOrganization></assignedAuthor></author>"
)
COMMENT: Final = (
    f'<act classCode="ACT" moodCode="EVN">{templates(f"{PCC}.4.2", f"{CCD}.40", f"{FR_ENTRY}.32")}'
    f"{_code('48767-8', LOINC)}{TEXT}{DONE}{AUTHOR}</act>"
)
SEVERITY: Final = (
    f'<observation classCode="OBS" moodCode="EVN">{templates(f"{PCC}.4.1", f"{CCD}.55", f"{FR_ENTRY}.29")}'
    f"{_code('SEV', '2.16.840.1.113883.5.4')}{TEXT}{DONE}"
    f"{_code('H', '2.16.840.1.113883.5.1063', tag='value', kind='CD')}</observation>"
)


def clinical_status(code: str, system: str) -> str:
    """The status of a problem or of an allergy."""
    return (
        f'<observation classCode="OBS" moodCode="EVN">'
        f"{templates(f'{PCC}.4.1.1', f'{CCD}.57', f'{CCD}.50', f'{FR_ENTRY}.30')}"
        f"{_code('33999-4', LOINC)}{TEXT}{DONE}{_code(code, system, tag='value', kind='CE')}</observation>"
    )


HEALTH_STATUS: Final = (
    f'<observation classCode="OBS" moodCode="EVN">{templates(f"{PCC}.4.1.2", f"{CCD}.51", f"{FR_ENTRY}.31")}'
    f"{_code('11323-3', LOINC)}{TEXT}{DONE}{_code('102499006', SNOMED, tag='value', kind='CE')}</observation>"
)
CERTAINTY: Final = (
    f'<observation classCode="OBS" moodCode="EVN">{templates(f"{FR_ENTRY}.171")}{_id()}{_code("66455-7", LOINC)}'
    f"{DONE}{_code('confirmed', '2.16.840.1.113883.4.642.4.1075', tag='value', kind='CD')}</observation>"
)
PROBLEM: Final = (
    f'<observation classCode="OBS" moodCode="EVN" negationInd="false">'
    f"{templates(f'{PCC}.4.5', f'{CCD}.28', f'{FR_ENTRY}.37')}{_id()}{_code('282291009', SNOMED, 'Diagnostic')}"
    f"{TEXT}{DONE}{SINCE}{_code('I10', CIM10, tag='value', kind='CD', inner=ORIGINAL)}"
    + related("SUBJ", SEVERITY, "true")
    + related("REFR", clinical_status("active", "2.16.840.1.113883.4.642.1.1074"), "false")
    + related("REFR", HEALTH_STATUS, "false")
    + related("SUBJ", CERTAINTY, "true")
    + related("SUBJ", COMMENT, "true")
    + "</observation>"
)
ALLERGY: Final = (
    f'<observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.4.6', f'{PCC}.4.5', f'{CCD}.28', f'{CCD}.18', f'{FR_ENTRY}.41')}{_id()}"
    f"{_code('609328004', SNOMED, 'Allergie')}{TEXT}{DONE}{SINCE}"
    f"{_code('Z88', CIM10, tag='value', kind='CD', inner=ORIGINAL)}"
    f'<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">'
    f'<code nullFlavor="UNK">{ORIGINAL}</code></playingEntity></participantRole></participant>'
    + related("SUBJ", SEVERITY, "true")
    + related("REFR", clinical_status("active", "2.16.840.1.113883.4.642.4.1373"), "false")
    + related("SUBJ", CERTAINTY, "true")
    + "</observation>"
)
PROBLEM_CONCERN: Final = _concern(f"{PCC}.4.5.2", f"{FR_ENTRY}.39", content=AUTHOR + related("SUBJ", PROBLEM, "false"))
PAST_CONCERN: Final = PROBLEM_CONCERN.replace('"active"/>', '"completed"/>', 1).replace(
    '<low value="20200101"/>', '<low value="20200101"/><high value="20210101"/>', 1
)
ALLERGY_CONCERN: Final = _concern(f"{PCC}.4.5.3", f"{FR_ENTRY}.40", content=related("SUBJ", ALLERGY, "false"))

INTERNAL_REFERENCE: Final = (
    f'<act classCode="ACT" moodCode="EVN">{templates(f"{PCC}.4.4.1", f"{FR_ENTRY}.36")}{_id()}'
    f"{_code('I10', CIM10)}</act>"
)


def product(*, code: str = "") -> str:
    """A consumable."""
    coded = code or f'<code code="60019927" codeSystem="1.2.250.1.213.2.3.1">{ORIGINAL}</code>'
    return (
        f'<consumable typeCode="CSM"><manufacturedProduct>{templates(f"{PCC}.4.7.2", f"{CCD}.53", f"{FR_ENTRY}.43")}'
        f"<manufacturedMaterial>{coded}<name>PRODUIT</name></manufacturedMaterial></manufacturedProduct></consumable>"
    )


def _instruction(code: str, *roots: str) -> str:
    return (
        f'<act classCode="ACT" moodCode="INT">{templates(*roots)}{_code(code, "1.3.6.1.4.1.19376.1.5.3.2")}'
        f"{TEXT}{DONE}</act>"
    )


PATIENT_INSTRUCTION: Final = _instruction("PINSTRUCT", f"{PCC}.4.3", f"{CCD}.49", f"{FR_ENTRY}.33")
DISPENSER_INSTRUCTION: Final = _instruction("FINSTRUCT", f"{PCC}.4.3.1", f"{CCD}.43", f"{FR_ENTRY}.34")
SUPPLY: Final = (
    f'<supply classCode="SPLY" moodCode="INT">{templates(f"{PCC}.4.7.3", f"{CCD}.34", f"{FR_ENTRY}.44")}{_id()}'
    f'<quantity value="1"/>{AUTHOR}{related("SUBJ", DISPENSER_INSTRUCTION, "true")}</supply>'
)
TREATMENT: Final = (
    f'<substanceAdministration classCode="SBADM" moodCode="INT">'
    f"{templates(f'{PCC}.4.7', f'{CCD}.24', f'{PCC}.4.7.1', f'{FR_ENTRY}.42')}{_id()}"
    f"{_code('DRUG', '2.16.840.1.113883.5.4')}{TEXT}{DONE}"
    '<effectiveTime xsi:type="IVL_TS"><low value="20260105"/><high value="20260112"/></effectiveTime>'
    '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="8" unit="h"/></effectiveTime>'
    '<routeCode code="20053000" codeSystem="0.4.0.127.0.16.1.1.2.1" displayName="Voie orale"/>'
    '<doseQuantity><low value="1" unit="{tbl}"/><high value="1" unit="{tbl}"/></doseQuantity>'
    + product()
    + related("RSON", INTERNAL_REFERENCE)
    + related("REFR", SUPPLY, "false")
    + related("SUBJ", PATIENT_INSTRUCTION, "true")
    + related("COMP", simple("MED-052", TA_ASIP, '<value xsi:type="ST">Fin</value>', f"{FR_ENTRY}.48.17"))
    + "</substanceAdministration>"
)


def procedure(mood: str, *more: str) -> str:
    """A procedure, done or intended."""
    model = {"EVN": f"{CCD}.29", "INT": f"{CCD}.25"}[mood]
    return (
        f'<procedure classCode="PROC" moodCode="{mood}">{templates(f"{PCC}.4.19", model, f"{FR_ENTRY}.62")}{_id()}'
        f"<code nullFlavor='UNK'>{ORIGINAL}</code>{TEXT}{DONE}{DAY}{''.join(more)}</procedure>"
    )


def encounter(mood: str, *more: str) -> str:
    """An encounter, past or asked for."""
    model = {"EVN": f"{CCD}.21", "ARQ": f"{CCD}.25"}[mood]
    return (
        f'<encounter classCode="ENC" moodCode="{mood}">{templates(f"{PCC}.4.14", model, f"{FR_ENTRY}.58")}{_id()}'
        f"{_code('AMB', '2.16.840.1.113883.5.4')}{TEXT}{DAY}{''.join(more)}</encounter>"
    )


REQUEST: Final = (
    f'<observation classCode="OBS" moodCode="INT">{templates(f"{PCC}.1.20.3.1", f"{CCD}.25", f"{FR_ENTRY}.27")}{_id()}'
    f"{_code('718-7', LOINC)}{TEXT}{DONE}{DAY}</observation>"
)
FLAGS: Final = "".join(
    related("COMP", simple(code, TA_ASIP, '<value xsi:type="BL" value="false"/>', f"{FR_ENTRY}.48.{number}"))
    for number, code in ((13, "MED-574"), (14, "GEN-180"), (15, "GEN-181"), (12, "GEN-179"), (34, "GEN-295"))
)
DEVICE: Final = (
    f'<supply classCode="SPLY" moodCode="EVN">{templates(f"{FR_ENTRY}.20", f"{CCD}.34")}{_id()}{DAY}'
    '<participant typeCode="DEV"><participantRole classCode="MANU"><playingDevice classCode="DEV" '
    'determinerCode="INSTANCE"><code nullFlavor="UNK"/></playingDevice></participantRole></participant>'
    f"{FLAGS}</supply>"
)
SOCIAL: Final = (
    '<observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.4.13.4', f'{PCC}.4.13', f'{CCD}.33', f'{FR_ENTRY}.52')}{_id()}"
    f"{_code('74013-4', LOINC)}{TEXT}{DONE}{SINCE}<value xsi:type='PQ' value='10' unit='/d'/></observation>"
)
FAMILY: Final = (
    f'<organizer classCode="CLUSTER" moodCode="EVN">{templates(f"{PCC}.4.15", f"{CCD}.23", f"{FR_ENTRY}.59")}{DONE}'
    f'<subject typeCode="SBJ">{templates(f"{PCC}.4.15.2", f"{FR_ENTRY}.60")}<relatedSubject classCode="PRS">'
    f"{_code('FTH', '2.16.840.1.113883.5.111')}</relatedSubject></subject>"
    '<participant typeCode="IND"><participantRole classCode="PRS">'
    f"{_code('MTH', '2.16.840.1.113883.5.111')}<playingEntity classCode='PSN'/></participantRole></participant>"
    f'<component typeCode="COMP"><observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.4.13.3', f'{PCC}.4.13', f'{CCD}.22', f'{FR_ENTRY}.51')}{_id()}{_code('282291009', SNOMED)}"
    f"{TEXT}{DONE}{SINCE}{_code('I10', CIM10, tag='value', kind='CD')}</observation></component></organizer>"
)
VITALS: Final = (
    '<organizer classCode="CLUSTER" moodCode="EVN">'
    f"{templates(f'{PCC}.4.13.1', f'{CCD}.32', f'{CCD}.35', f'{FR_ENTRY}.49')}{_id()}{_code('85353-1', LOINC)}"
    f'{DONE}{DAY}<component typeCode="COMP"><observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.4.13.2', f'{PCC}.4.13', f'{CCD}.31', f'{FR_ENTRY}.50')}{_id()}{_code('29463-7', LOINC)}"
    f"{TEXT}{DONE}{DAY}<value xsi:type='PQ' value='70' unit='kg'/></observation></component></organizer>"
)
RANK: Final = (
    f'<observation classCode="OBS" moodCode="EVN">{templates(f"{CCD}.46", f"{FR_ENTRY}.82")}'
    f'{_code("30973-2", LOINC)}{DONE}<value xsi:type="INT" value="1"/></observation>'
)
VACCINE: Final = (
    '<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">'
    f"{templates(f'{PCC}.4.12', f'{CCD}.24', f'{FR_ENTRY}.45')}{_id()}"
    f"{_code('INITIMMUNIZ', '2.16.840.1.113883.5.4', 'Vaccination initiale')}{TEXT}{DONE}{DAY}"
    '<routeCode code="20035000" codeSystem="0.4.0.127.0.16.1.1.2.1" displayName="Voie intramusculaire"/>'
    f'<approachSiteCode code="16217661000119109" codeSystem="{SNOMED}"/>{product()}'
    '<performer typeCode="PRF"><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="899900000011"/>'
    "</assignedEntity></performer>"
    + AUTHOR.replace("<author>", '<author typeCode="AUT" contextControlCode="OP">')
    + related("SUBJ", RANK, "false")
    + related("SUBJ", COMMENT, "true")
    + "</substanceAdministration>"
)
DIRECTIVE: Final = (
    '<observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.4.13.7', f'{PCC}.4.13', f'{CCD}.17', f'{FR_ENTRY}.54')}{_id()}{_code('42348-3', LOINC)}"
    f'{TEXT}{DONE}{DAY}<value xsi:type="BL" value="true"/><reference typeCode="REFR">{templates(f"{CCD}.36")}'
    f'<externalDocument>{_id()}<text><reference value="http://exemple.fr"/></text></externalDocument></reference>'
    "</observation>"
)


def pregnancy(code: str = "11996-6") -> str:
    """A pregnancy observation."""
    return (
        f'<observation classCode="OBS" moodCode="EVN">{templates(f"{PCC}.4.13.5", f"{PCC}.4.13", f"{FR_ENTRY}.53")}'
        f'{_id()}{_code(code, LOINC)}{TEXT}{DONE}{DAY}<value xsi:type="INT" value="1"/></observation>'
    )


BIRTH: Final = (
    f'<organizer classCode="CLUSTER" moodCode="EVN">{templates(f"{PCC}.4.13.5.1", f"{FR_ENTRY}.55")}{_id()}'
    f'<code nullFlavor="UNK"/>{DONE}{DAY}<component>{pregnancy()}</component>'
    '<component><sequenceNumber value="1"/>'
    f'<organizer classCode="CLUSTER" moodCode="EVN">{templates(f"{PCC}.4.13.5.2", f"{FR_ENTRY}.56")}{_id()}'
    f'<code nullFlavor="UNK"/>{DONE}<subject typeCode="SBJ"><relatedSubject classCode="PRS"/></subject>'
    f"<component>{pregnancy()}</component></organizer></component></organizer>"
)
TRANSFER: Final = (
    f'<act classCode="ACT" moodCode="EVN" negationInd="false">'
    f"{templates(f'{PCC}.1.25.1.4.1', f'{FR_ENTRY}.28')}{_id()}<code nullFlavor='UNK'/>{TEXT}{DONE}"
    '<effectiveTime><low value="20260102"/><high value="20260103"/></effectiveTime>'
    f'<participant typeCode="DST">{templates("1.2.250.1.71.4.2.2")}<participantRole classCode="SDLOC">'
    '<playingEntity classCode="ENT"><name>CLINIQUE FICTIVE</name></playingEntity></participantRole></participant></act>'
)
EXTERNAL: Final = (
    f'<act classCode="ACT" moodCode="EVN">{templates(f"{PCC}.4.4", f"{FR_ENTRY}.35")}{_id()}<code nullFlavor="NA"/>'
    f'{TEXT}<reference typeCode="REFR"><externalDocument classCode="DOC" moodCode="EVN">{_id()}</externalDocument>'
    "</reference></act>"
)
SURVEY: Final = (
    '<observation classCode="OBS" moodCode="EVN">'
    f"{templates(f'{PCC}.1.12.3.6', f'{PCC}.4.13', f'{CCD}.31', f'{FR_ENTRY}.25')}{_id()}{_code('72514-3', LOINC)}"
    f"{TEXT}{DONE}{DAY}<value xsi:type='INT' value='3'/></observation>"
)
ANTIGEN: Final = (
    '<substanceAdministration classCode="SBADM" moodCode="EVN">'
    f"{templates(f'{PCC}.4.12.1', f'{CCD}.24')}{_id()}{product()}</substanceAdministration>"
)
_INSURER: Final = (
    f'<act classCode="ACT" moodCode="EVN">{templates(f"{PCC}.4.18", f"{CCD}.26")}{_id()}<code nullFlavor="UNK"/></act>'
)
COVERAGE: Final = (
    f'<act classCode="ACT" moodCode="DEF">{templates(f"{PCC}.4.17", f"{CCD}.20", f"{FR_ENTRY}.61")}{_id()}'
    f"{_code('48768-6', LOINC)}{DONE}{related('COMP', _INSURER)}</act>"
)
CANCER: Final = (
    '<observation classCode="OBS" moodCode="EVN">'
    + templates("1.3.6.1.4.1.19376.1.7.3.1.4.14.1", f"{FR_ENTRY}.113", f"{PCC}.4.5", f"{CCD}.28", f"{FR_ENTRY}.37")
    + f"{_id()}{_code('282291009', SNOMED)}{TEXT}{DONE}{SINCE}"
    + _code("C50", CIM10, tag="value", kind="CD", inner=ORIGINAL)
    + '<targetSiteCode nullFlavor="UNK"/></observation>'
)
ATTACHMENT: Final = (
    f'<organizer classCode="CLUSTER" moodCode="EVN">{templates(f"{FR_ENTRY}.18")}{_id()}<code nullFlavor="UNK"/>{DONE}'
    "<component>"
    + simple("69764-9", LOINC, '<value xsi:type="ST">PDF</value>', f"{FR_ENTRY}.48.18")
    + '</component><component><observationMedia classCode="OBS" moodCode="EVN" ID="PIECE">'
    '<value mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value></observationMedia></component>'
    "</organizer>"
)
_SHOWN: Final = '<content ID="dit">Dit ici</content><renderMultiMedia referencedObject="PIECE"/>'


def entry(content: str) -> str:
    """An entry."""
    return f"<entry>{content}</entry>"


BODIES: Final = {
    "status": section(
        (f"{FR_SECTION}.35",),
        "33557-0",
        entry(simple("GEN-065", TA_ASIP, _code("9571008", SNOMED, tag="value", kind="CD"), f"{FR_ENTRY}.48.16")),
    ),
    "problems": section((f"{PCC}.3.6", f"{CCD}.11", f"{FR_SECTION}.132"), "11450-4", entry(PROBLEM_CONCERN)),
    "past": section((f"{PCC}.3.8", f"{FR_SECTION}.134"), "11348-0", entry(PAST_CONCERN)),
    "allergies": section((f"{PCC}.3.13", f"{CCD}.2", f"{FR_SECTION}.137"), "48765-2", entry(ALLERGY_CONCERN)),
    "treatments": section((f"{PCC}.3.19", f"{CCD}.8", f"{FR_SECTION}.143"), "10160-0", entry(TREATMENT)),
    "admission": section((f"{PCC}.3.20", f"{FR_SECTION}.144"), "42346-7", entry(TREATMENT)),
    "surgeries": section(
        (f"{PCC}.3.12", f"{PCC}.3.11", f"{CCD}.12", f"{FR_SECTION}.136"),
        "47519-4",
        entry(procedure("EVN", related("RSON", INTERNAL_REFERENCE, "false"))),
    ),
    "plan": section(
        (f"{PCC}.3.36", f"{CCD}.10", f"{FR_SECTION}.158"),
        "18776-5",
        entry(procedure("INT")),
        entry(
            encounter(
                "ARQ",
                '<performer typeCode="PRF"><assignedEntity><id nullFlavor="UNK"/></assignedEntity>'
                '</performer><participant typeCode="LOC"><participantRole classCode="SDLOC"/></participant>',
            )
        ),
        entry(REQUEST),
    ),
    "encounters": section((f"{PCC}.1.5.3.3", f"{CCD}.3", f"{FR_SECTION}.76"), "46240-8", entry(encounter("EVN"))),
    "devices": section((f"{PCC}.1.5.3.5", f"{FR_SECTION}.1", "2.16.840.1.11383.10.20.1.7"), "46264-8", entry(DEVICE)),
    "social": section((f"{PCC}.3.16.1", f"{PCC}.3.16", f"{CCD}.15", f"{FR_SECTION}.141"), "29762-2", entry(SOCIAL)),
    "family": section((f"{PCC}.3.15", f"{PCC}.3.14", f"{CCD}.4", f"{FR_SECTION}.139"), "10157-6", entry(FAMILY)),
    "work": section((f"{PCC}.1.5.3.1", f"{FR_SECTION}.74"), "10161-8"),
    "vitals": section((f"{PCC}.1.5.3.2", f"{PCC}.3.25", f"{CCD}.16", f"{FR_SECTION}.75"), "8716-3", entry(VITALS)),
    "vaccines": section((f"{PCC}.3.23", f"{CCD}.6", f"{FR_SECTION}.147"), "11369-6", entry(VACCINE)),
    "directives": section((f"{PCC}.3.35", f"{PCC}.3.34", f"{CCD}.1", f"{FR_SECTION}.157"), "42348-3", entry(DIRECTIVE)),
    "pregnancies": section((f"{PCC}.1.5.3.4", f"{FR_SECTION}.77"), "10162-6", entry(pregnancy()), entry(BIRTH)),
    "events": section(
        (f"{PCC}.1.21.2.2",),
        "57073-9",
        *(entry(item) for item in (SURVEY, TRANSFER, EXTERNAL, ANTIGEN)),
    ),
    "coverage": section((f"{PCC}.1.5.3.7", f"{CCD}.9", f"{FR_SECTION}.79"), "48768-6", entry(COVERAGE)),
    "cancer": section(
        ("1.3.6.1.4.1.19376.1.7.3.1.3.14.1", f"{PCC}.3.6", f"{CCD}.11", f"{FR_SECTION}.27"),
        "72135-7",
        entry(_concern(f"{PCC}.4.5.2", f"{FR_ENTRY}.39", f"{FR_ENTRY}.39.1", content=related("SUBJ", CANCER, "false"))),
    ),
    "comment": section(("1.3.6.1.4.1.19376.1.4.1.2.16", "2.16.840.1.113883.10.12.201", f"{FR_SECTION}.73"), "55112-7"),
    "copy": section((f"{FR_SECTION}.243",), "55108-5", entry(ATTACHMENT), title="Copie du document", narrative=_SHOWN),
    "added": section((f"{FR_SECTION}.37",), "55107-7", entry(ATTACHMENT), narrative=_SHOWN),
    "results": section((f"{PCC}.3.27", f"{FR_SECTION}.150"), "30954-2"),
    "reason": section((f"{PCC}.3.1", f"{FR_SECTION}.127"), "42349-1"),
    "progress": section((f"{PCC}.1.13.2.7", f"{FR_SECTION}.25"), "18733-6"),
    "newborn": section(
        (f"{PCC}.1.21.2.4", f"{FR_SECTION}.124"),
        "57075-4",
        "<component>",
        section((f"{PCC}.1.9.15.1", f"{PCC}.1.9.15", f"{PCC}.3.24", f"{FR_SECTION}.84"), "29545-1", narrative="Normal"),
        "</component>",
    ),
}
"""Each a sound section, by what it is about; several entries of a kind share one narrative."""


def component(content: str, anchor: str = "dit") -> str:
    """A component of the body, or of a section; ``anchor`` names its narrative apart from that of its siblings."""
    renamed = content.replace('ID="dit"', f'ID="{anchor}"').replace('"#dit"', f'"#{anchor}"')
    return f"<component>{renamed}</component>"


def _silent(content: str) -> str:
    """A section without a text of its own: its sub-sections speak."""
    return content.replace('<text><content ID="dit">Dit ici</content></text>', "", 1)


def _parts(*names: str) -> tuple[str, ...]:
    return tuple(component(BODIES[name], name) for name in names)


_PATHOLOGIES: Final = _silent(
    section((f"{FR_SECTION}.30",), "34117-2", *_parts("problems", "past", "surgeries", "allergies"))
)
_RISKS: Final = _silent(section((f"{FR_SECTION}.31",), "57207-3", *_parts("social", "work", "family")))
_HISTORY: Final = section(
    (f"{FR_SECTION}.29",), "46612-8", component(_PATHOLOGIES), component(_RISKS), narrative="Antécédents"
)
_TREATMENT: Final = _silent(section((f"{FR_SECTION}.32",), "18776-5", *_parts("treatments")))

SUMMARY: Final = "".join((component(_HISTORY), *_parts("results"), component(_TREATMENT)))
"""The body of a medical summary."""

ENTRY_LETTER: Final = "".join(component(BODIES[name], name) for name in ("reason", "admission", "allergies", "comment"))
"""The body of an entry letter."""
