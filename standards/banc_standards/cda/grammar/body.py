"""The classes of the CDA R2 body: sections, entries, and what entries say of each other."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.grammar.datatypes import Declaration
from banc_standards.cda.grammar.header import rim

_EVENT: Final = "moodCode:ActMood=EVN"
_KEPT: Final = "contextConductionInd:bl=true"
_COMPONENT: Final = f"typeCode:cs=COMP {_KEPT}"
_ENTRIES: Final = (
    "( act:Act | encounter:Encounter | observation:Observation | observationMedia:ObservationMedia"
    " | organizer:Organizer | procedure:Procedure | regionOfInterest:RegionOfInterest"
    " | substanceAdministration:SubstanceAdministration | supply:Supply )"
)
_WHOM: Final = "subject?:Subject specimen*:Specimen"
_WHO: Final = "performer*:Performer author*:Author informant*:Informant participant*:Participant"
_LINKED: Final = "entryRelationship*:EntryRelationship reference*:Reference precondition*:Precondition"
_FULFILS: Final = "sdtc.inFulfillmentOf1*:sdtc.InFulfillmentOf"
_EXTERNAL: Final = "id*:II code?:CD text?:ED"


BODY: Final[dict[str, Declaration]] = {
    "Body": rim("( nonXMLBody:NonXMLBody | structuredBody:StructuredBody )", _COMPONENT),
    "NonXMLBody": rim("text:ED confidentialityCode?:CE languageCode?:CS", f"classCode:ActClass=DOCBODY {_EVENT}"),
    "StructuredBody": rim(
        "confidentialityCode?:CE languageCode?:CS component+:SectionComponent",
        f"classCode:ActClass=DOCBODY {_EVENT}",
    ),
    "SectionComponent": rim("section:Section", _COMPONENT),
    "Section": rim(
        "id?:II code?:CE title?:ST text?:Narrative confidentialityCode?:CE languageCode?:CS subject?:Subject"
        " author*:Author informant*:Informant entry*:Entry component*:SectionComponent",
        f"ID:ID classCode:ActClass=DOCSECT {_EVENT}",
    ),
    "Entry": rim(_ENTRIES, f"typeCode:RelationshipEntry {_KEPT}"),
    "EntryRelationship": rim(
        f"sequenceNumber?:INT seperatableInd?:BL {_ENTRIES}",
        "typeCode!:RelationshipEntries inversionInd:bl contextConductionInd:bl negationInd:bl",
    ),
    "OrganizerComponent": rim(
        f"sequenceNumber?:INT seperatableInd?:BL sdtc.priorityNumber?:INT {_ENTRIES}", _COMPONENT
    ),
    # entries
    "Act": rim(
        "id*:II code:CD text?:ED statusCode?:CS effectiveTime?:IVL_TS priorityCode?:CE languageCode?:CS"
        f" {_WHOM} {_WHO} {_LINKED} {_FULFILS}",
        "classCode!:ActClassEntry moodCode!:ActMoodProcedure negationInd:bl",
    ),
    "Encounter": rim(
        "id*:II code?:CD text?:ED statusCode?:CS effectiveTime?:IVL_TS sdtc.dischargeDispositionCode?:CE"
        f" priorityCode?:CE {_WHOM} {_WHO} {_LINKED} {_FULFILS}",
        "classCode!:ActClass moodCode!:ActMoodEncounter",
    ),
    "Observation": rim(
        "id*:II code:CD derivationExpr?:ST text?:ED statusCode?:CS effectiveTime?:IVL_TS priorityCode?:CE"
        " repeatNumber?:IVL_INT languageCode?:CS value*:ANY interpretationCode*:CE methodCode*:CE targetSiteCode*:CD"
        f" {_WHOM} {_WHO} {_LINKED} referenceRange*:ReferenceRange {_FULFILS}",
        "classCode!:ActClassObservation moodCode!:ActMoodObservation negationInd:bl",
    ),
    "ObservationMedia": rim(
        f"id*:II languageCode?:CS value:ED {_WHOM} {_WHO} {_LINKED}",
        "ID:ID classCode!:ActClassObservation moodCode!:ActMood",
    ),
    "Organizer": rim(
        f"id*:II code?:CD sdtc.text?:ED statusCode:CS effectiveTime?:IVL_TS {_WHOM} {_WHO} reference*:Reference"
        " precondition*:Precondition component*:OrganizerComponent",
        "classCode!:ActClassOrganizer moodCode!:ActMood",
    ),
    "Procedure": rim(
        "id*:II code?:CD text?:ED statusCode?:CS effectiveTime?:IVL_TS priorityCode?:CE languageCode?:CS"
        f" methodCode*:CE approachSiteCode*:CD targetSiteCode*:CD {_WHOM} {_WHO} {_LINKED} {_FULFILS}",
        "classCode!:ActClass moodCode!:ActMoodProcedure negationInd:bl",
    ),
    "RegionOfInterest": rim(
        f"id+:II code:CS value+:RegionValue {_WHOM} {_WHO} {_LINKED}",
        "ID:ID classCode!:ActClass=ROIOVL moodCode!:ActMood=EVN",
    ),
    "RegionValue": Declaration("INT", attributes="unsorted:boolean"),
    "SubstanceAdministration": rim(
        "id*:II code?:CD text?:ED statusCode?:CS effectiveTime*:SXCM_TS priorityCode?:CE repeatNumber?:IVL_INT"
        " routeCode?:CE approachSiteCode*:CD doseQuantity?:IVL_PQ rateQuantity?:IVL_PQ maxDoseQuantity?:RTO_PQ_PQ"
        f" administrationUnitCode?:CE {_WHOM} consumable:Consumable {_WHO} {_LINKED} {_FULFILS}",
        "classCode!:ActClass=SBADM moodCode!:ActMoodSubstance negationInd:bl",
    ),
    "Supply": rim(
        "id*:II code?:CD text?:ED statusCode?:CS effectiveTime*:SXCM_TS priorityCode*:CE repeatNumber?:IVL_INT"
        " independentInd?:BL quantity?:PQ expectedUseTime?:IVL_TS"
        f" {_WHOM} product?:Product {_WHO} {_LINKED} {_FULFILS}",
        "classCode!:ActClass=SPLY moodCode!:ActMoodSubstance",
    ),
    # what entries hold and name
    "Consumable": rim("manufacturedProduct:ManufacturedProduct", "typeCode:Participation=CSM"),
    "Product": rim("manufacturedProduct:ManufacturedProduct", "typeCode:Participation=PRD"),
    "Performer": rim(
        "sdtc.functionCode?:CE time?:IVL_TS modeCode?:CE assignedEntity:AssignedEntity", "typeCode:Participation=PRF"
    ),
    "Participant": rim(
        "time?:IVL_TS awarenessCode?:CE participantRole:ParticipantRole",
        "typeCode!:Participation contextControlCode:cs=OP",
    ),
    "ParticipantRole": rim(
        "functionCode?:Free id*:II code?:CE addr*:AD telecom*:TEL ( playingDevice:Device | playingEntity:PlayingEntity"
        " )? scopingEntity?:Entity",
        "classCode:cs",
    ),
    "Device": rim(
        "code?:CE manufacturerModelName?:SC softwareName?:SC",
        "classCode:EntityDevice determinerCode:Determiner=INSTANCE",
    ),
    "PlayingEntity": rim(
        "code?:CE quantity*:PQ name*:PN sdtc.birthTime?:TS desc?:ED",
        "classCode:EntityRoot determinerCode:Determiner=INSTANCE",
    ),
    "Entity": rim("id*:II code?:CE desc?:ED", "classCode:EntityRoot determinerCode:Determiner=INSTANCE"),
    "Specimen": rim("specimenRole:SpecimenRole", "typeCode:Participation=SPC"),
    "SpecimenRole": rim("id*:II specimenPlayingEntity?:PlayingEntity", "classCode:cs=SPEC"),
    "Subject": rim(
        "awarenessCode?:CE relatedSubject:RelatedSubject", "typeCode:Participation=SBJ contextControlCode:cs=OP"
    ),
    "RelatedSubject": rim("sdtc.id*:II code?:CE addr*:AD telecom*:TEL subject?:SubjectPerson", "classCode:RoleSubject"),
    "SubjectPerson": rim(
        "sdtc.id*:II name*:PN sdtc.desc?:ED administrativeGenderCode?:CE birthTime?:TS sdtc.deceasedInd?:BL"
        " sdtc.deceasedTime?:TS sdtc.multipleBirthInd?:BL sdtc.multipleBirthOrderNumber?:sdtc.INT_POS sdtc.raceCode*:CE"
        " sdtc.ethnicGroupCode*:CE",
        "classCode:EntityRoot=PSN determinerCode:Determiner=INSTANCE",
    ),
    "ReferenceRange": rim("observationRange:ObservationRange", "typeCode:cs=REFV"),
    "ObservationRange": rim(
        "code?:CD text?:ED value?:ANY interpretationCode?:CE sdtc.precondition1*:sdtc.Precondition"
        " lab.precondition*:lab.Precondition",
        "classCode:ActClassObservation moodCode:ActMood=EVN.CRT",
    ),
    "Precondition": rim("criterion:Criterion", "typeCode:cs=PRCN"),
    "Criterion": rim("code?:CD text?:ED value?:ANY", "classCode:ActClassObservation moodCode:ActMood=EVN.CRT"),
    "Reference": rim(
        "seperatableInd?:BL ( externalAct:ExternalAct | externalObservation:ExternalObservation"
        " | externalProcedure:ExternalProcedure | externalDocument:ExternalDocument )",
        "typeCode!:RelationshipExternal",
    ),
    "ExternalAct": rim(_EXTERNAL, f"classCode:ActClass {_EVENT}"),
    "ExternalObservation": rim(_EXTERNAL, f"classCode:ActClassObservation {_EVENT}"),
    "ExternalProcedure": rim(_EXTERNAL, f"classCode:ActClass=PROC {_EVENT}"),
    "ExternalDocument": rim(f"{_EXTERNAL} setId?:II versionNumber?:INT", f"classCode:ActClassDocument {_EVENT}"),
}
