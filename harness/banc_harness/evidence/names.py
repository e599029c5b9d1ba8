"""The names of the files of a bundle, and what each is there for."""

from __future__ import annotations

import re
from typing import Final

from banc_standards.contracts.bundle import Role

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.jws"
TIMESTAMP: Final = "manifest.tsr"
OUTSIDE_MANIFEST: Final = frozenset({MANIFEST, SIGNATURE, TIMESTAMP})
"""The manifest cannot name itself, nor what is made from it."""

SUT: Final = "sut.yaml"
EVENTS: Final = "events.ndjson"
JOURNAL: Final = "journal.ndjson"
CHECKS: Final = "checks.json"
RULES: Final = "rules.json"
VERDICTS: Final = "verdicts.json"
NEEDED: Final = (SUT, EVENTS, JOURNAL, CHECKS, RULES, VERDICTS)
"""Without these nothing can be judged again. ``requirements/`` is needed too, under the name of the couloir."""

_REPORTS = ("report.html", "report.pdf", "report.json", "junit.xml")
_ROLES: Final[tuple[tuple[re.Pattern[str], Role], ...]] = (
    (re.compile(r"blobs/(?P<start>[0-9a-f]{2})/(?P=start)[0-9a-f]{62}"), "blob"),
    (re.compile(r"attachments/[0-9a-f]{64}"), "attachment"),
    (re.compile(r"reviews/[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.(json|jws)"), "review"),
    (re.compile(r"requirements/[a-z][a-z-]{0,31}\.json"), "requirements"),
    (re.compile("|".join(map(re.escape, _REPORTS))), "report"),
    (re.compile(re.escape(SUT)), "sut"),
    (re.compile(re.escape(EVENTS)), "events"),
    (re.compile(re.escape(JOURNAL)), "journal"),
    (re.compile(re.escape(CHECKS)), "checks"),
    (re.compile(re.escape(RULES)), "rules"),
    (re.compile(re.escape(VERDICTS)), "verdicts"),
)


def role(name: str) -> Role | None:
    """What a file of that name is there for; ``None`` when no file of a bundle is called so."""
    return next((role for pattern, role in _ROLES if pattern.fullmatch(name)), None)


def blob(digest: str) -> str:
    """Where the content called ``sha256:HASH`` lies."""
    name = digest.removeprefix("sha256:")
    return f"blobs/{name[:2]}/{name}"


def attachment(digest: str) -> str:
    """Where the evidence file called ``sha256:HASH`` lies."""
    return f"attachments/{digest.removeprefix('sha256:')}"


def review(requirement: str) -> str:
    """Where the review of one requirement lies."""
    return f"reviews/{_plain(requirement)}.json"


def review_signature(requirement: str) -> str:
    """Where the reviewer's signature of that review lies."""
    return f"reviews/{_plain(requirement)}.jws"


def requirements(couloir: str) -> str:
    """Where the requirements of a couloir lie."""
    return f"requirements/{couloir}.json"


def is_blob(name: str) -> bool:
    """Whether a file is a content that exchanges name."""
    return role(name) == "blob"


def digest(name: str) -> str:
    """The name of the content (``sha256:…``) that a file of ``blobs/`` or ``attachments/`` is."""
    return f"sha256:{name.rpartition('/')[2]}"


def _plain(requirement: str) -> str:
    """The id of a requirement as a file name: no id holds an underscore, some hold a slash."""
    return requirement.replace("/", "_")
