"""``banc report``: any report of a run, written again from its evidence."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import one_of, option
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput, reason

FORMATS = ("html", "pdf", "json", "junit", "gitb", "fhir", "sarif", "markdown")


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc report`` to the command line."""

    @command(
        application,
        help=say(
            "Écrit à nouveau un rapport, à partir des événements et des octets scellés d'une exécution seulement.",
            "Writes a report again, from nothing but the events and the sealed bytes of a run.",
        ),
        examples="banc report dossier.banc.zip --format pdf --out rapport.pdf\n"
        "banc report rapport --format gitb > tar.xml",
    )
    def report(
        bundle: Annotated[
            Path,
            typer.Argument(
                metavar="BUNDLE",
                help=say("dossier de preuves, ou dossier de rapports", "evidence bundle, or folder of reports"),
            ),
        ],
        format: Annotated[
            str,
            option("--format", ", ".join(FORMATS), metavar="FORMAT", parser=one_of(*FORMATS)),
        ],
        out: Annotated[
            Path | None,
            option(
                "--out",
                say("fichier à écrire (sortie standard)", "file to write (standard output)"),
                metavar=say("FICHIER", "FILE"),
            ),
        ] = None,
    ) -> None:
        from banc_harness.reports import again

        if out is None and format == "pdf" and sys.stdout.isatty():
            raise UnusableInput(
                "REPORT-006",
                Sentence("un PDF ne s'affiche pas dans un terminal", "a PDF cannot be shown on a terminal"),
                Sentence("donnez --out rapport.pdf", "give --out report.pdf"),
            )
        with again.opened(bundle) as told:
            written = again.FORMATS[format](told)
        data = written.encode() if isinstance(written, str) else written
        if out is None:
            sys.stdout.buffer.write(data)
            return
        try:
            out.write_bytes(data)
        except OSError as error:
            raise EnvironmentFailed(
                "REPORT-001",
                Sentence(f"impossible d'écrire {out} : {reason(error).fr}", f"cannot write {out}: {reason(error).en}"),
                Sentence("donnez un autre --out", "give another --out"),
            ) from None
