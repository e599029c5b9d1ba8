"""The report of CI systems."""

from __future__ import annotations

from lxml import etree

from banc_harness.reports import junit

from .recording import Recording, check, finding, requirement

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="property"><xs:complexType><xs:attribute name="name" type="xs:string" use="required"/>
 <xs:attribute name="value" type="xs:string" use="required"/></xs:complexType></xs:element>
<xs:element name="testsuites"><xs:complexType><xs:sequence><xs:element ref="testsuite" minOccurs="0"
 maxOccurs="unbounded"/></xs:sequence><xs:attribute name="name"/><xs:attribute name="time" type="xs:decimal"/>
 <xs:attribute name="tests" type="xs:int"/><xs:attribute name="failures" type="xs:int"/>
 <xs:attribute name="errors" type="xs:int"/></xs:complexType></xs:element>
<xs:element name="testsuite"><xs:complexType><xs:sequence>
 <xs:element name="properties"><xs:complexType><xs:sequence><xs:element ref="property" minOccurs="0"
  maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
 <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:choice minOccurs="0">
  <xs:element name="skipped"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
   <xs:attribute name="message"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
  <xs:element name="failure"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
   <xs:attribute name="message"/><xs:attribute name="type" use="required"/></xs:extension></xs:simpleContent>
  </xs:complexType></xs:element></xs:choice><xs:attribute name="name" use="required"/>
  <xs:attribute name="classname" use="required"/><xs:attribute name="time" type="xs:decimal" use="required"/>
 </xs:complexType></xs:element>
 <xs:element name="system-out"/><xs:element name="system-err"/></xs:sequence>
 <xs:attribute name="name" use="required"/><xs:attribute name="timestamp" type="xs:dateTime" use="required"/>
 <xs:attribute name="hostname" use="required"/><xs:attribute name="id" type="xs:int" use="required"/>
 <xs:attribute name="package" use="required"/><xs:attribute name="tests" type="xs:int" use="required"/>
 <xs:attribute name="failures" type="xs:int" use="required"/><xs:attribute name="errors" type="xs:int" use="required"/>
 <xs:attribute name="skipped" type="xs:int" use="required"/><xs:attribute name="time" type="xs:decimal" use="required"/>
</xs:complexType></xs:element></xs:schema>"""
"""What the published schemas of Ant, Jenkins and GitLab agree on, in our words."""


def written(run: Recording) -> etree._Element:
    return etree.fromstring(junit.render(run.account()).encode())


def test_file_has_the_common_shape() -> None:
    run = Recording().exchange("dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", found="\x00<b>")),
        check("CHK-B", "R2", verdict="NON_TESTE"),
        check("CHK-C", "R3", verdict="A_COMPLETER", scenario=None),
    )

    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(written(run))


def test_failed_check_is_a_failure_with_place_and_fix() -> None:
    run = Recording().exchange("dmp.TD2.1")
    run.then(check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", found="0", expected="1")), check("CHK-B", "R1"))

    root = written(run)

    (failure,) = root.iter("failure")
    assert failure.get("type") == "CHK-A"
    for part in ("X-1", "dmp.TD2.1#1 a", "trouvé: 0", "attendu: 1", "correction de X-1", "clause de X-1"):
        assert part in str(failure.text)
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_requirement_names_the_checks_that_speak_for_it() -> None:
    run = Recording().then(check("CHK-A", "R1"), check("CHK-B", "R1"))

    properties = {item.get("name"): item.get("value") for item in written(run).iter("property")}

    assert properties["requirement:R1"] == "CHK-A CHK-B"


def test_scenario_without_a_check_is_one_skipped_case() -> None:
    (suite,) = written(Recording().then(requirement("R1", "NON_TESTE")))

    assert (suite.get("tests"), suite.get("skipped")) == ("1", "1")


def test_check_of_another_kind_of_software_is_skipped_for_what_it_is() -> None:
    run = Recording().then(check("CHK-A", "R1", verdict="NON_APPLICABLE", scenario=None))

    (case,) = written(run).iterfind("testsuite[@package='late']/testcase")

    assert [child.get("message") for child in case] == ["sans objet pour ce logiciel"]
