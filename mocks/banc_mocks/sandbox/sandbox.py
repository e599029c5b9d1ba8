"""One running sandbox: what its services, its control API and its launcher share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from banc_mocks.sandbox.crew import Crew

if TYPE_CHECKING:
    from banc_fixtures.pki.authority import Pki
    from banc_mocks.sandbox.addresses import Addresses
    from banc_mocks.sandbox.certificates import Certificates
    from banc_mocks.sandbox.config import Config
    from banc_mocks.sandbox.http import HttpService
    from banc_mocks.sandbox.journal import Journal
    from banc_mocks.sandbox.sessions import Sessions
    from banc_mocks.sandbox.store import Store


@dataclass
class Sandbox:
    """The parts of one sandbox.

    ``ready`` is the ready line of CONTRACTS §1, empty until every service listens. ``sessions`` come after the
    services, since these bring the faults and switches that sessions know.
    """

    config: Config
    store: Store
    journal: Journal
    pki: Pki
    certificates: Certificates
    addresses: Addresses
    services: tuple[HttpService, ...] = ()
    ready: dict[str, Any] = field(default_factory=dict)
    crew: Crew = field(default_factory=Crew)
    sessions: Sessions = field(init=False)
