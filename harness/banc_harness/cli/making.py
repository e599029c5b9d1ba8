"""``banc corpus``: made-up documents."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import listed, option, whole


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``corpus`` to the command line."""

    @command(
        application,
        help=say(
            "Fabrique des documents CDA fictifs : LDL-SES, CR-BIO, VSM, ou les mêmes en PDF (LDL-SES-N1…) ; "
            "des datamatrix INS (DATAMATRIX-INS en PNG, DATAMATRIX-INS-SVG).\n\n"
            "Sans défaut ils sont conformes ; avec --mutation chacun en porte un. corpus.csv dit ce qu'est chaque "
            "fichier. La même graine donne les mêmes octets.",
            "Makes fictitious CDA documents: LDL-SES, CR-BIO, VSM, or the same as PDF (LDL-SES-N1…); "
            "datamatrix INS (DATAMATRIX-INS as PNG, DATAMATRIX-INS-SVG).\n\n"
            "Without a defect they are conform; with --mutation each one has one. corpus.csv tells what each file is. "
            "The same seed gives the same bytes.",
        ),
        examples="banc corpus CR-BIO --out exemples\n"
        "banc corpus LDL-SES --out charge --count 1000 --seed 7\n"
        "banc corpus VSM --out faux --mutation no-title --mutation two-patients --count 2",
    )
    def corpus(
        type: Annotated[str, typer.Argument(metavar="TYPE", help="LDL-SES, CR-BIO, VSM, …-N1, DATAMATRIX-INS")],
        out: Annotated[
            Path, option("--out", say("dossier où écrire", "folder to write to"), metavar=say("DOSSIER", "DIR"))
        ],
        count: Annotated[
            int, option("--count", say("combien", "how many"), metavar="N", parser=whole(1, 1_000_000))
        ] = 1,
        seed: Annotated[
            int, option("--seed", say("graine du tirage", "seed of the draw"), metavar="N", parser=whole(0, 2**31))
        ] = 2026,
        mutation: Annotated[
            list[str] | None,
            option(
                "--mutation",
                say("défauts à mettre, un par document", "defects to put in, one a document"),
                metavar=say("NOM…", "NAME…"),
            ),
        ] = None,
    ) -> None:
        from banc_harness.corpus import writing

        writing.check(type)
        defects = writing.mutations(listed(mutation), type)
        documents = writing.write(out, writing.made(type, count, seed=seed, defects=defects), type)
        if sys.stderr.isatty() and count > 20:
            from rich.console import Console
            from rich.progress import track

            documents = iter(track(documents, type, total=count, console=Console(stderr=True), transient=True))
        written = sum(1 for _ in documents)
        print(say(f"{written} documents dans {out}", f"{written} documents in {out}"), file=sys.stderr)
