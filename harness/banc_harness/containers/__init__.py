"""The bench in a container: its image's entry and health check, and :class:`BancContainer` for tests.

``BancContainer`` needs the extra ``containers`` (testcontainers), and is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from banc_harness.containers.container import BancContainer

__all__ = ["BancContainer"]


def __getattr__(name: str) -> Any:
    if name != "BancContainer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from banc_harness.containers.container import BancContainer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("testcontainers", "docker"):
            raise
        raise ImportError("BancContainer needs testcontainers: pip install 'banc-segur[containers]'") from error
    return BancContainer
