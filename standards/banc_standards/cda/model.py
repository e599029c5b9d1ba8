"""What a document says before it is written as CDA: people, places, what its header tells, the discharge letter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from banc_standards.ins import Ins
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import DISCHARGE_LETTER
from banc_standards.terminology.oids import HL7_ACT_CODE


@dataclass(frozen=True, slots=True)
class Identifier:
    """An HL7 instance identifier: the OID of who issues it, and the value there (empty when the OID says it all)."""

    root: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in parts; empty parts are left out. ``use`` is H, HP, HV, WP or TMP."""

    house_number: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Telecom:
    """A way to reach someone: a URL (``tel:``, ``mailto:``…) and its use (H, WP, MC…)."""

    value: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Organization:
    """A structure: its Struct_IdNat (``1`` + FINESS…), name, and practice setting (JDV J04)."""

    struct_idnat: str
    name: str
    practice_setting: Code | None = None
    address: Address | None = None
    telecoms: tuple[Telecom, ...] = ()


@dataclass(frozen=True, slots=True)
class Professional:
    """A professional: PS_IdNat (``8`` + RPPS…), name, civility (JDV J245), title (JDV J246), speciality (JDV J01)."""

    idnat: str
    family: str
    given: str
    prefix: str = ""
    suffix: str = ""
    speciality: Code | None = None
    organization: Organization | None = None
    address: Address | None = None
    telecoms: tuple[Telecom, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """The patient: identity traits of the INS, local numbers and ways to be reached.

    ``birth_givens`` is the whole list of given names, separated by spaces; ``birth_place_cog`` the five-character COG
    code of the birth place (99xxx abroad); ``birth_date`` is ``YYYY-MM-DD`` text, which may be no calendar date
    (identities of lunar calendars), or a date. ``ins`` is given only for a qualified identity.
    """

    ins: Ins | None
    local_ids: tuple[Identifier, ...]
    birth_family: str
    birth_givens: str
    first_given: str
    sex: str
    birth_date: date | str
    birth_place_cog: str
    birth_place_name: str = ""
    used_family: str = ""
    used_given: str = ""
    address: Address | None = None
    telecoms: tuple[Telecom, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """A documented act: what was done, when, by whom. Of a laboratory it carries a ``status`` (completed, active,
    aborted), and its performer the templateId of laboratories.
    """

    code: Code
    low: datetime | None = None
    high: datetime | None = None
    performer: Professional | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """Where and when the patient was cared for; ``code`` is of JDV J142, ``facility_type`` of JDV J02."""

    facility_type: Code
    low: datetime
    high: datetime | None = None
    code: Code | None = None
    responsible: Professional | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header of any document tells (CI-SIS, structuration minimale).

    ``id`` and ``set_id`` are plain OIDs; ``replaces`` is the id of the version that this one takes the place of, and
    then ``version`` is above 1. The first act is the main one. ``validators`` sign beside the legal authenticator.
    Every datetime is aware.
    """

    id: str
    set_id: str
    created: datetime
    code: Code
    title: str
    patient: Patient
    author: Professional
    legal_authenticator: Professional
    custodian: Organization
    acts: tuple[Act, ...]
    encounter: Encounter
    version: int = 1
    replaces: str = ""
    confidentiality: str = "N"
    recipients: tuple[Professional, ...] = ()
    validators: tuple[Professional, ...] = ()
    prescriber: Professional | None = None
    treating_physician: Professional | None = None
    order: Identifier | None = None
    signed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """The hospital stay that the letter ends: its dates, how it began and ended, and where it took place.

    ``entry_mode`` and ``exit_mode`` are codes of the value sets ModaliteEntree and ModaliteSortie, ``facility_type``
    of JDV J02. ``performer`` answers for the stay.
    """

    admission: datetime
    discharge: datetime
    entry_mode: Code
    exit_mode: Code
    facility_type: Code
    performer: Professional


@dataclass(frozen=True, slots=True)
class Treatment:
    """One drug to take after the discharge: its name, code (CIS) and how it is taken.

    ``dose`` counts ``dose_unit`` (UCUM, ``{tbl}`` for a tablet), taken every ``period_hours``; no end means that none
    was decided.
    """

    name: str
    start: date
    end: date | None = None
    cis: str = ""
    dose: str = ""
    dose_unit: str = ""
    period_hours: int | None = None
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The medical synthesis of the stay; the texts that detail a yes are left out when empty."""

    text: str
    adverse_events: str = ""
    resistant_organisms_searched: bool = False
    resistant_organisms: str = ""
    transfusion: bool = False
    transfusion_accidents: str = ""
    blood_derivatives: bool = False
    blood_derivative_events: str = ""


@dataclass(frozen=True, slots=True)
class DischargeLetter:
    """A *lettre de liaison à la sortie* (LDL-SES 2022.01).

    ``id`` and ``set_id`` are plain OIDs; ``replaces`` is the id of the version that this one takes the place of, and
    then ``version`` is above 1. Every datetime is aware.
    """

    id: str
    set_id: str
    created: datetime
    patient: Patient
    author: Professional
    legal_authenticator: Professional
    custodian: Organization
    stay: Stay
    reason: str
    synthesis: Synthesis
    treatments: tuple[Treatment, ...] = ()
    version: int = 1
    replaces: str = ""
    title: str = "Lettre de liaison à la sortie de l'établissement de santé"
    code: Code = DISCHARGE_LETTER
    confidentiality: str = "N"
    status: str = "398166005"
    recipients: tuple[Professional, ...] = ()
    treating_physician: Professional | None = None
    pending_results: str = ""
    follow_up: str = ""
    signed: datetime | None = field(default=None)

    @property
    def heading(self) -> Heading:
        """The letter's header: the stay is its act and its encounter."""
        stay = self.stay
        inpatient = value_set("J142").get("IMP", HL7_ACT_CODE)
        return Heading(
            id=self.id,
            set_id=self.set_id,
            created=self.created,
            code=self.code,
            title=self.title,
            patient=self.patient,
            author=self.author,
            legal_authenticator=self.legal_authenticator,
            custodian=self.custodian,
            acts=(Act(inpatient, stay.admission, stay.discharge, stay.performer),),
            encounter=Encounter(stay.facility_type, stay.admission, stay.discharge, inpatient),
            version=self.version,
            replaces=self.replaces,
            confidentiality=self.confidentiality,
            recipients=self.recipients,
            treating_physician=self.treating_physician,
            signed=self.signed,
        )
