"""The command of the image: ``banc``, as the first process of its container."""

from __future__ import annotations

import signal
import sys
from types import FrameType

STOPPED = 128 + signal.SIGTERM


def main() -> int:
    """Runs ``banc`` with the arguments of the container; returns its exit code.

    The kernel ignores what the first process has no handler for, so one is set before anything is imported:
    ``docker stop`` then ends every command at once, ``banc up`` in good order once it is ready. Only an init (``docker
    run --init``) covers the tenth of a second before that.
    """
    signal.signal(signal.SIGTERM, _stop)
    from banc_harness.cli import main as banc

    return banc()


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(STOPPED)


if __name__ == "__main__":
    sys.exit(main())
