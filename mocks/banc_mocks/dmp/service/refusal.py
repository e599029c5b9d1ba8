"""How the DMP refuses: one error name of its own, the rule behind it, and who is to blame."""

from __future__ import annotations

from banc_standards.dmp import errors
from banc_standards.errors import BancError, Sentence
from banc_standards.rules import Finding, Rule


class DmpRefused(BancError):
    """A refusal that travels as a SOAP Fault.

    ``code`` is the name that the DMP gives, ``rule`` the rule that was broken, ``receiver`` tells that the service is
    at fault and not the sender.
    """

    def __init__(
        self, code: str, text: Sentence | None = None, *, rule: Rule | None = None, receiver: bool = False
    ) -> None:
        said = text or errors.SENTENCES.get(code) or (rule.text if rule else Sentence(code, code))
        super().__init__(code, said, rule.fix if rule else Sentence("", ""))
        self.rule = rule
        self.receiver = receiver


def refused_by(refusing: list[tuple[Rule, Finding]], default: str) -> DmpRefused:
    """The refusal of the first rule that refuses; ``default`` is the name for a rule that has none of its own."""
    rule = refusing[0][0]
    return DmpRefused(rule.code or default, rule=rule)
