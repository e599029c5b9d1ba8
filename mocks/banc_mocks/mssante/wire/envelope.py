"""The envelope of one mail as SMTP tells it: paths and their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from banc_mocks.mssante.service.delivery import Recipient, Wants
from banc_mocks.sandbox.exchange import Exchange

MAX_RECIPIENTS: Final = 100
_PATH: Final = re.compile(r"\s*<([^<>\x00-\x1f\x7f]*)>(?:\s+(.*?))?\s*")
_XTEXT: Final = r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})"
_REPORT: Final = r"(?:SUCCESS|FAILURE|DELAY)"


def _forms(**forms: str) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(form, re.IGNORECASE | re.ASCII) for name, form in forms.items()}


MAIL_PARAMETERS: Final = _forms(
    SIZE=r"[0-9]{1,19}", BODY="7BIT|8BITMIME", RET="FULL|HDRS", ENVID=_XTEXT + "{1,100}", AUTH=f"<>|{_XTEXT}{{1,500}}"
)
"""The parameters of MAIL and the form of each (RFC 1870, 6152, 3461 §4.3 and §4.4, 4954 §5)."""
RCPT_PARAMETERS: Final = _forms(
    NOTIFY=f"NEVER|{_REPORT}(?:,{_REPORT}){{0,2}}", ORCPT=f"[A-Za-z0-9-]{{1,40}};{_XTEXT}{{1,500}}"
)
"""The parameters of RCPT and the form of each (RFC 3461 §4.1 and §4.2)."""


class BadCommand(ValueError):
    """A MAIL or RCPT command that cannot be read; the argument is the reply."""


@dataclass(frozen=True, slots=True)
class Path:
    """An address between brackets, and the parameters after it, names in capitals."""

    address: str
    parameters: Mapping[str, str]

    @classmethod
    def read(cls, argument: str | None, keyword: str, allowed: Mapping[str, re.Pattern[str]]) -> Path:
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
            if not allowed[name.upper()].fullmatch(value):
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
    wants: Wants = field(default_factory=Wants)
    recipients: list[Recipient] = field(default_factory=list)
    commands: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def decoded(xtext: str) -> str:
    """The text that an xtext spells (RFC 3461 §4)."""
    return re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), xtext)


def _shown(text: str) -> str:
    return "".join(c for c in text[:40] if " " <= c <= "~")
