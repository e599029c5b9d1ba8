"""What a session is told to be, apart from what its services remember: it outlives a reset and a restart."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from banc_fixtures.population import SEED
from banc_mocks.sandbox.clock import REAL, Clock
from banc_mocks.sandbox.switches import Value

Mode = Literal["strict", "lenient"]


@dataclass(frozen=True, slots=True)
class Client:
    """A Pro Santé Connect client of a session (CONTRACTS §11)."""

    client_id: str
    client_secret: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_uris: tuple[str, ...] = ()
    auth_method: Literal["secret", "mtls", "both"] = "secret"
    ciba: bool = False
    certificate_dn: str | None = None
    backchannel_logout: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The client as stored and listed."""
        return asdict(self) | {
            "redirect_uris": list(self.redirect_uris),
            "post_logout_uris": list(self.post_logout_uris),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Client:
        """The client as it was stored."""
        lists = {name: tuple(value[name]) for name in ("redirect_uris", "post_logout_uris")}
        return cls(**(value | lists))


@dataclass(frozen=True, slots=True)
class Software:
    """A software whose ids the services of a session accept (CONTRACTS §11)."""

    name: str
    version: str
    idam: str | None = None
    nil: str | None = None
    homologation: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The software as stored and listed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Login:
    """Login without a screen (CONTRACTS §12): who answers the wallet page, how, and with what outcome."""

    auto: str
    means: Literal["MOBILE", "CARD"] = "MOBILE"
    outcome: Literal["approve", "refuse", "timeout"] = "approve"

    def as_json(self) -> dict[str, Any]:
        """The setting as stored and listed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one session. ``created`` is the real instant of its creation."""

    mode: Mode
    created: str
    epoch: int = 0
    seed: int = SEED
    clock: Clock = REAL
    switches: dict[str, Value] = field(default_factory=dict)
    public_urls: dict[str, str] = field(default_factory=dict)
    login: Login | None = None
    clients: tuple[Client, ...] = ()
    software: tuple[Software, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The settings as stored."""
        return {
            "mode": self.mode,
            "created": self.created,
            "epoch": self.epoch,
            "seed": self.seed,
            "clock": self.clock.as_json(),
            "switches": self.switches,
            "public_urls": self.public_urls,
            "login": self.login.as_json() if self.login else None,
            "clients": [client.as_json() for client in self.clients],
            "software": [software.as_json() for software in self.software],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        """The settings as they were stored."""
        return cls(
            mode=value["mode"],
            created=value["created"],
            epoch=value["epoch"],
            seed=value["seed"],
            clock=Clock.from_json(value["clock"]),
            switches=value["switches"],
            public_urls=value["public_urls"],
            login=Login(**value["login"]) if value["login"] else None,
            clients=tuple(Client.from_json(client) for client in value["clients"]),
            software=tuple(Software(**software) for software in value["software"]),
        )
