"""The data types of HL7 v3 that CDA R2 uses: what each extends or restricts, its content, its attributes.

HL7 v3 data types, XML implementation (release 1), as CDA R2 (2005) embeds them; ``sdtc`` attributes beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Declaration:
    """A type as the tables write it (see :mod:`~banc_standards.cda.grammar.notation`).

    ``base`` is what it derives from: its attributes are inherited, those named in ``without`` left out; its content
    comes first, unless the type ``restricts`` it. ``mixed`` allows text.
    """

    base: str = ""
    content: str = ""
    attributes: str = ""
    without: str = ""
    restricts: bool = False
    mixed: bool = False
    abstract: bool = False


def _extends(base: str, content: str = "", attributes: str = "", *, mixed: bool = False) -> Declaration:
    return Declaration(base, content, attributes, mixed=mixed)


def _restricts(
    base: str, content: str = "", attributes: str = "", *, without: str = "", mixed: bool = False
) -> Declaration:
    return Declaration(base, content, attributes, without, restricts=True, mixed=mixed)


def _interval(bound: str, center: str, width: str) -> str:
    return (
        f"( low:{bound} ( width:{width} | high:{bound} )? | high:{bound} | width:{width} high?:{bound}"
        f" | center:{center} width?:{width} )?"
    )


_CODED: Final = "code:cs codeSystem:uid codeSystemName:st codeSystemVersion:st displayName:st"
_OPERATOR: Final = "operator:SetOperator"
_INCLUSIVE: Final = "inclusive:bl"
_PERIODIC: Final = "alignment:cs institutionSpecified:bl"
_DISTRIBUTION: Final = "distributionType:Probability"

_ADDRESS_PARTS: Final = {
    "delimiter": "DEL",
    "country": "CNT",
    "state": "STA",
    "county": "CPA",
    "city": "CTY",
    "postalCode": "ZIP",
    "streetAddressLine": "SAL",
    "houseNumber": "BNR",
    "houseNumberNumeric": "BNN",
    "direction": "DIR",
    "streetName": "STR",
    "streetNameBase": "STB",
    "streetNameType": "STTYP",
    "additionalLocator": "ADL",
    "unitID": "UNID",
    "unitType": "UNIT",
    "careOf": "CAR",
    "censusTract": "CEN",
    "deliveryAddressLine": "DAL",
    "deliveryInstallationType": "DINST",
    "deliveryInstallationArea": "DINSTA",
    "deliveryInstallationQualifier": "DINSTQ",
    "deliveryMode": "DMOD",
    "deliveryModeIdentifier": "DMODID",
    "buildingNumberSuffix": "BNS",
    "postBox": "POB",
    "precinct": "PRE",
}
_NAME_PARTS: Final = {"delimiter": "DEL", "family": "FAM", "given": "GIV", "prefix": "PFX", "suffix": "SFX"}


def _any_of(prefix: str, names: tuple[str, ...]) -> str:
    return "( " + " | ".join(f"{name}:{prefix}.{name}" for name in names) + " )*"


def _lists(kind: str, item: str) -> dict[str, Declaration]:
    """The generated lists of ``item`` and the samples on a scale of it."""
    return {
        f"SLIST_{kind}": _extends("ANY", f"origin:{item} scale:PQ digits:list_int"),
        f"GLIST_{kind}": _extends("ANY", f"head:{item} increment:PQ", "period:int denominator:int"),
    }


def _set(kind: str, width: str, base: str = "") -> dict[str, Declaration]:
    """A component of a set of ``kind``, its interval, and the bound of that interval."""
    base = base or kind
    return {
        f"SXCM_{kind}": _extends(base, attributes=_OPERATOR),
        f"IVXB_{kind}": _extends(base, attributes=_INCLUSIVE),
        f"IVL_{kind}": _extends(f"SXCM_{kind}", _interval(f"IVXB_{kind}", base, width)),
    }


DATA_TYPES: Final[dict[str, Declaration]] = {
    "ANY": Declaration(attributes="nullFlavor:NullFlavor", abstract=True),
    "ANYNonNull": _restricts("ANY", without="nullFlavor"),
    "BL": _extends("ANY", attributes="value:bl"),
    "BN": _extends("ANYNonNull", attributes="value:bl"),
    # text
    "BIN": Declaration("ANY", attributes="representation:Encoding", mixed=True, abstract=True),
    "ED": _extends(
        "BIN",
        "reference?:TEL thumbnail?:thumbnail <any>?",
        "mediaType:cs language:cs compression:Compression integrityCheck:bin integrityCheckAlgorithm:IntegrityCheck",
        mixed=True,
    ),
    "thumbnail": _restricts("ED", "reference?:TEL", mixed=True),
    "ST": _restricts(
        "ED",
        attributes="representation:Encoding=TXT mediaType:cs=text/plain language:cs",
        without="compression integrityCheck integrityCheckAlgorithm",
        mixed=True,
    ),
    "SC": _extends("ST", attributes=_CODED, mixed=True),
    # codes
    "CD": _extends(
        "ANY", "originalText?:ED qualifier*:CR translation*:CD", f"{_CODED} sdtc.valueSet:oid sdtc.valueSetVersion:st"
    ),
    "CE": _restricts("CD", "originalText?:ED translation*:CD"),
    "CV": _restricts("CE", "originalText?:ED"),
    "CS": _restricts("CV", without="codeSystem codeSystemName codeSystemVersion displayName"),
    "CO": _extends("CV"),
    "CR": _extends("ANY", "name?:CV value?:CD", "inverted:bl"),
    "HXIT_CE": _extends("CE", "validTime?:IVL_TS"),
    "BXIT_CD": _extends("CD", attributes="qty:int"),
    "SXCM_CD": _extends("CD", attributes=_OPERATOR),
    # identifiers and locators
    "II": _extends("ANY", attributes="root:uid extension:st assigningAuthorityName:st displayable:bl"),
    "URL": Declaration("ANY", attributes="value:url", abstract=True),
    "TEL": _extends("URL", "useablePeriod*:SXCM_TS", "use:TelecomUses"),
    # addresses and names
    "ADXP": _extends("ST", attributes="partType:AddressPart", mixed=True),
    **{
        f"adxp.{name}": _restricts("ADXP", attributes=f"partType:AddressPart={code}", mixed=True)
        for name, code in _ADDRESS_PARTS.items()
    },
    "AD": _extends(
        "ANY",
        f"{_any_of('adxp', tuple(_ADDRESS_PARTS))} useablePeriod*:SXCM_TS",
        "use:AddressUses isNotOrdered:bl",
        mixed=True,
    ),
    "ENXP": _extends("ST", attributes="partType:NamePart qualifier:NameQualifiers", mixed=True),
    **{
        f"en.{name}": _restricts("ENXP", attributes=f"partType:NamePart={code}", mixed=True)
        for name, code in _NAME_PARTS.items()
    },
    "EN": _extends("ANY", f"{_any_of('en', tuple(_NAME_PARTS))} validTime?:IVL_TS", "use:NameUses", mixed=True),
    "PN": _extends("EN", mixed=True),
    "ON": _restricts("EN", f"{_any_of('en', ('delimiter', 'prefix', 'suffix'))} validTime?:IVL_TS", mixed=True),
    "TN": _restricts("EN", "validTime?:IVL_TS", mixed=True),
    # quantities
    "QTY": Declaration("ANY", abstract=True),
    "INT": _extends("QTY", attributes="value:int"),
    "REAL": _extends("QTY", attributes="value:real"),
    "PQ": _extends("QTY", "translation*:PQR", "value:real unit:cs"),
    "PQR": _extends("CV", attributes="value:real"),
    "MO": _extends("QTY", attributes="value:real currency:cs"),
    "RTO_QTY_QTY": _extends("QTY", "numerator:QTY denominator:QTY"),
    "RTO": _extends("RTO_QTY_QTY"),
    "RTO_PQ_PQ": _extends("QTY", "numerator:PQ denominator:PQ"),
    "RTO_MO_PQ": _extends("QTY", "numerator:MO denominator:PQ"),
    "HXIT_PQ": _extends("PQ", "validTime?:IVL_TS"),
    "PPD_PQ": _extends("PQ", "standardDeviation?:PQ", _DISTRIBUTION),
    **_set("PQ", "PQ"),
    **_set("INT", "INT"),
    **_set("REAL", "REAL"),
    **_set("MO", "MO"),
    **_set("PPD_PQ", "PPD_PQ"),
    "BXIT_IVL_PQ": _extends("IVL_PQ", attributes="qty:int"),
    **_lists("PQ", "PQ"),
    # times
    "TS": _extends("QTY", attributes="value:ts"),
    "UVP_TS": _extends("TS", attributes="probability:probability"),
    "PPD_TS": _extends("TS", "standardDeviation?:PQ", _DISTRIBUTION),
    **_set("TS", "PQ"),
    **_set("PPD_TS", "PPD_PQ"),
    "PIVL_TS": _extends("SXCM_TS", "phase?:IVL_TS period?:PQ", _PERIODIC),
    "EIVL_TS": _extends("SXCM_TS", "event?:EIVL.event offset?:IVL_PQ"),
    "PIVL_PPD_TS": _extends("SXCM_PPD_TS", "phase?:IVL_PPD_TS period?:PPD_PQ", _PERIODIC),
    "EIVL_PPD_TS": _extends("SXCM_PPD_TS", "event?:EIVL.event offset?:IVL_PPD_PQ"),
    "EIVL.event": _restricts(
        "CE", attributes="code:TimingEvent codeSystem:uid=2.16.840.1.113883.5.139 codeSystemName:st=TimingEvent"
    ),
    "SXPR_TS": _extends("SXCM_TS", "comp:SXCM_TS comp+:SXCM_TS"),
    **_lists("TS", "TS"),
    "list_int": Declaration(mixed=True),
}
