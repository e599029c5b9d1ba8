"""The extensions that the French schema admits: ``sdtc``, laboratory, DICOM, and the pharmacy's products.

The pharmacy's schema takes the data types into its own namespace: below ``pharm:formCode`` stands
``pharm:translation``. Only realmCode, typeId and templateId, and the quantity of an ingredient, stay HL7's.
"""

from __future__ import annotations

from typing import Final

from banc_standards.cda.grammar.datatypes import Declaration

_RIM: Final = "v3.realmCode*:v3.CS v3.typeId?:v3.TypeId v3.templateId*:v3.Template"
_SDTC: Final = "realmCode*:v3.CS typeId?:v3.TypeId templateId*:v3.II"


def _pharm(content: str, attributes: str, *, null: bool = True) -> Declaration:
    return Declaration(
        content=f"{_RIM} {content}", attributes=f"nullFlavor:NullFlavor {attributes}" if null else attributes
    )


def _subject(content: str) -> Declaration:
    return _pharm(content, "typeCode!:ParticipationSubject")


TEMPLATE: Final = Declaration("II", attributes="unsorted:boolean")
"""The templateId of a pharmacy class."""

SDTC: Final[dict[str, Declaration]] = {
    "INT_POS": Declaration("v3.QTY", attributes="value:positive"),
    "Patient": Declaration(content="id:v3.II"),
    "AsPatientRelationship": Declaration(
        content=f"{_SDTC} code:v3.CE", attributes="classCode!:cs=PRS determinerCode:Determiner=INSTANCE"
    ),
    "InFulfillmentOf": Declaration(
        content=f"{_SDTC} actReference:ActReference", attributes="typeCode!:cs=FLFS inversionInd:bl negationInd:bl"
    ),
    "ActReference": Declaration(
        content=f"{_SDTC} id+:v3.II",
        attributes="classCode!:ActClass moodCode!:ActMoodProcedure determinerCode:Determiner=INSTANCE",
    ),
    "Precondition": Declaration(
        content=f"{_SDTC} conjunctionCode:v3.CS criterion1:v3.Criterion",
        attributes="nullFlavor:NullFlavor typeCode:cs=PRCN",
    ),
}

LAB: Final[dict[str, Declaration]] = {
    "StatusCode": Declaration(attributes="code:LabStatus"),
    "Precondition": Declaration(content="criterion:Criterion", attributes="typeCode:any=PRCN"),
    "Criterion": Declaration(content="code?:Code value?:Value", attributes="classCode:any=COND moodCode:any=EVN"),
    "Code": Declaration(attributes="code:any"),
    "Value": Declaration(attributes="value:LabSex"),
}

PHARM: Final[dict[str, Declaration]] = {
    # what is said of a product
    "PolicySubject": _subject("policy~:Policy"),
    "ApprovalSubject": _subject("approval~:Approval"),
    "CharacteristicSubject": _subject("characteristic~:Characteristic"),
    "GoalSubject": _subject("observationGoal~:ObservationGoal"),
    "ItemSubject": _pharm("valuedItem~:ValuedItem", "typeCode:Participation=SBJ"),
    "Policy": _pharm("code?:CD text?:ED", "classCode!:ActClass moodCode!:any=DEF"),
    "Approval": _pharm(
        "id:II code?:CD statusCode?:CS holder?~:Holder author:Author", "classCode!:ActClassContract moodCode!:cs=EVN"
    ),
    "Characteristic": _pharm("code:CE text?:ED value?:ANY", "classCode!:ActClassObservation moodCode!:cs=EVN"),
    "ObservationGoal": _pharm("code?:CD text?:ED value?:ANY", "classCode!:ActClassObservation moodCode!:cs=GOL"),
    "ValuedItem": _pharm(
        "id+:II code?:CD effectiveTime?:IVL_TS unitQuantity?:RTO_PQ_PQ unitPriceAmt:RTO_MO_PQ netAmt?:MO",
        "classCode!:cs=INVE moodCode!:ActMoodDefinitionOrEvent",
        null=False,
    ),
    # who answers for it
    "Holder": _pharm("role~:Role", "typeCode!:cs=HLD"),
    "Role": _pharm("playingManufacturer:Manufacturer", "classCode!:cs"),
    "Author": _pharm("time?:TS territorialAuthority:TerritorialAuthority", "typeCode!:cs=AUT", null=False),
    "TerritorialAuthority": _pharm("territory?~:Agency governingCountry?~:Country", "classCode!:cs=TERR", null=False),
    "Agency": _pharm("id?:II name?:ON", "classCode!:cs=PUB determinerCode!:cs=INSTANCE"),
    "Country": _pharm("code:CD name?:TN", "classCode!:EntityState determinerCode!:cs=INSTANCE"),
    "DistributedProduct": _pharm("distributingManufacturer:Manufacturer", "classCode!:RoleDistributed"),
    "ProductManufacturer": _pharm("manufacturer~:Manufacturer", "classCode!:RoleManufactured"),
    "ManufacturedProduct": _pharm(
        "manufacturer:Manufacturer subjectOf1*~:CharacteristicSubject subjectOf2*~:PolicySubject"
        " subjectOf3*~:ApprovalSubject",
        "classCode!:RoleManufactured",
    ),
    "Manufacturer": _pharm(
        "id?:II name?:EN telecom?:TEL addr?:AD asRelatedManufacturer*~:RelatedManufacturer",
        "classCode!:EntityOrganization determinerCode!:cs=INSTANCE",
    ),
    "RelatedManufacturer": _pharm("id*:II representedManufacturer?~:Manufacturer", "classCode!:RoleAssigned"),
    # what it holds, and what holds it
    "Content": _pharm(
        "quantity?:RTO_QTY_QTY containerPackagedMedicine:PackagedMedicine subjectOf1*~:PolicySubject"
        " subjectOf2*~:ApprovalSubject",
        "classCode!:cs=CONT",
    ),
    "SuperContent": _pharm("quantity?:RTO_QTY_QTY containerPackagedMedicine:PackagedMedicine", "classCode!:cs=CONT"),
    "SubContent": _pharm("quantity?:RTO_QTY_QTY containedPackagedMedicine?~:PackagedMedicine", "classCode!:cs=CONT"),
    "PackagedMedicine": _pharm(
        "id?:II code?:CE name*:TN formCode?:CE lotNumberText?:ST capacityQuantity?:PQ capTypeCode?:CE"
        " asManufacturedProduct*~:ManufacturedProduct asSuperContent?~:SuperContent subContent?~:SubContent",
        "classCode!:EntityContainer determinerCode!:Determiner",
    ),
    "Part": _pharm(
        "quantity?:RTO_QTY_QTY partMedicine:Medicine subjectOf*~:CharacteristicSubject", "classCode!:RolePart"
    ),
    "Medicine": _pharm(
        "id?:II code?:CE name*:TN desc?:ED riskCode?:CE handlingCode?:CE formCode?:CE lotNumberText?:ST"
        " expirationTime?:IVL_TS stabilityTime?:IVL_TS asDistributedProduct*~:DistributedProduct"
        " asMedicineManufacturer*~:ProductManufacturer asContent?~:Content asSpecializedKind*~:SpecializedKind"
        " part*~:Part ingredient*~:Ingredient",
        "classCode!:EntityManufactured determinerCode!:Determiner",
        null=False,
    ),
    "SpecializedKind": _pharm("code?:CE generalizedMedicineClass?~:MedicineClass", "classCode!:RoleSpecies"),
    "MedicineClass": _pharm(
        "code:CE name*:TN desc?:ED formCode?:CE",
        "classCode!:EntityManufactured determinerCode:Determiner=KIND",
    ),
    "Ingredient": _pharm("quantity?:v3.RTO ingredient?~:Substance", "classCode!:RoleIngredient negationInd:bl"),
    "SubIngredient": _pharm("quantity?:RTO_QTY_QTY ingredient?~:Substance", "classCode!:RoleIngredient negationInd:bl"),
    "Substance": _pharm(
        "code?:CE name*:TN desc?:ED lotNumberText?:ST asSubstanceManufacturer*~:ProductManufacturer"
        " subIngredient*~:SubIngredient",
        "classCode!:EntityManufactured determinerCode!:Determiner",
    ),
}
