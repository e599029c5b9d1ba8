"""A sandbox seen through other ports: what a run asks of the control API, with the addresses that hold out here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from banc_standards.contracts.control import PublicUrls, Session
from banc_standards.contracts.sandbox import Ready, Services

if TYPE_CHECKING:
    from banc_harness.client import Control
    from banc_harness.handle import SandboxHandle


def seen(api: Control, handle: SandboxHandle) -> Control:
    """The control API as a run sees it."""
    if not handle.public_urls:
        return api
    outside: Any = _Outside(api, handle)
    control: Control = outside
    return control


class _Outside:
    """Everything of the control API, but the addresses of the handle."""

    def __init__(self, api: Control, handle: SandboxHandle) -> None:
        self._api = api
        self._handle = handle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def sandbox(self) -> Ready:
        """The ready line, with the addresses that hold out here."""
        ready = await self._api.sandbox()
        services = Services.model_validate(self._handle.given_services)
        return ready.model_copy(update={"control": self._handle.control, "services": services})

    async def create_session(self, *args: Any, **options: Any) -> Session:
        """A session that knows the addresses under which it is seen."""
        session = await self._api.create_session(*args, **options)
        await self._api.set_public_urls(session.id, PublicUrls.model_validate(self._handle.public_urls))
        return session
