"""Reading what strangers send: refusals and faults with their place, never a crash."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banc_standards.fhir.positions import offsets
from banc_standards.fhir.read import FhirRefused, Limits, read
from banc_standards.fhir.rules import ENGINE
from banc_standards.fhir.rules.examples import samples
from banc_standards.fhir.subject import subject_of
from banc_standards.xml import XmlRefused


def judged(data: bytes) -> list[tuple[str, str]]:
    return [(rule.id, hit.location) for rule, hit in ENGINE.judge(subject_of(read(data)))]


REFUSED = {
    "an unclosed object": (b'{"resourceType": "Patient"', "FHIR-JSON-001"),
    "a trailing comma": (b'{"resourceType": "Patient",}', "FHIR-JSON-001"),
    "nothing": (b"", "FHIR-JSON-001"),
    "a control character": (b'{"resourceType": "Pat\nient"}', "FHIR-JSON-001"),
    "Windows-1252": ('{"resourceType": "Patient", "language": "é"}'.encode("cp1252"), "FHIR-JSON-002"),
    "UTF-16": ('{"resourceType": "Patient"}'.encode("utf-16"), "FHIR-JSON-002"),
    "UTF-16 without a mark": ('{"resourceType": "Patient"}'.encode("utf-16-le"), "FHIR-JSON-002"),
    "UTF-32": ('{"resourceType": "Patient"}'.encode("utf-32"), "FHIR-JSON-002"),
    "a hundred thousand levels": (b"[" * 100_000, "FHIR-JSON-004"),
    "a hundred and one levels": (b'{"a":' * 101 + b"1" + b"}" * 101, "FHIR-JSON-004"),
    "an integer of ten thousand digits": (b'{"resourceType": "Patient", "a": ' + b"9" * 10_000 + b"}", "FHIR-JSON-006"),
    "an array": (b'[{"resourceType": "Patient"}]', "FHIR-STR-001"),
    "a number": (b"12", "FHIR-STR-001"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_by_its_rule(case: str):
    data, rule = REFUSED[case]

    with pytest.raises(FhirRefused) as refused:
        read(data)

    assert refused.value.rule_id == rule
    assert refused.value.text.fr
    assert refused.value.hint.fr


def test_too_many_bytes_or_values_are_refused():
    for limits in (Limits(max_bytes=10), Limits(max_values=3)):
        with pytest.raises(FhirRefused) as refused:
            read(b'{"resourceType": "Patient", "name": [{"given": ["A", "B"]}]}', limits)
        assert refused.value.rule_id == "FHIR-JSON-003"


def test_a_refusal_tells_the_line_and_the_column():
    with pytest.raises(FhirRefused) as refused:
        read('{"resourceType": "Patient",\n "language": "é\xff"}'.encode("latin-1"))

    assert (refused.value.line, refused.value.column) == (2, 15)


FAULTS = {
    "a key twice": (
        '{"resourceType": "Patient", "name": [{"family": "A", "family": "B"}]}',
        "FHIR-JSON-005",
        "name[0].family",
    ),
    "NaN": ('{"resourceType": "Patient", "multipleBirthInteger": NaN}', "FHIR-JSON-006", "multipleBirthInteger"),
    "infinity": (
        '{"resourceType": "Patient", "multipleBirthInteger": -Infinity}',
        "FHIR-JSON-006",
        "multipleBirthInteger",
    ),
    "1e999": ('{"resourceType": "Patient", "multipleBirthInteger": 1e999}', "FHIR-JSON-006", "multipleBirthInteger"),
    "an empty text": ('{"resourceType": "Patient", "language": ""}', "FHIR-JSON-007", "language"),
    "an empty object": ('{"resourceType": "Patient", "meta": {}}', "FHIR-JSON-007", "meta"),
    "null": ('{"resourceType": "Patient", "language": null}', "FHIR-JSON-007", "language"),
    "half a character": (
        '{"resourceType": "Patient", "name": [{"family": "\\ud83d"}]}',
        "FHIR-JSON-008",
        "name[0].family",
    ),
    "a null character": (
        '{"resourceType": "Patient", "name": [{"family": "\\u0000"}]}',
        "FHIR-JSON-008",
        "name[0].family",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_parsers_let_through_is_told_where_it_stands(case: str):
    text, rule, place = FAULTS[case]

    assert (rule, f"Patient.{place}") in judged(text.encode())


STRUCTURE = {
    "an unknown element": ({"gendr": "male"}, "FHIR-STR-003", "Patient.gendr"),
    "an unknown element below": ({"name": [{"first": "A"}]}, "FHIR-STR-003", "Patient.name[0].first"),
    "an object for an array": ({"name": {"family": "A"}}, "FHIR-STR-005", "Patient.name"),
    "an array for a value": ({"gender": ["male"]}, "FHIR-STR-005", "Patient.gender"),
    "a text for true": ({"active": "true"}, "FHIR-STR-006", "Patient.active"),
    "a text for an object": ({"name": ["A"]}, "FHIR-STR-006", "Patient.name[0]"),
    "a number for a text": ({"id": 12}, "FHIR-STR-006", "Patient.id"),
    "a fraction for an integer": ({"multipleBirthInteger": 1.5}, "FHIR-STR-007", "Patient.multipleBirthInteger"),
    "too large an integer": ({"multipleBirthInteger": 2**31}, "FHIR-STR-007", "Patient.multipleBirthInteger"),
    "an impossible day": ({"birthDate": "1950-02-31"}, "FHIR-STR-007", "Patient.birthDate"),
    "a French date": ({"birthDate": "28/03/1979"}, "FHIR-STR-007", "Patient.birthDate"),
    "a time without a zone": ({"deceasedDateTime": "2026-01-01T10:00:00"}, "FHIR-STR-007", "Patient.deceasedDateTime"),
    "an id with a blank": ({"id": "a b"}, "FHIR-STR-007", "Patient.id"),
    "no base 64": ({"photo": [{"contentType": "image/png", "data": "%%%"}]}, "FHIR-STR-007", "Patient.photo[0].data"),
    "a foreign code": ({"gender": "F"}, "FHIR-STR-008", "Patient.gender"),
    "two types": ({"deceasedBoolean": False, "deceasedDateTime": "2026"}, "FHIR-STR-009", "Patient.deceasedDateTime"),
    "an unknown type of value": (
        {"extension": [{"url": "x", "valueFoo": 1}]},
        "FHIR-STR-003",
        "Patient.extension[0].valueFoo",
    ),
    "a type of R4B": (
        {"extension": [{"url": "x", "valueRatioRange": {}}]},
        "FHIR-STR-003",
        "Patient.extension[0].valueRatioRange",
    ),
    "no url": ({"extension": [{"valueCode": "x"}]}, "FHIR-STR-004", "Patient.extension[0]"),
    "a resource of R4B": (
        {"contained": [{"resourceType": "Ingredient"}]},
        "FHIR-STR-002",
        "Patient.contained[0].resourceType",
    ),
    "an abstract resource": (
        {"contained": [{"resourceType": "DomainResource"}]},
        "FHIR-STR-002",
        "Patient.contained[0].resourceType",
    ),
    "extensions of another number": (
        {"name": [{"given": ["A", "B"], "_given": [None]}]},
        "FHIR-STR-011",
        "Patient.name[0]._given",
    ),
}


@pytest.mark.parametrize("case", STRUCTURE)
def test_the_structure_of_r4_is_judged_where_it_breaks(case: str):
    content, rule, place = STRUCTURE[case]

    assert (rule, place) in judged(json.dumps({"resourceType": "Patient", **content}).encode())


SOUND: dict[str, dict[str, Any]] = {
    "a year": {"birthDate": "1979"},
    "an extended primitive": {"_birthDate": {"extension": [{"url": "x", "valueCode": "y"}]}},
    "a null that stands for an extension": {
        "name": [{"given": [None, "A"], "_given": [{"extension": [{"url": "x", "valueCode": "y"}]}, None]}]
    },
    "an absent status": {
        "contained": [{"resourceType": "Encounter", "id": "e", "class": {"code": "AMB"}, "_status": {"id": "a"}}],
        "extension": [{"url": "x", "valueReference": {"reference": "#e"}}],
    },
    "nested extensions": {"extension": [{"url": "x", "extension": [{"url": "y", "valueDecimal": 1.50}]}]},
}


@pytest.mark.parametrize("case", SOUND)
def test_what_r4_allows_is_let_through(case: str):
    assert judged(json.dumps({"resourceType": "Patient", **SOUND[case]}).encode()) == []


def test_a_resource_that_r4b_rewrote_is_not_judged_on_its_structure():
    assert judged(b'{"resourceType": "MedicinalProduct", "any": 1}') == [
        ("FHIR-PRO-004", "MedicinalProduct.resourceType")
    ]


def test_positions_are_those_of_keys_and_of_array_items():
    text = '{"a": {"b\\u00e9": [1, {"c": "}"}]},\n "d": [[2]]}'

    found = offsets(text, [("a", "bé", 1, "c"), ("d", 0, 0), ("e",)])

    assert {path: text[at:].split()[0] for path, at in found.items() if path} == {
        ("a",): '"a":',
        ("a", "bé"): '"b\\u00e9":',
        ("a", "bé", 1): '{"c":',
        ("a", "bé", 1, "c"): '"c":',
        ("d",): '"d":',
        ("d", 0): "[2]]}",
        ("d", 0, 0): "2]]}",
    }


def test_xml_and_json_say_the_same():
    xml = b"""<Patient xmlns="http://hl7.org/fhir"><id value="a"/><text><status value="generated"/>
      <div xmlns="http://www.w3.org/1999/xhtml">A</div></text>
      <contained><Organization><id value="o"/><name value="O"/></Organization></contained>
      <extension url="x"><valueDecimal value="1.5"/></extension>
      <active value="true"/><name><given value="A"><extension url="y"><valueCode value="z"/></extension></given>
      <given value="B"/></name><multipleBirthInteger value="2"/>
      <managingOrganization><reference value="#o"/></managingOrganization></Patient>"""

    document = read(xml)

    assert document.root == {
        "resourceType": "Patient",
        "id": "a",
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A</div>'},
        "contained": [{"resourceType": "Organization", "id": "o", "name": "O"}],
        "extension": [{"url": "x", "valueDecimal": 1.5}],
        "active": True,
        "name": [{"given": ["A", "B"], "_given": [{"extension": [{"url": "y", "valueCode": "z"}]}, None]}],
        "multipleBirthInteger": 2,
        "managingOrganization": {"reference": "#o"},
    }
    assert list(ENGINE.judge(subject_of(document))) == []


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"<Patient><active/></Patient>", "FHIR-STR-001"),
        (b'<!DOCTYPE a><Patient xmlns="http://hl7.org/fhir"/>', "XML-002"),
        (b'<Patient xmlns="http://hl7.org/fhir">', "XML-001"),
    ],
)
def test_xml_that_is_no_resource_is_refused(data: bytes, rule: str):
    with pytest.raises((FhirRefused, XmlRefused)) as refused:
        read(data)

    assert refused.value.rule_id == rule


# Whatever comes

_TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        found.extend(_places(each, (*path, key)))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_change_of_a_sound_resource_stops_the_judge(data: st.DataObject):
    content = json.loads(json.dumps(samples()[data.draw(st.sampled_from(sorted(samples())))]))
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from(_places(content)))
        holder: Any = content
        for step in above:
            holder = holder[step]
        if data.draw(st.booleans()):
            holder[last] = data.draw(_TREES)
        else:
            del holder[last]
            if not holder:
                break

    with suppress(FhirRefused):
        for rule, hit in ENGINE.judge(subject_of(read(json.dumps(content).encode()))):
            assert hit.location, rule.id


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reader(data: bytes):
    with suppress(FhirRefused, XmlRefused):
        list(ENGINE.judge(subject_of(read(data))))
