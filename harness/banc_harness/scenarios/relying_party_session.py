"""What a relying party of Pro Santé Connect does with a session: keeps it, ends it, and does without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios.relying_party import BY_BROWSER, LOGIN, NEEDS, PROFILES, signs_in
from banc_standards.contracts.vocabulary import CertificateProfile
from banc_standards.errors import Sentence
from banc_standards.psc import names

ACCESS_TOKEN_DEAD_S = 130
IDLE_S = 31 * 60
ACTIVE_S = 25 * 60
"""Between two signs of a user who works, in seconds: less than what makes them idle."""
SESSION_S = 4 * 3600
LATE_S = 5
"""How late a timer may be, in seconds."""
SILENCE_S = 32
"""How long Pro Santé Connect keeps silent, in seconds: longer than a user should look at a waiting screen."""
CIBA_S = 10
"""How long a CIBA request lives while its polls fail, in seconds: a software may well poll to its end."""
SILENCES = ("psc.hang", "psc.stall")


async def signed_in(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in where nothing is wrong; ``flow`` is what the action says beside whose it is."""
    async with play.step(f"{id}.1", Sentence("Connexion", "Sign-in"), also=("psc.*",)) as step:
        await step.login(play.professional())
        await signs_in(play, step, flow=flow)
        await step.expect("psc.token", outcome="accepted")


async def renewed(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, and two minutes later a refresh."""
    await signed_in(play, id, flow)
    title = Sentence("Jeton expiré : rafraîchissement", "Expired token: refresh")
    async with play.step(f"{id}.2", title, also=("psc.*",)) as step:
        await step.clock(offset_s=ACCESS_TOKEN_DEAD_S)
        await step.act("auth.refresh", professional=play.professional())
        await step.expect("psc.token", outcome="accepted", facts={"grant_type": "refresh_token"})


async def signed_out(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, a sign-out, an attempt to go on, and another sign-in."""
    await signed_in(play, id, flow)
    professional = play.professional()
    async with play.step(f"{id}.2", Sentence("Déconnexion", "Sign-out"), also=("psc.*",)) as step:
        await step.act("auth.logout", professional=professional)
        await step.expect("psc.logout", outcome="accepted")
    title = Sentence("Après la déconnexion", "After the sign-out")
    async with play.step(f"{id}.3", title, also=("psc.*",)) as step:
        await step.act("auth.refresh", professional=professional)
    async with play.step(f"{id}.4", Sentence("Nouvelle connexion", "New sign-in"), also=("psc.*",)) as step:
        await signs_in(play, step, flow=flow)
        await step.expect("psc.token", outcome="accepted")


async def left_idle(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, and half an hour without the user."""
    await signed_in(play, id, flow)
    title = Sentence("Une demi-heure d'inactivité", "Half an hour of inactivity")
    async with play.step(f"{id}.2", title, also=("psc.*",)) as step:
        await step.clock(offset_s=IDLE_S)
        await step.act("auth.refresh", professional=play.professional())
        await refused_unless_told_the_time(play, step)


async def left_alone(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, and as long without the user as the software's own timer says, in real time."""
    await signed_in(play, id, flow)
    seconds = (play.sut.session.idle_s if play.sut.session else 0) + LATE_S
    title = Sentence(f"{seconds} s d'inactivité", f"{seconds} s of inactivity")
    async with play.step(f"{id}.2", title, also=("psc.*",)) as step:
        await step.let_pass(seconds)
    async with play.step(f"{id}.3", Sentence("L'utilisateur revient", "The user is back"), also=("psc.*",)) as step:
        await step.act("auth.refresh", professional=play.professional())


async def worked_all_day(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, four hours of work, and the sign-in that this leads to."""
    await signed_in(play, id, flow)
    professional = play.professional()
    async with play.step(f"{id}.2", Sentence("Travail continu", "Steady work"), also=("psc.*",)) as step:
        for worked in range(ACTIVE_S, SESSION_S, ACTIVE_S):
            await step.clock(offset_s=worked)
            await step.act("auth.refresh", professional=professional)
    title = Sentence("Quatre heures passées", "Four hours gone")
    async with play.step(f"{id}.3", title, also=("psc.*",)) as step:
        await step.clock(offset_s=SESSION_S + 60)
        await step.act("auth.refresh", professional=professional)
        await refused_unless_told_the_time(play, step)
    async with play.step(f"{id}.4", Sentence("Nouvelle connexion", "New sign-in"), also=("psc.*",)) as step:
        await signs_in(play, step, flow=flow)
        await step.expect("psc.token", outcome="accepted", facts={"grant_type": _grant(flow)})


async def refused_renewal(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """A sign-in, a refresh that is refused, and the sign-in that this leads to."""
    await signed_in(play, id, flow)
    professional = play.professional()
    title = Sentence("Rafraîchissement refusé", "Refused refresh")
    async with play.step(f"{id}.2", title, also=("psc.*",)) as step:
        await step.clock(offset_s=ACCESS_TOKEN_DEAD_S)
        await step.arm_fault("psc.token.invalid_grant", times=None, match={"grant_type": "refresh_token"})
        await step.act("auth.refresh", professional=professional)
        await step.expect("psc.token", outcome="refused", code="invalid_grant")
        await step.clear_faults()
    async with play.step(f"{id}.3", Sentence("Nouvelle connexion", "New sign-in"), also=("psc.*",)) as step:
        await signs_in(play, step, flow=flow)
        await step.expect("psc.token", outcome="accepted", facts={"grant_type": _grant(flow)})


async def without_an_answer(
    play: Play, id: str, title: Sentence, operation: str, fault: str, flow: Mapping[str, Any] = BY_BROWSER
) -> None:
    """A sign-in while one operation fails; a silence of it ends when the software hangs up, or answers its user."""
    held = [{"hold_ms": SILENCE_S * 1000}] if fault in SILENCES else []
    async with play.step(id, title, also=("psc.*",)) as step:
        await step.login(play.professional())
        if flow:
            await step.switch(psc__ciba_s=CIBA_S)
        await step.arm_fault(fault, times=None, match={"operation": operation}, sequence=held)
        await signs_in(play, step, flow=flow, deadline_s=_patience(play) if held else None)
        await step.clear_faults()
        await step.expect(operation, fault=fault)


async def before_an_impostor(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """Sign-ins whose server shows a certificate that is not its own."""
    profiles: tuple[CertificateProfile, ...] = ("wrong_host", "foreign_ca")
    for rank, profile in enumerate(profiles, 1):
        title = Sentence(f"Connexion, certificat {profile}", f"Sign-in, certificate {profile}")
        async with play.step(f"{id}.{rank}", title, also=("psc.*",)) as step:
            await step.login(play.professional())
            await step.impersonate(profile)
            await signs_in(play, step, flow=flow)
            await step.unmask()
            await step.expect("psc.impostor", facts={"profile": profile})


async def refused_unless_told_the_time(play: Play, step: Step) -> None:
    """Waits for a refused refresh; a software whose clock follows may close its session before it asks for one."""
    if play.sut.clock != "follows":
        await step.expect("psc.token", outcome="refused", code="invalid_grant")


def _grant(flow: Mapping[str, Any]) -> str:
    return names.GRANT_CIBA if flow else names.GRANT_CODE


def _patience(play: Play) -> int:
    """How long the driver has to tell of a silence, in seconds: a software that never gives up may try three times."""
    return max(play.sut.driver_of("auth.login").timeout_s, 3 * SILENCE_S + 10)


@scenario(
    id="PSC.14",
    title=Sentence(
        "Le jeton d'accès expire : il est rafraîchi, une fois", "The access token expires: it is refreshed, once"
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def one_refresh(play: Play) -> None:
    """Two minutes later the software renews its token, without a burst of requests."""
    await renewed(play, "PSC.14")


@scenario(
    id="PSC.15",
    title=Sentence(
        "Le rafraîchissement est refusé : l'utilisateur se reconnecte",
        "The refresh is refused: the user signs in again",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def refused_refresh(play: Play) -> None:
    """The refusal is obeyed at once; the next sign-in works."""
    await refused_renewal(play, "PSC.15")


@scenario(
    id="PSC.16",
    title=Sentence(
        "« Se déconnecter » ferme aussi la session Pro Santé Connect",
        '"Sign out" closes the session of Pro Santé Connect too',
    ),
    actions=(*LOGIN, "auth.logout", "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def explicit_sign_out(play: Play) -> None:
    """The user signs out on purpose, tries to go on, then signs in again."""
    await signed_out(play, "PSC.16")


@scenario(
    id="PSC.17",
    title=Sentence(
        "Une déconnexion automatique laisse la session Pro Santé Connect",
        "An automatic sign-out leaves the session of Pro Santé Connect alone",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def idle_sign_out(play: Play) -> None:
    """Half an hour without the user: the software closes its own session only."""
    await left_idle(play, "PSC.17")


@scenario(
    id="PSC.40",
    title=Sentence(
        "Quatre heures de travail : la session s'achève, même active",
        "Four hours of work: the session ends, active though it is",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
)
async def end_of_the_session(play: Play) -> None:
    """The user never stops working; after four hours they sign in again."""
    await worked_all_day(play, "PSC.40")


@scenario(
    id="PSC.59",
    title=Sentence(
        "Le minuteur d'inactivité du logiciel ferme sa session, à l'heure réelle",
        "The software's own idle timer ends its session, in real time",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=(*NEEDS, "psc.idle"),
    profiles=PROFILES,
)
async def idle_timer(play: Play) -> None:
    """The session of Pro Santé Connect lives on: only the software can end its own."""
    await left_alone(play, "PSC.59")


@scenario(
    id="PSC.18",
    title=Sentence("Le retour porte une erreur", "The callback carries an error"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def callback_errors(play: Play) -> None:
    """The person refuses, then the provider fails: no code, hence no tokens."""
    professional = play.professional()
    async with play.step("PSC.18.1", Sentence("La personne refuse", "The person refuses"), also=("psc.*",)) as step:
        await step.login(professional, outcome="refuse")
        await step.act("auth.login", professional=professional)
        await step.expect("psc.authorization", outcome="refused", code="access_denied")
    title = Sentence("Pro Santé Connect échoue", "Pro Santé Connect fails")
    async with play.step("PSC.18.2", title, also=("psc.*",)) as step:
        await step.login(professional)
        await step.arm_fault("psc.callback.error")
        await step.act("auth.login", professional=professional)
        await step.expect("psc.authorization", fault="psc.callback.error")


@scenario(
    id="PSC.20",
    title=Sentence(
        "Pro Santé Connect ne répond pas : aucune session ne s'ouvre",
        "Pro Santé Connect does not answer: no session opens",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def unavailable(play: Play) -> None:
    """The wallet, then the token endpoint, answer 503; then the connection is closed without an answer."""
    failures = (("psc.authorization", "psc.down"), ("psc.token", "psc.down"), ("psc.token", "psc.close"))
    for rank, (operation, fault) in enumerate(failures, 1):
        title = Sentence(f"Panne de {operation} ({fault})", f"{operation} is down ({fault})")
        await without_an_answer(play, f"PSC.20.{rank}", title, operation, fault)


@scenario(
    id="PSC.49",
    title=Sentence(
        "Pro Santé Connect prend la demande et se tait : le logiciel renonce",
        "Pro Santé Connect takes the request and keeps silent: the software gives up",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def silent(play: Play) -> None:
    """The token endpoint accepts the connection and the request, and answers nothing."""
    title = Sentence("Silence de psc.token", "psc.token is silent")
    await without_an_answer(play, "PSC.49.1", title, "psc.token", "psc.hang")


@scenario(
    id="PSC.50",
    title=Sentence(
        "La réponse de Pro Santé Connect s'arrête à sa moitié : le logiciel renonce",
        "The answer of Pro Santé Connect stops half-way: the software gives up",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def stalled(play: Play) -> None:
    """The status, the headers and half of userinfo arrive; the rest does not."""
    title = Sentence("Moitié de psc.userinfo", "Half of psc.userinfo")
    await without_an_answer(play, "PSC.50.1", title, "psc.userinfo", "psc.stall")


@scenario(
    id="PSC.19",
    title=Sentence(
        "Le serveur de Pro Santé Connect montre un certificat qui n'est pas le sien",
        "The server of Pro Santé Connect shows a certificate that is not its own",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_certificate(play: Play) -> None:
    """Another host's certificate, then one of an authority that nobody trusts: the software hangs up."""
    await before_an_impostor(play, "PSC.19")
