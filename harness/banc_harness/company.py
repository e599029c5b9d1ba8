"""Who plays the other roles of a story: the witnesses, beside the software under test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from banc_harness.demo import PLACES, witness
from banc_harness.plan import Plan, Player
from banc_harness.requirements.table import table
from banc_harness.sut import Described
from banc_standards.errors import Sentence, UnusableInput


@asynccontextmanager
async def completed(plan: Plan) -> AsyncIterator[Plan]:
    """The plan with a witness, which is not judged, in every role of its story that the software does not play; they
    run until the block ends. A plan without a story stays as it is.
    """
    roles = {item.by for item in plan.scenarios if item.story}
    if not roles:
        yield plan
        return
    others = [kind for kind, (_, role) in PLACES.items() if role in roles and role != plan.sut.software_type]
    async with AsyncExitStack() as running:
        described = [await running.enter_async_context(witness((), kind)) for kind in others]
        yield replace(plan, cast=tuple(player(item, judged=False) for item in described))


def player(described: Described, *, judged: bool = True) -> Player:
    """A software as a role of a story, judged by the profiles that it declares."""
    sut = described.sut
    return Player(sut, described.folder, tuple(sut.profiles), table(sut.couloir), judged)


def check(plan: Plan, *, sealed: bool) -> None:
    """Raises ``UnusableInput`` when the software has no role in the story of the plan, or when that run is to be
    ``sealed`` or taken up again, or is an approval.
    """
    roles = sorted({item.by for item in plan.scenarios if item.story and item.by})
    if not any(item.story for item in plan.scenarios):
        return
    if plan.sut.software_type not in roles:
        listed = ", ".join(roles)
        raise UnusableInput(
            "RUN-003",
            Sentence(
                f"cette histoire n'a pas de rôle pour un logiciel {plan.sut.software_type}",
                f"this story has no role for a {plan.sut.software_type} software",
            ),
            Sentence(f"ses rôles : {listed}", f"its roles: {listed}"),
        )
    if sealed or plan.kind == "homologation":
        raise UnusableInput(
            "RUN-004",
            Sentence(
                "une histoire jouée à plusieurs ne se scelle ni ne se reprend : une preuve est d'un seul logiciel",
                "a story that several softwares play is neither sealed nor resumed: evidence is of one software",
            ),
            Sentence("scellez les scénarios de votre couloir, sans l'histoire", "seal the scenarios of your couloir"),
        )
