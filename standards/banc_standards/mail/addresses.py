"""Addresses of the MSSanté trust space: their form, and the citizen's, made of the matricule INS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import getaddresses
from typing import Final

from banc_standards.ins import Ins
from banc_standards.mail.names import CITIZEN_DOMAIN, TEST_BOX

MAX_ADDRESS: Final = 254
"""Longest address, since a path holds 256 octets with its brackets (RFC 5321 §4.5.3.1.3)."""
MAX_LOCAL_PART: Final = 64

_ATEXT: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@({_LABEL}(?:\.{_LABEL})+)")
_MESSAGE_ID: Final = re.compile(r"<[!-;=?A-~]{1,450}@[!-;=?A-~]{1,450}>")
_MAX_LIST: Final = 64 * 1024
"""Characters of an address list that are read: the library's address parser is slow on hostile ones."""
_MAX_NESTED: Final = 20


def well_formed(address: str) -> bool:
    """Whether the text is a dot-atom address with a domain name (RFC 5321 §4.1.2), without quoting or comment."""
    found = _ADDRESS.fullmatch(address)
    return found is not None and len(address) <= MAX_ADDRESS and len(found[1]) <= MAX_LOCAL_PART


def canonical(address: str) -> str:
    """The address as mailboxes are compared: lower case, since no operator tells two cases apart."""
    return address.strip().lower()


def domain_of(address: str) -> str:
    """What follows the last ``@``, lower case; empty without one."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def of_citizen(ins: Ins) -> str:
    """The citizen's address: the 15 characters of a **qualified** matricule (ECO.2.2.6)."""
    return f"{ins.value}@{CITIZEN_DOMAIN}"


def id_formed(message_id: str) -> bool:
    """Whether the text is a Message-ID that another mail may name: ``<left@right>`` in ASCII, within a line."""
    return _MESSAGE_ID.fullmatch(message_id) is not None


def listed(values: Iterable[str]) -> list[tuple[str, str]]:
    """The label and the address of each member of these address lists, as written; the void ones left out."""
    return [pair for pair in getaddresses([_tame(value[:_MAX_LIST]) for value in values]) if any(pair)]


def _tame(value: str) -> str:
    """The library's address parser recurses into comments and groups: beyond a few, none is read."""
    if value.count("(") > _MAX_NESTED:
        value = value.replace("(", " ").replace(")", " ")
    return value if value.count(":") <= _MAX_NESTED else value.replace(":", " ")


def citizen_matricule(address: str) -> str | None:
    """The local part of a citizen's address, None for any other address (the domain's test mailbox is nobody's)."""
    local, _, domain = canonical(address).rpartition("@")
    return local.upper() if domain == CITIZEN_DOMAIN and local != TEST_BOX else None
