"""A forger's bench: takes a bundle apart, changes it, and puts it together again as well as a forger can."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from banc_harness.evidence import names
from banc_harness.evidence.archive import Writer
from banc_harness.evidence.journal import line
from banc_harness.evidence.signature import Signer, sign
from banc_standards.contracts.canonical import entry_hash


class Forge:
    """The files of a bundle by name. Each method changes them; nothing else follows unless the forger does it too."""

    def __init__(self, bundle: Path, tester: Signer) -> None:
        self.tester = tester
        with zipfile.ZipFile(bundle) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}

    # what there is

    def one(self, role: str) -> str:
        """The name of a file of a kind, the largest."""
        found = [name for name in self.files if names.role(name) == role]
        return max(found, key=lambda name: len(self.files[name]))

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.files[names.JOURNAL].splitlines()]

    @entries.setter
    def entries(self, entries: Iterable[dict[str, Any]]) -> None:
        self.files[names.JOURNAL] = b"".join(map(line, entries))

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.files[names.EVENTS].splitlines()]

    @events.setter
    def events(self, events: Iterable[dict[str, Any]]) -> None:
        self.files[names.EVENTS] = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)

    @contextmanager
    def json(self, name: str) -> Iterator[Any]:
        """A JSON file to be changed."""
        described = json.loads(self.files[name])
        yield described
        self.files[name] = (json.dumps(described, ensure_ascii=False, indent=2) + "\n").encode()

    # what a forger does

    def flip(self, name: str) -> None:
        """One bit of a file, in its middle."""
        data = bytearray(self.files[name])
        data[len(data) // 2] ^= 1
        self.files[name] = bytes(data)

    def event(self, change: Callable[[dict[str, Any]], None], **wanted: Any) -> None:
        """Changes the first event that has these values."""
        told = self.events
        change(next(item for item in told if all(item.get(key) == value for key, value in wanted.items())))
        self.events = told

    def renumber(self) -> None:
        """Numbers the events again."""
        self.events = [{**event, "n": n} for n, event in enumerate(self.events, start=1)]

    def rechain(self, *, from_seq: int = 1) -> None:
        """Numbers and hashes the journal again, and has events and manifest say the new hashes."""
        entries, prev, moved = self.entries, None, {}
        for seq, entry in enumerate(entries, start=from_seq):
            old = entry["hash"]
            entry.update(seq=seq, prev=prev)
            entry["hash"] = prev = entry_hash(entry)
            moved[old] = entry["hash"]
        self.entries = entries
        for name in self._reviews():
            before = hashlib.sha256(self.files[name]).hexdigest()
            review = json.loads(_replaced(self.files[name], moved))
            review["seen"].sort()
            self.files[name] = json.dumps(review, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            self.files[name.replace(".json", ".jws")] = sign(self.files[name], self.tester)
            moved[before] = hashlib.sha256(self.files[name]).hexdigest()
        for name in (names.EVENTS, names.CHECKS, names.MANIFEST):
            self.files[name] = _replaced(self.files[name], moved)
        with self.json(names.MANIFEST) as manifest:
            manifest["heads"] = [
                {"writer": item["writer"], "seq": item["seq"], "hash": item["hash"]} for item in entries[-1:]
            ]

    def reseal(self, signer: Signer | None = None) -> None:
        """Has the manifest name the files as they are now, and signs it."""
        with self.json(names.MANIFEST) as manifest:
            known = {file["name"]: file for file in manifest["files"]}
            manifest["files"] = [
                {
                    "name": name,
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "role": names.role(name) or known.get(name, {}).get("role", "report"),
                }
                for name, data in sorted(self.files.items())
                if name not in names.OUTSIDE_MANIFEST
            ]
        self.sign(signer)

    def sign(self, signer: Signer | None = None) -> None:
        """Signs the manifest as it is."""
        self.files[names.SIGNATURE] = sign(self.files[names.MANIFEST], signer or self.tester)

    def write(self, path: Path, order: Iterable[str] | None = None) -> Path:
        """The archive, its names sorted unless told otherwise; a name may come twice."""
        with zipfile.ZipFile(path, "w") as archive:
            writer = Writer(archive)
            for name in sorted(self.files) if order is None else order:
                writer.add(name, self.files[name])
        return path

    def _reviews(self) -> list[str]:
        return [name for name in self.files if name.startswith("reviews/") and name.endswith(".json")]


def _replaced(data: bytes, moved: dict[str, str]) -> bytes:
    text = data.decode()
    for old, new in moved.items():
        text = text.replace(old, new)
    return text.encode()
