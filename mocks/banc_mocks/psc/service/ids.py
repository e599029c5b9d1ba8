"""Ids that nothing had, several from one draw of the system."""

from __future__ import annotations

import os


def drawn(count: int) -> list[str]:
    """That many version 4 UUIDs."""
    digits = os.urandom(16 * count).hex()
    return [_uuid(digits[at : at + 32]) for at in range(0, len(digits), 32)]


def _uuid(digits: str) -> str:
    """A version 4 UUID (RFC 9562 §5.4) of 32 random hexadecimal digits."""
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
