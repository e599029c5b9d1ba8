"""One clean discharge letter that every test of this folder starts from."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone

import pytest
from lxml import etree

from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.model import (
    Address,
    DischargeLetter,
    Identifier,
    Organization,
    Patient,
    Professional,
    Stay,
    Synthesis,
    Telecom,
    Treatment,
)
from banc_standards.cda.names import HL7, V3
from banc_standards.cda.pdf import simple_pdf
from banc_standards.ins import Ins
from banc_standards.terminology.codes import value_set

PARIS = timezone(timedelta(hours=1))


@pytest.fixture(scope="session")
def letter() -> DischargeLetter:
    """A letter that says something in every part of the model."""
    clinic = Organization(
        struct_idnat="1990000001",
        name="CLINIQUE FICTIVE",
        practice_setting=value_set("J04").get("ETABLISSEMENT"),
        address=Address("1", "RUE DE L'EXEMPLE", "63000", "CLERMONT-FERRAND", use="WP"),
        telecoms=(Telecom("tel:0199000026", "WP"),),
    )
    doctor = Professional(
        idnat="899900000011",
        family="DURAND",
        given="ALICE",
        prefix="MME",
        suffix="DR",
        speciality=value_set("J01").get("G15_10/SM26"),
        organization=clinic,
        telecoms=(Telecom("tel:0199000027", "WP"),),
    )
    patient = Patient(
        ins=Ins("279035121518989", "1.2.250.1.213.1.4.10"),
        local_ids=(Identifier("1.2.250.1.213.99.1", "IPP-42"),),
        birth_family="PAT-TROIS",
        birth_givens="DOMINIQUE MARIE-LOUISE",
        first_given="DOMINIQUE",
        sex="F",
        birth_date=date(1979, 3, 28),
        birth_place_cog="51215",
        birth_place_name="DOMPREMY",
        used_family="PAT-TROIS",
        used_given="DOMINIQUE",
        address=Address("28", "AVENUE DE L'EXEMPLE", "75007", "PARIS", "FRANCE", "H"),
        telecoms=(Telecom("tel:0639980001", "MC"), Telecom("mailto:279035121518989@patient.mssante.fr")),
    )
    return DischargeLetter(
        id="1.2.250.1.213.99.2.1",
        set_id="1.2.250.1.213.99.2",
        created=datetime(2026, 1, 5, 16, 30, tzinfo=PARIS),
        patient=patient,
        author=doctor,
        legal_authenticator=doctor,
        custodian=clinic,
        stay=Stay(
            admission=datetime(2026, 1, 2, 8, tzinfo=PARIS),
            discharge=datetime(2026, 1, 5, 16, tzinfo=PARIS),
            entry_mode=value_set("ModaliteEntree").get("183452005"),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get("SA01"),
            performer=doctor,
        ),
        reason="Pneumopathie fébrile",
        synthesis=Synthesis(
            text="Évolution favorable sous antibiotiques.",
            adverse_events="Aucun",
            resistant_organisms_searched=True,
            resistant_organisms="Aucun",
            transfusion=True,
            transfusion_accidents="Aucun",
            blood_derivatives=True,
            blood_derivative_events="Aucun",
        ),
        treatments=(
            Treatment("AMOXICILLINE 1 g", date(2026, 1, 5), date(2026, 1, 12), "60019927", "1", "{tbl}", 8),
            Treatment("PARACETAMOL 1 g", date(2026, 1, 5), instructions="si douleur"),
        ),
        recipients=(doctor,),
        treating_physician=doctor,
        pending_results="Hémocultures",
        follow_up="Radiographie de contrôle dans six semaines",
    )


@pytest.fixture(scope="session")
def structured(letter: DischargeLetter) -> bytes:
    """The letter as a level 3 document."""
    return discharge_letter(letter)


@pytest.fixture(scope="session")
def level1(letter: DischargeLetter) -> bytes:
    """The letter as a level 1 document."""
    return discharge_letter_n1(letter, simple_pdf(["Lettre de liaison", "Évolution favorable."]))


_PERSON = "<name><family>DURAND</family><given>ALICE</given><prefix>MME</prefix><suffix>DR</suffix></name>"
_PS = '<id root="1.2.250.1.71.4.2.1" extension="899900000011"/>'
_SETTING = (
    '<standardIndustryClassCode code="ETABLISSEMENT" displayName="Etablissement de santé" '
    'codeSystem="1.2.250.1.213.1.1.4.9"/>'
)
_WHEN = "20260105163000+0100"
_PART_OF_HEADER = {
    # before this element of the header: what the builder never writes
    "custodian": (
        f"""<author><time value="{_WHEN}"/><assignedAuthor>
              <id root="1.2.250.1.71.4.2.1" extension="1990000001/88"/>
              <code code="DISPOSITIF" displayName="Dispositif médical" codeSystem="1.2.250.1.213.1.1.4.6"/>
              <assignedAuthoringDevice><manufacturerModelName>MODULE</manufacturerModelName>
              <softwareName>LOGICIEL</softwareName></assignedAuthoringDevice></assignedAuthor></author>
            <dataEnterer><time value="{_WHEN}"/><assignedEntity>{_PS}</assignedEntity></dataEnterer>
            <informant><relatedEntity classCode="ECON">
              <code code="SIS" displayName="Soeur" codeSystem="2.16.840.1.113883.5.111"/>
              <relatedPerson><name><family>NESSI</family><given>SOPHIE</given></name></relatedPerson>
            </relatedEntity></informant>
            <informant><assignedEntity>{_PS}<assignedPerson>{_PERSON}</assignedPerson></assignedEntity></informant>"""
    ),
    "participant": (
        f"""<authenticator><time value="{_WHEN}"/><signatureCode code="S"/>
              <assignedEntity>{_PS}<assignedPerson>{_PERSON}</assignedPerson></assignedEntity></authenticator>"""
    ),
    "documentationOf": '<inFulfillmentOf><order><id root="1.2.250.1.213.99.3"/></order></inFulfillmentOf>',
    "componentOf": (
        """<authorization typeCode="AUTH"><consent classCode="CONS" moodCode="EVN">
             <code code="CONSENT" codeSystem="1.2.250.1.213.99.4"/><statusCode code="completed"/>
             </consent></authorization>"""
    ),
}
_PATIENT = """<guardian><guardianPerson><name><prefix>MME</prefix><family>NESSI</family><given>JEANNE</given></name>
  </guardianPerson></guardian>"""
_ENCOUNTER = f"""<dischargeDispositionCode code="DOM" displayName="Domicile" codeSystem="1.2.250.1.213.2.14"/>
  <responsibleParty><assignedEntity>{_PS}<assignedPerson>{_PERSON}</assignedPerson>
    <representedOrganization><name>CLINIQUE FICTIVE</name>{_SETTING}</representedOrganization></assignedEntity>
  </responsibleParty>
  <encounterParticipant typeCode="ATND"><assignedEntity>{_PS}</assignedEntity></encounterParticipant>"""
_PLACE = """<location><name>BATIMENT A</name><addr><city>CLERMONT-FERRAND</city></addr></location>"""


def _parts(text: str) -> list[etree._Element]:
    return list(etree.fromstring(f'<x xmlns="{HL7}">{text}</x>'))


@pytest.fixture(scope="session")
def complete(structured: bytes) -> bytes:
    """The letter with every header element that the rules speak of, in the order of the schema."""
    root = etree.fromstring(structured)
    for before, text in _PART_OF_HEADER.items():
        place = root.find(V3 + before)
        assert place is not None
        for part in _parts(text):
            place.addprevious(part)
    birthplace = root.find(f".//{V3}birthplace")
    place_of_care = root.find(f"{V3}componentOf/{V3}encompassingEncounter/{V3}location")
    facility = root.find(f".//{V3}healthCareFacility")
    assert birthplace is not None
    assert place_of_care is not None
    assert facility is not None
    for part in _parts(_PATIENT):
        birthplace.addprevious(part)
    for part in _parts(_ENCOUNTER):
        place_of_care.addprevious(part)
    facility.extend(_parts(_PLACE))
    return etree.tostring(root)


Change = tuple[str, str] | tuple[str, str, dict[str, str | None] | str]


def _apply(root: etree._Element, change: Change) -> None:
    verb, path, more = (*change, {})[:3]
    element = root.find("/".join(V3 + name for name in path.split("/"))) if path else root
    assert element is not None, path
    if verb == "drop":
        element.getparent().remove(element)
    elif verb == "say":
        element.text = more
    elif verb in ("add", "insert"):
        scope = 'xmlns:sdtc="urn:hl7-org:sdtc" xmlns:ps3-20="urn:dicom-org:ps3-20"'
        parts = list(etree.fromstring(f'<x xmlns="{HL7}" {scope}>{more}</x>'))
        element[:] = [*element, *parts] if verb == "add" else [*parts, *element]
    else:
        target = element
        if verb == "double":
            target = deepcopy(element)
            element.addnext(target)
        for name, value in more.items():
            target.attrib.pop(name, None)
            if value is not None:
                target.set(name, value)


@pytest.fixture(scope="session")
def changed() -> Callable[..., bytes]:
    """Changes a document: ``("drop", path)``, ``("double"|"put", path, attributes)``, ``("say", path, text)``,
    ``("add"|"insert", path, xml)``; paths are local names below the root, ``a/b[2]/c``, an attribute None goes."""

    def change(data: bytes, *changes: Change) -> bytes:
        root = etree.fromstring(data)
        for one in changes:
            _apply(root, one)
        return etree.tostring(root)

    return change
