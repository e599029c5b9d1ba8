"""The classes of the CDA R2 header, and those that header and body share: roles, people, organisations, devices.

HL7 CDA R2 (POCD_MT000040), with the elements of ``sdtc``, of the laboratory profile and of DICOM at their places.
"""

from __future__ import annotations

from typing import Final

from banc_standards.cda.grammar.datatypes import Declaration

_INSTANCE: Final = "determinerCode:Determiner=INSTANCE"
_KIND: Final = "determinerCode:Determiner=KIND"
_EVENT: Final = "moodCode:ActMood=EVN"
_OVERRIDES: Final = "contextControlCode:cs=OP"
_CONTACT: Final = "addr*:AD telecom*:TEL"
_BIRTH: Final = (
    "sdtc.deceasedInd?:BL sdtc.deceasedTime?:TS sdtc.multipleBirthInd?:BL sdtc.multipleBirthOrderNumber?:sdtc.INT_POS"
)


def rim(content: str, attributes: str = "") -> Declaration:
    """A class of the reference information model: its own content comes after realmCode, typeId and templateId."""
    return Declaration(
        content=f"realmCode*:CS typeId?:TypeId templateId*:II {content}",
        attributes=f"nullFlavor:NullFlavor {attributes}",
    )


HEADER: Final[dict[str, Declaration]] = {
    "TypeId": Declaration("II", attributes="root!:uid=2.16.840.1.113883.1.3 extension!:st", restricts=True),
    "ClinicalDocument": Declaration(
        content=(
            "realmCode*:CS typeId:TypeId templateId*:II id:II code:CE title?:ST effectiveTime:TS confidentialityCode:CE"
            " languageCode?:CS setId?:II versionNumber?:INT copyTime?:TS recordTarget+:RecordTarget author+:Author"
            " dataEnterer?:DataEnterer informant*:Informant custodian:Custodian"
            " informationRecipient*:InformationRecipient legalAuthenticator?:LegalAuthenticator"
            " authenticator*:Authenticator participant*:HeaderParticipant inFulfillmentOf*:InFulfillmentOf"
            " documentationOf*:DocumentationOf relatedDocument*:RelatedDocument authorization*:Authorization"
            " componentOf?:ComponentOf component:Body sdtc.statusCode?:CS"
        ),
        attributes=f"nullFlavor:NullFlavor classCode:ActClass=DOCCLIN {_EVENT}",
    ),
    # who is concerned
    "RecordTarget": rim("patientRole:PatientRole", f"typeCode:Participation=RCT {_OVERRIDES}"),
    "PatientRole": rim(f"id+:II {_CONTACT} patient?:Patient providerOrganization?:Organization", "classCode:cs=PAT"),
    "Patient": rim(
        f"id?:II name*:PN sdtc.desc?:ED administrativeGenderCode?:CE birthTime?:TS {_BIRTH} maritalStatusCode?:CE"
        " religiousAffiliationCode?:CE raceCode?:CE sdtc.raceCode*:CE ethnicGroupCode?:CE sdtc.ethnicGroupCode*:CE"
        " guardian*:Guardian birthplace?:Birthplace languageCommunication*:LanguageCommunication",
        f"classCode:EntityRoot=PSN {_INSTANCE}",
    ),
    "Guardian": rim(
        f"id*:II code?:CE {_CONTACT} ( guardianPerson:Person | guardianOrganization:Organization )",
        "classCode:cs=GUARD",
    ),
    "Birthplace": rim("place:Place", "classCode:cs=BIRTHPL"),
    "Place": rim("name?:EN addr?:AD", f"classCode:cs=PLC {_INSTANCE}"),
    "LanguageCommunication": rim("languageCode?:CS modeCode?:CE proficiencyLevelCode?:CE preferenceInd?:BL"),
    # who takes part
    "Author": rim("functionCode?:CE time:TS assignedAuthor:AssignedAuthor", f"typeCode:Participation=AUT {_OVERRIDES}"),
    "AssignedAuthor": rim(
        f"id+:II code?:CE {_CONTACT} ( assignedPerson:Person | assignedAuthoringDevice:AuthoringDevice )?"
        " representedOrganization?:Organization",
        "classCode:RoleAssigned=ASSIGNED",
    ),
    "AuthoringDevice": rim(
        "code?:CE manufacturerModelName?:SC softwareName?:SC asMaintainedEntity*:MaintainedEntity",
        f"classCode:EntityDevice=DEV {_INSTANCE}",
    ),
    "MaintainedEntity": rim("effectiveTime?:IVL_TS maintainingPerson:Person", "classCode:cs=MNT"),
    "DataEnterer": rim("time?:TS assignedEntity:AssignedEntity", f"typeCode:Participation=ENT {_OVERRIDES}"),
    "Informant": rim(
        "( assignedEntity:AssignedEntity | relatedEntity:RelatedEntity )", f"typeCode:Participation=INF {_OVERRIDES}"
    ),
    "RelatedEntity": rim(f"code?:CE {_CONTACT} effectiveTime?:IVL_TS relatedPerson?:Person", "classCode!:RoleMutual"),
    "AssignedEntity": rim(
        f"id+:II code?:CE {_CONTACT} assignedPerson?:Person representedOrganization?:Organization"
        " sdtc.patient?:sdtc.Patient",
        "classCode:RoleAssigned=ASSIGNED",
    ),
    "Person": rim(
        "name*:PN sdtc.desc?:ED sdtc.asPatientRelationship?:sdtc.AsPatientRelationship",
        f"classCode:EntityRoot=PSN {_INSTANCE}",
    ),
    "Organization": rim(
        "id*:II name*:ON telecom*:TEL addr*:AD standardIndustryClassCode?:CE asOrganizationPartOf?:OrganizationPartOf",
        f"classCode:EntityOrganization=ORG {_INSTANCE}",
    ),
    "OrganizationPartOf": rim(
        "id*:II code?:CE statusCode?:CS effectiveTime?:IVL_TS wholeOrganization?:Organization", "classCode:cs=PART"
    ),
    "Custodian": rim("assignedCustodian:AssignedCustodian", "typeCode:Participation=CST"),
    "AssignedCustodian": rim(
        "representedCustodianOrganization:CustodianOrganization", "classCode:RoleAssigned=ASSIGNED"
    ),
    "CustodianOrganization": rim(
        "id+:II name?:ON telecom?:TEL addr?:AD", f"classCode:EntityOrganization=ORG {_INSTANCE}"
    ),
    "InformationRecipient": rim("intendedRecipient:IntendedRecipient", "typeCode:ParticipationRecipient"),
    "IntendedRecipient": rim(
        f"id*:II {_CONTACT} informationRecipient?:Person receivedOrganization?:Organization",
        "classCode:RoleRecipient",
    ),
    "LegalAuthenticator": rim(
        "time:TS signatureCode:CS sdtc.signatureText?:ED assignedEntity:AssignedEntity",
        f"typeCode:Participation=LA {_OVERRIDES}",
    ),
    "Authenticator": rim(
        "time:TS signatureCode:CS assignedEntity:AssignedEntity sdtc.signatureText?:ED",
        "typeCode:Participation=AUTHEN",
    ),
    "HeaderParticipant": rim(
        "functionCode?:CE time?:IVL_TS associatedEntity:AssociatedEntity", f"typeCode!:Participation {_OVERRIDES}"
    ),
    "AssociatedEntity": rim(
        f"id*:II code?:CE {_CONTACT} associatedPerson?:Person scopingOrganization?:Organization", "classCode!:cs"
    ),
    # what it is about
    "InFulfillmentOf": rim("order:Order", "typeCode:cs=FLFS"),
    "Order": rim(
        "id+:II code?:CE priorityCode?:CE dicom.accessionNumber*:dicom.II",
        "classCode:ActClass moodCode:ActMood=RQO",
    ),
    "DocumentationOf": rim("serviceEvent:ServiceEvent", "typeCode:cs=DOC"),
    "ServiceEvent": rim(
        "id*:II code?:CE lab.statusCode?:lab.StatusCode effectiveTime?:IVL_TS performer*:EventPerformer",
        f"classCode:ActClass {_EVENT}",
    ),
    "EventPerformer": rim(
        "functionCode?:CE time?:IVL_TS assignedEntity:AssignedEntity", "typeCode!:ParticipationPerformer"
    ),
    "RelatedDocument": rim("parentDocument:ParentDocument", "typeCode!:RelationshipDocument"),
    "ParentDocument": rim(
        "id+:II code?:CD text?:ED setId?:II versionNumber?:INT", f"classCode:ActClass=DOCCLIN {_EVENT}"
    ),
    "Authorization": rim("consent:Consent", "typeCode:cs=AUTH"),
    "Consent": rim("id*:II code?:CE statusCode:CS", f"classCode:ActClass=CONS {_EVENT}"),
    "ComponentOf": rim("encompassingEncounter:EncompassingEncounter", "typeCode:cs=COMP"),
    "EncompassingEncounter": rim(
        "id*:II code?:CE effectiveTime:IVL_TS dischargeDispositionCode?:CE responsibleParty?:ResponsibleParty"
        " encounterParticipant*:EncounterParticipant location?:Location",
        f"classCode:ActClass=ENC {_EVENT}",
    ),
    "ResponsibleParty": rim("assignedEntity:AssignedEntity", "typeCode:Participation=RESP"),
    "EncounterParticipant": rim("time?:IVL_TS assignedEntity:AssignedEntity", "typeCode!:ParticipationEncounter"),
    "Location": rim("healthCareFacility:HealthCareFacility", "typeCode:cs=LOC"),
    "HealthCareFacility": rim(
        "id*:II code?:CE location?:Place serviceProviderOrganization?:Organization", "classCode:RoleLocation"
    ),
    # products, which entries hold
    "ManufacturedProduct": rim(
        "id*:II ( manufacturedLabeledDrug:LabeledDrug | manufacturedMaterial:Material )"
        " manufacturerOrganization?:Organization pharm.subjectOf1*~:pharm.PolicySubject"
        " pharm.subjectOf2*~:pharm.ApprovalSubject pharm.subjectOf3*~:pharm.CharacteristicSubject"
        " pharm.subjectOf4*~:pharm.GoalSubject pharm.subjectOf5?~:pharm.ItemSubject",
        "classCode:RoleManufactured=MANU",
    ),
    "LabeledDrug": rim("code?:CE name?:EN", f"classCode:EntityManufactured=MMAT {_KIND}"),
    "Material": rim(
        "code?:CE name?:EN pharm.desc?:pharm.ED pharm.riskCode?:pharm.CE pharm.handlingCode?:pharm.CE"
        " pharm.formCode?:pharm.CE lotNumberText?:ST pharm.expirationTime?:pharm.IVL_TS"
        " pharm.stabilityTime?:pharm.IVL_TS pharm.asDistributedProduct*~:pharm.DistributedProduct"
        " pharm.asMedicineManufacturer*~:pharm.ProductManufacturer pharm.asContent?~:pharm.Content"
        " pharm.asSpecializedKind*~:pharm.SpecializedKind pharm.part*~:pharm.Part"
        " pharm.ingredient*~:pharm.Ingredient",
        f"classCode:EntityManufactured=MMAT {_KIND}",
    ),
}
