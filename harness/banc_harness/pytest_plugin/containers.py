"""The sandbox of a test run in a container (``--banc container``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from banc_harness.pytest_plugin.choice import Choice
from banc_standards.errors import BancError, EnvironmentFailed, Sentence

if TYPE_CHECKING:
    from banc_harness.containers import BancContainer
    from banc_harness.handle import SandboxHandle

INSTEAD = Sentence(
    "ou lancez pytest avec --banc in-process : le même bac à sable, sans conteneur",
    "or run pytest with --banc in-process: the same sandbox, without a container",
)


class Contained:
    """A container that keeps a sandbox up."""

    def __init__(self, container: BancContainer) -> None:
        self._container = container

    def gone(self, *, within_s: float = 0.0) -> Sentence | None:
        """Why it does not run any more; one that is ending is waited for."""
        return self._container.ended(within_s=within_s)

    def tail(self) -> str:
        """The last lines that it wrote."""
        return self._container.log_tail()

    def close(self) -> None:
        """Removes it."""
        self._container.stop()


def contained(choice: Choice) -> tuple[SandboxHandle, Contained]:
    """Starts a container. Raises ``EnvironmentFailed`` with what to do instead when there is no engine or no image."""
    try:
        from banc_harness.containers import BancContainer
    except ImportError as missing:
        raise EnvironmentFailed(
            "PYTEST-003",
            Sentence(f"--banc container demande {missing.name}", f"--banc container needs {missing.name}"),
            Sentence(
                f"pip install 'banc-segur[containers]', {INSTEAD.fr}",
                f"pip install 'banc-segur[containers]', {INSTEAD.en}",
            ),
        ) from None
    options: dict[str, Any] = {"image": choice.image, "services": choice.services, "lang": choice.lang}
    if choice.port_base:
        options["port_base"] = choice.port_base
    if choice.data is not None:
        options["data"] = str(choice.data)
    try:
        container = BancContainer(**options).start()
    except BancError as error:
        hint = Sentence(f"{error.hint.fr}\n    {INSTEAD.fr}".strip(), f"{error.hint.en}\n    {INSTEAD.en}".strip())
        raise EnvironmentFailed(error.code, error.text, hint) from None
    return container.handle, Contained(container)
