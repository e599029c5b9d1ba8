"""Entries of biology: the act that processes a chapter's results, the results themselves, and their codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.biology_templates import (
    PROCESSING,
    RESULT,
    RESULT_FR,
    SUBJECT,
    is_first_version,
    is_report,
)
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.shapes import acting, one, templated
from banc_standards.cda.rules.terminology import interpretations
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO)")

_STATES: Final = ("completed", "active", "aborted")
_RESULT_STATES: Final = ("completed", "aborted", "active", "obsolete")
_ACT, _CODE, _STATUS, _TIME = f"{V3}act", f"{V3}code", f"{V3}statusCode", f"{V3}effectiveTime"
_RELATION, _ORGANIZER, _COMPONENT = f"{V3}entryRelationship", f"{V3}organizer", f"{V3}component"
_OBSERVATION: Final = f"{V3}observation"
_NAMED: Final = ("code", "displayName", "codeSystem", "codeSystemName")


def state(element: etree._Element, allowed: tuple[str, ...]) -> Iterator[Hit]:
    """One of the statusCodes of ``element`` is among ``allowed``."""
    found = [status.get("code", "") for status in element.iterchildren(_STATUS)]
    if not any(code in allowed for code in found):
        yield hit(element, ", ".join(found), " | ".join(allowed), "statusCode/@code")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-021",
    (
        "L'entrée d'un chapitre est de type DRIV et tient un acte constaté (ACT, EVN).",
        "The entry of a chapter is of type DRIV and holds an act that took place (ACT, EVN).",
    ),
    (
        'Écrire <entry typeCode="DRIV"> puis <act classCode="ACT" moodCode="EVN">.',
        'Write <entry typeCode="DRIV">, then <act classCode="ACT" moodCode="EVN">.',
    ),
    at="FR-Resultats-examens-de-biologie-medicale",
)
def _processing(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    entries = parent.iterchildren(f"{V3}entry") if parent is not None else ()
    if not any(entry.get("typeCode") == "DRIV" for entry in entries):
        yield hit(node.element, node.get("typeCode"), "DRIV", "@typeCode")
    acts = node.all("act")
    if not any(act.get("classCode") == "ACT" and act.get("moodCode") == "EVN" for act in acts):
        found = " ".join(f"{act.get('classCode', '')} {act.get('moodCode', '')}" for act in acts)
        yield hit(node.element, found, "ACT EVN", "act")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-022",
    (
        "L'acte de biologie est completed, active ou aborted ; son code est de LOINC, ses dates ont début et fin.",
        "The act of biology is completed, active or aborted; its code is of LOINC, its times have a start and an end.",
    ),
    (
        "Corriger act/statusCode, act/code/@codeSystem ou act/effectiveTime (low et high).",
        "Correct act/statusCode, act/code/@codeSystem or act/effectiveTime (low and high).",
    ),
    at="FR-Resultats-examens-de-biologie-medicale/act",
)
def _act(node: Node) -> Iterator[Hit]:
    acts = node.all("act")
    if acts and not any(status.get("code") in _STATES for act in acts for status in act.iterchildren(_STATUS)):
        yield from state(acts[0], _STATES)
    for act in acts:
        for time in act.iterchildren(_TIME):
            if time.find(f"{V3}low") is None or time.find(f"{V3}high") is None:
                yield hit(time, "", "low, high")
        for code in act.iterchildren(_CODE):
            if code.get("code") is not None and code.get("codeSystem") != LOINC and is_report(node.document):
                yield hit(code, code.get("codeSystem", ""), LOINC, "@codeSystem")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-023",
    (
        "L'acte de biologie d'un compte rendu a au moins un résultat (entryRelationship COMP).",
        "The act of biology of a report has at least one result (entryRelationship COMP).",
    ),
    ('Écrire <entryRelationship typeCode="COMP">.', 'Write <entryRelationship typeCode="COMP">.'),
    at="FR-Resultats-examens-de-biologie-medicale/act",
)
def _composed(node: Node) -> Iterator[Hit]:
    acts = node.all("act")
    if not any(
        relation.get("typeCode") == "COMP" for act in acts for relation in act.iterchildren(_RELATION)
    ) and is_report(node.document):
        yield hit(acts[0] if acts else node.element, "0", "1..*", "entryRelationship[@typeCode='COMP']")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-024",
    (
        "Un sujet autre que le patient (animal, eau, aliment…) déclare son modèle, dit ce qu'il est et d'où il vient.",
        "A subject other than the patient (animal, water, food…) declares its model, tells what it is and where from.",
    ),
    (
        f"Écrire subject SBJ de templateId {SUBJECT}, avec relatedSubject/code et une seule addr.",
        f"Write subject SBJ of templateId {SUBJECT}, with relatedSubject/code and exactly one addr.",
    ),
    at="FR-Resultats-examens-de-biologie-medicale/act/subject",
)
def _subject(node: Node) -> Iterator[Hit]:
    for act in node.all("act"):
        for subject in act.iterchildren(f"{V3}subject"):
            if subject.get("typeCode") != "SBJ":
                yield hit(subject, subject.get("typeCode", ""), "SBJ", "@typeCode")
            if SUBJECT not in roots(subject):
                yield hit(subject, "", SUBJECT, "templateId/@root")
            if subject.find(f"{V3}relatedSubject/{V3}code") is None:
                yield hit(subject, "0", "1", "relatedSubject/code")
            places = len(subject.findall(f"{V3}relatedSubject/{V3}addr"))
            if places != 1:
                yield hit(subject, str(places), "1", "relatedSubject/addr")


def _direct(node: Node) -> Iterator[etree._Element]:
    """The observations that an act of biology holds itself."""
    for act in node.all("act"):
        for relation in act.iterchildren(_RELATION):
            yield from relation.iterchildren(_OBSERVATION)


def _grouped(node: Node) -> Iterator[etree._Element]:
    """The observations of the batteries and isolates of an act of biology, and of the batteries in these."""
    for act in node.all("act"):
        for relation in act.iterchildren(_RELATION):
            for organizer in relation.iterchildren(_ORGANIZER):
                for component in organizer.iterchildren(_COMPONENT):
                    for item in component:
                        if item.tag == _OBSERVATION:
                            yield item
                        elif item.tag == _ORGANIZER:
                            for part in item.iterchildren(_COMPONENT):
                                yield from part.iterchildren(_OBSERVATION)


_CODE_FIX: Final = (
    "Écrire code, displayName et codeSystem de LOINC ; à défaut de code LOINC, un code vide et une translation.",
    "Write code, displayName and codeSystem of LOINC; for want of a LOINC code, an empty code and a translation.",
)


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-025",
    (
        "Le code LOINC d'un résultat a son code et son libellé ; le modèle 2021.01 n'en connaît pas d'autre.",
        "The LOINC code of a result is written with its code and display name; the model 2021.01 knows no other code.",
    ),
    _CODE_FIX,
    at="act/entryRelationship/observation/code",
)
def _direct_code(node: Node) -> Iterator[Hit]:
    for observation in _direct(node):
        code = observation.find(_CODE)
        if code is None:
            if is_report(node.document):
                yield hit(observation, "0", "1", "code")
        elif not _well_coded(code) and is_report(node.document):
            system = code.get("codeSystem")
            if system == LOINC:
                yield hit(code, code.get("code", ""), LOINC, f"@{'displayName' if code.get('code') else 'code'}")
            elif is_first_version(node.document):
                yield hit(code, system or "", LOINC, "@codeSystem")


def _well_coded(code: etree._Element) -> bool:
    """Whether a code is of LOINC, whole, or says nothing itself."""
    given = code.attrib
    whole = "code" in given and "displayName" in given and given.get("codeSystem") == LOINC
    return whole or not any(name in given for name in _NAMED)


def _untold(translation: etree._Element) -> Iterator[Hit]:
    for name in ("code", "displayName"):
        if translation.get(name) is None:
            yield hit(translation, "", "non vide", f"@{name}")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-026",
    (
        "Le code local ou d'attente d'un résultat est écrit avec son code et son libellé.",
        "The local or waiting code of a result is written with its code and its display name.",
    ),
    ("Compléter translation : code et displayName.", "Complete translation: code and displayName."),
    at="act/entryRelationship/observation/code/translation",
)
def _direct_translation(node: Node) -> Iterator[Hit]:
    if "translation" not in node.document.tagged:
        return
    for observation in _direct(node):
        for code in observation.iterchildren(_CODE):
            translations = code.findall(f"{V3}translation")
            told = any("code" in item.attrib and "displayName" in item.attrib for item in translations)
            if translations and not told and is_report(node.document):
                yield from _untold(translations[0])


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-027",
    (
        "Un résultat de batterie ou d'isolat a un code LOINC avec son libellé, ou un code vide.",
        "A result in a battery or an isolate has a LOINC code with its display name, or an empty code.",
    ),
    _CODE_FIX,
    at="organizer/component/observation/code",
)
def _grouped_code(node: Node) -> Iterator[Hit]:
    for observation in _grouped(node):
        code = observation.find(_CODE)
        if code is None:
            if is_report(node.document):
                yield hit(observation, "0", "1", "code")
        elif not _well_coded(code) and is_report(node.document):
            yield hit(code, f"{code.get('code', '')} {code.get('codeSystem', '')}".strip(), LOINC, "@code")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-028",
    (
        "Le code local ou d'attente d'un résultat de batterie ou d'isolat est écrit avec son code et son libellé.",
        "The local or waiting code of a result in a battery or an isolate is written with its code and display name.",
    ),
    (
        "Compléter translation : code et displayName ; 1.2.250.1.213.1.1.5.130 pour un code d'attente de LOINC.",
        "Complete translation: code and displayName; 1.2.250.1.213.1.1.5.130 for a waiting code of LOINC.",
    ),
    at="organizer/component/observation/code/translation",
)
def _grouped_translation(node: Node) -> Iterator[Hit]:
    if "translation" not in node.document.tagged or not is_report(node.document):
        return
    for observation in _grouped(node):
        for code in observation.iterchildren(_CODE):
            for translation in code.iterchildren(f"{V3}translation"):
                yield from _untold(translation)


@_BOOK.on(
    (RESULT, RESULT_FR),
    "CDA-BIO-029",
    (
        "Un résultat est une observation constatée (OBS, EVN) d'un seul code, lié au texte du chapitre.",
        "A result is an observed event (OBS, EVN) of exactly one code, linked to the chapter's text.",
    ),
    (
        f'Écrire observation OBS EVN, templateId {RESULT}, un code et son originalText/reference value="#…".',
        f'Write observation OBS EVN, templateId {RESULT}, one code and its originalText/reference value="#…".',
    ),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent",
)
def _result(node: Node) -> Iterator[Hit]:
    element, codes = node.element, node.all("code")
    if element.tag != _OBSERVATION or element.get("classCode") != "OBS" or element.get("moodCode") != "EVN":
        yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    if RESULT not in node.templates:
        yield from templated(node, RESULT)
    if len(codes) != 1:
        yield from one(node, "code")
    if RESULT_FR in node.templates:
        texts = [text for code in codes for text in code.iterchildren(f"{V3}originalText")]
        links = [link for text in texts for link in text.iterchildren(f"{V3}reference")]
        if len(texts) != 1 or len(links) != 1:
            yield hit(node.element, f"{len(texts)}, {len(links)}", "1, 1", "code/originalText/reference")


@_BOOK.on(
    RESULT,
    "CDA-BIO-030",
    (
        "Un résultat de compte rendu est completed ou aborted ; ailleurs, active et obsolete sont permis aussi.",
        "A result of a report is completed or aborted; elsewhere active and obsolete are allowed too.",
    ),
    ('Écrire <statusCode code="completed"/>.', 'Write <statusCode code="completed"/>.'),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent/statusCode",
)
def _result_state(node: Node) -> Iterator[Hit]:
    for status in node.all("statusCode"):
        if status.get("code") in ("completed", "aborted"):
            return
    yield from state(node.element, _RESULT_STATES[:2] if is_report(node.document) else _RESULT_STATES)


@_BOOK.on(
    RESULT,
    "CDA-BIO-031",
    ("Un résultat a au plus un intervalle de référence.", "A result has at most one reference range."),
    (
        "Garder un seul referenceRange ; les autres bornes vont dans le texte.",
        "Keep one referenceRange; other limits go in the text.",
    ),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent/referenceRange",
)
def _one_range(node: Node) -> Iterator[Hit]:
    number = len(node.children.get("referenceRange", ()))
    if number > 1 and is_report(node.document):
        yield hit(node.element, str(number), "0..1", "referenceRange")


@_BOOK.on(
    RESULT,
    "CDA-BIO-032",
    (
        "L'antériorité d'un résultat est datée et completed.",
        "The earlier result of a result is dated and completed.",
    ),
    (
        "Compléter entryRelationship REFR/observation : effectiveTime et statusCode completed.",
        "Complete entryRelationship REFR/observation: effectiveTime and statusCode completed.",
    ),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent/entryRelationship",
)
def _earlier(node: Node) -> Iterator[Hit]:
    relations = [relation for relation in node.all("entryRelationship") if relation.get("typeCode") == "REFR"]
    if not relations or not is_report(node.document):
        return
    earlier = [item for relation in relations for item in relation.iterchildren(_OBSERVATION)]
    if not any(item.find(_TIME) is not None for item in earlier):
        yield hit(relations[0], "", "1", "observation/effectiveTime")
    if not any(status.get("code") == "completed" for item in earlier for status in item.iterchildren(_STATUS)):
        yield hit(relations[0], "", "completed", "observation/statusCode/@code")


@_BOOK.rule(
    "CDA-BIO-033",
    (
        "L'interprétation d'un résultat a un code et un système, jamais de nullFlavor.",
        "The interpretation of a result has a code and a system, never a nullFlavor.",
    ),
    (
        "Écrire code et codeSystem, ou supprimer interpretationCode.",
        "Write code and codeSystem, or drop interpretationCode.",
    ),
    at="observation/interpretationCode",
)
def _interpreted(document: Document) -> Iterator[Hit]:
    if is_report(document):
        for element in interpretations(document):
            if element.get("nullFlavor") is not None:
                yield hit(element, element.get("nullFlavor", ""), "code", "@nullFlavor")
            for name in ("code", "codeSystem"):
                if element.get(name) is None:
                    yield hit(element, "", "non vide", f"@{name}")


@_BOOK.inform_on(
    RESULT,
    "CDA-BIO-034",
    (
        "Un résultat terminé a une valeur ; tout résultat a une date.",
        "A completed result has a value; every result has a time.",
    ),
    ("Écrire value et effectiveTime.", "Write value and effectiveTime."),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent",
)
def _complete(node: Node) -> Iterator[Hit]:
    children = node.children
    if "effectiveTime" not in children:
        yield hit(node.element, "0", "1", "effectiveTime")
    if any(status.get("code") == "completed" for status in node.all("statusCode")):
        if "value" not in children:
            yield hit(node.element, "0", "1", "value")
        for value in node.all("value"):
            if value.get(XSI_TYPE) in ("PQ", "c:PQ") and value.get("value") is not None and not value.get("unit"):
                yield hit(value, "", "UCUM", "@unit")


RULES = _BOOK.rules
