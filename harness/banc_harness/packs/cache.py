"""The stylesheets of a pack on disk, made again only when a file that they come from has changed."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from banc_harness.packs import stylesheet
from banc_harness.packs.schematron import Folder, Remark, read_schema


def cache_folder() -> Path:
    """Where compiled packs are kept: ``BANC_CACHE``, else the user's cache folder."""
    base = os.environ.get("BANC_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "banc-segur" / "packs"


def stylesheet_of(path: Path, folder: Folder, cache: Path) -> tuple[bytes, list[Remark]]:
    """The stylesheet of a schema, and what was remarked of the pack while it was made.

    Raises ``UnusableInput`` (PACK-003). A cache that cannot be read or written is done without.
    """
    name = hashlib.sha256(f"{stylesheet.VERSION}\0{path.resolve()}".encode()).hexdigest()[:32]
    kept, about = cache / f"{name}.xsl", cache / f"{name}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(about.read_bytes())
        if all(_state(source) == state for source, state in known["sources"].items()):
            return kept.read_bytes(), [Remark(**remark) for remark in known["remarks"]]
    schema = read_schema(path, folder)
    made = stylesheet.compiled(schema, folder)
    watched = {str(source) for source in schema.sources} | _vocabulary_folders(schema.remarks, path)
    told: dict[str, Any] = {
        "sources": {source: _state(source) for source in sorted(watched)},
        "remarks": [asdict(remark) for remark in schema.remarks],
    }
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        _replaced(kept, made)
        _replaced(about, json.dumps(told).encode())
    return made, schema.remarks


def _vocabulary_folders(remarks: list[Remark], path: Path) -> set[str]:
    """The folders where something missing would appear: a change there makes the stylesheet again."""
    return {os.path.normpath((path.parent / remark.name).parent) for remark in remarks}


def _state(source: str) -> list[int] | None:
    try:
        found = os.stat(source)
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size]


def _replaced(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(path)
