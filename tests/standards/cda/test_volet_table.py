"""The table of volets: a document made from the facts of each is sound, and each fact, when denied, breaks its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Final

import pytest
from lxml import etree

from banc_standards.cda.names import CI_SIS, HL7, HL7_FRANCE, V3, XSI
from banc_standards.cda.read import Document, read
from banc_standards.cda.rules import RULES, volets
from banc_standards.cda.rules.volet_shapes import Part, Volet, Wanted
from banc_standards.cda.rules.volet_table import VOLETS
from banc_standards.rules import Hit, Registry, judge

from .bodies import VACCINE, entry, section

BY_ID: Final = Registry(RULES)
NAMES: Final = [f"{volet.name}-{'-'.join(volet.versions) or 'all'}-{'-'.join(volet.codes)}" for volet in VOLETS]
_ATC: Final = '<translation code="J07BX" displayName="Vaccin" codeSystem="2.16.840.1.113883.6.73"/>'
_NAME: Final = "<name><family>DURAND</family></name>"
NOTE: Final = next(volet for volet in VOLETS if volet.name == "VAC-NOTE")


def _element(tag: str, **attributes: str) -> etree._Element:
    element = etree.Element(V3 + tag, nsmap={None: HL7, "xsi": XSI})
    for name, value in attributes.items():
        element.set(name, value)
    return element


def _section(*roots: str) -> etree._Element:
    found = _element("section")
    found.extend([_element("templateId", root=root) for root in roots])
    return found


def _under(parent: etree._Element, path: str) -> etree._Element:
    """A new element at a path; what stands above it is made only where it is missing."""
    *above, last = path.split("/")
    for name in above:
        found = parent.find(V3 + name)
        if found is None:
            found = etree.SubElement(parent, V3 + name)
        parent = found
    return etree.SubElement(parent, V3 + last)


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    return root.findall("/".join(V3 + name for name in path.split("/"))) if path else [root]


def _satisfied(root: etree._Element, part: Part) -> None:
    if part.when and not _all(root, part.when):
        _under(root, part.when)
    if part.parent and not _all(root, part.parent):
        _under(root, part.parent)
    if part.low == 0:
        return
    for parent in _all(root, part.parent):
        found = _all(parent, part.below)
        while len(found) < part.low:
            found.append(_under(parent, part.below))
        for name, values in part.attributes.items():
            if found[0].get(name) not in values:
                found[0].set(name, values[0])


def _placed(body: etree._Element, wanted: Wanted) -> None:
    outer = [item for item in body.iter(f"{V3}section") if _roots(item) >= {wanted.within}]
    for parent in outer if wanted.within else [body]:
        made = etree.SubElement(etree.SubElement(parent, V3 + "component"), V3 + "section")
        made.append(_element("templateId", root=wanted.root))
        if wanted.translated:
            _under(made, "code/translation").set("code", wanted.translated)


def _roots(element: etree._Element) -> set[str]:
    return {item.get("root", "") for item in element.iterchildren(f"{V3}templateId")}


def sound(volet: Volet) -> etree._Element:
    """The shortest document that keeps every fact of the volet."""
    root = _element("ClinicalDocument")
    for template in (HL7_FRANCE, CI_SIS, *volet.templates):
        root.append(_element("templateId", root=template))
    root.append(_element("templateId", root=volet.model, extension=(*volet.versions, "2022.01")[0]))
    if volet.codes:
        code = _element(
            "code", code=volet.codes[0], codeSystem=volet.system or "1.2.3", displayName=volet.display or "x"
        )
        root.append(code)
    if volet.title:
        title = _element("title")
        title.text = volet.title
        root.append(title)
    for _ in range(2):
        for part in volet.header:
            _satisfied(root, part)
    body = _under(root, "component/structuredBody")
    for wanted in volet.sections:
        _placed(body, wanted)
    return root


def _read(root: etree._Element) -> Document:
    return read(etree.tostring(root))


def _hits(rule_id: str, root: etree._Element) -> list[Hit]:
    return list(BY_ID[rule_id].check(_read(root)))


Change = Callable[[etree._Element], None]


def _fewer(part: Part) -> Change:
    """Nothing is left of the part; of one that is asked only where it stands, one too few."""
    kept = part.low - 1 if part.when == part.below else 0

    def change(root: etree._Element) -> None:
        for outer in _all(root, part.parent):
            for found in _all(outer, part.below)[kept:]:
                found.getparent().remove(found)  # type: ignore[union-attr]

    return change


def _without(path: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in _all(root, path):
            root.remove(found)

    return change


def _other(path: str, name: str, parent: str = "") -> Change:
    def change(root: etree._Element) -> None:
        for outer in _all(root, parent):
            for found in _all(outer, path):
                found.set(name, "autre")

    return change


def _untemplated(wanted: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in list(root.iter(f"{V3}templateId")):
            if found.get("root") == wanted:
                found.getparent().remove(found)  # type: ignore[union-attr]

    return change


def _twice(wanted: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in list(root.iter(f"{V3}section")):
            if wanted in _roots(found):
                component = found.getparent()
                assert component is not None
                component.addnext(deepcopy(component))
                return
        _under(root, "component/structuredBody").append(_component(wanted))
        body = root.find(f"{V3}component/{V3}structuredBody")
        assert body is not None
        body.append(_component(wanted))

    return change


def _component(wanted: str) -> etree._Element:
    made = _element("component")
    made.append(_section(wanted))
    return made


def _translations(wanted: Wanted) -> Change:
    def change(root: etree._Element) -> None:
        for found in root.iter(f"{V3}translation"):
            if found.get("code") == wanted.translated:
                found.set("code", "autre")

    return change


def _added(part: Part) -> Change:
    def change(root: etree._Element) -> None:
        for parent in _all(root, part.parent):
            made = _under(parent, part.below)
            for name, values in part.attributes.items():
                made.set(name, values[0])

    return change


def _denials(volet: Volet) -> Iterator[tuple[str, str, Change]]:
    """Each fact of the volet denied: the rule, what the place must tell, the change."""
    if volet.codes:
        yield "CDA-VOL-001", "code/@code", _other("code", "code")
        if volet.system:
            yield "CDA-VOL-001", "code/@codeSystem", _other("code", "codeSystem")
        if volet.display:
            yield "CDA-VOL-001", "code/@displayName", _other("code", "displayName")
        if volet.title:
            yield "CDA-VOL-001", "title", _without("title")
    for template in volet.templates:
        yield "CDA-VOL-002", "templateId/@root", _untemplated(template)
    for wanted in volet.sections:
        if wanted.low:
            yield "CDA-VOL-003", wanted.root, _translations(wanted) if wanted.translated else _untemplated(wanted.root)
        if wanted.high:
            yield "CDA-VOL-004", wanted.root, _twice(wanted.root)
    for part in volet.header:
        if not part.low:
            yield "CDA-VOL-007", part.below, _added(part)
        elif part.attributes:
            name = next(iter(part.attributes))
            yield "CDA-VOL-006", f"@{name}", _other(part.below, name, part.parent)
        else:
            yield "CDA-VOL-005", part.below, _fewer(part)


CASES: Final = [
    pytest.param(volet, rule_id, place, change, id=f"{name}-{rule_id}-{place}")
    for name, volet in zip(NAMES, VOLETS, strict=True)
    for rule_id, place, change in _denials(volet)
]


@pytest.mark.parametrize("volet", VOLETS, ids=NAMES)
def test_a_document_that_keeps_the_facts_breaks_no_rule(volet: Volet) -> None:
    found = judge(volets.RULES, _read(sound(volet)))

    assert [(item.rule, item.location, item.found, item.expected) for item in found] == []


@pytest.mark.parametrize(("volet", "rule_id", "place", "change"), CASES)
def test_a_fact_denied_breaks_its_rule(volet: Volet, rule_id: str, place: str, change: Change) -> None:
    root = sound(volet)
    change(root)

    assert any(place in hit.location for hit in _hits(rule_id, root)), _hits(rule_id, root)


@pytest.mark.parametrize("volet", [volet for volet in VOLETS if volet.versions], ids=lambda volet: volet.name)
def test_a_version_whose_schema_was_not_read_is_left_alone(volet: Volet) -> None:
    root = sound(volet)
    for template in root.iterchildren(f"{V3}templateId"):
        if template.get("root") == volet.model:
            template.set("extension", "1999.01")
    _other("code", "code")(root)

    assert list(judge(volets.RULES, _read(root))) == []


@pytest.mark.parametrize("volet", [volet for volet in VOLETS if volet.sections], ids=lambda volet: volet.name)
def test_a_level_1_body_has_no_sections_to_judge(volet: Volet) -> None:
    root = sound(volet)
    body = root.find(f"{V3}component")
    assert body is not None
    body[:] = [_element("nonXMLBody")]

    assert list(judge(volets.RULES, _read(root))) == []


def _note(old: str = "", new: str = "") -> etree._Element:
    """A vaccination note that holds one vaccine, changed or not."""
    root = sound(NOTE)
    vaccine = (
        VACCINE.replace("</originalText></code>", f"</originalText>{_ATC}</code>", 1)
        .replace('code="60019927"', 'code="60019927" displayName="Vaccin"', 1)
        .replace("<name>PRODUIT</name>", "<name>PRODUIT</name><lotNumberText>L1</lotNumberText>", 1)
        .replace('codeSystem="2.16.840.1.113883.6.96"/>', 'displayName="Bras" codeSystem="2.16.840.1.113883.6.96"/>', 1)
        .replace("<addr", '<code code="G15_10" displayName="Médecin" codeSystem="1.2.250.1.213.1.1.4.5"/><addr', 1)
    )
    assert old in vaccine
    held = section(
        ("1.3.6.1.4.1.19376.1.5.3.1.3.23",), "11369-6", entry(vaccine.replace(old, new, 1) if old else vaccine)
    )
    body = root.find(f"{V3}component/{V3}structuredBody")
    assert body is not None
    body.append(etree.fromstring(f'<component xmlns="{HL7}" xmlns:xsi="{XSI}">{held}</component>'))
    return root


def test_a_complete_vaccination_note_breaks_no_rule() -> None:
    assert list(judge(volets.RULES, _read(_note()))) == []


@pytest.mark.parametrize(
    ("rule_id", "old", "new", "place"),
    [
        ("CDA-VOL-008", 'negationInd="false"', 'negationInd="true"', "@negationInd"),
        ("CDA-VOL-008", '<effectiveTime value="20260103"/>', '<effectiveTime value="202601"/>', "effectiveTime/@value"),
        ("CDA-VOL-008", _ATC, "", "code/translation/@codeSystem"),
        ("CDA-VOL-008", "<lotNumberText>L1</lotNumberText>", "", "manufacturedMaterial/lotNumberText"),
        ("CDA-VOL-008", _NAME, "", "author/assignedAuthor/assignedPerson/name"),
        ("CDA-VOL-008", 'xsi:type="INT"', 'xsi:type="ST"', "observation/value/@xsi:type"),
        ("CDA-VOL-009", ' displayName="Vaccination initiale"', "", "substanceAdministration/code/@displayName"),
        ("CDA-VOL-009", ' displayName="Bras"', "", "approachSiteCode/@displayName"),
        ("CDA-VOL-009", ' displayName="Voie intramusculaire"', "", "routeCode/@displayName"),
        ("CDA-VOL-009", ' displayName="Médecin"', "", "author/assignedAuthor/code/@displayName"),
    ],
)
def test_a_vaccination_note_that_lacks_something_is_told(rule_id: str, old: str, new: str, place: str) -> None:
    places = [hit.location for hit in _hits(rule_id, _note(old, new))]

    assert any(location.endswith(place) for location in places), places


def test_every_rule_of_the_table_is_denied_once() -> None:
    table = {case.values[1] for case in CASES}

    assert {rule.id for rule in volets.RULES} == table | {f"CDA-VOL-{number}" for number in ("008", "009")}
