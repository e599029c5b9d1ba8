"""What a run left in the journal: the entries, and the bytes that they name. Reports that show bytes read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from banc_harness.trace import Exchange


@dataclass(frozen=True, slots=True)
class Sealed:
    """Journal entries by ``seq`` (CONTRACTS §6) and contents by name (``sha256:…``). Either may be incomplete: a run
    that was cut short did not fetch every content.
    """

    entries: Mapping[int, Mapping[str, Any]]
    blobs: Mapping[str, bytes]

    def exchange(self, seq: int) -> Exchange | None:
        """The exchange of that number, with its bytes."""
        entry = self.entries.get(seq)
        return None if entry is None else Exchange(entry, self.blobs)


NOTHING_SEALED = Sealed({}, {})
