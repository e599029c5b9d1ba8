"""What INSi messages say, apart from how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from banc_standards.ins import Ins, StrictTraits


@dataclass(frozen=True, slots=True)
class Search:
    """The traits of one search (RECSANSVITALE). ``givens`` is one or several ``Prenom`` elements, in order."""

    birth_family: str
    givens: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Software:
    """The software that calls: IDAM is its *numéro d'autorisation*, ``instance`` the id of this installation."""

    name: str
    version: str
    idam: str
    instance: str = ""


@dataclass(frozen=True, slots=True)
class PsAssertion:
    """The assertion PS of a card holder (``CPS``, to be signed) or of a Pro Santé Connect user (``PSC``, unsigned).

    ``billing`` is ``identifiantFacturation``; ``speciality`` is for physicians only; ``profession`` for PSC users with
    several professions. Empty attributes are left out.
    """

    assertion_id: str
    issue_instant: datetime
    issuer: str
    name_id: str
    billing: str
    sector: str
    qualifier: Literal["CPS", "PSC"] = "CPS"
    speciality: str = ""
    profession: str = ""


@dataclass(frozen=True, slots=True)
class InsRecord:
    """An INSACTIF or INSHISTO; dates as text, absent in part of the real answers."""

    ins: Ins
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Individual:
    """The identity that an answer 00 carries. ``given`` is ``TIQ/Prenom``, absent from live answers."""

    active: InsRecord
    traits: StrictTraits
    historical: tuple[InsRecord, ...] = ()
    given: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A RESULTAT: the code, its label, and the individual with code 00 only."""

    code: str
    label: str
    individual: Individual | None = None


@dataclass(frozen=True, slots=True)
class SiramError:
    """The ``siram:Erreur`` of a fault as read; ``subcode`` without its prefix."""

    code: str
    severity: str
    message_id: str | None
    text: str
    subcode: str | None
    reason: str
