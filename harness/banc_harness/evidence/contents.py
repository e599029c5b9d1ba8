"""The files of a bundle that are made from what the run knows, byte for byte the same each time."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml

from banc_harness.checks import Checks
from banc_harness.reports.redaction import HIDDEN, without_secrets
from banc_harness.requirements.table import Table
from banc_standards.contracts.bundle import (
    BothLanguages,
    SealedRequirement,
    SealedRequirements,
    SealedRule,
    SealedRules,
)
from banc_standards.contracts.score import RuleSet
from banc_standards.contracts.shape import Shape
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Sentence

_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]+@")
_SECRET_OPTION: Final = re.compile(r"(?i)^(--?[\w-]*(token|password|passwd|secret|api-?key|pass)[\w-]*)(=.*)?$")


def written(shape: Shape) -> bytes:
    """A shape as a file that people can read."""
    return (json.dumps(shape.as_json(), ensure_ascii=False, indent=2) + "\n").encode()


def sut_yaml(sut: Sut) -> bytes:
    """``sut.yaml``."""
    return yaml.safe_dump(sut.as_json(), allow_unicode=True, sort_keys=False, width=120).encode()


def without_credentials(sut: Sut) -> Sut:
    """The description without what lets somebody in: user information of addresses, tokens and passwords of commands.

    Nothing that is judged changes.
    """
    return Sut.model_validate(_hide(sut.as_json()))


def rules(checks: Checks, rule_set: RuleSet) -> bytes:
    """``rules.json``."""
    sealed = [
        SealedRule(
            check=item.id,
            text=_both(item.rule.text),
            fix=_both(item.rule.fix),
            clause=item.rule.clause,
            severity=item.rule.severity,
            certainty=item.rule.certainty,
            requirements=list(item.requirements),
            scenarios=list(item.scenarios),
            blocking=item.blocking,
            zero_tolerance=item.zero_tolerance,
        )
        for item in checks.values()
    ]
    return written(SealedRules(rule_set=rule_set, rules=sealed))


def requirements(table: Table, requirement_set: RuleSet) -> bytes:
    """``requirements/COULOIR.json``."""
    sealed = [
        SealedRequirement(
            requirement=item.id,
            text=_both(item.text),
            area=item.area,
            use_cases=list(item.use_cases),
            level=item.level,
            check_mode=item.check_mode,
            weight=item.weight,
            software=list(item.software),
            profiles=list(item.profiles),
            approved=list(item.approved),
            review=item.review,
            source=item.source,
            condition=_both(item.condition),
        )
        for item in table.values()
    ]
    return written(SealedRequirements(requirement_set=requirement_set, couloir=table.couloir, requirements=sealed))


def _both(text: Sentence) -> BothLanguages:
    return BothLanguages(fr=text.fr, en=text.en)


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _command(item) if key == "command" else _hide(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item) for item in value]
    return _text(value) if isinstance(value, str) else value


def _command(words: list[str]) -> list[str]:
    """A command line: what follows ``--token`` is a secret, in the same word or in the next one."""
    hidden, secret_follows = [], False
    for word in words:
        option = _SECRET_OPTION.match(word)
        if secret_follows and not word.startswith("-"):
            hidden.append(HIDDEN)
        elif option and option[3]:
            hidden.append(f"{option[1]}={HIDDEN}")
        else:
            hidden.append(_text(word))
        secret_follows = bool(option and not option[3])
    return hidden


def _text(text: str) -> str:
    return without_secrets(_USER_INFO.sub(f"{HIDDEN}@", text))
