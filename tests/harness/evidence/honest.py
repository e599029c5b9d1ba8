"""A real run of the honest witness, reviewed by a person, sealed by a tester."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from banc_harness import runs
from banc_harness.demo import witness
from banc_harness.evidence import signature
from banc_harness.evidence.signature import Signer
from banc_harness.runs import Done, Options

from .parties import PASSWORD, Authority, authority, p12

SCENARIOS = ("PSC.01", "UC1.01", "UC1.04")
ANSWERS = """
by: Camille Fictive
reviews:
  - {requirement: SC.PSC.01, verdict: CONFORME, comment: vu à l'écran, evidence: [ecran.txt]}
"""


@dataclass(frozen=True)
class Honest:
    """The folder of the sealed run: the bundle, the tester's key, the authority's certificate."""

    folder: Path

    @property
    def bundle(self) -> Path:
        return self.folder / "run.banc.zip"

    @property
    def key(self) -> Path:
        return self.folder / "tester.p12"

    @property
    def trust(self) -> Path:
        return self.folder / "trust.pem"

    @property
    def authority(self) -> Authority:
        return Authority.load(self.folder / "authority.pem")

    @property
    def tester(self) -> Signer:
        return signature.load(self.key, PASSWORD)


def sealed_run(folder: Path) -> Honest:
    """Plays, reviews and seals, once."""
    honest = Honest(folder)
    vouching = authority("Autorité d'essai")
    vouching.save(folder / "authority.pem")
    honest.trust.write_bytes(vouching.pem)
    honest.key.write_bytes(p12(vouching.signer("Testeuse Fictive")))
    (folder / "answers.yaml").write_text(ANSWERS, encoding="utf-8")
    (folder / "ecran.txt").write_text("Connexion réussie\n", encoding="utf-8")
    done = asyncio.run(_played(honest))
    assert done.bundle == honest.bundle, done.unsealed
    return honest


async def _played(honest: Honest) -> Done:
    async with witness() as described:
        options = Options(
            sut=described,
            data=honest.folder / "data",
            kind="homologation",
            scenarios=SCENARIOS,
            report=honest.folder / "report",
            answers=honest.folder / "answers.yaml",
            signer=honest.tester,
            bundle=honest.bundle,
        )
        return await runs.run(options)
