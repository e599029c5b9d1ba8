"""The hash chain of the journal (CONTRACTS §6): sealing. Pure functions; following a chain is in the standards.

``prev`` is the hash of the previous entry of the same session, epoch and writer, null in the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banc_standards.contracts.canonical import canonical
from banc_standards.contracts.chain import Head
from banc_standards.errors import BancError, Sentence


class EntryRefused(BancError):
    """An entry that cannot be sealed: a floating number, or a value that JSON does not have."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(
            "JOURNAL-001",
            Sentence(f"entrée de journal impossible : {why.fr}", f"journal entry impossible: {why.en}"),
            Sentence(
                "défaut du banc : signaler avec le journal de la commande",
                "a defect of the bench: report it with the log of the command",
            ),
        )


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry with its place in the chain: the object, and the JSON text that is stored."""

    entry: dict[str, Any]
    text: str

    @property
    def head(self) -> Head:
        """The chain's head once this entry is in."""
        return Head(self.entry["seq"], self.entry["hash"])


def digest(data: bytes) -> str:
    """The name of a content: ``sha256:`` and its SHA-256 in lower-case hexadecimal."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def seal(entry: Mapping[str, Any], head: Head, *, session: str, epoch: int, writer: str) -> Sealed:
    """Puts an entry at the end of a chain: adds ``v``, ``session``, ``epoch``, ``writer``, ``seq``, ``prev``, ``hash``.

    A lone surrogate (an undecodable byte of a header line) becomes ``?``: it has no UTF-8. Raises :class:`EntryRefused`
    when the entry holds a floating number or anything that is not JSON.
    """
    sealed: dict[str, Any] = {
        "v": 1,
        "session": session,
        "epoch": epoch,
        "writer": writer,
        "seq": head.seq + 1,
        **entry,
        "prev": head.hash,
    }
    try:
        data = canonical(sealed)
    except UnicodeEncodeError:
        sealed = json.loads(json.dumps(sealed, ensure_ascii=False).encode("utf-8", "replace"))
        data = canonical(sealed)
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryRefused(Sentence(str(error), str(error))) from error
    if _holds_float(entry):
        raise EntryRefused(Sentence("elle contient un nombre à virgule", "it holds a floating number"))
    sealed["hash"] = digest(data)
    return Sealed(sealed, f'{data[:-1].decode()},"hash":"{sealed["hash"]}"}}')


def _holds_float(entry: Mapping[str, Any]) -> bool:
    waiting = [*entry.values()]
    for value in waiting:
        if isinstance(value, str):
            continue
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, float):
            return True
    return False
