"""How the DMP refuses: one error name of its own, the rule behind it, and who is to blame."""

from __future__ import annotations

from banc_mocks.dmp import faults
from banc_mocks.sandbox.call import Call
from banc_standards.dmp import errors
from banc_standards.errors import NOTHING, BancError, Sentence
from banc_standards.rules import Finding, Rule
from banc_standards.xds.model import RegistryError

_GENERIC = frozenset({errors.INVALID_MESSAGE, errors.INVALID_TOKEN, errors.INVALID_VIHF})
_OF = {
    faults.REPOSITORY_BUSY.id: ("dmp.TD2.1", "dmp.TD3.2"),
    faults.REGISTRY_BUSY.id: ("dmp.TD2.1", "dmp.TD3.1", "dmp.TD3.3a", "dmp.TD3.3b", "dmp.TD3.3c", "dmp.TD3.3d"),
}
_WRONG_CERTIFICATE = Sentence("Certificat refusé", "Certificate refused")


class DmpRefused(BancError):
    """A refusal that travels as a SOAP Fault.

    ``code`` is the name that the DMP gives, ``rule`` the rule that was broken, ``receiver`` tells that the service is
    at fault and not the sender. The documented sentences are said word for word; where the name is one of ours, or
    says too little, the rule is said after it.
    """

    def __init__(
        self, code: str, text: Sentence | None = None, *, rule: Rule | None = None, receiver: bool = False
    ) -> None:
        super().__init__(code, text or _said(code, rule), rule.fix if rule else NOTHING)
        self.rule = rule
        self.receiver = receiver


def _said(code: str, rule: Rule | None) -> Sentence:
    documented = errors.SENTENCES.get(code, Sentence(code, code))
    if rule is None:
        return documented
    if code in _GENERIC:
        return _joined(documented, broken(rule))
    if code == errors.INVALID_CERTIFICATE and rule.code != code:
        return _joined(_WRONG_CERTIFICATE, broken(rule))
    return documented


def broken(rule: Rule) -> Sentence:
    """Says that a rule was broken, and which one: its own sentence tells what should have been."""
    return Sentence(f"règle {rule.id} non respectée, « {rule.text.fr} »", f"rule {rule.id} broken, “{rule.text.en}”")


def _joined(first: Sentence, second: Sentence) -> Sentence:
    return Sentence(f"{first.fr} : {second.fr}", f"{first.en}: {second.en}")


def refused_by(refusing: list[tuple[Rule, Finding]], default: str) -> DmpRefused:
    """The refusal of the first rule that refuses; ``default`` is the name for a rule that has none of its own."""
    rule = refusing[0][0]
    return DmpRefused(rule.code or default, rule=rule)


def registry_errors(
    call: Call, refusing: list[tuple[Rule, Finding]], default: str = "XDSRegistryMetadataError"
) -> list[RegistryError]:
    """What refuses a submission, in the terms of a RegistryResponse; ``default`` as in :func:`refused_by`."""
    lang = call.sandbox.config.lang
    found = []
    for rule, finding in refusing:
        code = rule.code or default
        said = _joined(errors.SENTENCES[code], broken(rule)) if code in errors.SENTENCES else broken(rule)
        detail = f" : {finding.found}" if finding.found else ""
        found.append(RegistryError(code, said.of(lang) + detail, finding.location))
    return found


def armed_errors(call: Call) -> list[RegistryError]:
    """The registry error that the session asked to be answered; none when nothing is armed."""
    lie = call.armed(faults.REGISTRY_ERROR.id)
    if lie is not None:
        return [RegistryError(faults.said(lie, "code"), faults.said(lie, "context"))]
    for fault_id, (code, context) in faults.BUSY_CODES.items():
        if fault_id in _OF and call.operation not in _OF[fault_id]:
            continue
        if call.armed(fault_id) is not None:
            return [RegistryError(code, context)]
    return []


def refuse(call: Call, refused: list[RegistryError]) -> list[RegistryError]:
    """Notes in the exchange that the registry refuses, the first error naming the code."""
    call.outcome = "refused"
    call.code = refused[0].code
    return refused
