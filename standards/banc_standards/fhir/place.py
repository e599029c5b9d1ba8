"""Places inside a resource: the path of keys and numbers from its root, told in the manner of FHIRPath."""

from __future__ import annotations

from collections.abc import Sequence

Path = tuple[str | int, ...]
"""Keys and, in an array, numbers from 0; empty for the root."""


def location(root: str, path: Sequence[str | int]) -> str:
    """``Bundle.entry[2].resource.identifier[0].value``; ``root`` is the type of the outermost resource."""
    parts = [root]
    for step in path:
        parts.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return "".join(parts)
