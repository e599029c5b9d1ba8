"""``banc certify`` and ``banc verify``."""

from pathlib import Path
from typing import Annotated

import typer

from banc_harness.cli import run_options
from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import flag, listed, one_of, option


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc certify`` and ``banc verify`` to the command line."""
    _add_certify(application, say)
    _add_verify(application, say)


def _add_certify(application: typer.Typer, say: Words) -> None:
    @command(
        application,
        help=say(
            "Joue un profil entier pour l'homologation, demande au testeur ce qu'aucun contrôle ne voit, et scelle "
            "le tout dans un dossier de preuves signé, que chacun peut vérifier.",
            "Plays a whole profile for approval, asks the tester what no check can see, and seals everything in a "
            "signed evidence bundle that anyone can verify.",
        ),
        examples="banc certify --sut sut.yaml --sign testeur.p12\n"
        "banc certify --sut sut.yaml --profile general --sign testeur.p12 --bundle dossier.banc.zip\n"
        "banc certify --sut sut.yaml --sign testeur.p12 --resume r-20261121-100000-ab12\n"
        "banc verify dossier.banc.zip --trust autorite.pem",
    )
    def certify(
        sut: Annotated[Path, run_options.sut(say)],
        sign: Annotated[Path | None, run_options.sign(say)] = None,
        bundle: Annotated[Path | None, run_options.bundle(say)] = None,
        profile: Annotated[str | None, run_options.profile(say)] = None,
        scenario: Annotated[list[str] | None, run_options.scenario(say)] = None,
        sandbox: Annotated[str | None, run_options.sandbox(say)] = None,
        report: Annotated[Path | None, run_options.report(say)] = None,
        baseline: Annotated[Path | None, run_options.baseline(say)] = None,
        events: Annotated[str | None, run_options.events(say)] = None,
        fail_under: Annotated[int | None, run_options.fail_under(say)] = None,
        answers: Annotated[Path | None, run_options.answers(say)] = None,
        resume: Annotated[str | None, run_options.resume(say)] = None,
    ) -> int:
        from banc_harness.cli.playing import options, play, signer_of

        return play(
            options(
                sut=sut,
                profile=profile,
                scenarios=tuple(listed(scenario)),
                sandbox=sandbox,
                kind="homologation",
                report=report,
                baseline=baseline,
                events=events,
                fail_under=fail_under,
                answers=answers,
                resume=resume,
                signer=signer_of(sign, bundle, say),
                bundle=bundle,
                lang=say.lang,
            )
        )


def _add_verify(application: typer.Typer, say: Words) -> None:
    @command(
        application,
        help=say(
            "Vérifie un dossier de preuves sans rien croire : archive, signature, fichiers, chaîne, puis tous les "
            "contrôles refaits sur les octets scellés. Hors ligne, sans bac à sable.",
            "Verifies an evidence bundle and takes nothing on trust: archive, signature, files, chain, then every "
            "check run again on the sealed bytes. Offline, without a sandbox.",
        ),
        examples="banc verify dossier.banc.zip --trust autorite.pem\n"
        "banc verify dossier.banc.zip\n"
        "banc verify dossier.banc.zip --trust autorite.pem --with-current",
    )
    def verify(
        bundle: Annotated[
            Path,
            typer.Argument(metavar="BUNDLE", help=say("dossier de preuves, *.banc.zip", "evidence bundle, *.banc.zip")),
        ],
        trust: Annotated[
            Path | None,
            option(
                "--trust",
                say(
                    "autorité des signataires, PEM ; sans elle le signataire reste inconnu",
                    "the signers' authority, PEM; without it the signer stays unknown",
                ),
                metavar="CA.pem",
            ),
        ] = None,
        with_current: Annotated[
            bool,
            flag(
                "--with-current",
                say(
                    "juge avec les règles installées et dit ce qui change",
                    "judges with the installed rules and says what changes",
                ),
            ),
        ] = False,
        format: Annotated[
            str,
            option(
                "--format",
                say("text (défaut) ou json", "text (default) or json"),
                metavar="FORMAT",
                parser=one_of("text", "json"),
            ),
        ] = "text",
    ) -> int:
        from banc_harness.cli.verifying import examine

        return examine(bundle, trust, with_current=with_current, format=format, say=say)
