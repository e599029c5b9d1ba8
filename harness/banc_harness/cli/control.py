"""The control API as ``banc env`` and ``banc cert`` use it."""

from __future__ import annotations

from banc_harness.client import Control


class SandboxControl(Control):
    """A client of the control API that also fetches the truststore."""

    async def ca_p12(self) -> bytes:
        """The truststore of the sandbox's CA, PKCS#12 with the password ``changeit``."""
        return await self._call("GET", "/trust/ca.p12")
