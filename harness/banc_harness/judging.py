"""Applies checks to traces, and checks' verdicts to requirements. Pure: the same traces give the same verdicts, offline
too.

A check speaks of a scenario only when there was something to judge: a selected exchange, a missed expectation of that
operation, or, for a check of an absence, an action that the software could have done wrong.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from banc_harness.checks import WAYS, Check, Checks, NothingToJudge, has_way
from banc_harness.requirements.table import Requirement, Table
from banc_harness.scoring import Judged, gate, roll_up
from banc_harness.trace import Expectation, Trace
from banc_standards.contracts.score import Gate, RequirementVerdict
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import RunKind, Verdict
from banc_standards.errors import Lang, Sentence
from banc_standards.rules import Finding, Hit


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check says of one scenario. ``inputs`` are the hashes of the exchanges that it was asked about."""

    check: Check
    scenario: str
    verdict: Verdict
    reason: Sentence
    findings: tuple[Finding, ...] = ()
    inputs: tuple[str, ...] = ()
    crash: str = ""


def judge(check: Check, trace: Trace) -> Judgement | None:
    """The verdict of a check on one scenario; ``None`` when there was nothing for it to judge there."""
    seen = trace.about(check.on, strays=check.zero_tolerance)
    heard = {item.claimed_by for item in seen.selected}
    missed = () if check.absence else tuple(item for item in trace.expectations if _lacks(check, item, heard))
    untested = next((Sentence(item.untested, item.untested) for item in missed if item.untested), None)
    if check.absence and not all(item.answered for item in trace.acts):
        untested = _NOT_ASKED
    if any(item.action in check.word_of and not item.answered for item in trace.acts):
        untested = _NOT_TOLD
    if not seen.selected and not missed and not (check.absence and trace.acts):
        return None
    inputs = tuple(item.hash for item in seen.selected)
    try:
        findings = check.findings(seen) if seen.selected or check.absence else ()
    except NothingToJudge:
        if not missed:
            return None
        findings = ()
    except Exception as error:  # a check must survive whatever bytes a software sends
        where = traceback.extract_tb(error.__traceback__)[-1]
        crash = f"{type(error).__name__}: {error} ({where.name}:{where.lineno})"
        return Judgement(check, trace.scenario, "A_COMPLETER", _CRASHED, inputs=inputs, crash=crash)
    absent: tuple[Finding, ...] = ()
    if check.presence:
        absent = tuple(check.rule.finding(_absent(item), trace.lang) for item in missed if not item.untested)
        findings += absent
    elif missed and untested is None:
        untested = _NEVER_CAME
    if absent or any(item.severity == "error" for item in findings):
        return Judgement(check, trace.scenario, "NON_CONFORME", check.rule.text, findings, inputs)
    if untested is not None:
        return Judgement(check, trace.scenario, "NON_TESTE", untested, findings, inputs)
    return Judgement(check, trace.scenario, "CONFORME", _PASSED, findings, inputs)


def unplayed(check: Check, scenario: str, why: Sentence) -> Judgement:
    """The verdict of a check on a scenario that was not played although the profile asks for it."""
    return Judgement(check, scenario, "NON_TESTE", why)


def judge_played(checks: Checks, trace: Trace, like: Iterable[str] = ()) -> list[Judgement]:
    """What the checks of a scenario, and of those that it is ``like``, say of its trace, in their order."""
    said = (judge(check, trace) for check in _concerned(checks, trace.scenario, like))
    return [item for item in said if item is not None]


def judge_unplayed(
    checks: Checks, scenario: str, why: Sentence, *, sut: Sut, like: Iterable[str] = ()
) -> list[Judgement]:
    """What the checks of a scenario, and of those that it is ``like``, say when it was not played.

    That is nothing when it tries another way to sign in than the software's.
    """
    if any(scenario in tried and not has_way(way, sut.capabilities) for way, tried in WAYS.items()):
        return []
    concerned = _concerned(checks, scenario, like)
    return [unplayed(check, scenario, why) for check in concerned if check.applies(sut.capabilities)]


def judge_inapplicable(checks: Checks, sut: Sut) -> list[Judgement]:
    """The checks that speak of another way to sign in than the software's, once each."""
    others = (check for check in checks.values() if not check.applies(sut.capabilities))
    return [Judgement(check, "", "NON_APPLICABLE", _ANOTHER_WAY) for check in others]


def judge_late(checks: Checks, trace: Trace) -> list[Judgement]:
    """What zero tolerance says of the exchanges that came after the last scenario."""
    said = (judge(check, trace) for check in checks.values() if trace.exchanges and check.zero_tolerance)
    return [item for item in said if item is not None]


def decide_all(
    table: Table, checks: Checks, judgements: Sequence[Judgement], *, sut: Sut, profiles: Sequence[str], lang: Lang
) -> list[RequirementVerdict]:
    """The verdict of every requirement of a table, in its order."""
    return [
        decide(
            requirement,
            judgements,
            software_type=sut.software_type,
            profiles=profiles,
            checked=checks.of_requirement(requirement.id),
            capabilities=sut.capabilities,
            lang=lang,
        )
        for requirement in table.values()
    ]


def conclude(
    kind: RunKind, decided: Sequence[RequirementVerdict], judgements: Iterable[Judgement], *, sut: Sut, lang: Lang
) -> Gate:
    """The gate of a run: its verdicts, its zero tolerance and the numbers that the software must hold."""
    broken = {item.check.id for item in judgements if item.check.zero_tolerance and item.verdict == "NON_CONFORME"}
    return gate(kind, decided, zero_tolerance=sorted(broken), missing_numbers=missing_numbers(sut), lang=lang)


def missing_numbers(sut: Sut) -> tuple[str, ...]:
    """The CNDA numbers that the declared capabilities need and ``sut.yaml`` does not give."""
    needed = {
        "dmp.": ("ids.dmp_homologation", sut.ids.dmp_homologation),
        "insi.": ("ids.idam", sut.ids.idam),
    }
    return tuple(
        name
        for prefix, (name, value) in needed.items()
        if not value and any(item.startswith(prefix) for item in sut.capabilities)
    )


def decide(
    requirement: Requirement,
    judgements: Sequence[Judgement],
    *,
    software_type: str,
    profiles: Iterable[str],
    checked: Iterable[Check],
    lang: Lang,
    capabilities: Collection[str] = (),
) -> RequirementVerdict:
    """The verdict of one requirement over everything that was judged in the run. ``checked``: every check bound to
    it, those that do not apply to a software of these ``capabilities`` included.
    """
    bound = list(checked)
    others = [check.id for check in bound if not check.applies(capabilities)]
    asked = requirement.applies(software_type, profiles)
    none_left = bool(bound) and len(others) == len(bound) and requirement.check_mode == "automatic"
    about = [item for item in judgements if requirement.id in item.check.requirements]
    verdict = roll_up(
        (Judged(item.verdict, item.check.blocking) for item in about),
        applicable=asked and not none_left,
        check_mode=requirement.check_mode,
    )
    return RequirementVerdict(
        requirement=requirement.id,
        text=requirement.text.of(lang),
        area=requirement.area,
        use_cases=list(requirement.use_cases),
        level=requirement.level,
        check_mode=requirement.check_mode,
        weight=requirement.weight,
        verdict=verdict,
        reason=_reason(verdict, requirement, about, bool(bound), others if asked else []).of(lang),
        checks=sorted({item.check.id for item in about}),
        in_gate=requirement.in_gate(software_type),
    )


def _concerned(checks: Checks, scenario: str, like: Iterable[str]) -> list[Check]:
    names = (scenario, *like)
    return [check for check in checks.values() if any(check.concerns(name) for name in names)]


def passed(count: int) -> Sentence:
    """Why a requirement conforms."""
    return Sentence(f"{count} contrôles passés", f"{count} checks passed")


def _lacks(check: Check, expectation: Expectation, heard: Collection[str | None]) -> bool:
    """Whether the check needed an exchange that did not come: one of its operations, with no other outcome in mind.

    A step in which it has an exchange to judge lacks nothing: another check tells that what was expected did not come.
    """
    wanted = expectation.selection
    operations = (wanted.operation,) if isinstance(wanted.operation, str) else wanted.operation
    if expectation.met is not None or expectation.step in heard:
        return False
    if not any(check.on.takes_operation(name) for name in operations):
        return False
    return check.on.outcome is None or wanted.outcome is None or _overlap(check.on.outcome, wanted.outcome)


def _overlap(one: str | tuple[str, ...], other: str | tuple[str, ...]) -> bool:
    ones = {one} if isinstance(one, str) else set(one)
    return not ones.isdisjoint({other} if isinstance(other, str) else other)


def _absent(missed: Expectation) -> Hit:
    found = "; ".join(f"{item.what} {item.found or '∅'}" for item in missed.differences)
    place = f"{missed.step} " + (f"#{missed.nearest}" if missed.nearest is not None else "")
    return Hit(place.strip(), found=found or "∅", expected=str(missed.selection))


def _reason(
    verdict: Verdict, requirement: Requirement, about: Sequence[Judgement], has_checks: bool, others: Sequence[str]
) -> Sentence:
    said = _own_reason(verdict, requirement, [item for item in about if item.verdict != "NON_APPLICABLE"], has_checks)
    if not others:
        return said
    names = ", ".join(others)
    beside = Sentence(f"{_ANOTHER_WAY.fr} : {names}", f"{_ANOTHER_WAY.en}: {names}")
    return beside if verdict == "NON_APPLICABLE" else Sentence(f"{said.fr} ; {beside.fr}", f"{said.en}; {beside.en}")


def _own_reason(verdict: Verdict, requirement: Requirement, about: Sequence[Judgement], has_checks: bool) -> Sentence:
    if verdict == "NON_APPLICABLE":
        return Sentence(
            "pas demandée à ce type de logiciel avec ces profils", "not asked of this software type with these profiles"
        )
    telling = {"PARTIEL": ("NON_CONFORME", "NON_TESTE"), "NON_CONFORME": ("NON_CONFORME",)}.get(verdict, (verdict,))
    for item in about:
        if item.verdict in telling and verdict != "CONFORME":
            where = f"{item.check.id}, {item.scenario}"
            return Sentence(f"{where} : {item.reason.fr}", f"{where}: {item.reason.en}")
    if verdict == "CONFORME":
        return passed(len(about))
    if verdict == "A_COMPLETER":
        return Sentence(
            "les contrôles automatiques passent, une personne doit encore voir",
            "the automatic checks pass, a person must still look",
        )
    if requirement.check_mode == "manual":
        return Sentence("une personne doit la vérifier", "a person must verify it")
    if not has_checks:
        return Sentence("aucun contrôle automatique dans cette version", "no automatic check in this version")
    return Sentence("aucun scénario joué ne l'a mise à l'épreuve", "no scenario that was played put it to the test")


_ANOTHER_WAY = Sentence(
    "sans objet, le logiciel se connecte autrement", "not applicable, the software signs in another way"
)
_PASSED = Sentence("contrôle passé", "check passed")
_CRASHED = Sentence(
    "le contrôle n'a pas pu lire cet échange ; une personne doit regarder",
    "the check could not read this exchange; a person must look",
)
_NEVER_CAME = Sentence("l'échange attendu n'est pas venu", "the expected exchange did not come")
_NOT_ASKED = Sentence("le logiciel n'a pas pu être sollicité", "the software could not be asked")
_NOT_TOLD = Sentence("le logiciel n'a pas dit ce qu'il a fait", "the software did not tell what it did")
