"""INS, a datamatrix under the scanner: the identity of a printed document is imported, a forged symbol is not."""

from __future__ import annotations

import base64
from typing import Any, Final

from banc_fixtures.patients import Patient
from banc_harness.corpus import symbols
from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import signed_in
from banc_harness.scenarios.vigilance import ACTIONS, AROUND, NEEDS, qualify
from banc_standards.errors import Sentence

PROFILE: Final = "ins-scan"
FORGED: Final = ("other-symbol", "no-birth-date", "wrong-key", "ins-c", "lower-case")
"""What is wrong with the symbols that no software may import."""


def scan(text: str) -> dict[str, Any]:
    """What the scanner gives to the software: the characters, and the picture that was under it."""
    picture = base64.b64encode(symbols.picture(text, symbols.PNG)).decode()
    return {"text": text, "image": {"media_type": "image/png", "base64": picture}}


def unnamed(someone: Patient, number: str = "") -> dict[str, Any]:
    """The record that is opened for the patient, who is named by the symbol alone."""
    return {"local_id": someone.local_id + number}


@scenario(
    id="INS.41",
    title=Sentence(
        "Identité lue sur le datamatrix d'un document, puis vérifiée ; des symboles falsifiés sont refusés",
        "Identity read from the datamatrix of a document, then checked; forged symbols are refused",
    ),
    actions=ACTIONS,
    requires=(*NEEDS, "ins.scan"),
    profiles=(PROFILE,),
)
async def scanned(play: Play) -> None:
    """Names with hyphens and an apostrophe survive the scanner; papers and INSi still qualify the identity."""
    await signed_in(play, "INS.41")
    who = play.patient("PAT-03")
    title = Sentence("Lecture du datamatrix", "The datamatrix is scanned")
    async with play.step("INS.41.2", title, also=AROUND) as step:
        await step.act("patient.create", patient=unnamed(who), opposed=[], scanned=scan(symbols.payload(who)))
    papers = Sentence("Pièce vérifiée, appel d'INSi", "Papers checked, INSi called")
    async with play.step("INS.41.3", papers, also=AROUND) as step:
        await qualify(step, play, unnamed(who), "CNI")
        await step.expect("insi.WS_INS2", code="00")
    forged = Sentence("Symboles falsifiés", "Forged symbols")
    async with play.step("INS.41.4", forged, also=AROUND) as step:
        for rank, name in enumerate(FORGED, 1):
            text = symbols.payload(who, symbols.FORGERIES[name])
            await step.act("patient.create", patient=unnamed(who, f"-{rank}"), opposed=[], scanned=scan(text))
