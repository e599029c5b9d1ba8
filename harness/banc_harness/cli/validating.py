"""``banc validate``: files judged, the verdict told as text, JSON, JUnit or SARIF (CONTRACTS §1, §7)."""

import sys
from typing import Annotated

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import flag, one_of, option, whole
from banc_standards.errors import Sentence, UnusableInput

_KINDS = ("cda", "xdm", "xds", "vihf", "hl7v2", "fhir", "mail", "insi", "psc")
_FORMATS = ("text", "json", "junit", "sarif")


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc validate`` to the command line."""

    @command(
        application,
        help=say(
            "Juge des documents : dit s'ils sont conformes, sinon quelle règle, où, et quoi changer.",
            "Judges documents: says whether they conform, and if not which rule, where, and what to change.",
        ),
        examples="banc validate lettre.xml\nbanc validate sorties/ --jobs 2\n"
        "banc validate 'sorties/*.xml' IHE_XDM.zip --format sarif > banc.sarif\ncat lettre.xml | banc validate -",
    )
    def validate(
        files: Annotated[
            list[str],
            typer.Argument(
                metavar=say("FICHIER|DOSSIER|-…", "FILE|DIR|-…"),
                help=say("ce qui est jugé ; - : entrée standard", "what is judged; -: standard input"),
            ),
        ],
        kind: Annotated[
            str | None,
            option(
                "--as",
                say(
                    f"genre, au lieu de le deviner : {', '.join(_KINDS)}", f"kind, not to guess it: {', '.join(_KINDS)}"
                ),
                metavar="KIND",
                parser=one_of(*_KINDS),
            ),
        ] = None,
        format: Annotated[
            str,
            option(
                "--format",
                say("text (défaut), json, junit ou sarif", "text (default), json, junit or sarif"),
                metavar="FORMAT",
                parser=one_of(*_FORMATS),
            ),
        ] = "text",
        pack: Annotated[
            str | None,
            option(
                "--pack",
                say("autres règles, plus tard", "other rules, later"),
                metavar=say("DOSSIER", "DIR"),
            ),
        ] = None,
        compare: Annotated[
            bool, flag("--compare", say("compare aux autres règles, plus tard", "compares with other rules, later"))
        ] = False,
        together: Annotated[
            bool,
            flag("--together", say("juge les fichiers ensemble, plus tard", "judges the files together, later")),
        ] = False,
        jobs: Annotated[
            int,
            option("--jobs", say("processus (1)", "processes (1)"), metavar="N", parser=whole(1, 256)),
        ] = 1,
    ) -> int:
        _refuse_what_comes_later(kind, pack, compare, together)
        return _validate(files, kind, format, jobs, say)


def _refuse_what_comes_later(kind: str | None, pack: str | None, compare: bool, together: bool) -> None:
    from banc_harness.validate.kinds import KINDS

    for asked, name in ((pack is not None, "--pack"), (compare, "--compare"), (together, "--together")):
        if asked:
            raise UnusableInput(
                "VALIDATE-001",
                Sentence(
                    f"{name} n'existe pas encore dans cette version", f"{name} does not exist yet in this version"
                ),
                Sentence("relancez sans cette option", "run again without it"),
            )
    if kind is not None and KINDS[kind].judge is None:
        served = ", ".join(name for name, known in KINDS.items() if known.judge is not None)
        raise UnusableInput(
            "VALIDATE-002",
            KINDS[kind].not_yet,
            Sentence(f"genres jugés : {served}", f"kinds that are judged: {served}"),
        )


def _validate(files: list[str], kind: str | None, format: str, jobs: int, say: Words) -> int:
    from banc_harness.validate.judging import Order, judged
    from banc_harness.validate.kinds import KINDS
    from banc_harness.validate.progress import progress
    from banc_harness.validate.verdict import Skipped, Summary
    from banc_harness.validate.writing import writer

    order = Order(KINDS[kind].name if kind else None, say.lang, excerpts=format in ("text", "sarif"))
    told = writer(format, sys.stdout, say.lang)
    summary, skipped = Summary(), Skipped()
    with progress(sys.stderr, quiet=sys.stdout.isatty(), say=say) as moved:
        for one in judged(files, order, jobs=jobs):
            skipped.add(one.skipped)
            for verdict in one.verdicts:
                summary.add(verdict)
                told.add(verdict)
                moved(summary)
    told.end(summary, skipped)
    passed = skipped.text()
    if passed is not None and format != "text":
        print(f"banc : {passed.of(say.lang)}", file=sys.stderr)
    return summary.exit_code
