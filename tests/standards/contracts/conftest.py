"""The literal examples of the contracts as fixtures, with the places that they leave open filled in."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

HASH = "sha256:" + "ab" * 32

READY: dict[str, Any] = {
    "event": "ready",
    "pid": 1,
    "plain_http": False,
    "ca_file": "/tmp/x/trust/ca.pem",
    "ca_sha256": "ab" * 32,
    "control": "https://localhost:8440",
    "services": {
        "psc": {"issuer": "https://localhost:8441/auth/realms/esante-wallet", "discovery": "https://localhost:8441/d"},
        "insi": {"url": "https://localhost:8442/lps", "url_mtls": "https://localhost:8452/lps"},
        "dmp": {"url": "https://localhost:8443/si-dmp-server/v2/services"},
    },
}

FINDING: dict[str, Any] = {
    "rule": "CDA-HDR-001",
    "severity": "error",
    "certainty": "sourced",
    "location": "/ClinicalDocument/realmCode",
    "line": 3,
    "column": None,
    "found": "US",
    "expected": "FR",
    "message": "Le document n'est pas déclaré français.",
    "clause": "CI-SIS, volet Structuration minimale, realmCode",
    "fix": 'Écrire <realmCode code="FR"/>.',
    "source": "banc",
}

EXCHANGE: dict[str, Any] = {
    "v": 1,
    "session": "default",
    "epoch": 0,
    "writer": "w1",
    "seq": 42,
    "id": "018f0000-0000-7000-8000-000000000000",
    "at": "2026-11-21T10:00:00.123456Z",
    "clock": "2026-11-21T10:00:00Z",
    "duration_us": 12400,
    "service": "dmp",
    "operation": "dmp.TD2.1",
    "direction": "in",
    "transport": "https",
    "outcome": "refused",
    "code": "XDSDuplicateUniqueIdInRegistry",
    "fault": None,
    "count": 1,
    "peer": {
        "address": "127.0.0.1:51234",
        "certificate": {"sha256": "cd" * 32, "subject": "CN=test", "kind": "AUTH_CLI"},
        "token": {"client_id": "dossier-plus", "subject": "899900000017"},
        "session_by": "certificate",
    },
    "request": {
        "line": "POST /si-dmp-server/v2/services/repository",
        "headers": [["Content-Type", "multipart/related"]],
        "blob": HASH,
        "size": 102400,
        "media_type": "multipart/related",
    },
    "response": {"line": "200", "headers": [], "blob": HASH, "size": 912, "media_type": "application/soap+xml"},
    "facts": {
        "ins": "279035121518989",
        "ins_oid": "1.2.250.1.213.1.4.10",
        "documents": ["urn:oid:1.2.3"],
        "submission_set": "1.2.4",
        "message_id": "urn:uuid:0",
        "professional": "899900000017",
        "structure": "1990000001",
        "lps": {"name": "Dossier Plus", "version": "4.2.1", "idam": "A", "nil": "B", "homologation": "C"},
    },
    "findings": [],
    "prev": HASH,
    "hash": HASH,
}

ACTION: dict[str, Any] = {
    "banc": 1,
    "id": "018f",
    "run": "r-1",
    "session": "k7f2",
    "step": "UC1.3",
    "action": "document.send",
    "deadline_s": 30,
    "lang": "fr",
    "sandbox": {
        "services": READY["services"],
        "ca_file": "/tmp/x/trust/ca.pem",
        "psc_client": {"id": "dossier-plus", "secret": "s"},
        "mail": {"user": "u", "password": "p"},
        "annuaire_key": "k",
        "certificates": {"AUTH_CLI": {"p12": "MIIB", "password": "p"}, "SIGN": {"p12": "MIIB", "password": "p"}},
    },
    "input": {
        "professional": {},
        "patient": {},
        "document": {"type": "LDL-SES", "level": "N3", "title": "t", "replaces": None, "visibility": []},
        "recipients": ["dmp", "pro:x", "patient"],
    },
}

ANSWER: dict[str, Any] = {
    "banc": 1,
    "id": "018f",
    "status": "done",
    "output": {
        "documents": ["urn:oid:1.2.3"],
        "messages": ["<m@x>"],
        "patient": {"local_id": "1", "ins_status": "QUAL"},
    },
    "shown": [{"level": "error", "text": "t"}],
    "evidence": [{"name": "n", "media_type": "text/plain", "base64": "QQ=="}],
    "error": None,
}

SUT_YAML = """\
banc: 1
vendor: Éditeur Exemple
product: {name: Dossier Plus, version: "4.2.1", build: ""}
couloir: hopital                     # hopital biologie imagerie officine ville medico-social
software_type: DPI                   # DPI PFI RI SGL RIS DRIMBOX LGO LGC DUI
profiles: [general]
ids: {nie: "", nil: "", idam: "", dmp_homologation: "", psc_client_id: dossier-plus}
capabilities: [psc.code, insi.traits, dmp.feed, mss.send.pro, mss.send.patient]
endpoints:
  {redirect_uris: ["https://localhost:3000/callback"], post_logout_uris: [], backchannel_logout: null,
   mllp: "mllp://127.0.0.1:2575"}
identities: {professional: P01, structure: S01, mailbox: null}      # from `banc identities`
clock: real                          # real | follows
driver: {kind: exec, command: ["./adapter"], timeout_s: 30}
overrides: {mail.fetch: {kind: manual}}                             # another driver for one action
"""


@pytest.fixture
def examples() -> dict[str, Any]:
    """Examples by name; every test gets its own copy."""
    return copy.deepcopy(
        {
            "READY": READY,
            "FINDING": FINDING,
            "EXCHANGE": EXCHANGE,
            "ACTION": ACTION,
            "ANSWER": ANSWER,
            "SUT_YAML": SUT_YAML,
        }
    )


@pytest.fixture
def contracts_text() -> str:
    """The text of the contracts, where it lies beside the repository."""
    path = Path(__file__).parents[4] / "shared" / "CONTRACTS.md"
    if not path.exists():
        pytest.skip("the text of the contracts does not lie beside this repository")
    return path.read_text(encoding="utf-8")
