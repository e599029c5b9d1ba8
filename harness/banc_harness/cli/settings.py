"""What ``banc env`` writes: the same settings for a shell, for a program, for Spring Boot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from banc_fixtures.software import BENCH_IDAM

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")


def settings(ready: Mapping[str, Any], clients: Iterable[Mapping[str, Any]], token: str | None) -> dict[str, str]:
    """Names and values of a running sandbox's addresses, ids, secrets and files.

    The IDAM is the one that every session accepts. The first Pro Santé Connect client takes the plain names; the next
    ones are numbered from 2.
    """
    ca_file = Path(ready["ca_file"])
    values = {
        "BANC_CONTROL": ready["control"],
        "BANC_CA_FILE": str(ca_file),
        "BANC_CA_SHA256": ready["ca_sha256"],
        "BANC_TRUSTSTORE": str(ca_file.with_name("ca.p12")),
        "BANC_TRUSTSTORE_PASSWORD": "changeit",
    }
    for service, addresses in ready["services"].items():
        for name, address in addresses.items():
            values[f"BANC_{service}_{name}".upper()] = address
    if "insi" in ready["services"]:
        values["BANC_INSI_IDAM"] = BENCH_IDAM
    for rank, client in enumerate(clients, start=1):
        number = "" if rank == 1 else f"_{rank}"
        values[f"BANC_PSC_CLIENT{number}_ID"] = client["client_id"]
        if client.get("client_secret"):
            values[f"BANC_PSC_CLIENT{number}_SECRET"] = client["client_secret"]
    if token:
        values["BANC_TOKEN"] = token
    return values


def written(values: Mapping[str, str], format: str) -> str:
    """The settings as ``dotenv``, ``json`` or ``spring`` (Spring Boot's application properties)."""
    if format == "json":
        return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
    if format == "spring":
        return "".join(f"{key}={_property(value)}\n" for key, value in _spring(values).items())
    return "".join(f"{key}={_quoted(value)}\n" for key, value in values.items())


def _spring(values: Mapping[str, str]) -> dict[str, str]:
    named = {key.lower().replace("_", ".", 1).replace("_", "-"): value for key, value in values.items()}
    oauth = "spring.security.oauth2.client"
    known = {
        f"{oauth}.provider.psc.issuer-uri": values.get("BANC_PSC_ISSUER"),
        f"{oauth}.registration.psc.provider": "psc" if "BANC_PSC_CLIENT_ID" in values else None,
        f"{oauth}.registration.psc.client-id": values.get("BANC_PSC_CLIENT_ID"),
        f"{oauth}.registration.psc.client-secret": values.get("BANC_PSC_CLIENT_SECRET"),
        f"{oauth}.registration.psc.scope": "openid,scope_all" if "BANC_PSC_CLIENT_ID" in values else None,
        "spring.ssl.bundle.jks.banc.truststore.location": f"file:{values['BANC_TRUSTSTORE']}",
        "spring.ssl.bundle.jks.banc.truststore.password": values["BANC_TRUSTSTORE_PASSWORD"],
        "spring.ssl.bundle.jks.banc.truststore.type": "PKCS12",
    }
    return {**named, **{key: value for key, value in known.items() if value}}


def _quoted(value: str) -> str:
    """The value as a shell and every dotenv reader take it: single quotes when it holds anything special."""
    return value if _PLAIN.fullmatch(value) else "'" + value.replace("'", "'\\''") + "'"


def _property(value: str) -> str:
    units = memoryview(value.replace("\\", "\\\\").encode("utf-16-be")).cast("B")
    codes = [units[at] << 8 | units[at + 1] for at in range(0, len(units), 2)]
    return "".join(chr(code) if code < 128 else f"\\u{code:04x}" for code in codes)
