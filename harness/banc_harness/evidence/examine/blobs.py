"""The contents that exchanges name (``BUNDLE-060`` to ``063``): each is there, or its tombstone is."""

from __future__ import annotations

from dataclasses import dataclass, field

from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.refusal import refused
from banc_harness.evidence.spool import blobs_of
from banc_standards.contracts.bundle import Manifest


@dataclass(slots=True)
class Seen:
    """How many contents are there, and the reasons for those that are not, by name."""

    count: int = 0
    redacted: dict[str, str] = field(default_factory=dict)


def judge(bundle: Bundle, manifest: Manifest) -> Seen:
    """Compares what is there with what is named; the hashes of the files were judged before. Raises ``Refused``."""
    described = {file.name: file for file in manifest.files if file.role == "blob"}
    named: set[str] = set()
    seen = Seen()
    for seq, entry in bundle.entries.items():
        for digest in blobs_of(entry):
            if digest in named:
                continue
            named.add(digest)
            file = described.get(names.blob(digest))
            if file is None:
                raise refused(
                    "060",
                    f"échange n° {seq} : son contenu {digest[7:19]}… manque",
                    f"exchange no. {seq}: its content {digest[7:19]}… is missing",
                )
            if f"sha256:{file.sha256}" == digest:
                seen.count += 1
            else:
                seen.redacted[digest] = _reason(bundle, digest)
    for name in described:
        if names.digest(name) not in named:
            raise refused("063", f"aucun échange ne nomme {name}", f"no exchange names {name}")
    return seen


def _reason(bundle: Bundle, digest: str) -> str:
    stone = bundle.tombstone(digest)
    if stone is not None:
        return stone.reason
    name = names.blob(digest)
    if bundle.read(name).startswith(b'{"redacted"'):
        raise refused(
            "062", f"{name} : retiré sans motif, ou à la place d'un autre", f"{name}: taken out without a reason"
        )
    raise refused("061", f"{name} n'est pas le contenu qui a été échangé", f"{name} is not the content exchanged")
