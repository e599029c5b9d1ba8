"""What a driver is told of the fictitious people: what the front desk of a real place would know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banc_fixtures.patients import Patient
from banc_fixtures.professionals import Professional
from banc_fixtures.structures import Structure

JUDGES_ONLY = frozenset({"ins", "ins_oid", "mailbox", "insi", "dmp"})
"""What the bench knows of a patient and a software must find out by itself."""


def for_software(value: Any) -> Any:
    """What a driver reads of an input: fixtures as JSON, without what only the bench may know."""
    if isinstance(value, Patient):
        return {key: item for key, item in value.as_json().items() if key not in JUDGES_ONLY}
    if isinstance(value, Professional | Structure):
        return value.as_json()
    if isinstance(value, Mapping):
        return {key: for_software(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [for_software(item) for item in value]
    return value
