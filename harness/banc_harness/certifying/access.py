"""What a person types into the software before a run by hand: addresses, client and certificates of the session."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path

from banc_standards.contracts.driver import ActionSandbox
from banc_standards.contracts.sut import Sut
from banc_standards.errors import EnvironmentFailed, Sentence, reason

FILE = "access.json"
BY_HAND = frozenset({"manual", "passive"})


def by_hand(sut: Sut) -> bool:
    """Whether a person uses the software for some action."""
    return any(driver.kind in BY_HAND for driver in (sut.driver, *sut.overrides.values()))


def write(sandbox: ActionSandbox, folder: Path) -> Sentence:
    """Writes ``access.json`` and a PKCS#12 file for each certificate, for their owner only; returns where they are.

    Raises ``EnvironmentFailed`` when they cannot be written.
    """
    told = sandbox.as_json()
    certificates = told.pop("certificates", {})
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for kind, store in certificates.items():
            told.setdefault("certificates", {})[kind] = _key_store(folder, kind, store)
        for client in told.get("proxy", {}).get("clients", ()):
            client["certificate"] = _key_store(folder, client["id"], client["certificate"])
        _write(folder / FILE, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    except OSError as error:
        raise EnvironmentFailed(
            "MANUAL-003",
            Sentence(
                f"impossible d'écrire {folder} : {reason(error).fr}", f"cannot write {folder}: {reason(error).en}"
            ),
        ) from None
    path = folder / FILE
    return Sentence(
        f"à régler dans le logiciel (adresses, client, certificats) : {path}",
        f"to be set in the software (addresses, client, certificates): {path}",
    )


def _key_store(folder: Path, name: str, store: Mapping[str, str]) -> dict[str, str]:
    _write(folder / f"{name}.p12", base64.b64decode(store["p12"]))
    return {"file": f"{name}.p12", "password": store["password"]}


def _write(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
