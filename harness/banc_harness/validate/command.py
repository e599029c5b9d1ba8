"""``banc validate`` once its command line is read: everything judged and told as it comes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from banc_harness.validate.judging import Order, judged
from banc_harness.validate.kinds import KINDS
from banc_harness.validate.progress import progress
from banc_harness.validate.verdict import KindName, Skipped, Summary, Verdict
from banc_harness.validate.writing import writer
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_harness.cli.language import Words
    from banc_harness.packs.opinion import SecondOpinion


_INTERRUPTED = Sentence("interrompu : le reste n'a pas été jugé", "interrupted: the rest was not judged")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks: files, then one field an option."""

    files: Sequence[str]
    kind: str | None = None
    format: str = "text"
    pack: str | None = None
    compare: bool = False
    together: bool = False
    jobs: int = 1


def validate(options: Options, say: Words) -> int:
    """Judges and tells everything; returns the exit code.

    Raises ``UnusableInput`` for a kind that is not judged or a pack that is none, ``EnvironmentFailed`` when a process
    dies.
    """
    _refuse_what_is_not_judged(options)
    second = _second_opinion(options)
    kind = KINDS[options.kind].name if options.kind else None
    order = Order(kind, say.lang, excerpts=options.format in ("text", "sarif"), pack=options.pack)
    told = writer(options.format, sys.stdout, say.lang)
    summary, skipped = Summary(), Skipped()
    also: dict[str, Any] = {}
    try:
        with progress(sys.stderr, quiet=sys.stdout.isatty(), say=say) as moved:
            for one in judged(options.files, order, jobs=options.jobs):
                skipped.add(one.skipped)
                for verdict in one.verdicts:
                    summary.add(verdict)
                    told.add(verdict)
                    moved(summary)
                    if second is not None:
                        second.add(verdict)
                if second is not None:
                    second.remark(one.remarks)
            if options.together:
                whole = _together(options, kind, say)
                summary.add(whole)
                told.add(whole)
        if not summary.files:  # every file was something else: that no document was judged is no conformity
            told.add(nothing := _nothing(options.files))
            summary.add(nothing)
    except (EnvironmentFailed, KeyboardInterrupt) as stopped:  # what was judged is told whole, and that it is not all
        why = stopped.text if isinstance(stopped, EnvironmentFailed) else _INTERRUPTED
        told.add(rest := Verdict(options.files[-1], None, unusable=why))
        summary.add(rest)
        told.end(summary, skipped)
        raise
    if second is not None:
        also = second.as_json(say.lang)
    told.end(summary, skipped, also)
    passed = skipped.text()
    if passed is not None and options.format != "text":
        print(f"banc : {passed.of(say.lang)}", file=sys.stderr)
    if second is not None:
        second.tell(say, table=options.format == "text")
    return summary.exit_code


def _nothing(names: Sequence[str]) -> Verdict:
    return Verdict(names[0], None, unusable=Sentence("aucun document à juger", "no document to judge"))


def _together(options: Options, kind: KindName | None, say: Words) -> Verdict:
    from banc_harness.validate.together import judged_together

    return judged_together(options.files, say.lang, kind)


def _second_opinion(options: Options) -> SecondOpinion | None:
    if options.pack is None:
        if options.compare:
            raise UnusableInput(
                "VALIDATE-003",
                Sentence("--compare demande --pack", "--compare needs --pack"),
                Sentence("ajoutez --pack DOSSIER", "add --pack DIR"),
            )
        return None
    from banc_harness.packs.opinion import SecondOpinion

    return SecondOpinion(options.pack, compare=options.compare)


def _refuse_what_is_not_judged(options: Options) -> None:
    if options.kind is not None and KINDS[options.kind].judge is None:
        served = ", ".join(name for name, known in KINDS.items() if known.judge is not None)
        raise UnusableInput(
            "VALIDATE-002",
            KINDS[options.kind].not_yet,
            Sentence(f"genres jugés : {served}", f"kinds that are judged: {served}"),
        )
