"""What a message says: its header, its patient, its observations with those who take part, the documents it carries."""

from __future__ import annotations

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.er7 import Segment
from banc_standards.ins import OIDS, Ins
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_standards.cda.read import CdaRefused, Document
    from banc_standards.xml import XmlRefused

Volet = Literal["cda", "lps", "zam", "ack", "pam", "tlr", "orders", "results", "other"]
"""Which text a message is held to: the transmission of CDA documents, its mirror towards the local software, business
and technical acknowledgements, PAM France, tele-radiology, the orders and results of IHE, or none that is known."""

_PREFIX: Mapping[str, Volet] = {"ACK": "ack", "ZAM": "zam", "ADT": "pam"}
_ORDERS = frozenset(["ORM", "OML", "OMG", "OMI", "ORL", "ORG", "ORR", "OMP", "OMD", "OMS", "OMN"])


@dataclass(frozen=True, slots=True)
class PatientId:
    """A repetition of PID-3: its value, authority and type; ``rank`` is its place in the field."""

    rank: int
    value: str
    namespace: str
    authority: str
    authority_type: str
    type: str

    @property
    def oid(self) -> str:
        """The OID of the authority, empty when it is named otherwise."""
        return self.authority if self.authority_type == "ISO" else ""

    @property
    def is_ins(self) -> bool:
        """Whether it is a matricule INS, by its type or by its OID."""
        return self.type == "INS" or self.authority in OIDS


@dataclass(frozen=True, slots=True)
class PatientName:
    """A repetition of PID-5: birth or used family name, first given name, list of birth given names, type."""

    rank: int
    family: str
    given: str
    givens: str
    type: str


@dataclass(frozen=True)
class Patient:
    """The patient of a PID."""

    pid: Segment

    @cached_property
    def ids(self) -> tuple[PatientId, ...]:
        """Every identifier of PID-3 that has a value."""
        found = []
        for rank in range(1, len(self.pid.repetitions(3)) + 1):
            value = self.pid.get(3, 1, rank)
            if value:
                namespace, authority, kind = (self.pid.get(3, 4, rank, part) for part in (1, 2, 3))
                found.append(PatientId(rank, value, namespace, authority, kind, self.pid.get(3, 5, rank)))
        return tuple(found)

    @cached_property
    def ins(self) -> PatientId | None:
        """The first matricule INS."""
        return next((one for one in self.ids if one.is_ins), None)

    @property
    def matricule(self) -> Ins | None:
        """The matricule with its OID."""
        return Ins(self.ins.value, self.ins.authority) if self.ins is not None else None

    @cached_property
    def names(self) -> tuple[PatientName, ...]:
        """Every name of PID-5."""
        found = []
        for rank in range(1, len(self.pid.repetitions(5)) + 1):
            family, given, givens = (self.pid.get(5, part, rank, 1) for part in (1, 2, 3))
            found.append(PatientName(rank, family, given, givens, self.pid.get(5, 7, rank)))
        return tuple(found)

    @cached_property
    def birth_name(self) -> PatientName | None:
        """The name of type L."""
        return next((one for one in self.names if one.type == "L"), None)

    @cached_property
    def birth_place(self) -> tuple[int, str] | None:
        """The repetition of PID-11 that is the place of birth, and its COG (XAD-9); None without one."""
        for rank in range(1, len(self.pid.repetitions(11)) + 1):
            if self.pid.get(11, 7, rank) == "BDL":
                return rank, self.pid.get(11, 9, rank)
        return None

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """PID-32, the reliability of the identity."""
        return tuple(self.pid.get(32, 1, rank) for rank in range(1, len(self.pid.repetitions(32)) + 1))

    @property
    def qualified(self) -> bool:
        """An INS and the status VALI."""
        return self.ins is not None and "VALI" in self.statuses


@dataclass(frozen=True)
class Observation:
    """An OBX with the PRT and NTE that follow it."""

    obx: Segment
    participants: tuple[Segment, ...]
    notes: tuple[Segment, ...]

    @property
    def code(self) -> str:
        """OBX-3.1."""
        return self.obx.get(3)

    @cached_property
    def metadata(self) -> str:
        """The name of the metadata that it carries, old names and aliases included; empty when it carries none."""
        code = self.code
        known = names.ALIASES.get(code) or names.OLD_NAMES.get(code) or code
        return known if known in names.METADATA else ""

    @property
    def value(self) -> str:
        """OBX-5.1."""
        return self.obx.get(5)


@dataclass(frozen=True, eq=False)
class Carried:
    """A clinical document in OBX-5."""

    observation: Observation

    @property
    def obx(self) -> Segment:
        """Its OBX."""
        return self.observation.obx

    @cached_property
    def content(self) -> bytes | None:
        """The bytes of the document; None when OBX-5.5 is no strict base64."""
        return strict_base64(self.obx.get(5, 5))

    @cached_property
    def read(self) -> Document | XmlRefused | CdaRefused | None:
        """The document, or why it is none; None without bytes."""
        from banc_standards.cda.read import CdaRefused, read
        from banc_standards.xml import XmlRefused

        if self.content is None:
            return None
        try:
            return read(self.content)
        except (XmlRefused, CdaRefused) as refused:
            return refused

    @property
    def document(self) -> Document | None:
        """The document when it could be read."""
        from banc_standards.cda.read import Document

        return self.read if isinstance(self.read, Document) else None


def strict_base64(text: str) -> bytes | None:
    """The bytes of a base64 text without blanks, line ends or missing padding; None for any other, and for none."""
    try:
        return binascii.a2b_base64(text, strict_mode=True) or None
    except ValueError:  # binascii.Error is one; another says that the text is not ASCII
        return None


@dataclass(frozen=True)
class Message:
    """A message: its segments in their order, and what reading it came upon (``faults``, by rule)."""

    segments: tuple[Segment, ...]
    where: str
    framed: bool
    charset: str
    faults: Mapping[str, list[Hit]]

    @cached_property
    def memo(self) -> dict[object, Any]:
        """What rules found once for all of them, by whoever found it."""
        return {}

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Segment, ...]]:
        """The segments by name."""
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.name, []).append(segment)
        return {name: tuple(group) for name, group in found.items()}

    def all(self, name: str) -> tuple[Segment, ...]:
        """Every segment of a name."""
        return self.by_name.get(name, ())

    def first(self, name: str) -> Segment | None:
        """The first segment of a name."""
        found = self.by_name.get(name)
        return found[0] if found else None

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    @cached_property
    def type(self) -> str:
        """MSH-9.1."""
        return self.header.get(9)

    @cached_property
    def event(self) -> str:
        """MSH-9.2."""
        return self.header.get(9, 2)

    @property
    def structure(self) -> str:
        """MSH-9.3."""
        return self.header.get(9, 3)

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.header.get(10)

    @cached_property
    def profile(self) -> tuple[str, str]:
        """MSH-21: version and namespace, outer blanks left out."""
        return self.header.get(21).strip(), self.header.get(21, 2).strip()

    @cached_property
    def volet(self) -> Volet:
        """The text that the message is held to."""
        if self.type in _PREFIX:
            return _PREFIX[self.type]
        namespace = self.profile[1]
        if namespace == names.TLR_PROFILE:
            return "tlr"
        if namespace == names.LPS_PROFILE and self.type == "MDM":
            return "lps"
        if self.type == "MDM":
            return "cda"
        if self.type == "ORU":
            announced = namespace in (names.CDA_PROFILE, names.CDA_PROFILE_1)
            return "cda" if announced or self._carries_metadata else "results"
        if self.type == "OUL":
            return "results"
        return "orders" if self.type in _ORDERS else "other"

    @property
    def _carries_metadata(self) -> bool:
        return any(
            item.metadata or (item.obx[2] == "ED" and item.obx.get(5, 3).upper() == "XML") for item in self.observations
        )

    @cached_property
    def old(self) -> bool:
        """Whether it announces a version of its volet before the present one (1.x, 2.0; LPS 1.0)."""
        version, namespace = self.profile
        if namespace == names.CDA_PROFILE_1:
            return True
        return (namespace == names.CDA_PROFILE and version in ("1.0", "1.1", "1.2", "2.0")) or (
            namespace == names.LPS_PROFILE and version == "1.0"
        )

    @cached_property
    def patient(self) -> Patient | None:
        """The patient of the first PID."""
        pid = self.first("PID")
        return Patient(pid) if pid is not None else None

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """Every OBX with what follows it."""
        found: list[tuple[Segment, list[Segment], list[Segment]]] = []
        for segment in self.segments:
            if segment.name == "OBX":
                found.append((segment, [], []))
            elif found and segment.name == "PRT":
                found[-1][1].append(segment)
            elif found and segment.name == "NTE":
                found[-1][2].append(segment)
        return tuple(Observation(obx, tuple(prts), tuple(notes)) for obx, prts, notes in found)

    @cached_property
    def documents(self) -> tuple[Carried, ...]:
        """The documents of a transmission: the first OBX, and any other that holds XML."""
        if self.volet not in ("cda", "lps"):
            return ()
        return tuple(
            Carried(item)
            for rank, item in enumerate(self.observations)
            if not item.metadata
            and (rank == 0 or (item.obx[2] in ("ED", "RP") and item.obx.get(5, 3).upper() == "XML"))
        )

    @cached_property
    def metadata(self) -> Mapping[str, Observation]:
        """The metadata of a transmission by name, the first of each."""
        found: dict[str, Observation] = {}
        for item in self.observations:
            if item.metadata:
                found.setdefault(item.metadata, item)
        return found

    def says(self, name: str) -> str:
        """The value of a metadata, empty when it is absent."""
        found = self.metadata.get(name)
        return found.value if found is not None else ""

    @cached_property
    def participants(self) -> tuple[Segment, ...]:
        """The PRT of the documents."""
        return tuple(prt for carried in self.documents for prt in carried.observation.participants)

    def taking_part(self, role: str) -> tuple[Segment, ...]:
        """The PRT of a role: ``SB``, ``RCT`` or ``REPLY``."""
        return tuple(prt for prt in self.participants if prt.get(4) == role)
