"""``banc validate`` among the commands, for its help: :mod:`banc_harness.cli.quick` reads its command line.

Files judged, the verdict told as text, JSON, JUnit or SARIF (CONTRACTS §1, §7).
"""

from typing import Annotated

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import flag, one_of, option, whole
from banc_harness.cli.quick import FORMATS, KINDS, MOST_JOBS


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
                say(f"genre, au lieu de le deviner : {', '.join(KINDS)}", f"kind, not to guess it: {', '.join(KINDS)}"),
                metavar="KIND",
                parser=one_of(*KINDS),
            ),
        ] = None,
        format: Annotated[
            str,
            option(
                "--format",
                say("text (défaut), json, junit ou sarif", "text (default), json, junit or sarif"),
                metavar="FORMAT",
                parser=one_of(*FORMATS),
            ),
        ] = "text",
        pack: Annotated[
            str | None,
            option(
                "--pack",
                say("schématrons publiés, service GITB ou extension", "published schematrons, GITB service or plug-in"),
                metavar=say("LOT", "PACK"),
            ),
        ] = None,
        compare: Annotated[
            bool, flag("--compare", say("tableau des désaccords avec le lot", "table of disagreements with the pack"))
        ] = False,
        together: Annotated[
            bool,
            flag(
                "--together",
                say("compare aussi les faits des fichiers", "also compares the facts of the files"),
            ),
        ] = False,
        jobs: Annotated[
            int,
            option("--jobs", say("processus (1)", "processes (1)"), metavar="N", parser=whole(1, MOST_JOBS)),
        ] = 1,
    ) -> int:
        from banc_harness.validate.command import Options
        from banc_harness.validate.command import validate as run

        return run(Options(files, kind, format, pack, compare, together, jobs), say)
