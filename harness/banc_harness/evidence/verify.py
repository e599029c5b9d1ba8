"""Verifies a bundle step by step, in the order of CONTRACTS §10, and stops at the first thing that is wrong.

Nothing is asked of a sandbox, of the network or of the machine's settings: only the file and the installed rules.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from cryptography import x509

from banc_harness.checks import Checks
from banc_harness.checks.registered import checks as installed_checks
from banc_harness.evidence import archive, names, signature, trust
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.examine import blobs, chain, events, files
from banc_harness.evidence.examine.rejudged import Difference, Rejudged
from banc_harness.evidence.refusal import ASK_AGAIN, Refused, refused
from banc_harness.evidence.signature import named
from banc_standards.contracts.bundle import Manifest
from banc_standards.contracts.score import Gate, Score
from banc_standards.errors import BancError, Sentence

StepName = Literal["zip", "signature", "signer", "files", "chain", "blobs", "events", "rules", "checks", "verdicts"]
STEPS: Final[tuple[StepName, ...]] = (
    "zip",
    "signature",
    "signer",
    "files",
    "chain",
    "blobs",
    "events",
    "rules",
    "checks",
    "verdicts",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was taken. ``sure`` is false when it could say less than it should: a signer nobody vouches for."""

    name: StepName
    text: Sentence
    sure: bool = True


@dataclass(slots=True)
class Examination:
    """What verifying a bundle showed. ``refusal`` says what stopped it, and at which step."""

    path: Path
    steps: list[Step] = field(default_factory=list)
    manifest: Manifest | None = None
    signer: str | None = None
    trusted: bool = False
    refusal: BancError | None = None
    at: StepName | None = None
    gate: Gate | None = None
    conclusion: Sentence | None = None
    score: Score | None = None
    remarks: list[Sentence] = field(default_factory=list)
    differences: list[Difference] | None = None

    @property
    def exit_code(self) -> int:
        """0 verified; 1 refused, or of an unknown signer where one is needed, or judged otherwise by the current rules;
        2 not to be judged here.
        """
        if self.refusal is not None:
            return 1 if isinstance(self.refusal, Refused) else 2
        unknown = self.manifest is not None and self.manifest.kind == "homologation" and not self.trusted
        return 1 if unknown or self.differences else 0


Told = Callable[[Step], None]
Progress = Callable[[StepName, int, int], None]


def verify(
    path: Path,
    *,
    trusted: Path | None = None,
    with_current: bool = False,
    tell: Told = lambda step: None,
    progress: Progress = lambda step, done, whole: None,
    checks: Checks | None = None,
) -> Examination:
    """Verifies a bundle; what is wrong is in the answer, nothing is raised.

    ``trusted`` is a PEM file of authorities. ``tell`` hears each step as it ends, ``progress`` how far a long one is.
    """
    found = Examination(path)
    verifier = _Verifier(found, trusted, with_current, progress, checks or installed_checks())
    steps = verifier.steps()
    try:
        for step in steps:
            found.steps.append(step)
            tell(step)
    except BancError as refusal:
        found.refusal = refusal
        found.at = STEPS[len(found.steps)]
    finally:
        steps.close()
    return found


class _Verifier:
    def __init__(
        self, found: Examination, trusted: Path | None, with_current: bool, progress: Progress, checks: Checks
    ) -> None:
        self._found = found
        self._trusted = trusted
        self._with_current = with_current
        self._progress = progress
        self._checks = checks

    def steps(self) -> Generator[Step, None, None]:
        """Takes the steps one after the other. Raises at the first that refuses."""
        anchors = None if self._trusted is None else trust.anchors(self._trusted)
        with Bundle.open(self._found.path) as bundle:
            total = archive.judge(self._found.path, bundle.archive)
            yield self._zip(bundle, total)
            manifest, certificates = self._signature(bundle)
            yield self._signed(bundle, manifest, certificates)
            yield self._signer(manifest, certificates, anchors)
            files.judge(bundle, manifest, lambda done: self._progress("files", done, total))
            yield self._files(manifest)
            counted = chain.judge(bundle, manifest)
            yield Step("chain", _entries(counted))
            seen = blobs.judge(bundle, manifest)
            yield self._blobs(seen)
            told = events.judge(bundle, manifest)
            self._found.remarks += told.remarks
            yield Step("events", Sentence(f"{told.count} événements, sans trou", f"{told.count} events, without gap"))
            rejudged = Rejudged(bundle, manifest, self._checks, current=self._with_current)
            yield Step("rules", rejudged.judge_rules())
            yield Step("checks", rejudged.judge_checks(lambda done, whole: self._progress("checks", done, whole)))
            yield Step("verdicts", rejudged.judge_verdicts())
            self._found.gate, self._found.score = rejudged.gate, rejudged.score
            self._found.conclusion = rejudged.conclusion
            self._found.differences = rejudged.differences if self._with_current else None

    def _zip(self, bundle: Bundle, total: int) -> Step:
        count, size = len(bundle.names), _size(total)
        return Step("zip", Sentence(f"archive saine : {count} fichiers, {size.fr}", f"{count} files, {size.en}"))

    def _signature(self, bundle: Bundle) -> tuple[Manifest, tuple[x509.Certificate, ...]]:
        if names.MANIFEST not in bundle.names:
            raise refused("020", "manifest.json manque", "manifest.json is missing", ASK_AGAIN)
        if names.SIGNATURE not in bundle.names:
            raise refused(
                "022",
                "manifest.jws manque : personne ne répond de ce dossier",
                "manifest.jws is missing: nobody answers for this bundle",
                ASK_AGAIN,
            )
        content = bundle.read(names.MANIFEST)
        certificates = signature.opened(bundle.read(names.SIGNATURE), content, what=names.MANIFEST)
        self._found.manifest = manifest = bundle.manifest
        self._found.signer = named(certificates[0])
        return manifest, certificates

    def _signed(self, bundle: Bundle, manifest: Manifest, certificates: Sequence[x509.Certificate]) -> Step:
        if names.TIMESTAMP in bundle.names:
            if not trust.stamped(bundle.read(names.TIMESTAMP), bundle.read(names.MANIFEST)):
                raise refused(
                    "025",
                    "l'horodatage manifest.tsr n'est pas celui de ce manifeste",
                    "the time stamp manifest.tsr is not of this manifest",
                    ASK_AGAIN,
                )
            self._found.remarks.append(_STAMP_NOT_JUDGED)
        name = named(certificates[0])
        return Step(
            "signature",
            Sentence(
                f"manifeste signé par {name}, le {manifest.sealed[:10]}",
                f"manifest signed by {name}, on {manifest.sealed[:10]}",
            ),
        )

    def _signer(
        self,
        manifest: Manifest,
        certificates: Sequence[x509.Certificate],
        anchors: Sequence[x509.Certificate] | None,
    ) -> Step:
        name = named(certificates[0])
        if anchors is None:
            unknown = Sentence(
                f"signataire inconnu : rien ne dit que {name} est qui il prétend (donnez --trust)",
                f"signer unknown: nothing says that {name} is who it claims (give --trust)",
            )
            return Step("signer", unknown, sure=False)
        trust.judge(certificates, anchors, datetime.fromisoformat(manifest.sealed))
        self._found.trusted = True
        return Step("signer", Sentence(f"{name} est digne de confiance selon --trust", f"--trust vouches for {name}"))

    def _files(self, manifest: Manifest) -> Step:
        count = len(manifest.files)
        return Step(
            "files",
            Sentence(f"les {count} fichiers sont ceux du manifeste", f"all {count} files are those of the manifest"),
        )

    def _blobs(self, seen: blobs.Seen) -> Step:
        for digest, reason in seen.redacted.items():
            short = digest[7:19]
            self._found.remarks.append(
                Sentence(f"contenu retiré {short}… : {reason}", f"content {short}… out: {reason}")
            )
        out = len(seen.redacted)
        return Step(
            "blobs",
            Sentence(
                f"{seen.count} contenus présents" + (f", {out} retirés avec leur motif" if out else ""),
                f"{seen.count} contents are there" + (f", {out} taken out with a reason" if out else ""),
            ),
        )


def _entries(count: int) -> Sentence:
    return Sentence(f"{count} échanges, chaîne de hachage continue", f"{count} exchanges, hash chain unbroken")


def _size(count: int) -> Sentence:
    if count < 2**20:
        return Sentence(f"{count / 2**10:.0f} Kio", f"{count / 2**10:.0f} KiB")
    return Sentence(f"{count / 2**20:.1f} Mio".replace(".", ","), f"{count / 2**20:.1f} MiB")


_STAMP_NOT_JUDGED = Sentence(
    "horodatage manifest.tsr : il est bien de ce manifeste ; son autorité et sa date ne sont pas jugées ici "
    "(openssl ts -verify)",
    "time stamp manifest.tsr: it is of this manifest; its authority and date are not judged here (openssl ts -verify)",
)
