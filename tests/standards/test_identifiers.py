import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.identifiers import (
    Cx,
    IdNat,
    MalformedIdentifier,
    StructIdNat,
    Xcn,
    Xon,
    cog,
    finess,
    luhn,
    luhn_key,
    oid,
    oid_of_uuid,
    rpps,
    siren,
    siret,
    uuid,
)


@given(st.text("0123456789", min_size=1, max_size=20))
def test_a_luhn_key_satisfies_luhn(digits: str) -> None:
    assert luhn(digits + luhn_key(digits))
    assert not luhn(digits + str((int(luhn_key(digits)) + 1) % 10))


@pytest.mark.parametrize("text", ["", "12A", "٣٤"])
def test_luhn_is_for_digits_only(text: str) -> None:
    assert not luhn(text)
    with pytest.raises(ValueError, match="not digits"):
        luhn_key(text)


@pytest.mark.parametrize(
    ("recognise", "good", "bad"),
    [
        (rpps, "99900000011", "9990000001"),
        (finess, "990000010", "99000001"),
        (finess, "2A0000010", "2C0000010"),
        (siren, "000990010", "000990011"),
        (siret, "00099001000019", "00099001000018"),
        (oid, "1.2.250.1.213.1.4.10", "1.02.3"),
        (oid, "2.999", "3.1"),
        (oid, "1." + "1" * 62, "1." + "1" * 63),
        (uuid, "0190a6f0-0000-7000-8000-000000000001", "urn:uuid:0190a6f0-0000-7000-8000-000000000001"),
        (cog, "63220", "6322"),
        (cog, "2A004", "2C004"),
        (cog, "99352", "9A352"),
    ],
)
def test_each_kind_is_told_from_its_lookalike(recognise, good: str, bad: str) -> None:
    assert recognise(good)
    assert not recognise(bad)


@pytest.mark.parametrize(
    ("text", "kind", "number", "internal"),
    [
        ("899900000011", "RPPS", "99900000011", ""),
        ("0990000010", "ADELI", "990000010", ""),
        ("1990000010/42", "CABINET_ADELI", "990000010", "42"),
        ("3990000010/42", "FINESS", "990000010", "42"),
        ("699900000011/42", "CABINET_RPPS", "99900000011", "42"),
        ("500099001000019/0000000007", "SIRET", "00099001000019", "0000000007"),
        ("00B123456789", "TEST_CARD", "00B123456789", ""),
        ("ANS20260101000008", "EDIT", "ANS20260101000008", ""),
    ],
)
def test_every_form_of_a_professional_is_read(text: str, kind: str, number: str, internal: str) -> None:
    read = IdNat.parse(text)
    assert (read.value, read.kind, read.number, read.internal) == (text, kind, number, internal)


def test_only_an_rpps_holder_has_an_rpps() -> None:
    assert IdNat.of_rpps("99900000011").rpps == "99900000011"
    assert IdNat.parse("ANS20260101000008").rpps is None


@pytest.mark.parametrize("text", ["", "99900000011", "8999000000", "500099001000019", "9990000010/1", "3990000010/"])
def test_what_is_no_professional_is_refused_with_the_expected_forms(text: str) -> None:
    with pytest.raises(MalformedIdentifier) as refused:
        IdNat.parse(text)
    assert refused.value.code == "ID-001"
    assert "RPPS" in refused.value.hint.fr


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1990000010", "FINESS"),
        ("12A0000010", "FINESS"),
        ("2000990010", "SIREN"),
        ("300099001000019", "SIRET"),
        ("49990000001101", "CABINET_RPPS"),
        ("0990000010", "CABINET_ADELI"),
    ],
)
def test_every_form_of_a_structure_is_read(text: str, kind: str) -> None:
    read = StructIdNat.parse(text)
    assert (read.kind, read.number) == (kind, text[1:])


@pytest.mark.parametrize("text", ["", "990000010", "5990000010", "19900000100"])
def test_what_is_no_structure_is_refused(text: str) -> None:
    with pytest.raises(MalformedIdentifier):
        StructIdNat.parse(text)


def test_a_finess_structure_keeps_its_prefix() -> None:
    structure = StructIdNat.of_finess("990000010")
    assert (structure.value, structure.finess) == ("1990000010", "990000010")
    assert StructIdNat.parse("2000990010").finess is None


def test_a_person_is_written_with_the_authority_ninth_and_the_type_thirteenth() -> None:
    written = str(Xcn("899900000011", "EXEMPLE", "Camille"))
    assert written == "899900000011^EXEMPLE^Camille^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert Xcn.parse(written) == Xcn("899900000011", "EXEMPLE", "Camille")


def test_a_structure_is_written_with_its_identifier_tenth() -> None:
    written = str(Xon("CHU FICTIF", "1990000010"))
    assert written == "CHU FICTIF^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000010"
    assert Xon.parse(written) == Xon("CHU FICTIF", "1990000010")


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (Cx.parse, "279035121518989"),
        (Cx.parse, "279035121518989^^^1.2.250.1.213.1.4.10^NH"),
        (Cx.parse, "^^^&1.2&ISO^NH"),
        (Xcn.parse, "899900000011^EXEMPLE^Camille^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"),
        (Xon.parse, "CHU FICTIF^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000010"),
    ],
)
def test_a_component_out_of_its_place_is_refused(parse, text: str) -> None:
    with pytest.raises(MalformedIdentifier):
        parse(text)


def test_an_old_patient_identifier_with_a_date_is_still_read() -> None:
    assert Cx.parse("279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH^^20200101").type == "NH"


def test_a_uuid_has_its_oid() -> None:
    assert oid_of_uuid("00000000-0000-0000-0000-0000000000ff") == "2.25.255"
    with pytest.raises(MalformedIdentifier):
        oid_of_uuid("not-a-uuid")
