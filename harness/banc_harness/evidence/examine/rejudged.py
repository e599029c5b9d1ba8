"""The run judged again from the sealed bytes (``BUNDLE-080`` to ``097``), and compared with what the bundle says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from pydantic import ValidationError

from banc_harness.certifying import reviews
from banc_harness.checks import Checks
from banc_harness.evidence import contents, names, signature
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.refusal import NotJudged, Refused, refused
from banc_harness.evidence.rerun import Rerun, sealed_check, told_check, unread
from banc_harness.judging import Judgement
from banc_harness.plan import requirement_set, rule_set, version
from banc_harness.requirements.table import Table, table
from banc_harness.sealed import Sealed
from banc_standards.contracts import events
from banc_standards.contracts.bundle import Manifest, SealedCheck, SealedChecks, SealedVerdicts
from banc_standards.contracts.score import Gate, RequirementVerdict, RuleSet, Score
from banc_standards.errors import Lang, Sentence, UnusableInput


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement, or the gate, that the current rules judge otherwise."""

    what: str
    sealed: str
    current: str


_LANGS: tuple[Lang, Lang] = ("fr", "en")


class Rejudged:
    """Judges again, with the installed rules. ``current``: they need not be those of the run, differences are kept."""

    def __init__(self, bundle: Bundle, manifest: Manifest, checks: Checks, *, current: bool) -> None:
        self._bundle = bundle
        self._manifest = manifest
        self._checks = checks
        self._current = current
        self._same_rules = True
        self._rerun = Rerun(Sealed(bundle.entries, bundle.blobs(strict=True)), checks)
        self._told_checks: list[SealedCheck] = []
        self._told_verdicts: dict[str, RequirementVerdict] = {}
        self._told_end: events.RunEnded | None = None
        self.gate: Gate | None = None
        self.score: Score | None = None
        self.conclusion: Sentence | None = None
        self.differences: list[Difference] = []

    def judge_rules(self) -> Sentence:
        """The run was judged by the installed rules and requirements. Raises ``NotJudged`` for others."""
        couloir = self._couloir()
        try:
            self._table: Table = table(couloir)
        except UnusableInput as error:
            raise NotJudged("BUNDLE-081", error.text, error.hint) from None
        manifest = self._manifest
        installed_rules, installed_requirements = rule_set(len(self._checks)), requirement_set(self._table)
        self._same_rules = (manifest.rule_set, manifest.requirement_set) == (installed_rules, installed_requirements)
        if not self._same_rules:
            if self._current:
                return Sentence(
                    "jugé à nouveau avec les règles et exigences installées, qui ne sont pas celles de l'exécution",
                    "judged again with the installed rules and requirements, which are not those of the run",
                )
            bench = manifest.bench.get("banc-segur", manifest.rule_set.version)
            if manifest.rule_set != installed_rules:
                raise _other("080", "de règles", "rules", manifest.rule_set, installed_rules, bench)
            raise _other("081", "d'exigences", "requirements", manifest.requirement_set, installed_requirements, bench)
        if self._bundle.read(names.RULES) != contents.rules(self._checks, installed_rules):
            raise refused(
                "082",
                "rules.json n'est pas le jeu de règles dont il porte l'empreinte",
                "rules.json is not the rule set whose hash it bears",
            )
        if self._requirements() != {
            names.requirements(couloir): contents.requirements(self._table, installed_requirements)
        }:
            raise refused(
                "083",
                "requirements/ n'est pas le jeu d'exigences dont il porte l'empreinte",
                "requirements/ is not the requirement set whose hash it bears",
            )
        count = len(self._checks)
        return Sentence(
            f"règles installées, les mêmes que celles de l'exécution : {count} contrôles, {len(self._table)} exigences",
            f"the installed rules are those of the run: {count} checks, {len(self._table)} requirements",
        )

    def judge_checks(self, progress: Callable[[int, int], None]) -> Sentence:
        """Every check says again what the bundle says. Raises ``Refused`` at the first that does not."""
        sealed = self._sealed_checks()
        settled = 0
        for event in self._bundle.events():
            match event:
                case events.ScenarioStarted():
                    del self._told_checks[settled:]
                case events.ScenarioEnded():
                    settled = len(self._told_checks)
                case events.CheckEnded():
                    self._told_checks.append(told_check(event))
                case events.RequirementDecided():
                    self._told_verdicts[event.requirement] = RequirementVerdict.model_validate(event.model_dump())
                case events.RunEnded():
                    self._told_end = event
                case _:
                    pass
            try:
                self._rerun.add(event)
            except (KeyError, ValueError):
                raise refused(
                    "073",
                    f"événement n° {event.n} : il ne permet pas de juger à nouveau",
                    f"event no. {event.n}: nothing can be judged from it",
                ) from None
            progress(len(self._rerun.judgements), len(sealed))
        if self._same_rules:
            self._compare_checks(sealed)
        count, out = len(self._rerun.judgements), len(self._unread())
        return Sentence(
            f"{count} contrôles refaits" + (f", {out} à compléter : leur contenu a été retiré" if out else ""),
            f"{count} checks run again" + (f", {out} to be completed: their content was taken out" if out else ""),
        )

    def judge_verdicts(self) -> Sentence:
        """Reviews, verdicts, gate and score follow from the checks. Raises ``Refused`` at the first that does not."""
        self._judge_reviews()
        found = self._rerun.verdicts(self._table, self._bundle.reviews)
        sealed = self._sealed_verdicts()
        self.gate, self.score = found.gate, found.score
        fr, en = (self._rerun.verdicts(self._table, self._bundle.reviews, lang).gate.sentence for lang in _LANGS)
        self.conclusion = Sentence(fr, en)
        if self._same_rules:
            self._compare_verdicts(sealed, found)
        self.differences = list(_differences(sealed, found))
        count, percent = len(found.requirements), found.score.percent
        shown = "—" if percent is None else f"{percent:g} %"
        fr, en = ("ouverte", "open") if found.gate.passed else ("fermée", "closed")
        return Sentence(
            f"{count} verdicts recalculés ; porte {fr}, score {shown.replace('.', ',')}",
            f"{count} verdicts recomputed; gate {en}, score {shown}",
        )

    def _couloir(self) -> str:
        return self._bundle.sut.couloir

    def _requirements(self) -> dict[str, bytes]:
        found = (name for name in self._bundle.names if names.role(name) == "requirements")
        return {name: self._bundle.read(name) for name in found}

    def _unread(self) -> list[Judgement]:
        return [item for item in self._rerun.judgements if unread(item)]

    def _sealed_checks(self) -> list[SealedCheck]:
        try:
            return SealedChecks.read(self._bundle.read(names.CHECKS)).checks
        except ValidationError:
            raise refused("090", "checks.json ne se lit pas", "checks.json is unreadable") from None

    def _sealed_verdicts(self) -> SealedVerdicts:
        try:
            return SealedVerdicts.read(self._bundle.read(names.VERDICTS))
        except ValidationError:
            raise refused("092", "verdicts.json ne se lit pas", "verdicts.json is unreadable") from None

    def _compare_checks(self, sealed: list[SealedCheck]) -> None:
        judgements = self._rerun.judgements
        found = [sealed_check(item) for item in judgements]
        for said, here in zip_longest(sealed, found):
            if said != here:
                raise _check("090", "checks.json", said, here)
        for told, here, judgement in zip_longest(self._told_checks, found, judgements):
            if told != here and not (judgement is not None and unread(judgement) and _same_place(told, here)):
                raise _check("091", "events.ndjson", told, here)

    def _compare_verdicts(self, sealed: SealedVerdicts, found: SealedVerdicts) -> None:
        for said, here in zip_longest(sealed.requirements, found.requirements):
            if said != here:
                raise _verdict("092", "verdicts.json", said, here)
        if sealed.gate != found.gate:
            raise _conclusion("093", "la porte", "the gate")
        if sealed.score != found.score:
            raise _conclusion("094", "le score", "the score")
        touched = {name for item in self._unread() for name in item.check.requirements}
        told = self._told_verdicts
        for here in found.requirements:
            if told.get(here.requirement) != here and here.requirement not in touched:
                raise _verdict("095", "events.ndjson", told.get(here.requirement), here)
        end = self._told_end
        if end is None or touched:
            return
        if (end.gate, end.score) != (found.gate, found.score) or (end.exit_code == 0 and not found.gate.passed):
            raise _conclusion("095", "la conclusion de l'exécution", "the end of the run")

    def _judge_reviews(self) -> None:
        taken = self._bundle.reviews
        for review in taken:
            name, signed = names.review(review.requirement), names.review_signature(review.requirement)
            if name not in self._bundle.names or signed not in self._bundle.names:
                raise refused("096", f"{name} n'est pas signée", f"{name} is not signed")
            signature.opened(self._bundle.read(signed), self._bundle.read(name), what=name)
        strangers = reviews.strangers(taken, self._manifest.run, self._rerun.judgements) if self._same_rules else []
        if strangers:
            name = names.review(strangers[0].requirement)
            raise refused(
                "097",
                f"{name} porte sur une autre exécution, ou sur d'autres échanges",
                f"{name} is about another run, or other exchanges",
            )


def _differences(sealed: SealedVerdicts, found: SealedVerdicts) -> Iterator[Difference]:
    before = {item.requirement: item.verdict for item in sealed.requirements}
    after = {item.requirement: item.verdict for item in found.requirements}
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Difference(name, before.get(name, "—"), after.get(name, "—"))
    if sealed.gate.passed != found.gate.passed:
        yield Difference("gate", *("passed" if item.gate.passed else "closed" for item in (sealed, found)))


def _same_place(told: SealedCheck | None, here: SealedCheck | None) -> bool:
    return told is not None and here is not None and (told.check, told.scenario) == (here.check, here.scenario)


def _check(code: str, file: str, said: SealedCheck | None, here: SealedCheck | None) -> Refused:
    item = here or said
    assert item is not None
    where = f"{item.check}, {item.scenario or '—'}"
    told, found = ("—" if one is None else one.verdict for one in (said, here))
    if told == found:
        return refused(
            code,
            f"{where} : {file} ne dit pas ce que le contrôle dit des octets scellés",
            f"{where}: {file} does not say what the check says of the sealed bytes",
        )
    return refused(
        code,
        f"{where} : {file} dit {told}, le contrôle refait sur les octets scellés dit {found}",
        f"{where}: {file} says {told}, the check run again on the sealed bytes says {found}",
    )


def _verdict(code: str, file: str, said: RequirementVerdict | None, here: RequirementVerdict | None) -> Refused:
    item = here or said
    assert item is not None
    told, found = ("—" if one is None else one.verdict for one in (said, here))
    if told == found:
        return refused(
            code,
            f"{item.requirement} : {file} ne dit pas ce qui se déduit des contrôles",
            f"{item.requirement}: {file} does not say what follows from the checks",
        )
    return refused(
        code,
        f"{item.requirement} : {file} dit {told}, les contrôles donnent {found}",
        f"{item.requirement}: {file} says {told}, the checks give {found}",
    )


def _conclusion(code: str, fr: str, en: str) -> Refused:
    return refused(code, f"{fr} ne se déduit pas des verdicts", f"{en} does not follow from the verdicts")


def _other(code: str, fr: str, en: str, sealed: RuleSet, installed: RuleSet, bench: str) -> NotJudged:
    return NotJudged(
        f"BUNDLE-{code}",
        Sentence(
            f"ce dossier a été jugé par un autre jeu {fr} ({sealed.name} {sealed.version}, {sealed.hash[:19]}…) que "
            f"celui qui est installé ({installed.version}, {installed.hash[:19]}…)",
            f"this bundle was judged by other {en} ({sealed.name} {sealed.version}, {sealed.hash[:19]}…) than the "
            f"installed ones ({installed.version}, {installed.hash[:19]}…)",
        ),
        Sentence(
            f"{_where(bench).fr} ; --with-current juge avec les règles installées et dit ce qui change",
            f"{_where(bench).en}; --with-current judges with the installed rules and says what changes",
        ),
    )


def _where(bench: str) -> Sentence:
    """What to install: a version, or the very build when the installed one bears the same number."""
    if bench != version():
        return Sentence(f"installez banc-segur=={bench} et recommencez", f"install banc-segur=={bench} and try again")
    return Sentence(
        f"prenez le banc-segur {bench} publié, ou celui qui a fait ce dossier : l'un des deux a été modifié",
        f"take banc-segur {bench} as published, or the one that made this bundle: one of the two was modified",
    )
