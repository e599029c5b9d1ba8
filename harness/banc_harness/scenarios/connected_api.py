"""The trust area of Pro Santé Connect: tokens exchanged for an API's own, one user at a time."""

from __future__ import annotations

from banc_harness.play import Play, scenario
from banc_standards.errors import Sentence


@scenario(
    id="PSC.30",
    title=Sentence(
        "Deux utilisateurs échangent leur jeton contre celui d'une API",
        "Two users exchange their token for an API's own",
    ),
    actions=("auth.login",),
    requires=("psc.code", "psc.exchange"),
    profiles=("psc-edc",),
)
async def exchange(play: Play) -> None:
    """Each signs in; their token is exchanged on the software's certificate, and the API is called with it."""
    for rank, (professional, form) in enumerate(((play.professional(), "rfc"), (play.professional("P02"), "ans")), 1):
        title = Sentence(f"Échange et appel, cnf {form}", f"Exchange and call, cnf {form}")
        async with play.step(f"PSC.30.{rank}", title, also=("psc.*",)) as step:
            await step.login(professional)
            await step.switch(psc__exchange_cnf=form)
            await step.act("auth.login", professional=professional, exchange="dmp")
            await step.expect("psc.exchange", outcome="accepted")
            await step.expect("psc.api_call", outcome="accepted")
