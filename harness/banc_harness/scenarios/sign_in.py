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
