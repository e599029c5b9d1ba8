"""The image's health check: whether the sandbox of ``BANC_DATA`` answers on ``/ready`` (CONTRACTS §11)."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

TIMEOUT_S = 2.0


def unready(data: Path) -> str | None:
    """Why no sandbox is ready in that data folder; ``None`` when one is."""
    try:
        ready = json.loads((data / "sandbox.json").read_bytes())
        port = urlsplit(ready["control"]).port
        if ready["plain_http"]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        else:
            trusted = ssl.create_default_context(cafile=ready["ca_file"])
            trusted.check_hostname = False  # the public address may have a name that only others resolve
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=TIMEOUT_S, context=trusted)
        with closing(connection):
            connection.request("GET", "/ready")
            status = connection.getresponse().status
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    return None if status == 200 else f"/ready: {status}"


def main() -> int:
    """Exit code 0 when ready, else 1 with the reason on standard output, which ``docker inspect`` shows."""
    reason = unready(Path(os.environ.get("BANC_DATA") or ".banc"))
    if reason is not None:
        print(reason)
    return 0 if reason is None else 1


if __name__ == "__main__":
    sys.exit(main())
