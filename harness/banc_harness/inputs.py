"""What a driver is told of the fictitious people: what the front desk of a real place would know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banc_fixtures.patients import Patient
from banc_fixtures.professionals import Professional
from banc_fixtures.structures import Structure

SPACE = ".mssante.fr"

JUDGES_ONLY = frozenset({"ins", "ins_oid", "mailbox", "insi", "dmp"})
"""What the bench knows of a patient and a software must find out by itself."""


def for_software(value: Any, session: str) -> Any:
    """What a driver reads of an input: fixtures as JSON, mailboxes as the session has them, without what only the
    bench may know.
    """
    if isinstance(value, Patient):
        return {key: item for key, item in value.as_json().items() if key not in JUDGES_ONLY}
    if isinstance(value, Professional | Structure):
        return value.as_json() | {"mailbox": mailbox_in(session, value.mailbox)}
    if isinstance(value, Mapping):
        return {key: for_software(item, session) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [for_software(item, session) for item in value]
    return value


def mailbox_in(session: str, address: str) -> str:
    """A mailbox of the population as one session names it: ``@medecin.k7f2.mssante.fr`` (CONTRACTS §3)."""
    plain = address.removesuffix(SPACE)
    return address if session == "default" or plain == address else f"{plain}.{session}{SPACE}"
