"""Changes to a clinical document that break its structure, and changes that leave it sound, at random places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import pairwise
from random import Random
from typing import TypeVar

from lxml import etree

from banc_standards.cda.names import SDTC, V3, XSI_TYPE

T = TypeVar("T")
Mutation = Callable[[etree._Element, Random], bool]
BROKEN: dict[str, Mutation] = {}
SOUND: dict[str, Mutation] = {}
ENTRIES = ("act", "encounter", "observation", "organizer", "procedure", "substanceAdministration", "supply")
HOLDERS = ("patientRole", "assignedAuthor", "assignedEntity", "serviceEvent", "section", "observation", "organizer")
NEEDED = {
    "ClinicalDocument": ("typeId", "id", "code", "effectiveTime", "confidentialityCode", "custodian", "component"),
    "author": ("time", "assignedAuthor"),
    "assignedAuthor": ("id",),
    "assignedEntity": ("id",),
    "recordTarget": ("patientRole",),
    "documentationOf": ("serviceEvent",),
    "encompassingEncounter": ("effectiveTime",),
    "legalAuthenticator": ("time", "signatureCode", "assignedEntity"),
    "observation": ("code",),
    "act": ("code",),
    "organizer": ("statusCode",),
    "consumable": ("manufacturedProduct",),
    "table": ("tbody",),
}
SINGLE = ("code", "title", "effectiveTime", "confidentialityCode", "statusCode", "custodian", "patient", "birthTime")


def broken(mutation: Mutation) -> Mutation:
    BROKEN[mutation.__name__] = mutation
    return mutation


def sound(mutation: Mutation) -> Mutation:
    SOUND[mutation.__name__] = mutation
    return mutation


def elements(root: etree._Element, *names: str) -> list[etree._Element]:
    return list(root.iter(*(V3 + name for name in names)))


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def pick(found: list[T], random: Random) -> Iterator[T]:
    """One of what was found, if there is any."""
    if found:
        yield random.choice(found)


def in_narrative(root: etree._Element) -> list[etree._Element]:
    return [
        item for section in root.iter(f"{V3}section") for item in section.iterfind(f"{V3}text//*") if len(item) == 0
    ]


def swap(element: etree._Element, random: Random) -> bool:
    """Swaps two neighbours of different names."""
    children = list(element.iterchildren("*"))
    pairs = [(one, other) for one, other in pairwise(children) if one.tag != other.tag]
    for one, other in pick(pairs, random):
        one.addprevious(other)
        return True
    return False


def put(root: etree._Element, random: Random, name: str, value: str | None, *where: str) -> bool:
    """Sets an attribute of one of the elements, one that carries it already when ``where`` starts with ``@``."""
    found = elements(root, *[item for item in where if item != "@"])
    if "@" in where:
        found = [item for item in found if item.get(name) is not None]
    for item in pick(found, random):
        if value is None:
            del item.attrib[name]
        else:
            item.set(name, value)
        return True
    return False


@broken
def an_element_that_no_schema_knows(root, random):
    for item in pick(elements(root, *HOLDERS), random):
        item.insert(random.randint(0, len(item)), etree.Element(f"{V3}zorglub"))
        return True
    return False


@broken
def an_element_of_a_foreign_namespace(root, random):
    for item in pick(elements(root, *HOLDERS), random):
        item.append(etree.Element("{urn:example:other}note"))
        return True
    return False


@broken
def an_element_of_another_version(root, random):
    for item in pick(elements(root, "code", "statusCode", "family", "time"), random):
        item.tag = f"{{urn:hl7-org:v2}}{local(item)}"
        return True
    return False


@broken
def an_element_whose_name_is_misspelt(root, random):
    for item in pick(elements(root, "code", "effectiveTime", "assignedPerson", "title", "value"), random):
        item.tag = f"{item.tag}s"
        return True
    return False


@broken
def two_children_of_the_header_swapped(root, random):
    return swap(root, random)


@broken
def two_children_of_an_entry_swapped(root, random):
    return any(swap(item, random) for item in pick(elements(root, *ENTRIES), random))


@broken
def a_required_element_dropped(root, random):
    name = random.choice(list(NEEDED))
    for item in pick(elements(root, name), random):
        for needed in pick([child for child in item.iterchildren("*") if local(child) in NEEDED[name]], random):
            for same in item.findall(str(needed.tag)):
                item.remove(same)
            return True
    return False


@broken
def a_single_element_repeated(root, random):
    found = [
        item for item in elements(root, *SINGLE) if local(item.getparent()) not in ("substanceAdministration", "supply")
    ]
    for item in pick(found, random):
        item.addnext(deepcopy(item))
        return True
    return False


@broken
def two_entries_where_one_is_due(root, random):
    found = [item for item in elements(root, *ENTRIES) if local(item.getparent()) in ("entry", "entryRelationship")]
    for item in pick(found, random):
        item.addnext(deepcopy(item))
        return True
    return False


@broken
def an_empty_relationship(root, random):
    for item in pick(elements(root, "entry", "entryRelationship", "participant", "performer"), random):
        item[:] = []
        item.text = None
        return True
    return False


@broken
def a_list_without_item(root, random):
    for item in pick(in_narrative(root) or elements(root, "text"), random):
        item.addnext(etree.Element(f"{V3}list"))
        return local(item.getparent()) != "table"
    return False


@broken
def html_in_the_narrative(root, random):
    for item in pick([text for text in elements(root, "text") if local(text.getparent()) == "section"], random):
        item.append(etree.Element(V3 + random.choice(("p", "div", "span", "b", "ul", "img"))))
        return True
    return False


@broken
def an_html_attribute_in_the_narrative(root, random):
    for item in pick(in_narrative(root), random):
        item.set(random.choice(("class", "style", "id", "lang")), "x")
        return True
    return False


@broken
def an_unknown_attribute(root, random):
    for item in pick([item for item in elements(root, "*") if local(item) != "functionCode"], random):
        item.set("zorglub", "1")
        return True
    return False


@broken
def a_language_of_xml(root, random):
    for item in pick(elements(root, "title", "text", "section", "family"), random):
        item.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
        return True
    return False


@broken
def a_structural_attribute_dropped(root, random):
    name = random.choice(("classCode", "moodCode"))
    return put(root, random, name, None, "@", *ENTRIES)


@broken
def a_relationship_without_its_kind(root, random):
    return put(root, random, "typeCode", None, "@", "entryRelationship", "relatedDocument", "participant")


@broken
def a_null_flavor_of_nobody(root, random):
    return put(root, random, "nullFlavor", "VIDE", "code", "id", "time", "addr", "value")


@broken
def a_class_code_of_nobody(root, random):
    return put(root, random, "classCode", "OBSERVATION", "observation", "act", "organizer", "section", "assignedPerson")


@broken
def a_mood_of_nobody(root, random):
    return put(root, random, "moodCode", "EVENT", *ENTRIES)


@broken
def another_value_than_the_fixed_one(root, random):
    name, value, where = random.choice(
        (
            ("root", "2.16.840.1.113883.1.4", "typeId"),
            ("classCode", "ACT", "section"),
            ("moodCode", "INT", "section"),
            ("typeCode", "INF", "recordTarget"),
            ("determinerCode", "KIND", "assignedPerson"),
            ("contextConductionInd", "false", "entry"),
        )
    )
    return put(root, random, name, value, where)


@broken
def a_use_of_nobody(root, random):
    return put(root, random, "use", "HP MAISON", "addr", "telecom", "name")


@broken
def an_empty_code(root, random):
    return put(root, random, "code", "", "@", "code", "value", "statusCode")


@broken
def a_code_with_a_blank(root, random):
    return put(root, random, "code", "11490 0", "@", "code", "value", "statusCode")


@broken
def an_empty_label(root, random):
    return put(root, random, "displayName", "", "code", "confidentialityCode", "functionCode")


@broken
def an_empty_extension(root, random):
    return put(root, random, "extension", "", "id", "templateId", "setId")


@broken
def an_oid_that_is_none(root, random):
    return put(root, random, "root", random.choice(("1.02.3", "urn:oid:1.2.3", "1.2.", "", " 1.2")), "@", "id", "setId")


@broken
def a_code_system_that_is_none(root, random):
    return put(root, random, "codeSystem", "LOINC 2.16", "@", "code", "value")


@broken
def a_time_with_dashes(root, random):
    wrong = random.choice(("2026-01-05", "20260105+0100", "2026010516:30", "", "20260105T163000"))
    return put(root, random, "value", wrong, "effectiveTime", "time", "birthTime", "low")


@broken
def an_integer_with_a_comma(root, random):
    return put(root, random, "value", random.choice(("1,0", "1.0", "un", "")), "versionNumber")


@broken
def a_boolean_in_french(root, random):
    return put(root, random, "negationInd", random.choice(("oui", "1", "TRUE")), "entryRelationship", "observation")


@broken
def text_between_elements(root, random):
    for item in pick([item for item in elements(root, *HOLDERS) if len(item)], random):
        random.choice(list(item)).tail = " voir plus loin "
        return True
    return False


@broken
def text_at_the_head_of_an_element(root, random):
    for item in pick(elements(root, *HOLDERS), random):
        item.text = "\u00a0"
        return True
    return False


@broken
def a_blank_in_an_element_without_content(root, random):
    for item in pick(elements(root, "id", "templateId", "realmCode", "typeId", "setId", "versionNumber"), random):
        item.text = random.choice((" ", "\n  ", "x"))
        return True
    return False


@broken
def a_type_of_nobody(root, random):
    wrong = random.choice(("XX", "hl7:PQ", "QTY", "ANY", "Observation"))
    found = [item for item in root.iter(f"{V3}value", f"{V3}effectiveTime") if item.get(XSI_TYPE) is not None]
    for item in pick(found, random):
        item.set(XSI_TYPE, wrong)
        return True
    return False


@broken
def a_type_of_another_kind(root, random):
    found = elements(root, "effectiveTime", "code", "title", "id")
    for item in pick(found, random):
        item.set(XSI_TYPE, "PQ")
        return True
    return False


@broken
def a_value_without_type(root, random):
    found = [item for item in elements(root, "value") if item.get(XSI_TYPE) is not None]
    for item in pick(found, random):
        del item.attrib[XSI_TYPE]
        return True
    return False


@broken
def an_id_twice(root, random):
    found = [item for item in in_narrative(root) if local(item) in ("content", "paragraph", "item", "td", "th")]
    if len(found) < 2:
        return False
    for item in random.sample(found, 2):
        item.set("ID", "deux-fois")
    return True


@broken
def an_id_that_is_no_name(root, random):
    for item in pick([item for item in in_narrative(root) if item.get("ID")], random):
        item.set("ID", random.choice(("1a", "a b", "", "a:b")))
        return True
    return False


@broken
def something_nil(root, random):
    for item in pick(elements(root, "code", "title", "id", "section"), random):
        item.set("{http://www.w3.org/2001/XMLSchema-instance}nil", random.choice(("true", "false")))
        return True
    return False


@broken
def an_interval_in_the_wrong_order(root, random):
    found = [
        item
        for item in elements(root, "effectiveTime")
        if [local(child) for child in item.iterchildren("*")] == ["low", "high"]
    ]
    for item in pick(found, random):
        item.insert(0, item.find(f"{V3}high"))
        return True
    return False


@broken
def a_body_in_two_forms(root, random):
    body = root.find(f"{V3}component")
    other = etree.SubElement(body, f"{V3}nonXMLBody")
    etree.SubElement(other, f"{V3}text")
    return True


@sound
def another_extension(root, random):
    return put(root, random, "extension", f"A {random.random()}", "id")


@sound
def another_label(root, random):
    return put(root, random, "displayName", "Autre libellé", "code")


@sound
def other_words(root, random):
    for item in pick([item for item in in_narrative(root) if local(item) in ("paragraph", "td", "content")], random):
        item.text = "Évolution favorable & sans suite \u00a0"
        return True
    return False


@sound
def a_second_author(root, random):
    author = root.find(f"{V3}author")
    author.addnext(deepcopy(author))
    return True


@sound
def a_comment_and_an_instruction(root, random):
    for item in pick([item for item in elements(root, "*") if len(item)], random):
        item.insert(random.randint(0, len(item)), etree.Comment("note"))
        item.append(etree.PI("target", "data"))
        return True
    return False


@sound
def blanks_between_elements(root, random):
    for item in pick([item for item in elements(root, *HOLDERS) if len(item)], random):
        item[0].tail = "\r\n\t  "
        return True
    return False


@sound
def one_more_template(root, random):
    for item in pick(elements(root, "templateId"), random):
        item.addnext(etree.Element(f"{V3}templateId", root="1.2.250.1.213.99.7", extension="2024.01"))
        return True
    return False


@sound
def unknown_data_said_so(root, random):
    return put(root, random, "nullFlavor", random.choice(("UNK", " NASK ", "MSK")), "addr", "telecom", "id", "time")


@sound
def a_code_between_blanks(root, random):
    return put(root, random, "code", " 11490-0 ", "@", "code")


@sound
def the_declared_type_said_again(root, random):
    found = [item for item in elements(root, "effectiveTime") if local(item.getparent()) in ("serviceEvent", "act")]
    for item in pick(found, random):
        item.set(XSI_TYPE, f"{item.prefix}:IVL_TS" if item.prefix else "IVL_TS")
        return True
    return False


@sound
def a_code_of_a_narrower_type(root, random):
    found = [item for item in elements(root, "code") if local(item.getparent()) in ("observation", "act")]
    for item in pick([item for item in found if not len(item)], random):
        name = random.choice(("CE", "CD", "CV"))
        item.set(XSI_TYPE, f"{item.prefix}:{name}" if item.prefix else name)
        return True
    return False


@sound
def a_death_in_the_header(root, random):
    born = root.find(f"{V3}recordTarget/{V3}patientRole/{V3}patient/{V3}birthTime")
    if born is None or local(born.getparent()) != "patient" or root.find(f".//{SDTC}deceasedInd") is not None:
        return False
    born.addnext(etree.Element(f"{SDTC}deceasedInd", value="true"))
    return True


@sound
def foreign_markup_in_a_text_of_an_entry(root, random):
    found = [item for item in elements(root, "text") if local(item.getparent()) in ("observation", "act", "procedure")]
    for item in pick(found, random):
        etree.SubElement(etree.SubElement(item, "{http://www.w3.org/1999/xhtml}div"), "{urn:x}any").set("any", "1")
        return True
    return False


@sound
def one_more_paragraph(root, random):
    for item in pick([text for text in elements(root, "text") if local(text.getparent()) == "section"], random):
        added = etree.SubElement(item, f"{V3}paragraph")
        etree.SubElement(added, f"{V3}content", styleCode="Bold Italics").text = "note"
        etree.SubElement(added, f"{V3}br").tail = "suite"
        return True
    return False
