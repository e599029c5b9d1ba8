"""What breaking and keeping each rule of FHIR looks like: sound samples of ours, and one change to each.

``samples.json`` holds sound resources about fictitious people; :mod:`.cases` says, for each rule, what to change in
which of them. The reader of ``banc explain`` sees the two extracts, and tests judge the two resources.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from banc_standards.errors import Sentence
from banc_standards.fhir.rules.examples.cases import Case, cases

CDA: Final = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="FR"/>'
    '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
    '<id root="1.2.250.1.999.1.1"/><code code="11490-0" codeSystem="2.16.840.1.113883.6.1"/>'
    '<title>Lettre de liaison</title><effectiveTime value="20260107163000+0100"/>'
    '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/>'
    '<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/>'
    "</patientRole></recordTarget>"
    '<documentationOf><serviceEvent><effectiveTime><low value="20260105080000+0100"/></effectiveTime></serviceEvent>'
    "</documentationOf></ClinicalDocument>"
)
"""A beginning of a clinical document, enough for an entry to be compared with it."""
_MOST_LINES: Final = 40
_MOST_KEYS: Final = 4


@dataclass(frozen=True, slots=True)
class Example:
    """The reason of a rule, and extracts that break and keep it."""

    rule: str
    why: Sentence
    bad: str
    good: str


@cache
def samples() -> Mapping[str, Any]:
    """The sound resources by name; callers copy what they change."""
    known: dict[str, Any] = json.loads((files(__package__) / "samples.json").read_text(encoding="utf-8"))
    content = CDA.encode()
    data = base64.b64encode(content).decode()
    known["submission"]["entry"][2]["resource"]["data"] = data
    attachment = known["submission"]["entry"][1]["resource"]["content"][0]["attachment"]
    attachment["size"] = len(content)
    attachment["hash"] = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    known["simplified"]["content"][0]["attachment"]["data"] = data
    return known


def texts(case: Case) -> tuple[bytes, bytes]:
    """The bytes that break the rule of a case, and those that keep it."""
    if case.bad or case.good:
        return case.bad, case.good
    sound = samples()[case.sample]
    broken = copy.deepcopy(sound)
    case.change(broken)
    return tuple(json.dumps(each, ensure_ascii=False, indent=1).encode() for each in (broken, sound))  # type: ignore[return-value]


@cache
def examples() -> Mapping[str, Example]:
    """Every example, by the id of its rule."""
    found = {}
    for case in cases():
        why = reason(case.rule)
        if case.bad or case.good:
            bad, good = (each.decode("utf-8", "replace")[:400] for each in (case.bad, case.good))
        else:
            sound = samples()[case.sample]
            broken = copy.deepcopy(sound)
            case.change(broken)
            bad, good = _extracts(_at(broken, case.shown), _at(sound, case.shown))
        found[case.rule] = Example(case.rule, why, bad, good)
    return found


@cache
def _families() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "families.toml").read_text(encoding="utf-8"))


def reason(rule: str) -> Sentence:
    """Why the family of a rule exists."""
    row = _families()[rule.rpartition("-")[0]]
    return Sentence(row["fr"], row["en"])


def _at(resource: Any, shown: tuple[str | int, ...]) -> Any:
    value = resource
    for step in shown:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return value


def _extracts(bad: Any, good: Any) -> tuple[str, str]:
    """Both parts as text; of large objects only what differs, with the type and the id that say what they are."""
    if isinstance(bad, dict) and isinstance(good, dict) and max(len(bad), len(good)) > _MOST_KEYS:
        kept = {name for name in {*bad, *good} if bad.get(name) != good.get(name)} | {"resourceType", "id"}
        bad, good = ({name: each[name] for name in each if name in kept} for each in (bad, good))
    return _text(bad), _text(good)


def _text(value: Any) -> str:
    lines = json.dumps(_cut(value), ensure_ascii=False, indent=2).split("\n")
    return "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "…"])


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= 120 else f"{value[:60]}…"
    if isinstance(value, dict):
        return {key: _cut(each) for key, each in value.items()}
    return [_cut(each) for each in value] if isinstance(value, list) else value
