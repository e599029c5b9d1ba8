"""Named ways to break a made-up document, one defect each, with the rule that sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc_standards.cda.build import serialise
from banc_standards.cda.names import LAB_REPORT, SECTION_REASON, V3, VSM
from banc_standards.errors import Sentence
from banc_standards.xml import parse

Change = Callable[[etree._Element], None]
_ANY: Final = ("LDL-SES", "LDL-SES-N1", "CR-BIO", "CR-BIO-N1", "VSM", "VSM-N1")
_BODIES: Final = ("LDL-SES", "CR-BIO", "VSM")
_LEVEL_1: Final = ("LDL-SES-N1", "CR-BIO-N1", "VSM-N1")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One defect: what is broken, the rule that must tell it, the types that it applies to. ``fails`` tells whether the
    document stops being conform.
    """

    name: str
    text: Sentence
    rule: str
    types: tuple[str, ...]
    change: Change
    fails: bool = True

    def apply(self, document: bytes) -> bytes:
        """The document with the defect."""
        root = parse(document)
        self.change(root)
        return serialise(root)


def _found(root: etree._Element, path: str) -> etree._Element:
    element = root.find("/".join(V3 + step for step in path.split("/")))
    if element is None:
        raise LookupError(path)
    return element


def _section(root: etree._Element, template: str) -> etree._Element:
    for item in root.iter(f"{V3}templateId"):
        parent = item.getparent()
        if item.get("root") == template and parent is not None:
            return parent
    raise LookupError(template)


def removed(path: str) -> Change:
    """Takes the first element at ``path`` away."""

    def change(root: etree._Element) -> None:
        element = _found(root, path)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    return change


def repeated(path: str) -> Change:
    """Writes the first element at ``path`` twice."""

    def change(root: etree._Element) -> None:
        element = _found(root, path)
        element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))

    return change


def attribute(path: str, name: str, value: str | None) -> Change:
    """Gives an attribute another value; None takes it away."""

    def change(root: etree._Element) -> None:
        element = _found(root, path)
        if value is None:
            element.attrib.pop(name, "")
        else:
            element.set(name, value)

    return change


def text(path: str, words: str) -> Change:
    """Gives an element another text."""

    def change(root: etree._Element) -> None:
        _found(root, path).text = words

    return change


def _without_section(template: str) -> Change:
    def change(root: etree._Element) -> None:
        component = _section(root, template).getparent()
        body = component.getparent() if component is not None else None
        if component is not None and body is not None:
            body.remove(component)

    return change


def _without_template(template: str) -> Change:
    def change(root: etree._Element) -> None:
        for item in root.findall(f"{V3}templateId"):
            if item.get("root") == template:
                root.remove(item)

    return change


def _without_acts(root: etree._Element) -> None:
    for act in root.findall(f"{V3}documentationOf"):
        root.remove(act)


def _swapped(root: etree._Element) -> None:
    title = _found(root, "title")
    root.remove(title)
    _found(root, "effectiveTime").addnext(title)


def _foreign(root: etree._Element) -> None:
    _found(root, "recordTarget/patientRole").append(etree.Element(f"{V3}nickname"))


def _wrong_key(root: etree._Element) -> None:
    element = _found(root, "recordTarget/patientRole/id")
    value = element.get("extension", "")
    element.set("extension", value[:-2] + f"{(int(value[-2:]) % 97) + 1:02d}")


def _dangling(root: etree._Element) -> None:
    for text in root.iter(f"{V3}text"):
        reference = text.find(f"{V3}reference")
        if reference is not None:
            reference.set("value", "#nulle-part")
            return
    raise LookupError("text/reference")


def _observation_code(root: etree._Element) -> None:
    for observation in root.iter(f"{V3}observation"):
        code = observation.find(f"{V3}code")
        if code is not None and code.get("code") == "ORG-070":
            value = observation.find(f"{V3}value")
            if value is not None:
                value.set("code", "109")
            return


def _result_code(root: etree._Element) -> None:
    for item in root.iter(f"{V3}observation"):
        code = item.find(f"{V3}code")
        if code is not None and code.get("codeSystem") == "2.16.840.1.113883.6.1":
            code.set("code", "3016-4")
            return


def _unit(root: etree._Element) -> None:
    for value in root.iter(f"{V3}value"):
        if value.get("unit"):
            value.set("unit", "mmole par litre")
            return


def _not_a_pdf(root: etree._Element) -> None:
    _found(root, "component/nonXMLBody/text").text = "Tm9uIQ=="


_TABLE: Final = (
    (
        "no-realm",
        "realmCode absent",
        "realmCode missing",
        "CDA-HDR-002",
        _ANY,
        removed("realmCode"),
    ),
    ("no-type-id", "typeId absent", "typeId missing", "CDA-HDR-003", _ANY, removed("typeId")),
    ("no-title", "titre absent", "title missing", "CDA-HDR-011", _ANY, removed("title")),
    ("no-set-id", "setId absent", "setId missing", "CDA-HDR-016", _ANY, removed("setId")),
    (
        "wrong-language",
        "langue mal écrite",
        "ill-written language",
        "CDA-HDR-014",
        _ANY,
        attribute("languageCode", "code", "français"),
    ),
    (
        "unknown-type",
        "type de document inconnu de JDV_J07",
        "document type unknown to JDV_J07",
        "CDA-HDR-009",
        _ANY,
        attribute("code", "code", "00000-0"),
    ),
    (
        "version-in-words",
        "numéro de version en lettres",
        "version number in words",
        "CDA-HDR-017",
        _ANY,
        attribute("versionNumber", "value", "deux"),
    ),
    (
        "impossible-date",
        "31 février",
        "31 February",
        "CDA-DT-001",
        _ANY,
        attribute("effectiveTime", "value", "20250231120000+0100"),
    ),
    (
        "no-first-name",
        "premier prénom de naissance absent malgré l'INS",
        "first given name missing though there is an INS",
        "CDA-HDR-023",
        _ANY,
        attribute("recordTarget/patientRole/patient/name/given[2]", "qualifier", "CL"),
    ),
    (
        "spouse-qualifier",
        "nom d'usage qualifié SP",
        "used name qualified SP",
        "CDA-HDR-028",
        _ANY,
        attribute("recordTarget/patientRole/patient/name/family", "qualifier", "SP"),
    ),
    (
        "no-gender",
        "sexe absent",
        "gender missing",
        "CDA-HDR-030",
        _ANY,
        removed("recordTarget/patientRole/patient/administrativeGenderCode"),
    ),
    (
        "two-patients",
        "deux patients",
        "two patients",
        "CDA-HDR-020",
        _ANY,
        repeated("recordTarget"),
    ),
    ("no-author", "auteur absent", "author missing", "CDA-HDR-036", _ANY, removed("author")),
    ("no-custodian", "conservateur absent", "custodian missing", "CDA-HDR-049", _ANY, removed("custodian")),
    (
        "unsigned",
        "code de signature autre que S",
        "signature code other than S",
        "CDA-HDR-054",
        _ANY,
        attribute("legalAuthenticator/signatureCode", "code", "X"),
    ),
    ("no-act", "acte documenté absent", "documented act missing", "CDA-HDR-064", _ANY, _without_acts),
    (
        "no-setting",
        "cadre d'exercice de l'exécutant absent",
        "practice setting of the performer missing",
        "CDA-HDR-071",
        _ANY,
        removed(
            "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode"
        ),
    ),
    (
        "no-facility",
        "lieu de prise en charge absent",
        "place of care missing",
        "CDA-HDR-074",
        _ANY,
        removed("componentOf/encompassingEncounter/location"),
    ),
    (
        "misplaced-title",
        "titre après la date",
        "title after the date",
        "CDA-STR-",
        _ANY,
        _swapped,
    ),
    (
        "unknown-element",
        "élément que CDA ne connaît pas",
        "element that CDA does not know",
        "CDA-STR-",
        _ANY,
        _foreign,
    ),
    (
        "no-reason",
        "section du motif absente",
        "section of the reason missing",
        "CDA-LDLS-007",
        ("LDL-SES",),
        _without_section(SECTION_REASON),
    ),
    (
        "wrong-entry-mode",
        "modalité d'entrée hors de son jeu de valeurs",
        "entry mode outside its value set",
        "CDA-LDLS-011",
        ("LDL-SES",),
        _observation_code,
    ),
    (
        "other-title",
        "titre autre que celui du volet",
        "title other than the model's",
        "CDA-BIO-002",
        ("CR-BIO",),
        text("title", "Résultats"),
    ),
    (
        "no-lab-model",
        "templateId IHE du compte rendu absent",
        "IHE templateId of the report missing",
        "CDA-BIO-004",
        ("CR-BIO",),
        _without_template(LAB_REPORT),
    ),
    (
        "no-pdf-copy",
        "copie PDF absente",
        "PDF copy missing",
        "CDA-BIO-015",
        ("CR-BIO",),
        _without_section("1.2.250.1.213.1.1.2.243"),
    ),
    (
        "unit-in-words",
        "unité qui n'est pas de l'UCUM",
        "unit that is not UCUM",
        "CDA-TRM-002",
        ("CR-BIO",),
        _unit,
    ),
    (
        "no-summary-model",
        "templateId du VSM absent",
        "templateId of the VSM missing",
        "CDA-HDR-006",
        ("VSM",),
        _without_template(VSM),
    ),
    (
        "no-vigilance",
        "points de vigilance absents",
        "vigilance section missing",
        "CDA-VSM-006",
        ("VSM",),
        _without_section("1.3.6.1.4.1.19376.1.5.3.1.3.27"),
    ),
    (
        "no-level-1-model",
        "templateId de niveau 1 absent",
        "level 1 templateId missing",
        "CDA-N1-001",
        _LEVEL_1,
        _without_template("1.3.6.1.4.1.19376.1.2.20"),
    ),
)
_INFORMING: Final = (
    ("wrong-key", "clé de l'INS fausse", "wrong key of the INS", "CDA-HDR-024", _ANY, _wrong_key),
    (
        "local-time",
        "heure sans fuseau",
        "time of day without zone",
        "CDA-DT-005",
        _ANY,
        attribute("effectiveTime", "value", "20250301120000"),
    ),
    (
        "wrong-type-system",
        "système du type qui n'est pas le sien",
        "code system that is not the type's",
        "CDA-HDR-010",
        ("LDL-SES", "LDL-SES-N1"),
        attribute("code", "codeSystem", "1.2.250.1.213.1.1.4.12"),
    ),
    (
        "unknown-result-code",
        "code LOINC dont la clé est fausse",
        "LOINC code with a wrong check digit",
        "CDA-TRM-006",
        ("CR-BIO",),
        _result_code,
    ),
    ("dangling", "renvoi vers rien", "reference to nothing", "CDA-DT-028", _BODIES, _dangling),
    ("not-a-pdf", "contenu qui n'est pas un PDF", "content that is no PDF", "CDA-N1-005", _LEVEL_1, _not_a_pdf),
)
MUTATIONS: Final[Mapping[str, Mutation]] = {
    name: Mutation(name, Sentence(fr, en), rule, types, change, fails)
    for table, fails in ((_TABLE, True), (_INFORMING, False))
    for name, fr, en, rule, types, change in table
}
