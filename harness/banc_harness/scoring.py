"""From judgements to verdicts, from verdicts to the gate and the score (specs/segur.md §8). Pure, and all of it here.

A requirement's verdict rolls up the verdicts of its checks, the first line that applies wins:

================================================  ==============
not asked of this software and these profiles     NON_APPLICABLE
a blocking check failed, or a reviewer refused    NON_CONFORME
another check failed, nothing passed              NON_CONFORME
another check failed, something passed            PARTIEL
a check could not decide, and no reviewer did     A_COMPLETER
some checks passed, some could not be tested      PARTIEL
nothing was tested                                NON_TESTE
all passed, a person must still look              A_COMPLETER
all passed                                        CONFORME
================================================  ==============
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from banc_standards.contracts.score import Gate, RequirementVerdict, Score, Share
from banc_standards.contracts.vocabulary import CheckMode, RunKind, Verdict
from banc_standards.errors import Lang, Sentence

HALF_POINTS: Final[dict[Verdict, int]] = {"CONFORME": 2, "PARTIEL": 1, "NON_CONFORME": 0, "A_COMPLETER": 0}
"""What a verdict is worth, in halves of its weight; a verdict that is not here is left out of the score."""

JUDGED: Final[frozenset[Verdict]] = frozenset({"CONFORME", "PARTIEL", "NON_CONFORME"})
SHORT: Final[frozenset[Verdict]] = frozenset({"PARTIEL", "NON_CONFORME"})


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of one check on one scenario: ``CONFORME``, ``NON_CONFORME``, ``A_COMPLETER`` or ``NON_TESTE``;
    ``NON_APPLICABLE``, which counts for nothing, when it speaks of another kind of software.
    """

    verdict: Verdict
    blocking: bool = True


def roll_up(
    judged: Iterable[Judged],
    *,
    applicable: bool = True,
    check_mode: CheckMode = "automatic",
    review: Literal["accepted", "refused"] | None = None,
) -> Verdict:
    """The verdict of a requirement, by the table above. A reviewer who accepts decides what a check could not."""
    if not applicable:
        return "NON_APPLICABLE"
    seen = tuple(item for item in judged if item.verdict != "NON_APPLICABLE")
    failed = {item.blocking for item in seen if item.verdict == "NON_CONFORME"}
    met = {item.verdict for item in seen}
    if True in failed or review == "refused":
        return "NON_CONFORME"
    if failed:
        return "PARTIEL" if "CONFORME" in met else "NON_CONFORME"
    if "A_COMPLETER" in met:
        if review != "accepted":
            return "A_COMPLETER"
        met = (met - {"A_COMPLETER"}) | {"CONFORME"}
    if met == {"CONFORME", "NON_TESTE"}:
        return "PARTIEL"
    if met == {"CONFORME"} or (not seen and check_mode != "automatic" and review == "accepted"):
        return "CONFORME" if check_mode == "automatic" or review == "accepted" else "A_COMPLETER"
    return "NON_TESTE"


def share(decided: Iterable[RequirementVerdict]) -> Share:
    """The weighted share of conformity; ``percent`` is rounded down, so that 100 means all of it."""
    applicable = [item for item in decided if item.verdict != "NON_APPLICABLE"]
    counted = [item for item in applicable if item.verdict in HALF_POINTS]
    possible = 2 * sum(item.weight for item in counted)
    reached = sum(item.weight * HALF_POINTS[item.verdict] for item in counted)
    percent = (reached * 1000 // possible) / 10 if possible else None
    return Share(percent=percent, judged=len(counted), applicable=len(applicable))


def score(decided: Sequence[RequirementVerdict]) -> Score:
    """The score of a run, by area and by use case; recommendations apart."""
    asked = [item for item in decided if item.level != "optional"]
    advised = [item for item in decided if item.level == "optional"]
    areas = sorted({item.area for item in asked})
    use_cases = sorted({name for item in asked for name in item.use_cases})
    whole = share(asked)
    return Score(
        percent=whole.percent,
        judged=whole.judged,
        applicable=whole.applicable,
        by_area={area: share(item for item in asked if item.area == area) for area in areas},
        by_use_case={name: share(item for item in asked if name in item.use_cases) for name in use_cases},
        recommendations=share(advised) if advised else None,
        verdicts=dict(Counter(item.verdict for item in decided)),
    )


def gate(
    kind: RunKind,
    decided: Iterable[RequirementVerdict],
    *,
    zero_tolerance: Sequence[str] = (),
    missing_numbers: Sequence[str] = (),
    lang: Lang = "fr",
) -> Gate:
    """Whether the run passes.

    A bac-à-sable run looks at what was judged; the two others at every applicable requirement that may close the gate,
    and at the CNDA numbers that the declared capabilities need (``missing_numbers``). ``zero_tolerance`` names the
    checks of that kind that failed: one closes the gate whatever the rest.
    """
    asked = [item for item in decided if item.in_gate and item.verdict != "NON_APPLICABLE"]
    reasons = [
        Sentence(f"tolérance zéro : {check} a échoué", f"zero tolerance: {check} failed") for check in zero_tolerance
    ]
    if kind == "bac-a-sable":
        judged = [item for item in asked if item.verdict in JUDGED]
        if not judged:
            reasons.append(Sentence("aucune exigence n'a pu être jugée", "no requirement could be judged"))
        reasons.extend(_short(item) for item in judged if item.verdict in SHORT)
        untested = len(asked) - len(judged)
        passed, failed = (
            Sentence(
                f"{_count(judged, 'exigence jugée')}, toutes conformes ; {untested} non jugées",
                f"{_count(judged, 'requirement')} judged, all conform; {untested} not judged",
            ),
            Sentence(
                f"{_count(reasons, 'obstacle')} sur {_count(judged, 'exigence jugée')} ; {untested} non jugées",
                f"{_count(reasons, 'obstacle')} over {_count(judged, 'requirement')} judged; {untested} not judged",
            ),
        )
    else:
        reasons.extend(
            Sentence(f"numéro d'homologation absent : {name}", f"approval number missing: {name}")
            for name in missing_numbers
        )
        if not asked:
            reasons.append(Sentence("aucune exigence applicable", "no applicable requirement"))
        reasons.extend(_short(item) for item in asked if item.verdict != "CONFORME")
        passed, failed = (
            Sentence(
                f"les {len(asked)} exigences applicables sont conformes",
                f"all {len(asked)} applicable requirements conform",
            ),
            Sentence(
                f"{_count(reasons, 'obstacle')} sur {_count(asked, 'exigence applicable')}",
                f"{_count(reasons, 'obstacle')} over {len(asked)} applicable requirements",
            ),
        )
    return Gate(
        passed=not reasons,
        scope="tested" if kind == "bac-a-sable" else "profile",
        sentence=(failed if reasons else passed).of(lang),
        reasons=[reason.of(lang) for reason in reasons],
    )


def together(gates: Sequence[tuple[str, Gate]], lang: Lang = "fr") -> Gate:
    """One gate of those of several softwares, each with its name: it is open when all of them are."""
    if len(gates) == 1:
        return gates[0][1]
    closed = [name for name, each in gates if not each.passed]
    colon = ": " if lang == "en" else " : "
    passing = len(gates) - len(closed)
    many = passing > 1
    sentence = Sentence(
        f"{passing} logiciel{'s' * many} sur {len(gates)} {'passent' if many else 'passe'}"
        + (f" ; pas {', '.join(closed)}" if closed else ""),
        f"{passing} of {len(gates)} softwares {'pass' if many else 'passes'}"
        + (f"; not {', '.join(closed)}" if closed else ""),
    )
    return Gate(
        passed=bool(gates) and not closed,
        scope=gates[0][1].scope if gates else "tested",
        sentence=sentence.of(lang),
        reasons=[f"{name}{colon}{reason}" for name, each in gates for reason in each.reasons],
    )


def _count(things: Sequence[object], name: str) -> str:
    """``1 exigence jugée``, ``2 exigences jugées``."""
    plural = "" if len(things) == 1 else "s"
    return f"{len(things)} " + " ".join(f"{word}{plural}" for word in name.split())


def _short(item: RequirementVerdict) -> Sentence:
    return Sentence(f"{item.requirement} : {item.verdict}", f"{item.requirement}: {item.verdict}")
