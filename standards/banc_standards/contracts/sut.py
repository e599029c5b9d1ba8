"""``sut.yaml`` (CONTRACTS §9): the software under test, and how to drive it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from banc_standards.contracts.shape import Shape
from banc_standards.contracts.vocabulary import Couloir, SoftwareType


class Product(Shape):
    """Name, exact version and build of the software."""

    name: Annotated[str, Field(min_length=1)]
    version: Annotated[str, Field(min_length=1)]
    build: str = ""


class Ids(Shape):
    """Numbers that the publisher holds: they are compared with what crosses the wire. Empty: not held yet."""

    nie: str = ""
    nil: str = ""
    idam: str = ""
    dmp_homologation: str = ""
    psc_client_id: str = ""


class Endpoints(Shape):
    """Addresses of the software that the services call back."""

    redirect_uris: list[str] = Field(default_factory=list)
    post_logout_uris: list[str] = Field(default_factory=list)
    backchannel_logout: str | None = None
    mllp: str | None = None


class Identities(Shape):
    """Whom the software acts for, from ``banc identities``; null takes the default of the couloir."""

    professional: str | None = None
    structure: str | None = None
    mailbox: str | None = None


class Proxy(Shape):
    """The proxy e-Santé that a run plays the conformity contract against.

    ``ca_file`` (PEM, relative to the description) is the authority of its certificate, the sandbox's own when absent.
    ``timeout_s`` bounds one call, sign-in on the device included; ``upstream_timeout_s`` is how long the proxy itself
    waits for an API before it answers 504.
    """

    url: Annotated[str, Field(min_length=1)]
    ca_file: str | None = None
    timeout_s: Annotated[int, Field(gt=0, le=600)] = 60
    upstream_timeout_s: Annotated[int, Field(gt=0, le=300)] = 10


class Session(Shape):
    """How the software's sessions are set for the run: ``idle_s`` seconds without its user, and one ends."""

    idle_s: Annotated[int, Field(gt=0, le=300)]


class ExecDriver(Shape):
    """A command that reads one action on its standard input and writes one answer."""

    kind: Literal["exec"]
    command: Annotated[list[str], Field(min_length=1)]
    timeout_s: Annotated[int, Field(gt=0)] = 30


class HttpDriver(Shape):
    """An adapter that listens; ``token_env`` names the environment variable that holds its bearer token."""

    kind: Literal["http"]
    url: str
    token_env: str | None = None
    timeout_s: Annotated[int, Field(gt=0)] = 30


class MllpDriver(Shape):
    """HL7 v2 messages sent to the software."""

    kind: Literal["mllp"]
    timeout_s: Annotated[int, Field(gt=0)] = 30


class FolderDriver(Shape):
    """Actions dropped into a folder, answers picked up in another."""

    kind: Literal["folder"]
    into: Annotated[str, Field(alias="in")]
    out: str
    timeout_s: Annotated[int, Field(gt=0)] = 30


class BrowserDriver(Shape):
    """A script that drives the software's pages."""

    kind: Literal["browser"]
    script: str
    timeout_s: Annotated[int, Field(gt=0)] = 60


class ManualDriver(Shape):
    """A person, asked on the terminal or in the console."""

    kind: Literal["manual"]
    timeout_s: Annotated[int, Field(gt=0)] = 600


class PassiveDriver(Shape):
    """Nothing is driven: the traffic that comes is observed."""

    kind: Literal["passive"]
    timeout_s: Annotated[int, Field(gt=0)] = 600


AnyDriver = ExecDriver | HttpDriver | MllpDriver | FolderDriver | BrowserDriver | ManualDriver | PassiveDriver
Driver = Annotated[AnyDriver, Field(discriminator="kind")]


class Sut(Shape):
    """The description of the software under test, as read from ``sut.yaml``."""

    banc: Literal[1]
    vendor: Annotated[str, Field(min_length=1)]
    product: Product
    couloir: Couloir
    software_type: SoftwareType
    profiles: list[str] = Field(default_factory=lambda: ["general"])
    ids: Ids = Ids()
    capabilities: list[str] = Field(default_factory=list)
    endpoints: Endpoints = Endpoints()
    identities: Identities = Identities()
    clock: Literal["real", "follows"] = "real"
    proxy: Proxy | None = None
    session: Session | None = None
    driver: Driver
    overrides: dict[str, Driver] = Field(default_factory=dict)

    def driver_of(self, action: str) -> AnyDriver:
        """The driver that takes one action: its override, or the general one."""
        return self.overrides.get(action, self.driver)
