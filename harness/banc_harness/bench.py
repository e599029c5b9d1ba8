"""What all the scenarios of one run share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from banc_fixtures.population import Population
from banc_harness.client import Control
from banc_harness.drivers.choice import Drivers
from banc_harness.drivers.reply import DriverFailed, Evidence
from banc_harness.events import Recorder
from banc_harness.session import RunSession
from banc_harness.tape import Tape
from banc_standards.contracts.events import EvidenceFile
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Lang


@dataclass(slots=True)
class Bench:
    """The run's session, software and tellers. ``files`` collects evidence by the name of its bytes, ``notes`` is what
    scenarios leave for later ones.
    """

    control: Control
    session: RunSession
    sut: Sut
    population: Population
    drivers: Drivers
    recorder: Recorder
    tape: Tape
    lang: Lang
    files: dict[str, Evidence] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    driver_failures: list[DriverFailed] = field(default_factory=list)
    silent_scenarios: int = 0

    def keep(self, evidence: Iterable[Evidence]) -> list[EvidenceFile]:
        """Keeps files as evidence; returns what events tell of them."""
        kept = []
        for item in evidence:
            blob = f"sha256:{hashlib.sha256(item.data).hexdigest()}"
            self.files[blob] = item
            kept.append(EvidenceFile(name=item.name, media_type=item.media_type, blob=blob, size=len(item.data)))
        return kept
