"""The sealed journal read without holding it: lines on disk, a few parsed entries in memory."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

KEPT_ENTRIES = 512


class JournalLines(Mapping[int, Mapping[str, Any]]):
    """The entries of ``journal.ndjson`` by ``seq``, in their order. Close it when done.

    Raises ``ValueError`` for a line that is no entry, or a ``seq`` that comes twice.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the object, closed by close()
        self._offsets = array("Q", [0])
        self._places: dict[int, int] = {}
        self._kept: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        try:
            for number, line in enumerate(lines):
                seq = parse(line)["seq"]
                if not isinstance(seq, int) or seq in self._places:
                    raise ValueError(f"seq {seq!r}")
                self._places[seq] = number
                self._file.write(line)
                self._offsets.append(self._offsets[-1] + len(line))
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Lets the disk go."""
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __contains__(self, seq: object) -> bool:
        return seq in self._places

    def __getitem__(self, seq: int) -> Mapping[str, Any]:
        if seq in self._kept:
            self._kept.move_to_end(seq)
            return self._kept[seq]
        place = self._places[seq]
        self._file.seek(self._offsets[place])
        entry = parse(self._file.read(self._offsets[place + 1] - self._offsets[place]))
        self._kept[seq] = entry
        if len(self._kept) > KEPT_ENTRIES:
            self._kept.popitem(last=False)
        return entry


def parse(line: bytes) -> dict[str, Any]:
    """One line of the journal. Raises ``ValueError`` unless it is an object with integers only (CONTRACTS §6)."""
    try:
        entry = json.loads(line, parse_float=_no_float, parse_constant=_no_float)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(entry, dict) or "seq" not in entry:
        raise ValueError("not an entry")
    return entry


def line(entry: Mapping[str, Any]) -> bytes:
    """The one way of writing an entry."""
    written = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return written.encode() + b"\n"


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")
