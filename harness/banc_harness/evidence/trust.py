"""Whether a signer is somebody whom the verifier trusts, and whether a time stamp is of this manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509 import verification as paths

from banc_harness.evidence.refusal import NotJudged, refused
from banc_harness.evidence.signature import may_sign, named
from banc_standards.errors import Sentence, reason


def anchors(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file. Raises ``NotJudged`` when it holds none."""
    try:
        found = tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise NotJudged(
            "BUNDLE-033",
            Sentence(f"impossible de lire {path} : {reason(error).fr}", f"cannot read {path}: {reason(error).en}"),
            _GIVE_PEM,
        ) from None
    except ValueError:
        found = ()
    if not found:
        raise NotJudged(
            "BUNDLE-033",
            Sentence(f"{path} ne contient aucun certificat PEM", f"{path} holds no PEM certificate"),
            _GIVE_PEM,
        )
    return found


def judge(certificates: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime) -> None:
    """The signer's certificate was valid when it signed, may sign, and leads to a trusted one. Raises ``Refused``."""
    signer = certificates[0]
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        raise refused(
            "031",
            f"le certificat de {named(signer)} n'était pas valide le {at:%Y-%m-%d}",
            f"the certificate of {named(signer)} was not valid on {at:%Y-%m-%d}",
        )
    if not may_sign(signer):
        raise refused(
            "032",
            f"le certificat de {named(signer)} ne permet pas de signer",
            f"the certificate of {named(signer)} may not sign",
        )
    if signer in trusted:
        return
    builder = paths.PolicyBuilder().store(paths.Store(list(trusted))).time(at)
    builder = builder.extension_policies(ca_policy=_AUTHORITY, ee_policy=paths.ExtensionPolicy.permit_all())
    try:
        builder.build_client_verifier().verify(signer, list(certificates[1:]))
    except (paths.VerificationError, ValueError):
        raise refused(
            "030",
            f"{named(signer)} n'est pas de ceux que --trust désigne",
            f"{named(signer)} is not among those that --trust names",
            Sentence(
                "vérifiez que --trust donne bien l'autorité qui a délivré ce certificat ; sinon n'accordez aucun "
                "crédit à ce dossier",
                "check that --trust gives the authority that issued this certificate; otherwise do not believe this "
                "bundle",
            ),
        ) from None


def stamped(token: bytes, manifest: bytes) -> bool:
    """Whether an RFC 3161 token holds the digest of the manifest, as ``MessageImprint`` writes it (§2.4.1).

    The token's own signature and date are not judged.
    """
    digests = (hashlib.new(name, manifest).digest() for name in ("sha256", "sha384", "sha512"))
    return any(bytes([0x04, len(digest)]) + digest in token for digest in digests)


def _is_authority(policy: paths.Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
    if not found.ca:
        raise ValueError("not an authority")


_AUTHORITY = paths.ExtensionPolicy.permit_all().require_present(
    x509.BasicConstraints, paths.Criticality.AGNOSTIC, _is_authority
)
_GIVE_PEM = Sentence(
    "--trust attend le certificat, en PEM, de l'autorité des signataires",
    "--trust wants the certificate, in PEM, of the signers' authority",
)
