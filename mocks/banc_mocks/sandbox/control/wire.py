"""The control port as the launcher starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banc_mocks.sandbox.control.application import application
from banc_mocks.sandbox.http import HttpService, Listener

if TYPE_CHECKING:
    from banc_mocks.sandbox.sandbox import Sandbox


def service(sandbox: Sandbox) -> HttpService:
    """The control API of a sandbox, at offset +0 (CONTRACTS §2)."""
    return HttpService("control", (Listener("control", 0, application=lambda: application(sandbox)),))
