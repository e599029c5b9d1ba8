"""The options that ``run``, ``certify`` and ``demo`` share."""

from typing import Any

from banc_harness.cli.language import Words
from banc_harness.cli.options import option, whole


def sut(say: Words) -> Any:
    """``--sut``."""
    return option("--sut", say("description de votre logiciel", "description of your software"), metavar=_file(say))


def profile(say: Words) -> Any:
    """``--profile``."""
    return option("--profile", say("profil jugé (ceux de sut.yaml)", "profile judged (sut.yaml's)"), metavar="PROFILE")


def scenario(say: Words) -> Any:
    """``--scenario``."""
    return option(
        "--scenario", say("scénarios voulus, ou motifs (tous)", "wanted scenarios, or patterns (all)"), metavar="ID…"
    )


def sandbox(say: Words) -> Any:
    """``--sandbox``."""
    return option("--sandbox", say("bac à sable qui tourne déjà", "a sandbox that runs already"), metavar="URL")


def report(say: Words) -> Any:
    """``--report``."""
    return option(
        "--report",
        say("dossier des rapports (DATA/runs/…)", "folder of the reports (DATA/runs/…)"),
        metavar=say("DOSSIER", "DIR"),
    )


def baseline(say: Words) -> Any:
    """``--baseline``."""
    return option("--baseline", say("rapport auquel comparer", "report to compare with"), metavar=_file(say))


def events(say: Words) -> Any:
    """``--events``."""
    return option(
        "--events",
        say("événements, un par ligne ; - : sortie standard", "events, one a line; -: standard output"),
        metavar=say("FICHIER|-", "FILE|-"),
    )


def fail_under(say: Words) -> Any:
    """``--fail-under``."""
    return option(
        "--fail-under",
        say("échoue sous ce score", "fails below this score"),
        metavar=say("POURCENT", "PERCENT"),
        parser=whole(0, 100),
    )


def answers(say: Words) -> Any:
    """``--answers``."""
    return option(
        "--answers",
        say("réponses d'un testeur, écrites d'avance", "a tester's answers, written beforehand"),
        metavar=_file(say),
    )


def resume(say: Words) -> Any:
    """``--resume``."""
    return option(
        "--resume",
        say("reprend une exécution interrompue", "takes up a run that was interrupted"),
        metavar=say("EXÉCUTION", "RUN"),
    )


def sign(say: Words) -> Any:
    """``--sign``."""
    return option(
        "--sign",
        say(
            "clé et certificat du signataire, PKCS #12 ; son mot de passe vient de BANC_SIGN_PASSWORD",
            "the signer's key and certificate, PKCS #12; its password comes from BANC_SIGN_PASSWORD",
        ),
        metavar=say("CLE.p12", "KEY.p12"),
    )


def bundle(say: Words) -> Any:
    """``--bundle``."""
    return option(
        "--bundle",
        say(
            "dossier de preuves à écrire (EXÉCUTION.banc.zip avec les rapports)",
            "evidence bundle to write (RUN.banc.zip with the reports)",
        ),
        metavar=_file(say),
    )


def _file(say: Words) -> str:
    return say("FICHIER", "FILE")
