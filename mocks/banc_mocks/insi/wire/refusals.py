"""How INSi says no: siram faults, documented ones where a source shows them, ours elsewhere (insi.md §6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from banc_mocks.sandbox.http import Headers, InternalFailure, Reply, SessionConflict, status_of
from banc_standards.errors import BancError, Sentence
from banc_standards.insi import build
from banc_standards.insi.build import legible
from banc_standards.insi.faults import DOCUMENTED, RIGHTS, SiramFault, mock_fault
from banc_standards.psc.names import BEARER_CHALLENGE
from banc_standards.rulebook import MOST_HITS
from banc_standards.rules import Finding, Hit, Rule
from banc_standards.soap.build import serialize
from banc_standards.soap.names import SOAP12_MEDIA_TYPE

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call

MEDIA_TYPE: Final = f"{SOAP12_MEDIA_TYPE}; charset=utf-8"
FAULT_STATUS: Final = 500

_CODES: Final = {
    "VIHF": "mock_assertion",
    "TLS": "mock_certificat",
    "XML": "mock_xml",
    "SOAP": "mock_soap",
    "PSC": "mock_jeton",
}
"""The code of ours for a rule that other standards share, by the first part of its id."""


class Faulted(BancError):
    """The gateway refuses the call with a siram fault; the code is ``Erreur@code``.

    ``challenged`` tells that an access token was refused.
    """

    def __init__(self, fault: SiramFault, *, challenged: bool = False) -> None:
        super().__init__(fault.code, Sentence(fault.reason, fault.reason))
        self.fault = fault
        self.challenged = challenged


_MOST_SHOWN: Final = 500


def judged(call: Call, rules: Iterable[Rule], subject: Any) -> list[tuple[Rule, Finding]]:
    """Judges, and returns what refuses in the session's mode.

    No rule tells more than :data:`MOST_HITS` places, nor more than a few hundred characters of one, so that a hostile
    message drowns neither the journal nor the answer.
    """
    return call.note((rule, _shown(hit)) for rule in rules for hit in islice(rule.check(subject), MOST_HITS))


def _shown(hit: Hit) -> Hit:
    return replace(hit, location=_cut(hit.location), found=_cut(hit.found), expected=_cut(hit.expected))


def _cut(text: str) -> str:
    """A text that a fault and the journal can hold: of XML characters only, shortened."""
    shown = legible(text)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


def require(call: Call, rules: Iterable[Rule], subject: Any) -> None:
    """Judges; raises :class:`Faulted` for the first break that refuses in the session's mode."""
    for rule, finding in judged(call, rules, subject):
        raise faulted(rule, finding)


def broken(call: Call, rule: Rule, hit: Hit) -> Faulted:
    """Records a break that was found while reading; returns the refusal to raise."""
    hit = _shown(hit)
    call.find(rule, hit)
    return faulted(rule, rule.finding(hit, call.sandbox.config.lang))


def faulted(rule: Rule, finding: Finding) -> Faulted:
    """The documented fault of a rule, else one of ours that names the rule and what it found."""
    if rule.code in DOCUMENTED:
        return Faulted(DOCUMENTED[rule.code])
    code = rule.code if rule.code.startswith("mock_") else _CODES[rule.id.partition("-")[0]]
    seen = f"{rule.id} : {finding.location} : « {finding.found} », attendu « {finding.expected} »"
    fault = mock_fault(code, f"Règle {rule.id} non respectée : « {rule.text.fr} »", seen)
    return Faulted(fault, challenged=rule.code == "invalid_token")


def fail(call: Call, fault: SiramFault) -> Reply:
    """Answers a fault that is not the caller's doing: a technical one, or one that a tester asked for."""
    call.outcome = "refused" if fault.subcode == RIGHTS else "failed"
    call.code = fault.code
    return _reply(call, fault, FAULT_STATUS)


def refuse(call: Call, error: BancError) -> Reply:
    """A siram fault for any refusal, HTTP 500 unless the framework refused before the message was read.

    A token that does not open the service gets 401 and its challenge (RFC 6750 §3.1).
    """
    fault = error.fault if isinstance(error, Faulted) else _framework_fault(call, error)
    call.code = fault.code
    if isinstance(error, Faulted) and error.challenged:
        return _reply(call, fault, 401, {"WWW-Authenticate": BEARER_CHALLENGE})
    return _reply(call, fault, status_of(error, default=FAULT_STATUS))


def _framework_fault(call: Call, error: BancError) -> SiramFault:
    code = "mock_http"
    if isinstance(error, InternalFailure):
        code = "mock_interne"
    elif isinstance(error, SessionConflict):
        code = "mock_session"
    return mock_fault(code, error.text.of(call.sandbox.config.lang), error.code)


def _reply(call: Call, fault: SiramFault, status: int, headers: Headers = ()) -> Reply:
    body = serialize(build.fault(fault, message_id=call.facts.get("message_id")))
    return Reply(status, body, MEDIA_TYPE, headers)
