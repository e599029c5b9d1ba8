"""The shape of each resource and data type of R4: its elements, their types, numbers and required codes.

Shapes are read from the models of ``fhir.resources`` for R4B, loaded at the first need, and brought back to R4 by the
differences named here. A resource that R4B does not hold as R4 does has no shape (:data:`FOREIGN_TO_R4B`).
"""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

R4B_ONLY: Final = frozenset(
    [
        "AdministrableProductDefinition",
        "Citation",
        "ClinicalUseDefinition",
        "EvidenceReport",
        "Ingredient",
        "ManufacturedItemDefinition",
        "MedicinalProductDefinition",
        "NutritionProduct",
        "PackagedProductDefinition",
        "RegulatedAuthorization",
        "SubscriptionStatus",
        "SubscriptionTopic",
        "SubstanceDefinition",
    ]
)
"""Resources that R4B added."""
FOREIGN_TO_R4B: Final = frozenset(
    [
        "EffectEvidenceSynthesis",
        "Evidence",
        "EvidenceVariable",
        "MedicinalProduct",
        "MedicinalProductAuthorization",
        "MedicinalProductContraindication",
        "MedicinalProductIndication",
        "MedicinalProductIngredient",
        "MedicinalProductInteraction",
        "MedicinalProductManufactured",
        "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical",
        "MedicinalProductUndesirableEffect",
        "RiskEvidenceSynthesis",
        "SubstanceNucleicAcid",
        "SubstancePolymer",
        "SubstanceProtein",
        "SubstanceReferenceInformation",
        "SubstanceSourceMaterial",
        "SubstanceSpecification",
    ]
)
"""Resources of R4 that R4B dropped or rewrote: their structure is not judged."""
_TYPES_OF_R4B: Final = ("CodeableReference", "RatioRange")
_ABSTRACT: Final = frozenset({"Resource", "DomainResource", "MetadataResource", "CanonicalResource"})
_NAME: Final = re.compile(r"[A-Z][A-Za-z]{2,60}")

_REPORTED: Final = ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error")
_STAYS: Final = (
    *("planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"),
    *("entered-in-error", "unknown"),
)
_WHOLE_CODES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("DetectedIssue", "status"): (*_REPORTED, "unknown"),
    ("DeviceUdiCarrier", "entryType"): ("barcode", "rfid", "manual", "card", "self-reported", "unknown"),
    ("DeviceUseStatement", "status"): (*("active", "completed", "entered-in-error", "intended", "stopped", "on-hold"),),
    ("DiagnosticReport", "status"): (*_REPORTED, "partial", "appended", "unknown"),
    ("Encounter", "status"): _STAYS,
    ("EncounterStatusHistory", "status"): _STAYS,
    ("Observation", "status"): (*_REPORTED, "unknown"),
    ("RiskAssessment", "status"): (*_REPORTED, "unknown"),
    ("SupplyRequest", "status"): (
        *("draft", "active", "suspended", "cancelled", "completed", "entered-in-error", "unknown"),
    ),
    ("Task", "status"): (
        *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold"),
        *("failed", "completed", "entered-in-error"),
    ),
    ("Expression", "language"): (),
    ("QuestionnaireItem", "type"): (
        *("group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url"),
        *("choice", "open-choice", "attachment", "reference", "quantity", "question"),
    ),
    ("StructureMapGroupRuleTarget", "transform"): (),
}
"""Required codes that the models cut short (FHIR R4 4.0.1); none: not judged."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element. ``choice`` is the name before ``[x]``; ``codes`` are those of a required binding, empty if none.

    ``type`` is the model's name of the type; a ``primitive`` one has the form of :mod:`banc_standards.fhir.primitives`.
    """

    name: str
    type: str
    many: bool
    required: bool
    primitive: bool
    choice: str = ""
    codes: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """The elements of one type by name, those required, and the choices that must be made."""

    name: str
    elements: Mapping[str, Element]
    required: tuple[str, ...]
    required_choices: tuple[str, ...]


@cache
def is_resource(name: str) -> bool:
    """Whether R4 has a resource of this name."""
    if name in FOREIGN_TO_R4B:
        return True
    if name in R4B_ONLY or name in _ABSTRACT or not _NAME.fullmatch(name):
        return False
    model = _model(name)
    return model is not None and bool(model.has_resource_base())


@cache
def shape(type_name: str) -> Shape | None:
    """The shape of a resource or data type; None for a name that R4 does not hold, or R4B not as R4 does."""
    if type_name in R4B_ONLY or type_name in FOREIGN_TO_R4B:
        return None
    model = _model(type_name)
    if model is None:
        return None
    elements = {}
    for field_name, info in model.model_fields.items():
        if field_name == "fhir_comments" or field_name.endswith("__ext"):
            continue
        element = _element(type_name, info.alias or field_name, info)
        if element is not None:
            elements[element.name] = element
    return Shape(
        type_name,
        elements,
        tuple(name for name, element in elements.items() if element.required and not element.choice),
        tuple(dict.fromkeys(e.choice for e in elements.values() if e.choice and e.required)),
    )


def _model(name: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class

    try:
        return get_fhir_model_class(name)
    except (ValueError, KeyError, ImportError, AttributeError):
        return None


def _element(owner: str, name: str, info: Any) -> Element | None:
    extra: Mapping[str, Any] = info.json_schema_extra or {}
    choice = str(extra.get("one_of_many") or "")
    if choice and name[len(choice) :] in _TYPES_OF_R4B:
        return None
    annotation, many = _one(info.annotation)
    type_name, primitive = _named(annotation)
    required = bool(extra.get("one_of_many_required")) if choice else bool(info.is_required())
    codes = _WHOLE_CODES.get((owner, name))
    if codes is None:
        codes = tuple(extra.get("enum_values") or ()) if type_name == "Code" else ()
    return Element(
        name,
        type_name,
        many,
        required or (not choice and bool(extra.get("element_required"))),
        primitive,
        choice,
        frozenset(codes),
        tuple(extra.get("enum_reference_types") or ()),
    )


def _one(annotation: Any) -> tuple[Any, bool]:
    """What one value is annotated with, and whether there may be many."""
    many = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is list:
            many = True
            annotation = typing.get_args(annotation)[0]
        elif typing.get_args(annotation) and type(None) in typing.get_args(annotation):
            annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
        else:
            return annotation, many


def _named(annotation: Any) -> tuple[str, bool]:
    """The name of a type, and whether it is primitive."""
    marks = getattr(annotation, "__metadata__", ())
    if marks:
        return type(marks[-1]).__name__.replace("UuidVersion", "Uuid"), True
    if annotation is bool:
        return "Boolean", True
    name = getattr(annotation, "__name__", "String")
    return (name[:-4], False) if name.endswith("Type") else ("String", True)
