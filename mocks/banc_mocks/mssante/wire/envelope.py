"""The envelope of one mail as SMTP tells it: paths and their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from banc_mocks.mssante.service.delivery import Recipient
from banc_mocks.sandbox.exchange import Exchange

MAX_RECIPIENTS: Final = 100
_PATH: Final = re.compile(r"\s*<([^<>\x00-\x1f\x7f]*)>(?:\s+(.*?))?\s*")
_VALUE: Final = re.compile(r"[\x21-\x3c\x3e-\x7e]*")
MAIL_PARAMETERS: Final = frozenset({"SIZE", "BODY", "RET", "ENVID", "AUTH"})
RCPT_PARAMETERS: Final = frozenset({"NOTIFY", "ORCPT"})


class BadCommand(ValueError):
    """A MAIL or RCPT command that cannot be read; the argument is the reply."""


@dataclass(frozen=True, slots=True)
class Path:
    """An address between brackets, and the parameters after it, names in capitals."""

    address: str
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, argument: str | None, keyword: str, allowed: frozenset[str]) -> Path:
        """Reads ``FROM:<a@b> SIZE=1``. Raises :class:`BadCommand`."""
        text = argument or ""
        if not text.upper().startswith(f"{keyword}:"):
            raise BadCommand(f"501 5.5.4 Syntax: {keyword}:<address>")
        found = _PATH.fullmatch(text[len(keyword) + 1 :])
        if found is None:
            raise BadCommand("553 5.1.3 Malformed address")
        parameters: dict[str, str] = {}
        for word in (found[2] or "").split():
            name, _, value = word.partition("=")
            if name.upper() not in allowed or name.upper() in parameters:
                raise BadCommand(f"555 5.5.4 Parameter not recognized: {_shown(name)}")
            if not _VALUE.fullmatch(value):
                raise BadCommand(f"501 5.5.4 Bad parameter: {_shown(name)}")
            parameters[name.upper()] = value
        return cls(found[1], parameters)


@dataclass(slots=True)
class Envelope:
    """One mail under way, from MAIL to the final reply; ``given_sender`` is the sender as the client wrote it."""

    exchange: Exchange
    sender: str
    given_sender: str
    line: str
    started_ns: int
    size_limit: int
    envelope_id: str = ""
    recipients: list[Recipient] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def _shown(text: str) -> str:
    return "".join(c for c in text[:40] if " " <= c <= "~")
