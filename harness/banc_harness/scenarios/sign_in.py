"""Signing in with Pro Santé Connect."""

from __future__ import annotations

from banc_harness.play import Play, scenario
from banc_standards.errors import Sentence


@scenario(
    id="PSC.01",
    title=Sentence(
        "Connexion d'un professionnel par Pro Santé Connect", "A professional signs in with Pro Santé Connect"
    ),
    actions=("auth.login",),
    requires=("psc.code",),
)
async def sign_in(play: Play) -> None:
    """A professional who approves at once: the code flow goes through to the token."""
    professional = play.professional()
    async with play.step("PSC.01.1", Sentence("Connexion", "Sign-in"), also=("psc.*",)) as step:
        await step.login(professional)
        await step.act("auth.login", professional=professional)
        await step.expect("psc.authorization", outcome="accepted")
        await step.expect("psc.token", outcome="accepted")


@scenario(
    id="PSC.02",
    title=Sentence(
        "Pro Santé Connect rend un autre state : aucun jeton n'est demandé",
        "Pro Santé Connect returns another state: no token is asked for",
    ),
    actions=("auth.login",),
    requires=("psc.code",),
)
async def altered_state(play: Play) -> None:
    """The callback may come from an attacker: the code in it is not redeemed."""
    professional = play.professional()
    async with play.step(
        "PSC.02.1", Sentence("Connexion, state altéré", "Sign-in, altered state"), also=("psc.*",)
    ) as step:
        await step.login(professional)
        await step.arm_fault("psc.state.wrong")
        await step.act("auth.login", professional=professional)
        await step.expect("psc.authorization", fault="psc.state.wrong")


@scenario(
    id="PSC.03",
    title=Sentence(
        "Le jeton d'identité porte un autre nonce : la session ne s'ouvre pas",
        "The ID token carries another nonce: no session opens",
    ),
    actions=("auth.login",),
    requires=("psc.code",),
)
async def altered_nonce(play: Play) -> None:
    """The token answers another request: its bearer is not who signs in here, and userinfo is not asked."""
    professional = play.professional()
    async with play.step(
        "PSC.03.1", Sentence("Connexion, nonce altéré", "Sign-in, altered nonce"), also=("psc.*",)
    ) as step:
        await step.login(professional)
        await step.arm_fault("psc.nonce.wrong")
        await step.act("auth.login", professional=professional)
        await step.expect("psc.token", fault="psc.nonce.wrong")
