"""Value sets and the tables that derive class and format from type and model."""

from __future__ import annotations

import pytest

from banc_standards.terminology.codes import NAMES, Code, value_set
from banc_standards.terminology.documents import class_of, format_of_media, format_of_model, models_of
from banc_standards.terminology.oids import AUTHOR_SPECIALTIES, DOCUMENT_TYPES_FR, LOINC


@pytest.mark.parametrize("name", NAMES)
def test_every_value_set_holds_labelled_codes(name: str) -> None:
    values = value_set(name)

    assert values.name == name
    assert values.displays
    assert all(display for display in values.displays.values())
    assert values.codes == {code for code, _ in values.displays}


def test_membership_is_of_the_pair() -> None:
    specialties = value_set("J01")

    assert Code("G15_10/SM26", AUTHOR_SPECIALTIES, "autre libellé") in specialties
    assert ("G15_10/SM26", LOINC) not in specialties
    assert "G15_10/SM26" in specialties.codes


def test_a_code_comes_with_its_label() -> None:
    code = value_set("J07").get("11490-0")

    assert (code.system, code.display) == (LOINC, "Lettre de liaison à la sortie d'un établissement de soins")


def test_an_unknown_code_or_set_is_refused() -> None:
    with pytest.raises(KeyError):
        value_set("J07").get("0-0")
    with pytest.raises(KeyError):
        value_set("J999")


def test_the_label_does_not_make_the_code() -> None:
    assert Code("a", "b", "x") == Code("a", "b", "y")
    assert len({Code("a", "b", "x"), Code("a", "b", "y")}) == 1


@pytest.mark.parametrize(
    ("code", "system", "expected"),
    [("11490-0", LOINC, "10"), ("18748-4", LOINC, "31"), ("SYNTH", DOCUMENT_TYPES_FR, "11"), ("57833-6", LOINC, "42")],
)
def test_the_class_follows_from_the_type(code: str, system: str, expected: str) -> None:
    found = class_of(Code(code, system))

    assert found is not None
    assert found.code == expected
    assert found in value_set("J57")


def test_a_type_out_of_the_table_has_no_class() -> None:
    assert class_of(Code("11490-0", DOCUMENT_TYPES_FR)) is None
    assert models_of(Code("11490-0", DOCUMENT_TYPES_FR)) == ()


def test_the_format_follows_from_the_model_or_the_media() -> None:
    structured, unstructured = format_of_model("1.2.250.1.213.1.1.1.29"), format_of_media("application/pdf")

    assert structured is not None
    assert unstructured is not None
    assert structured.code == "urn:asip:ci-sis:ldl-ses:2017"
    assert unstructured.code == "urn:ihe:iti:xds-sd:pdf:2008"
    assert format_of_model("1.2.3") is None
    assert format_of_media("image/gif") is None
