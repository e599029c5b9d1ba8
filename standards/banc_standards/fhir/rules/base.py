"""What R4 asks of any resource beyond its elements: the invariants of data types, references, contained resources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from banc_standards.fhir.embedded import embedded
from banc_standards.fhir.names import FORMER_FR_CORE, XHTML
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.known import JUDGED, TYPE_OF_PROFILE
from banc_standards.fhir.shapes import FOREIGN_TO_R4B, is_resource
from banc_standards.fhir.subject import Resource, Subject, at, text, texts
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("FHIR R4 4.0.1")
_EACH = FhirBook("FHIR R4 4.0.1")

_LITERAL: Final = re.compile(
    r"(?:https?://\S+/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?"
)


@_BOOK.rule(
    "FHIR-EXT-001",
    (
        "Une extension porte une valeur ou des extensions, jamais les deux ni rien.",
        "An extension carries a value or extensions, never both nor nothing.",
    ),
    ("Garder l'un des deux.", "Keep one of the two."),
    at="ext-1",
)
def _extension(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Extension", ()):
        has_value = any(name.startswith(("value", "_value")) for name in value.data)
        if has_value == bool(value.data.get("extension")):
            yield subject.hit(value.path, text(value.data, "url"), "value[x] | extension")


@_BOOK.rule(
    "FHIR-REF-001",
    (
        "Une référence interne (#id) désigne une ressource contenue.",
        "An internal reference (#id) names a contained resource.",
    ),
    ("Ajouter la ressource dans contained, ou corriger l'id.", "Add the resource to contained, or correct the id."),
    at="ref-1",
)
def _internal(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Reference", ()):
        target = text(value.data, "reference")
        if not target.startswith("#") or target == "#":
            continue
        known = value.owner.ids
        if target[1:] not in known:
            yield subject.hit((*value.path, "reference"), target, ", ".join(f"#{name}" for name in known))


@_BOOK.rule(
    "FHIR-REF-002",
    (
        "Une référence désigne un type de ressource que l'élément admet.",
        "A reference names a type of resource that the element allows.",
    ),
    ("Viser une ressource d'un type attendu.", "Point to a resource of an expected type."),
    at="Reference",
)
def _target(subject: Subject) -> Iterator[Hit]:
    by_url: dict[str, str] | None = None
    for value in subject.typed.get("Reference", ()):
        if not value.targets or "Resource" in value.targets:
            continue
        target = text(value.data, "reference")
        found = ""
        if target.startswith("#"):
            found = value.owner.ids.get(target[1:], "")
        elif target.startswith("urn:"):
            if by_url is None:
                by_url = full_urls(subject)
            found = by_url.get(target, "")
        if found and found not in value.targets:
            yield subject.hit((*value.path, "reference"), target, ", ".join(value.targets))


@_BOOK.rule(
    "FHIR-REF-003",
    (
        "Une référence à une ressource d'ailleurs nomme un type que l'élément admet.",
        "A reference to a resource elsewhere names a type that the element allows.",
    ),
    ("Viser une ressource d'un type attendu.", "Point to a resource of an expected type."),
    at="Reference",
    severity="warning",
)
def _literal(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Reference", ()):
        if not value.targets or "Resource" in value.targets:
            continue
        target = text(value.data, "reference")
        literal = _LITERAL.fullmatch(target)
        if literal is not None and is_resource(literal[1]) and literal[1] not in value.targets:
            yield subject.hit((*value.path, "reference"), target, ", ".join(value.targets))


def full_urls(subject: Subject) -> dict[str, str]:
    """The type of the resource of each entry that has a fullUrl, by this fullUrl."""
    found = {}
    for bundle in subject.of("Bundle"):
        entries = bundle.data.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            name = text(entry, "resource", "resourceType")
            if name:
                found[text(entry, "fullUrl")] = name
    found.pop("", None)
    return found


@_BOOK.rule(
    "FHIR-PER-001",
    ("Une période commence avant de finir.", "A period begins before it ends."),
    ("Échanger ou corriger les dates.", "Swap or correct the dates."),
    at="per-1",
)
def _period(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Period", ()):
        start, end = text(value.data, "start"), text(value.data, "end")
        if start and end and _after(start, end):
            yield subject.hit(value.path, f"{start} > {end}")


def _after(start: str, end: str) -> bool:
    from datetime import datetime

    if len(start) > 10 and len(end) > 10:
        try:
            first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        except ValueError:
            return False
        return first.tzinfo is not None and last.tzinfo is not None and first > last
    size = min(len(start), len(end), 10)
    if len(start) > 10 or len(end) > 10:  # a day against an instant: the zone may move the day
        return False
    return start[:size] > end[:size]


@_BOOK.rule(
    "FHIR-DT-001",
    ("Une pièce jointe qui porte ses octets dit leur type.", "An attachment that carries its bytes tells their type."),
    ("Ajouter contentType.", "Add contentType."),
    at="att-1",
)
def _attachment(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Attachment", ()):
        if value.data.get("data") and not value.data.get("contentType"):
            yield subject.hit(value.path, "data", "contentType")


@_BOOK.rule(
    "FHIR-DT-002",
    ("Un moyen de contact dit son genre (system).", "A contact point tells its kind (system)."),
    ("Ajouter system : phone, email, fax…", "Add system: phone, email, fax…"),
    at="cpt-2",
)
def _contact(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("ContactPoint", ()):
        if value.data.get("value") and not (value.data.get("system") or value.data.get("_system")):
            yield subject.hit(value.path, text(value.data, "value"), "system")


@_BOOK.rule(
    "FHIR-DT-003",
    ("Une unité codée dit son système.", "A coded unit tells its system."),
    ("Ajouter system : http://unitsofmeasure.org.", "Add system: http://unitsofmeasure.org."),
    at="qty-3",
)
def _quantity(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Quantity", ()):
        if value.data.get("code") and not value.data.get("system"):
            yield subject.hit(value.path, text(value.data, "code"), "system")


@_BOOK.rule(
    "FHIR-DT-004",
    (
        "Le texte (narrative) est du XHTML bien formé, dont la racine est div.",
        "The narrative is well-formed XHTML whose root is div.",
    ),
    (
        'Écrire <div xmlns="http://www.w3.org/1999/xhtml">…</div>.',
        'Write <div xmlns="http://www.w3.org/1999/xhtml">…</div>.',
    ),
    at="txt-1",
)
def _narrative(subject: Subject) -> Iterator[Hit]:
    for value in subject.typed.get("Narrative", ()):
        div = text(value.data, "div")
        if div and (wrong := _wrong_xhtml(div)):
            yield subject.hit((*value.path, "div"), wrong, f'<div xmlns="{XHTML}">')


_BARRED: Final = frozenset(
    [
        "script",
        "form",
        "input",
        "select",
        "textarea",
        "button",
        "base",
        "link",
        "object",
        "embed",
        "iframe",
        "frame",
        "frameset",
        "applet",
        "head",
        "body",
    ]
)
_ENTITIES: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)[A-Za-z][A-Za-z0-9]*;")


def _wrong_xhtml(div: str) -> str:
    """What is wrong with a narrative, empty when nothing is; XHTML's own entities (``&nbsp;``) are let through."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    if "<!DOCTYPE" in div[:200].upper():
        return "DOCTYPE"
    try:
        root = etree.fromstring(_ENTITIES.sub(" ", div).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        return str(error.msg)
    except ValueError as error:
        return str(error)
    if root.tag != f"{{{XHTML}}}div":
        return str(root.tag)
    for element in root.iter("*"):
        name = etree.QName(element).localname
        if name in _BARRED or any(str(key).lower().startswith("on") for key in element.attrib):
            return f"<{name}>"
    return ""


@_EACH.rule(
    "FHIR-DOM-001",
    ("Une ressource contenue n'en contient pas d'autre.", "A contained resource contains no other."),
    ("Mettre toutes les ressources dans le contained du dehors.", "Put every resource into the outer contained."),
    at="dom-2",
)
def _nested(resource: Resource) -> Iterator[Hit]:
    if resource.container is not None and resource.data.get("contained"):
        yield resource.hit("contained", "contained")


@_EACH.rule(
    "FHIR-DOM-002",
    (
        "Une ressource contenue est désignée par celle qui la contient.",
        "A contained resource is referred to by the one that contains it.",
    ),
    ("Ajouter la référence #id, ou retirer la ressource.", "Add the reference #id, or remove the resource."),
    at="dom-3",
)
def _used(resource: Resource) -> Iterator[Hit]:
    if not resource.data.get("contained"):
        return
    told = [value for one in (resource, *resource.contained) for value in one.typed.get("Reference", ())]
    references = {text(value.data, "reference") for value in told}
    back = {value.owner.path for value in told if text(value.data, "reference") == "#"}
    quoted = _quoted(resource.data)
    for one in resource.contained:
        name = text(one.data, "id")
        if f"#{name}" not in references and one.path not in back and f"#{name}" not in quoted:
            yield resource.subject.hit(one.path, name, f'"reference": "#{name}"')


def _quoted(data: Any) -> set[str]:
    """The texts that name something internal (``#name``): canonicals and addresses may, as references do."""
    found = set()
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str) and value.startswith("#"):
            found.add(value)
    return found


@_EACH.rule(
    "FHIR-DOM-003",
    (
        "Une ressource contenue n'a ni version, ni date de mise à jour, ni étiquette de sécurité.",
        "A contained resource has neither a version, nor an update date, nor a security label.",
    ),
    ("Retirer ces éléments de son meta.", "Remove these elements from its meta."),
    at="dom-4, dom-5",
)
def _contained_meta(resource: Resource) -> Iterator[Hit]:
    if resource.container is None:
        return
    for name in ("versionId", "lastUpdated", "security"):
        if at(resource.data, "meta", name) is not None:
            yield resource.hit("meta", name, found=name)


@_BOOK.rule(
    "FHIR-EMB-001",
    (
        "Le document clinique transporté n'est pas une racine vide.",
        "The clinical document carried is not an empty root.",
    ),
    ("Mettre le document lui-même en base 64.", "Put the document itself in base 64."),
    at="Binary.data, Attachment.data",
    severity="warning",
    certainty="deduced",
)
def _placeholder(subject: Subject) -> Iterator[Hit]:
    for carried in embedded(subject):
        if carried.is_placeholder:
            yield subject.hit((*carried.path, "data"), "<ClinicalDocument/>")


@_EACH.rule(
    "FHIR-PRO-001",
    ("Le profil annoncé est un profil de ce type de ressource.", "The profile that is claimed is one of this type."),
    ("Corriger meta.profile ou le type.", "Correct meta.profile or the type."),
    at="Resource.meta.profile",
)
def _profile_type(resource: Resource) -> Iterator[Hit]:
    for number, name in enumerate(texts(at(resource.data, "meta"), "profile")):
        wanted = TYPE_OF_PROFILE.get(name.partition("|")[0])
        if wanted is not None and wanted != resource.type:
            yield resource.hit("meta", "profile", number, found=name, expected=wanted)


@_EACH.rule(
    "FHIR-PRO-002",
    (
        "Le banc juge les profils français qu'il connaît ; celui-ci n'en est pas.",
        "The bench judges the French profiles that it knows; this is none of them.",
    ),
    ("Rien à corriger : seule la structure R4 est jugée.", "Nothing to correct: the R4 structure alone is judged."),
    at="Resource.meta.profile",
    severity="info",
    certainty="deduced",
)
def _unknown_profile(resource: Resource) -> Iterator[Hit]:
    for number, name in enumerate(texts(at(resource.data, "meta"), "profile")):
        base = name.partition("|")[0]
        if base not in JUDGED and not base.startswith(FORMER_FR_CORE):
            yield resource.hit("meta", "profile", number, found=name)


@_EACH.rule(
    "FHIR-PRO-003",
    (
        "Les profils d'avant FR Core 2 (interopsante.org) ne sont plus publiés.",
        "The profiles from before FR Core 2 (interopsante.org) are no longer published.",
    ),
    ("Passer aux profils https://hl7.fr/ig/fhir/core.", "Move to the profiles of https://hl7.fr/ig/fhir/core."),
    at="Resource.meta.profile",
    severity="info",
    certainty="uncertain",
)
def _former_profile(resource: Resource) -> Iterator[Hit]:
    for number, name in enumerate(texts(at(resource.data, "meta"), "profile")):
        if name.startswith(FORMER_FR_CORE):
            yield resource.hit("meta", "profile", number, found=name)


@_EACH.rule(
    "FHIR-PRO-004",
    (
        "La structure de ce type de ressource n'est pas jugée : R4B l'a récrit.",
        "The structure of this type of resource is not judged: R4B has rewritten it.",
    ),
    ("Rien à corriger.", "Nothing to correct."),
    at="fhir.resources R4B",
    severity="info",
    certainty="deduced",
)
def _not_judged(resource: Resource) -> Iterator[Hit]:
    if resource.type in FOREIGN_TO_R4B:
        yield resource.hit("resourceType", found=resource.type)


RULES = (*_BOOK.rules, *_EACH.rules)
