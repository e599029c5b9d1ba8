"""Bodies of the volets that our letter is not, compact and sound: a test breaks one of them, and nothing else."""

from __future__ import annotations

from typing import Final

from .bodies import (
    AUTHOR,
    CCD,
    DAY,
    DISPENSER_INSTRUCTION,
    DONE,
    FR_ENTRY,
    FR_SECTION,
    LOINC,
    PATIENT_INSTRUCTION,
    PCC,
    PHARMACY,
    SNOMED,
    TA_ASIP,
    TEXT,
    component,
    entry,
    product,
    related,
    section,
    simple,
    templates,
)

DCM: Final = "1.2.840.10008.2.16.4"
PS3_20: Final = "1.2.840.10008.9"
_numbers: Final = iter(range(1, 10_000))


def _id() -> str:
    return f'<id root="1.2.250.1.213.99.7.{next(_numbers)}"/>'


def _code(code: str, system: str = LOINC, inner: str = "", *, tag: str = "code", kind: str = "") -> str:
    typed = f' xsi:type="{kind}"' if kind else ""
    return f'<{tag}{typed} code="{code}" codeSystem="{system}">{inner}</{tag}>'


# Imaging report

SITE: Final = _code(
    "302548004",
    SNOMED,
    f"<qualifier>{_code('106233006', SNOMED, tag='name')}"
    f"{_code('66459002', SNOMED, tag='value', kind='CD')}</qualifier>",
    tag="targetSiteCode",
)
TECHNIQUE: Final = (
    f'<procedure classCode="PROC" moodCode="EVN">{templates(f"{PS3_20}.14", f"{FR_ENTRY}.153")}{_id()}'
    f"{_code('24727-0', LOINC, _code('ACQH004', '1.2.250.1.215.300.1', tag='translation'))}{TEXT}{DAY}"
    f"{_code('CT', DCM, tag='methodCode')}{SITE}</procedure>"
)
GIVEN: Final = (
    f'<substanceAdministration classCode="SBADM" moodCode="EVN">{templates(f"{PS3_20}.13", f"{FR_ENTRY}.151")}{_id()}'
    f"{DONE}<consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor='UNK'/><name>PRODUIT</name>"
    "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
)
IMAGE: Final = (
    f'<observation classCode="DGIMG" moodCode="EVN">{templates(f"{PS3_20}.18", f"{FR_ENTRY}.157")}{_id()}'
    f"{_code('1.2.840.10008.5.1.4.1.1.2', '1.2.840.10008.2.6.1')}"
    '<text mediaType="application/dicom"><reference value="https://exemple.fr/wado"/></text></observation>'
)
MODALITY: Final = f"<qualifier>{_code('121139', DCM, tag='name')}{_code('CT', DCM, tag='value', kind='CD')}</qualifier>"
STUDY: Final = (
    f'<act classCode="ACT" moodCode="EVN">{templates(f"{PS3_20}.16", f"{FR_ENTRY}.155")}{_id()}{_code("113014", DCM)}'
    f"{DAY}"
    + related(
        "COMP",
        f'<act classCode="ACT" moodCode="EVN">{templates(f"{PS3_20}.17", f"{FR_ENTRY}.156")}{_id()}'
        f"{_code('113015', DCM, MODALITY)}{related('COMP', IMAGE)}</act>",
    )
    + "</act>"
)


def observed(code: str, system: str, value: str) -> str:
    """A coded observation of imaging."""
    return (
        '<observation classCode="OBS" moodCode="EVN">'
        f"{templates('2.16.840.1.113883.10.20.6.2.13', f'{FR_ENTRY}.150')}{_id()}{_code(code, system)}{DONE}{value}"
        '<targetSiteCode nullFlavor="NA"/></observation>'
    )


SAID: Final = '<value xsi:type="CD"><originalText><reference value="#dit"/></originalText></value>'
EXPOSED: Final = (
    f'<procedure classCode="PROC" moodCode="EVN">{templates(f"{FR_ENTRY}.165")}{_code("121290", DCM)}'
    f'<participant typeCode="RESP"><participantRole>{_code("113850", DCM)}<playingEntity><name><family>DURAND</family>'
    "</name></playingEntity></participantRole></participant></procedure>"
)
MEASURED: Final = (
    '<observation classCode="OBS" moodCode="EVN">'
    f"{templates('2.16.840.1.113883.10.20.6.2.14', f'{FR_ENTRY}.154')}{_id()}{_code('113813', DCM)}{DONE}"
    f'<value xsi:type="PQ" value="1140" unit="mGy.cm"/>{_code("302548004", SNOMED, tag="targetSiteCode")}</observation>'
)
RADIOPHARMACEUTICAL: Final = (
    f'<substanceAdministration classCode="SBADM" moodCode="EVN">{templates(f"{FR_ENTRY}.173")}'
    f"{_code('440252007', SNOMED)}<consumable><manufacturedProduct><manufacturedMaterial><code nullFlavor='UNK'/>"
    "<name>PRODUIT</name></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
)
HISTORY: Final = section(
    ("2.16.840.1.113883.10.20.22.2.39", f"{FR_SECTION}.213"),
    "11329-0",
    entry(observed("11348-0", LOINC, SAID)),
    entry(observed("47519-4", LOINC, SAID)),
    entry(observed("64100-1", LOINC, _code("77386006", SNOMED, tag="value", kind="CD"))),
)
CATALOGUE: Final = section(("2.16.840.1.113883.10.20.6.1.1", f"{FR_SECTION}.217"), "121181", entry(STUDY)).replace(
    f"code='121181' codeSystem='{LOINC}'", f"code='121181' codeSystem='{DCM}'"
)
IMAGING: Final = "".join(
    component(item, f"dit{number}")
    for number, item in enumerate(
        (
            section((f"{PS3_20}.6", f"{FR_SECTION}.210"), "55107-7", AUTHOR),
            section(
                (f"{PS3_20}.2", f"{FR_SECTION}.205"),
                "55752-0",
                component(section((f"{PS3_20}.7", f"{FR_SECTION}.211"), "55115-0"), "asked"),
                component(HISTORY, "history"),
            ),
            section(
                (f"{PS3_20}.3", f"{FR_SECTION}.206"),
                "55111-9",
                entry(TECHNIQUE),
                entry(GIVEN),
                component(
                    section(
                        (f"{PS3_20}.8", f"{FR_SECTION}.215"),
                        "73569-6",
                        entry(EXPOSED),
                        entry(observed("364320009", SNOMED, _code("77386006", SNOMED, tag="value", kind="CD"))),
                        entry(MEASURED),
                        entry(RADIOPHARMACEUTICAL),
                    ),
                    "exposed",
                ),
                component(CATALOGUE, "catalogue"),
            ),
            section((f"{PS3_20}.5", f"{FR_SECTION}.209"), "19005-8"),
            section(
                (f"{PCC}.1.9.39", f"{PCC}.1.9.38", f"{FR_SECTION}.107"),
                "34895-3",
                entry(simple("99622-3", LOINC, '<value xsi:type="ST">Dit</value>')),
            ),
        )
    )
)

# Prescription and dispensation


def _flags(*numbers: int) -> str:
    codes = {13: "MED-574", 14: "GEN-180", 15: "GEN-181", 12: "GEN-179", 34: "GEN-295"}
    return "".join(
        related(
            "COMP",
            simple(codes[number], TA_ASIP, '<value xsi:type="BL" value="false"/>', f"{FR_ENTRY}.48.{number}"),
        )
        for number in numbers
    )


def _prescribed_product() -> str:
    return (
        product()
        .replace("<manufacturedProduct>", '<manufacturedProduct classCode="MANU">')
        .replace(
            "<manufacturedMaterial>",
            f'<manufacturedMaterial classCode="MMAT" determinerCode="KIND">{templates(f"{PHARMACY}.1")}',
        )
    )


LINE: Final = (
    '<entryRelationship typeCode="COMP"><sequenceNumber value="1"/><substanceAdministration classCode="SBADM" '
    f'moodCode="INT">{templates(f"{FR_ENTRY}.83.1")}{_id()}{TEXT}{DONE}{_prescribed_product()}'
    "</substanceAdministration></entryRelationship>"
)
PRESCRIBED: Final = (
    '<substanceAdministration classCode="SBADM" moodCode="INT">'
    f"{templates(f'{CCD}.24', f'{PCC}.4.7', f'{PHARMACY}.2', f'{FR_ENTRY}.83', f'{PCC}.4.8')}{_id()}"
    f"{_code('DRUG', '2.16.840.1.113883.5.4')}{TEXT}{DONE}"
    '<effectiveTime xsi:type="IVL_TS"><low value="20260105"/><high value="20260112"/></effectiveTime>'
    '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="8" unit="h"/></effectiveTime>'
    '<repeatNumber value="0"/><doseQuantity><low value="1"/><high value="1"/></doseQuantity>'
    f"{_prescribed_product()}{LINE}"
    + related("SUBJ", PATIENT_INSTRUCTION, "true")
    + related("SUBJ", DISPENSER_INSTRUCTION, "true")
    + related(
        "COMP",
        f'<supply classCode="SPLY" moodCode="RQO">{templates(f"{PHARMACY}.8", f"{FR_ENTRY}.86")}'
        '<independentInd value="false"/><quantity value="2"/></supply>',
    )
    + related(
        "COMP",
        f'<act classCode="ACT" moodCode="DEF">{templates(f"{PHARMACY}.9.1", f"{FR_ENTRY}.87")}'
        f"{_code('N', '2.16.840.1.113883.5.1070')}{DONE}</act>",
    )
    + _flags(13, 14, 15, 12, 34)
    + "</substanceAdministration>"
)
DEVICE: Final = (
    f'<supply classCode="SPLY" moodCode="INT">{templates(f"{FR_ENTRY}.20", f"{CCD}.34")}{_id()}{DAY}'
    '<repeatNumber value="0"/><participant typeCode="DEV"><participantRole classCode="MANU"><playingDevice '
    'classCode="DEV" determinerCode="INSTANCE"><code nullFlavor="UNK"/></playingDevice></participantRole></participant>'
    f"{_flags(13, 14, 15, 34)}</supply>"
)
COPY: Final = section(
    (f"{FR_SECTION}.243",),
    "55108-5",
    entry(
        f'<organizer classCode="CLUSTER" moodCode="EVN">{templates(f"{FR_ENTRY}.18")}{_id()}{_code("55107-7")}{DONE}'
        f"<component>{simple('69764-9', LOINC, _code('55108-5', tag='value', kind='CD'), f'{FR_ENTRY}.48.18')}"
        '</component><component><observationMedia classCode="OBS" moodCode="EVN" ID="PIECE"><value '
        'mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value></observationMedia></component>'
        "</organizer>"
    ),
    title="Copie du document",
    narrative='<content ID="dit"><renderMultiMedia referencedObject="PIECE"/></content>',
)
PRESCRIPTION: Final = "".join(
    component(item, f"dit{number}")
    for number, item in enumerate(
        (
            section(("1.3.6.1.4.1.19376.1.9.1.2.1", f"{FR_SECTION}.171"), "57828-6", entry(PRESCRIBED)),
            section((f"{FR_SECTION}.222",), "46264-8", entry(DEVICE)),
            COPY,
        )
    )
)
NO_MATERIAL: Final = (
    "<consumable><manufacturedProduct>"
    f"{templates(f'{CCD}.53', f'{PCC}.4.7.2', f'{FR_ENTRY}.43')}"
    "<manufacturedMaterial nullFlavor='NA'><code nullFlavor='NA'/><name nullFlavor='NA'/></manufacturedMaterial>"
    "</manufacturedProduct></consumable>"
)
DISPENSED: Final = (
    '<supply classCode="SPLY" moodCode="EVN">'
    f"{templates(f'{CCD}.34', f'{PCC}.4.7.3', f'{PHARMACY}.4', f'{FR_ENTRY}.204')}{_id()}{TEXT}<quantity value='2'/>"
    + product().replace('<consumable typeCode="CSM">', "<product>").replace("</consumable>", "</product>")
    + related(
        "REFR",
        '<substanceAdministration classCode="SBADM" moodCode="INT">'
        f"{templates(f'{PHARMACY}.11', f'{FR_ENTRY}.90')}{_id()}{_code('PREItem', '1.3.6.1.4.1.19376.1.9.2.2')}"
        f"{NO_MATERIAL}</substanceAdministration>",
        "false",
    )
    + related("SUBJ", PATIENT_INSTRUCTION, "true")
    + related("SUBJ", DISPENSER_INSTRUCTION, "true")
    + related(
        "COMP",
        '<substanceAdministration classCode="SBADM" moodCode="INT">'
        f"{templates(f'{CCD}.24', f'{PCC}.4.7', f'{FR_ENTRY}.42', f'{PHARMACY}.6', f'{PCC}.4.7.1')}{_id()}{TEXT}{DONE}"
        '<effectiveTime xsi:type="IVL_TS"><low value="20260105"/><high value="20260112"/></effectiveTime>'
        '<effectiveTime xsi:type="SXPR_TS" operator="A"><comp xsi:type="IVL_TS" operator="A"><low value="20260105"/>'
        "</comp>"
        '<comp xsi:type="PIVL_TS" operator="A"><period value="8" '
        f'unit="h"/></comp></effectiveTime>{NO_MATERIAL}</substanceAdministration>',
    )
    + related(
        "COMP",
        f'<act classCode="ACT" moodCode="EVN">{templates(f"{PHARMACY}.9.2", f"{FR_ENTRY}.206")}'
        f"{_code('G', '2.16.840.1.113883.5.1070')}{DONE}</act>",
    )
    + "</supply>"
)
DISPENSATION: Final = component(
    section(
        ("1.3.6.1.4.1.19376.1.9.1.2.3", f"{CCD}.8", f"{FR_SECTION}.236"),
        "60590-7",
        AUTHOR.replace("<addr", '<code code="G15_21" codeSystem="1.2.250.1.213.1.1.4.5"/><addr', 1),
        entry(DISPENSED),
    )
)

# Nursing home: the sections are bare, other rules say what they hold

_EVENTS: Final = "1.3.6.1.4.1.19376.1.7.3.1.1.13.7"


def _bare(*roots: str) -> str:
    return "".join(component(section((root,), "1-8")) for root in roots)


LIAISON: Final = (
    _bare(f"{PCC}.1.13.2.10", f"{PCC}.3.19", f"{PCC}.3.35", f"{PCC}.3.28", f"{PCC}.3.6")
    + component(
        section((_EVENTS,), "42545-4", entry(simple("247663003", SNOMED, '<value xsi:type="BL" value="true"/>')))
    )
    + component(
        section(
            (f"{FR_SECTION}.37",),
            "55107-7",
            entry(simple("69764-9", LOINC, _code("DLU_006", TA_ASIP, tag="value", kind="CD"), f"{FR_ENTRY}.48.18")),
        )
    )
)
TRANSFER: Final = _bare(
    _EVENTS,
    f"{PCC}.3.25",
    f"{PCC}.3.28",
    f"{PCC}.3.19",
    "1.3.6.1.4.1.19376.1.7.3.1.1.13.5",
    f"{FR_SECTION}.53",
)
RETURN: Final = _bare(_EVENTS, f"{PCC}.3.7", f"{PCC}.3.22", f"{FR_SECTION}.53", f"{FR_SECTION}.37")
