"""What ``banc validate`` calls a document: every volet that has rules has a name, with its version."""

from __future__ import annotations

import pytest

from banc_harness.validate.document_types import named
from banc_standards.cda.read import read
from banc_standards.cda.rules import dispensation, imaging, nursing_home, prescription
from banc_standards.cda.rules.volet_table import VOLETS
from banc_standards.cda.volet_names import BY_CODE

KNOWN = (
    *VOLETS,
    imaging.IMG_CR,
    prescription.EP_MED,
    dispensation.EDISP,
    nursing_home.DLU,
    nursing_home.FLUDT,
    nursing_home.FLUDR,
)
COMMON = '<templateId root="1.2.250.1.213.1.1.1.1"/>'


def _document(inner: str):
    return read(f'<ClinicalDocument xmlns="urn:hl7-org:v3">{COMMON}{inner}</ClinicalDocument>'.encode())


@pytest.mark.parametrize("volet", KNOWN, ids=lambda volet: f"{volet.name}-{'-'.join(volet.versions)}")
def test_a_volet_is_named_with_its_version(volet):
    version = volet.versions[0] if volet.versions else "2022.01"
    beside = "".join(f'<templateId root="{root}"/>' for root in volet.templates)

    document = _document(f'{beside}<templateId root="{volet.model}" extension="{version}"/>')

    assert named(document) == (volet.name, version)


@pytest.mark.parametrize(("code", "system"), BY_CODE)
def test_a_document_without_model_is_named_by_its_code(code, system):
    document = _document(f'<code code="{code}" codeSystem="{system}"/>')

    assert named(document) == (BY_CODE[code, system], "")


def test_a_document_of_neither_has_no_name():
    assert named(_document('<code code="0-0" codeSystem="2.16.840.1.113883.6.1"/>')) == (None, "")
