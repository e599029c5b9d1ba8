"""What a relying party does with a session that was opened without a browser (CIBA)."""

from __future__ import annotations

from banc_harness.play import Play, scenario
from banc_harness.scenarios.ciba import FLOW, NEEDS, PROFILES
from banc_harness.scenarios.relying_party import LOGIN, signs_in
from banc_harness.scenarios.relying_party_session import (
    before_an_impostor,
    left_alone,
    left_idle,
    refused_renewal,
    renewed,
    signed_in,
    signed_out,
    without_an_answer,
    worked_all_day,
)
from banc_standards.errors import Sentence


@scenario(
    id="PSC.45",
    title=Sentence(
        "CIBA : le jeton d'accès expire, il est rafraîchi, une fois",
        "CIBA: the access token expires, it is refreshed, once",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def one_refresh(play: Play) -> None:
    """What renews the session is the same in both flows."""
    await renewed(play, "PSC.45", FLOW)


@scenario(
    id="PSC.46",
    title=Sentence(
        "CIBA : « Se déconnecter » ferme aussi la session Pro Santé Connect",
        'CIBA: "Sign out" closes the session of Pro Santé Connect too',
    ),
    actions=(*LOGIN, "auth.logout", "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def explicit_sign_out(play: Play) -> None:
    """Without a browser, the server closes the session."""
    await signed_out(play, "PSC.46", FLOW)


@scenario(
    id="PSC.47",
    title=Sentence(
        "CIBA : une déconnexion automatique laisse la session Pro Santé Connect",
        "CIBA: an automatic sign-out leaves the session of Pro Santé Connect alone",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def idle_sign_out(play: Play) -> None:
    """Half an hour without the user: the software closes its own session only."""
    await left_idle(play, "PSC.47", FLOW)


@scenario(
    id="PSC.60",
    title=Sentence(
        "CIBA : le minuteur d'inactivité du logiciel ferme sa session, à l'heure réelle",
        "CIBA: the software's own idle timer ends its session, in real time",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=(*NEEDS, "psc.idle"),
    profiles=PROFILES,
)
async def idle_timer(play: Play) -> None:
    """The session of Pro Santé Connect lives on: only the software can end its own."""
    await left_alone(play, "PSC.60", FLOW)


@scenario(
    id="PSC.48",
    title=Sentence(
        "CIBA : Pro Santé Connect change de clé, les clés sont relues, une fois",
        "CIBA: Pro Santé Connect changes its key, the keys are read again, once",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def rotated_key(play: Play) -> None:
    """A sign-in before and one after the rotation."""
    await signed_in(play, "PSC.48", FLOW)
    title = Sentence("Connexion, nouvelle clé", "Sign-in, new key")
    async with play.step("PSC.48.2", title, also=("psc.*",)) as step:
        await step.switch(psc__key=1)
        await signs_in(play, step, flow=FLOW)
        await step.expect("psc.token", outcome="accepted")


@scenario(
    id="PSC.55",
    title=Sentence(
        "CIBA : le rafraîchissement est refusé, l'utilisateur se reconnecte",
        "CIBA: the refresh is refused, the user signs in again",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def refused_refresh(play: Play) -> None:
    """The refusal is obeyed at once; the next sign-in works."""
    await refused_renewal(play, "PSC.55", FLOW)


@scenario(
    id="PSC.56",
    title=Sentence(
        "CIBA : quatre heures de travail, la session s'achève", "CIBA: four hours of work, the session ends"
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def end_of_the_session(play: Play) -> None:
    """The user never stops working; after four hours they sign in again."""
    await worked_all_day(play, "PSC.56", FLOW)


@scenario(
    id="PSC.57",
    title=Sentence(
        "CIBA : Pro Santé Connect ne répond pas, aucune session ne s'ouvre",
        "CIBA: Pro Santé Connect does not answer, no session opens",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def unavailable(play: Play) -> None:
    """The request is answered 503, then the poll; then nobody answers the poll."""
    failures = (("psc.ciba", "psc.down"), ("psc.token", "psc.down"), ("psc.token", "psc.hang"))
    for rank, (operation, fault) in enumerate(failures, 1):
        title = Sentence(f"Panne de {operation} ({fault})", f"{operation} is down ({fault})")
        await without_an_answer(play, f"PSC.57.{rank}", title, operation, fault, FLOW)


@scenario(
    id="PSC.58",
    title=Sentence(
        "CIBA : le serveur de Pro Santé Connect montre un certificat qui n'est pas le sien",
        "CIBA: the server of Pro Santé Connect shows a certificate that is not its own",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_certificate(play: Play) -> None:
    """Another host's certificate, then one of an authority that nobody trusts: the software hangs up."""
    await before_an_impostor(play, "PSC.58", FLOW)
