"""The closed lists of codes that the schema of CDA R2 gives to structural attributes.

Lists that the schema leaves open (RoleClassRoot, RoleClassAssociative, CalendarCycle…) are not here: any code passes.
"""

from __future__ import annotations

from typing import Final

_CONTRACT: Final = "CNTRCT FCNTRCT COV"
_OBSERVATION: Final = "OBS ALRT CLNTRL CNOD DGIMG INVSTG SPCOBS COND CASE OUTB OBSSER OBSCOR ROIBND ROIOVL"
_DOCUMENT: Final = "DOC DOCCLIN CDALVLONE"
_CONTAINER: Final = (
    f"FOLDER COMPOSITION {_DOCUMENT} ENTRY BATTERY CLUSTER EXTRACT EHR ORGANIZER CATEGORY DOCBODY DOCSECT TOPIC"
)
_ACT: Final = (
    "ACT ACCM ACCT ACSN ADJUD CONS CONTREG CTTEVENT DISPACT ENC INC INFRM INVE LIST MPROT PCPR PROC REG REV SBADM"
    f" SPCTRT SUBST TRNS VERIF XACT {_CONTRACT} CACT ACTN INFO STC {_OBSERVATION} SPLY DIET {_CONTAINER}"
)
_INTENT: Final = "INT APT ARQ PRMS PRP RQO"
_ASSIGNED: Final = "ASSIGNED COMPAR SGNOFF CON ECON NOK"
_FORMAL: Final = (
    "CIT COVPTY CRINV CRSPNSR GUAR PAT PAYEE PAYOR POLHOLD QUAL SPNSR STD UNDWRT LIC NOT PROV AGNT GUARD"
    f" {_ASSIGNED} EMP MIL INVSBJ CASESBJ RESBJ"
)
_DEVICE: Final = "DEV CER MODDV"
_MATERIAL: Final = f"MMAT CONT HOLD {_DEVICE}"
_ORGANIZATION: Final = "ORG PUB STATE NAT"
_ADDRESS: Final = "H HP HV WP DIR PUB BAD TMP"
_ALPHABET: Final = "ABC IDE SYL"
_ADDRESS_PARTS: Final = (
    "CAR CEN CNT CPA CTY DEL POB PRE STA ZIP ADL UNID UNIT DAL DINST DINSTA DINSTQ DMOD DMODID"
    " SAL DIR BNR BNN BNS STR STB STTYP"
)

LISTS: Final[dict[str, str]] = {
    "NullFlavor": "NI NA UNK NASK ASKU NAV MSK OTH NINF PINF TRC NP",
    # acts
    "ActClass": _ACT,
    "ActClassContract": _CONTRACT,
    "ActClassDocument": _DOCUMENT,
    "ActClassEntry": "ACT ACCM CONS CTTEVENT INC INFRM PCPR REG SPCTRT",
    "ActClassObservation": _OBSERVATION,
    "ActClassOrganizer": "BATTERY CLUSTER",
    "ActMood": f"DEF EVN {_INTENT} SLOT EVN.CRT GOL OPT PERM PERMRQ",
    "ActMoodDefinitionOrEvent": "DEF EVN",
    "ActMoodEncounter": f"EVN {_INTENT}",
    "ActMoodObservation": "INT DEF EVN GOL PRMS PRP RQO",
    "ActMoodProcedure": f"DEF EVN {_INTENT}",
    "ActMoodSubstance": "INT EVN PRMS PRP RQO",
    # relationships
    "RelationshipDocument": "RPLC APND XFRM",
    "RelationshipEntry": "COMP DRIV",
    "RelationshipEntries": "XCRPT COMP RSON SPRT CAUS GEVL MFST REFR SAS SUBJ",
    "RelationshipExternal": "XCRPT RPLC SPRT ELNK REFR SUBJ",
    # participations
    "Participation": (
        "CST RESP ADM ATND CALLBCK CON DIS ESC REF IND BEN COV HLD RCT RCV AUT ENT INF WIT IRCP NOT PRCP REFB REFT TRC"
        " PRF DIST PPRF SPRF DIR BBY CSM DON PRD DEV NRD RDV SBJ SPC LOC DST ELOC ORG RML VIA VRF AUTHEN LA"
    ),
    "ParticipationEncounter": "ADM ATND CON DIS REF",
    "ParticipationPerformer": "PRF PPRF SPRF",
    "ParticipationRecipient": "PRCP TRC",
    "ParticipationSubject": "SBJ SPC",
    # roles
    "RoleAssigned": _ASSIGNED,
    "RoleDistributed": "DST RET",
    "RoleIngredient": "INGR ACTI ACTM ADTV BASE IACT COLR FLVR PRSV STBL",
    "RoleLocation": "SDLOC DSDLOC ISDLOC",
    "RoleManufactured": "MANU THER",
    "RoleMutual": f"CAREGIVER PRS {_FORMAL}",
    "RolePart": "PART ACTM",
    "RoleRecipient": "ASSIGNED HLTHCHRT",
    "RoleSpecies": "GEN GRIC",
    "RoleSubject": "PAT PRS",
    # entities
    "EntityContainer": "CONT HOLD",
    "EntityDevice": _DEVICE,
    "EntityManufactured": _MATERIAL,
    "EntityOrganization": _ORGANIZATION,
    "EntityRoot": (
        f"ENT HCE RGRP LIV PSN NLIV ANM MIC PLNT MAT CHEM FOOD {_MATERIAL} {_ORGANIZATION}"
        " PLC CITY COUNTRY COUNTY PROVINCE"
    ),
    "EntityState": "STATE NAT",
    "Determiner": "INSTANCE KIND QUANTIFIED_KIND",
    # data types
    "AddressPart": _ADDRESS_PARTS,
    "AddressUse": f"{_ADDRESS} {_ALPHABET} PHYS PST",
    "Compression": "DF GZ Z ZL",
    "Encoding": "B64 TXT",
    "IntegrityCheck": "SHA-1 SHA-256",
    "NamePart": "DEL FAM GIV PFX SFX",
    "NameQualifier": "LS AC NB PR VV AD BR SP CL IN TITLE",
    "NameUse": f"SRCH PHON SNDX {_ALPHABET} C L A ASGN I R P",
    "Probability": "B E F G LN N T U X2",
    "SetOperator": "A E H I P",
    "TelecomUse": f"{_ADDRESS} AS EC MC PG",
    "TimingEvent": "AC ACD ACM ACV C CD CM CV HS IC ICD ICM ICV PC PCD PCM PCV WAKE",
    # narrative
    "Align": "left center right justify char",
    "Frame": "void above below hsides lhs rhs vsides box border",
    "ListType": "ordered unordered",
    "Revised": "insert delete",
    "Rules": "none groups rows cols all",
    "Scope": "row col rowgroup colgroup",
    "VAlign": "top middle bottom baseline",
    # laboratory extension
    "LabStatus": "active completed",
    "LabSex": "M F I",
}
