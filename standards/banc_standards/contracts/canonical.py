"""The bytes that a journal entry is hashed over (CONTRACTS §6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The entry without ``hash``: keys sorted, separators ``,`` and ``:``, UTF-8 without ASCII escaping."""
    kept = {key: value for key, value in entry.items() if key != "hash"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """The ``hash`` of an entry, ``sha256:…``."""
    return f"sha256:{hashlib.sha256(canonical(entry)).hexdigest()}"
