"""``banc up``, ``banc demo`` and ``banc run``."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from banc_harness.cli import run_options
from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import flag, listed, one_of, option, whole
from banc_standards.errors import Sentence, UnusableInput

DATA = Path(".banc")
PORT_BASE = 8440
HIGHEST_BASE = 65_482
"""The highest base whose highest port, 53 above it, exists (CONTRACTS §2)."""


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc up``, ``banc demo`` and ``banc run`` to the command line."""
    _add_up(application, say)
    _add_demo(application, say)
    _add_run(application, say)


def _add_up(application: typer.Typer, say: Words) -> None:
    @command(
        application,
        help=say(
            "Démarre le bac à sable, les services nationaux simulés, jusqu'à Ctrl-C ; une ligne JSON le dit prêt.",
            "Starts the sandbox, the simulated national services, until Ctrl-C; one JSON line says that it is ready.",
        ),
        examples="banc up\nbanc up --services psc,dmp --port-base 0 --data /tmp/banc\n"
        "banc up --host 0.0.0.0 --token S3cret --san banc.exemple.lan",
    )
    def up(
        services: Annotated[
            str | None,
            option("--services", say("services voulus (tous)", "wanted services (all)"), metavar="psc,insi,dmp…"),
        ] = None,
        host: Annotated[
            str,
            option("--host", say("adresse d'écoute (localhost)", "address to listen on (localhost)"), metavar="HOST"),
        ] = "localhost",
        port_base: Annotated[
            int,
            option(
                "--port-base",
                say("port de base (8440) ; 0 : ports libres", "base port (8440); 0: free ports"),
                metavar="PORT",
                parser=whole(0, HIGHEST_BASE),
            ),
        ] = PORT_BASE,
        data: Annotated[
            Path,
            option("--data", say("dossier des données (.banc)", "data folder (.banc)"), metavar=say("DOSSIER", "DIR")),
        ] = DATA,
        store: Annotated[
            str | None,
            option(
                "--store",
                say("autre base que le SQLite du dossier", "another database than the folder's"),
                metavar="URL",
            ),
        ] = None,
        public_url: Annotated[
            str | None,
            option("--public-url", say("adresse vue de l'extérieur", "address seen from outside"), metavar="BASE"),
        ] = None,
        san: Annotated[
            list[str] | None,
            option(
                "--san",
                say("autres noms des certificats", "more names of the certificates"),
                metavar=say("NOM…", "NAME…"),
            ),
        ] = None,
        token: Annotated[
            str | None,
            option(
                "--token", say("jeton de l'API de contrôle", "token of the control API"), metavar=say("JETON", "TOKEN")
            ),
        ] = None,
        plain_http: Annotated[
            bool,
            flag("--plain-http", say("HTTP sans TLS où c'est possible", "HTTP without TLS where possible")),
        ] = False,
        fresh: Annotated[
            bool,
            flag(
                "--fresh",
                say("repart de zéro ; l'ancien reste dans DATA/old-N", "begins anew; the old one goes to DATA/old-N"),
            ),
        ] = False,
    ) -> None:
        from banc_harness.cli.serving import serve

        chosen = {"services": _services(services)} if services else {}
        asyncio.run(
            serve(
                data,
                say,
                host=host,
                port_base=port_base,
                store_url=store,
                public_url=public_url,
                san=tuple(listed(san)),
                token=token,
                plain_http=plain_http,
                fresh=fresh,
                **chosen,
            )
        )


def _services(given: str) -> tuple[str, ...]:
    wanted = tuple(listed([given]))
    if not wanted:
        raise UnusableInput(
            "UP-006",
            Sentence("--services ne nomme aucun service", "--services names no service"),
            Sentence("par exemple --services psc,insi", "for instance --services psc,insi"),
        )
    return wanted


def _add_demo(application: typer.Typer, say: Words) -> None:
    @command(
        application,
        help=say(
            "Montre tout en une fois : bac à sable, logiciel témoin, scénarios prioritaires, verdict.",
            "Shows everything at once: sandbox, witness software, priority scenarios, verdict.",
        ),
        examples="banc demo\nbanc demo --defect NOM --scenario 'UC1.*'",
    )
    def demo(
        scenario: Annotated[list[str] | None, run_options.scenario(say)] = None,
        report: Annotated[Path | None, run_options.report(say)] = None,
        defect: Annotated[
            list[str] | None,
            option(
                "--defect", say("défauts du logiciel témoin", "defects of the witness"), metavar=say("NOM…", "NAME…")
            ),
        ] = None,
    ) -> int:
        from banc_harness.cli.playing import demonstrate, options

        chosen = options(sut=Path("sut.yaml"), scenarios=tuple(listed(scenario)), report=report, lang=say.lang)
        return demonstrate(chosen, listed(defect))


def _add_run(application: typer.Typer, say: Words) -> None:
    @command(
        application,
        help=say(
            "Joue les scénarios avec votre logiciel et dit ce qui est conforme, ce qui ne l'est pas, et pourquoi.",
            "Plays the scenarios with your software and says what conforms, what does not, and why.",
        ),
        examples="banc run --sut sut.yaml\nbanc run --sut sut.yaml --scenario UC1.01 UC1.02 --report rapport\n"
        "banc run --sut sut.yaml --sandbox https://localhost:8440 --kind recette --events - > run.ndjson\n"
        "banc run --sut sut.yaml --resume r-20261121-100000-ab12",
    )
    def run(
        sut: Annotated[Path, run_options.sut(say)],
        profile: Annotated[str | None, run_options.profile(say)] = None,
        scenario: Annotated[list[str] | None, run_options.scenario(say)] = None,
        sandbox: Annotated[str | None, run_options.sandbox(say)] = None,
        kind: Annotated[
            str,
            option(
                "--kind",
                say("bac-a-sable (défaut) ou recette", "bac-a-sable (default) or recette"),
                metavar="KIND",
                parser=one_of("bac-a-sable", "recette"),
            ),
        ] = "bac-a-sable",
        report: Annotated[Path | None, run_options.report(say)] = None,
        baseline: Annotated[Path | None, run_options.baseline(say)] = None,
        events: Annotated[str | None, run_options.events(say)] = None,
        fail_under: Annotated[int | None, run_options.fail_under(say)] = None,
        answers: Annotated[Path | None, run_options.answers(say)] = None,
        resume: Annotated[str | None, run_options.resume(say)] = None,
        sign: Annotated[Path | None, run_options.sign(say)] = None,
        bundle: Annotated[Path | None, run_options.bundle(say)] = None,
    ) -> int:
        from banc_harness.cli.playing import options, play, signer_of

        return play(
            options(
                sut=sut,
                profile=profile,
                scenarios=tuple(listed(scenario)),
                sandbox=sandbox,
                kind=kind,
                report=report,
                baseline=baseline,
                events=events,
                fail_under=fail_under,
                answers=answers,
                resume=resume,
                signer=signer_of(sign, bundle, say) if sign or bundle else None,
                bundle=bundle,
                lang=say.lang,
            )
        )
