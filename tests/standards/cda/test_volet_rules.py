"""Each rule of imaging, prescription, dispensation and nursing home documents: a sound document, then a broken one."""

from __future__ import annotations

from typing import Final, NamedTuple

import pytest
from lxml import etree

from banc_standards.cda.names import HL7, V3, XSI
from banc_standards.cda.read import Document, read
from banc_standards.cda.rules import (
    RULES,
    dispensation,
    imaging,
    imaging_entries,
    nursing_home,
    prescription,
    prescription_entries,
)
from banc_standards.rules import Registry, judge

from . import volets
from .bodies import FR_ENTRY, FR_SECTION, LOINC, PCC, PHARMACY, component, section
from .volets import DCM, PS3_20

FAMILIES: Final = (imaging, imaging_entries, prescription, prescription_entries, dispensation, nursing_home)
BY_ID: Final = Registry(RULES)
_ACT: Final = "documentationOf/serviceEvent"
_MODALITY: Final = f'<translation code="CT" codeSystem="{DCM}">{volets.MODALITY}</translation>'


class Model(NamedTuple):
    """A volet: its templateIds, its code, its body, the code of its act, and what is added before the act."""

    templates: tuple[str, ...]
    code: str
    body: str
    act: str
    more: str = ""
    version: str = "2022.01"


MODELS: Final = {
    "imaging": Model(
        (f"{PS3_20}.1", f"{PS3_20}.20", f"{PS3_20}.21", imaging.IMG_CR.model),
        "18748-4",
        volets.IMAGING,
        f'<code code="24727-0" codeSystem="{LOINC}">{_MODALITY}</code>',
        '<inFulfillmentOf><order><id root="1.2.250.1.213.99.8"/><accessionNumber xmlns="urn:dicom-org:ps3-20" '
        'root="1.2.250.1.213.99.9"/></order></inFulfillmentOf>',
        "2024.01",
    ),
    "prescription": Model(
        (*prescription.EP_MED.templates[2:], prescription.PRESCRIPTION),
        "57833-6",
        volets.PRESCRIPTION,
        f'<code code="57833-6" codeSystem="{LOINC}"/>',
        version="2024.01",
    ),
    "dispensation": Model(
        (*dispensation.EDISP.templates, dispensation.EDISP.model),
        "60593-1",
        volets.DISPENSATION,
        f'<code code="60593-1" codeSystem="{LOINC}"/>',
        version="2024.01",
    ),
    "liaison": Model(
        (nursing_home.DLU.model,),
        "74207-2",
        volets.LIAISON,
        f'<code code="34117-2" codeSystem="{LOINC}"/>',
    ),
    "transfer": Model(
        (nursing_home.FLUDT.model,), "74207-2", volets.TRANSFER, f'<code code="28651-8" codeSystem="{LOINC}"/>'
    ),
    "return": Model(
        (nursing_home.FLUDR.model,), "74207-2", volets.RETURN, f'<code code="28651-8" codeSystem="{LOINC}"/>'
    ),
}
WHOLE: Final = ("imaging", "prescription", "dispensation")


class Break(NamedTuple):
    """A change of one of the documents, and the end of the place where the rule must tell of it."""

    model: str
    old: str
    new: str
    place: str


def _template(root: str) -> str:
    return f'<templateId root="{root}"/>'


def _gone(root: str) -> tuple[str, str]:
    return _template(root), ""


_EXTRA: Final = component(section((f"{FR_SECTION}.209", f"{PS3_20}.5"), "19005-8"))
_TWICE: Final = component(section((f"{PCC}.3.6",), "1-8"))
_END: Final = "</structuredBody>"
_REPEAT: Final = '<repeatNumber value="0"/>'
BROKEN: Final = {
    "CDA-IMG-001": [
        Break("imaging", *_gone(f"{PS3_20}.21"), "/ClinicalDocument/templateId/@root"),
        Break("imaging", 'code="18748-4"', 'code="11490-0"', "/ClinicalDocument/code/@code"),
    ],
    "CDA-IMG-002": [Break("imaging", _MODALITY, "", "serviceEvent/code/translation[qualifier/name/@code='121139']")],
    "CDA-IMG-003": [Break("imaging", '<translation code="CT"', '<translation code="XX"', "code/translation/@code")],
    "CDA-IMG-004": [
        Break("imaging", '<id root="1.2.250.1.213.99.8"/>', "", "inFulfillmentOf/order/id"),
        Break("imaging", "urn:dicom-org:ps3-20", "urn:hl7-org:sdtc", "inFulfillmentOf/order/accessionNumber"),
    ],
    "CDA-IMG-005": [
        Break("imaging", *_gone(f"{FR_SECTION}.209"), f"section[templateId/@root='{FR_SECTION}.209']"),
        Break("imaging", _END, f"{_EXTRA}{_END}", f"section[templateId/@root='{FR_SECTION}.209']"),
        Break("imaging", "code='55111-9'", "code='55111-8'", "section/code/@code"),
        Break("imaging", *_gone(f"{FR_SECTION}.217"), f"section[templateId/@root='{FR_SECTION}.217']"),
        Break("imaging", *_gone(f"{FR_SECTION}.213"), f"section[templateId/@root='{FR_SECTION}.213']"),
        Break(
            "imaging",
            "<name><family>DURAND</family></name></assignedPerson>",
            "</assignedPerson>",
            "author/assignedAuthor/assignedPerson/name",
        ),
    ],
    "CDA-IMG-006": [
        Break("imaging", 'procedure classCode="PROC"', 'procedure classCode="ACT"', "procedure/@classCode"),
        Break("imaging", f'<methodCode code="CT" codeSystem="{DCM}"></methodCode>', "", "procedure/methodCode"),
        Break("imaging", 'code="302548004"', 'code="1"', "targetSiteCode/@code"),
        Break("imaging", 'code="66459002"', 'code="1"', "targetSiteCode/qualifier/value/@code"),
        Break("imaging", 'code="106233006"', 'code="1"', "targetSiteCode/qualifier/name/@code"),
    ],
    "CDA-IMG-007": [
        Break("imaging", f"{_template(f'{FR_ENTRY}.151')}<id", f"{_template(f'{FR_ENTRY}.151')}<realmCode", "/id"),
        Break("imaging", "<code nullFlavor='UNK'/>", "", "consumable/manufacturedProduct/manufacturedMaterial/code"),
    ],
    "CDA-IMG-008": [
        Break("imaging", 'code="113014"', 'code="113013"', "act/code/@code"),
        Break("imaging", 'code="113015"', 'code="113013"', "act/code/@code"),
        Break("imaging", 'classCode="DGIMG"', 'classCode="OBS"', "observation/@classCode"),
        Break("imaging", "application/dicom", "image/png", "observation/text/@mediaType"),
        Break("imaging", *_gone(f"{PS3_20}.17"), f"act[{PS3_20}.17]"),
        Break("imaging", *_gone(f"{FR_ENTRY}.157"), "observation/templateId/@root"),
    ],
    "CDA-IMG-009": [
        Break("imaging", 'code="121290"', 'code="121291"', "procedure/code/@code"),
        Break("imaging", 'code="113850"', 'code="113851"', "participant/participantRole/code/@code"),
        Break("imaging", 'xsi:type="PQ"', 'xsi:type="REAL"', "observation/value[@xsi:type='PQ']"),
        Break("imaging", 'code="113813"', 'code="1"', "observation/code/@code"),
        Break("imaging", 'code="440252007"', 'code="440252008"', "substanceAdministration/code/@code"),
        Break("imaging", 'code="364320009"', 'code="364320008"', "observation/code/@code"),
    ],
    "CDA-IMG-010": [
        Break(
            "imaging",
            f'<code code="64100-1" codeSystem="{LOINC}"></code><statusCode code="completed"/>'
            '<value xsi:type="CD" code="77386006"',
            f'<code code="64100-1" codeSystem="{LOINC}"></code><statusCode code="completed"/>'
            '<value xsi:type="CD" code="1"',
            "observation/value/@code",
        )
    ],
    "CDA-IMG-011": [Break("imaging", '<targetSiteCode nullFlavor="NA"/>', "", "observation/targetSiteCode")],
    "CDA-IMG-012": [
        Break("imaging", 'code="47519-4"', 'code="47519-5"', "entry/observation[code/@code='47519-4']"),
        Break("imaging", 'code="99622-3"', 'code="99622-4"', "entry/observation[code/@code='99622-3']"),
    ],
    "CDA-EPM-001": [
        Break("prescription", *_gone(f"{PCC}.1.1"), "/ClinicalDocument/templateId/@root"),
        Break(
            "prescription", 'code="57833-6" displayName', 'code="57833-7" displayName', "/ClinicalDocument/code/@code"
        ),
    ],
    "CDA-EPM-002": [Break("prescription", "<high ", "<center ", f"{_ACT}/effectiveTime/high")],
    "CDA-EPM-003": [
        Break("prescription", *_gone(f"{FR_SECTION}.243"), f"section[templateId/@root='{FR_SECTION}.243']"),
    ],
    "CDA-EPM-004": [Break("prescription", *_gone(f"{PHARMACY}.2"), "substanceAdministration/templateId/@root")],
    "CDA-EPM-005": [
        Break("prescription", _REPEAT, "", "substanceAdministration/repeatNumber/@value"),
        Break("prescription", 'code="DRUG"', 'code="DRUGS"', "substanceAdministration/code/@code"),
        Break("prescription", '<doseQuantity><low value="1"/>', "<doseQuantity>", "doseQuantity/low"),
        Break("prescription", '<period value="8" unit="h"/>', "", "effectiveTime[2]/@xsi:type"),
        Break("prescription", 'classCode="MANU"', 'classCode="XXXX"', f"manufacturedProduct[{PCC}.4.7.2]"),
    ],
    "CDA-EPM-006": [
        Break("prescription", *_gone(f"{PHARMACY}.9.1"), f"act[{PHARMACY}.9.1]"),
        Break("prescription", 'code="N" codeSystem="2.16', 'code="X" codeSystem="2.16', "act/code/@code"),
        Break("prescription", 'moodCode="DEF"', 'moodCode="EVN"', "act/@moodCode"),
    ],
    "CDA-EPM-007": [
        Break("prescription", *_gone(f"{FR_ENTRY}.48.12"), f"entryRelationship/observation[{FR_ENTRY}.48.12]"),
    ],
    "CDA-EPM-008": [
        Break("prescription", 'typeCode="SUBJ" inversionInd="true"', 'typeCode="SUBJ"', "act/../@typeCode"),
    ],
    "CDA-EPM-009": [Break("prescription", '<quantity value="2"/>', "<quantity/>", "supply/quantity/@value")],
    "CDA-EPM-010": [
        Break("prescription", ' determinerCode="KIND"', "", "manufacturedMaterial/@determinerCode"),
        Break("prescription", *_gone(f"{PHARMACY}.1"), "manufacturedMaterial/templateId/@root"),
    ],
    "CDA-EPM-011": [Break("prescription", '<sequenceNumber value="1"/>', "", "entryRelationship[1]/sequenceNumber")],
    "CDA-EPM-012": [
        Break("prescription", f"{_REPEAT}<participant", "<participant", "supply/repeatNumber"),
    ],
    "CDA-OTH-001": [
        Break("dispensation", *_gone(f"{PCC}.1.1"), "/ClinicalDocument/templateId/@root"),
        Break(
            "dispensation",
            f'<code code="60593-1" codeSystem="{LOINC}"/>',
            f'<code code="IMP" codeSystem="{LOINC}"/>',
            f"{_ACT}/code/@code",
        ),
    ],
    "CDA-OTH-002": [
        Break("dispensation", *_gone(f"{FR_SECTION}.236"), f"section[templateId/@root='{FR_SECTION}.236']"),
        Break("dispensation", "code='60590-7'", "code='60590-8'", "section/code/@code"),
        Break("dispensation", 'code="G15_21"', 'code="G15_10"', "author/assignedAuthor/code/@code"),
    ],
    "CDA-OTH-003": [
        Break("dispensation", "<quantity value='2'/>", "<quantity/>", "supply/quantity/@value"),
        Break("dispensation", *_gone(f"{FR_ENTRY}.204"), "supply/templateId/@root"),
    ],
    "CDA-OTH-004": [
        Break("dispensation", 'code="PREItem"', 'code="PRItem"', "substanceAdministration/code/@code"),
        Break("dispensation", "manufacturedMaterial nullFlavor='NA'", "manufacturedMaterial", "/@nullFlavor"),
        Break("dispensation", 'xsi:type="SXPR_TS"', 'xsi:type="PIVL_TS"', "[comp/@operator='A']"),
        Break(
            "dispensation",
            '<code code="G" codeSystem="2.16.840.1.113883.5.1070"></code>',
            "",
            "act/code",
        ),
    ],
    "CDA-OTH-005": [
        Break("liaison", 'functionCode code="PCP"', 'functionCode code="ATTPHYS"', "participant/functionCode/@code"),
        Break("liaison", 'code="34117-2"', 'code="IMP"', f"{_ACT}/code/@code"),
        Break("liaison", "<low value", '<low nullFlavor="UNK" data', f"{_ACT}/effectiveTime/low/@nullFlavor"),
    ],
    "CDA-OTH-006": [Break("liaison", *_gone(f"{PCC}.3.35"), f"section[templateId/@root='{PCC}.3.35']")],
    "CDA-OTH-007": [Break("liaison", _END, f"{_TWICE}{_END}", f"section[templateId/@root='{PCC}.3.6']")],
    "CDA-OTH-008": [
        Break("liaison", 'code="DLU_006"', 'code="DLU_999"', "observation/value/@code"),
        Break("liaison", 'code="247663003"', 'code="1"', "observation/code/@code"),
    ],
    "CDA-OTH-009": [
        Break("transfer", *_gone(f"{FR_SECTION}.53"), f"section[templateId/@root='{FR_SECTION}.53']"),
        Break("transfer", 'code="28651-8"', 'code="IMP"', f"{_ACT}/code/@code"),
    ],
    "CDA-OTH-010": [Break("return", *_gone(f"{PCC}.3.22"), f"section[templateId/@root='{PCC}.3.22']")],
}


def _written(structured: bytes, name: str, change: Break | None = None) -> Document:
    """Our letter turned into another model, broken or not."""
    model = MODELS[name]
    text = structured.decode()
    start, end = text.index("<structuredBody>") + len("<structuredBody>"), text.index(_END)
    *others, own = model.templates
    declared = "".join(_template(root) for root in others) + f'<templateId root="{own}" extension="{model.version}"/>'
    whole = f"{text[:start]}{model.body}{text[end:]}".replace(
        '<templateId root="1.2.250.1.213.1.1.1.29" extension="2022.01"/>', declared
    )
    root = etree.fromstring(whole.encode())
    _put(root.find(f"{V3}code"), f'<code code="{model.code}" displayName="Document" codeSystem="{LOINC}"/>')
    _put(root.find(f"{V3}documentationOf/{V3}serviceEvent/{V3}code"), model.act)
    act = root.find(f"{V3}documentationOf")
    assert act is not None
    for part in etree.fromstring(f'<all xmlns="{HL7}">{model.more}</all>'):
        act.addprevious(part)
    return read(_changed(etree.tostring(root, encoding="unicode"), change).encode())


def _put(old: etree._Element | None, new: str) -> None:
    assert old is not None
    parent = old.getparent()
    assert parent is not None
    parent.replace(old, etree.fromstring(new.replace("<code", f'<code xmlns="{HL7}" xmlns:xsi="{XSI}"', 1)))


def _changed(text: str, change: Break | None) -> str:
    if change is None:
        return text
    changed = text.replace(*_serialised(change), 1)
    assert changed != text, f"nothing to change: {change.old}"
    return changed


def _serialised(change: Break) -> tuple[str, str]:
    """lxml writes double quotes, and no end tag where there is nothing inside."""
    old, new = (part.replace("'", '"') if "[" not in part else part for part in (change.old, change.new))
    for tag in ("code", "methodCode", "translation", "value", "name"):
        old, new = (part.replace(f'"></{tag}>', '"/>') for part in (old, new))
    return old, new


CASES: Final = [(rule_id, change) for rule_id, changes in BROKEN.items() for change in changes]


@pytest.mark.parametrize("name", MODELS)
def test_a_sound_document_breaks_no_rule_of_the_volets(name: str, structured: bytes) -> None:
    rules = RULES if name in WHOLE else [rule for family in FAMILIES for rule in family.RULES]

    found = [item for item in judge(rules, _written(structured, name)) if item.severity == "error"]

    assert [(item.rule, item.location, item.found, item.expected) for item in found] == []


@pytest.mark.parametrize(("rule_id", "change"), CASES, ids=[f"{rule_id}-{change.model}" for rule_id, change in CASES])
def test_a_change_breaks_the_rule_where_it_was_made(rule_id: str, change: Break, structured: bytes) -> None:
    rule = BY_ID[rule_id]
    sound, broken = _written(structured, change.model), _written(structured, change.model, change)

    assert list(rule.check(sound)) == []
    places = [hit.location for hit in rule.check(broken)]
    assert any(place.endswith(change.place) for place in places), places


@pytest.mark.parametrize(
    ("rule_id", "old", "new"),
    [
        ("CDA-IMG-005", 'code="55752-0"', 'code="55752-1"'),
        ("CDA-IMG-010", 'code="77386006"', 'code="1"'),
    ],
)
def test_an_imaging_request_is_held_to_the_sections_that_it_shares(
    rule_id: str, old: str, new: str, structured: bytes
) -> None:
    text = etree.tostring(_written(structured, "imaging").root, encoding="unicode")
    request = text.replace(f'root="{imaging.IMG_CR.model}"', 'root="1.2.250.1.213.1.1.1.47"')

    assert list(BY_ID[rule_id].check(read(request.encode()))) == []
    assert list(BY_ID[rule_id].check(read(request.replace(old, new, 1).encode())))


def test_every_rule_of_these_volets_has_its_change() -> None:
    assert {rule.id for family in FAMILIES for rule in family.RULES} == set(BROKEN)


def test_the_volets_leave_other_documents_alone(structured: bytes) -> None:
    assert [hit for family in FAMILIES for hit in judge(family.RULES, read(structured))] == []
