"""Detached signatures (RFC 7515, appendix F) over exact bytes, with the signer's certificates in ``x5c``."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, pkcs12

from banc_harness.evidence.refusal import Refused, refused
from banc_standards.certificates import common_name
from banc_standards.errors import Sentence, UnusableInput, reason

_CURVES: Final = {"secp256r1": "ES256", "secp384r1": "ES384"}
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384")
_HEADERS: Final = frozenset({"alg", "x5c", "typ"})
MIN_RSA: Final = 2048
MAX_CERTIFICATES: Final = 8
MAX_SIGNATURE: Final = 2**18
MAX_CONTENT: Final = 2**29

if TYPE_CHECKING:
    from joserfc.jws import JWSRegistry

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs: a private key, its certificate, and the certificates above it. The key is never written."""

    key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def name(self) -> str:
        """The common name of the certificate, else its whole subject."""
        return named(self.certificate)


def named(certificate: x509.Certificate) -> str:
    """How a signer is called: the common name, else the whole subject."""
    return common_name(certificate) or certificate.subject.rfc4514_string() or "?"


def is_locked(path: Path) -> bool:
    """Whether a PKCS #12 file opens with a password only; false when it cannot be read at all."""
    try:
        _open(path.read_bytes(), None)
    except OSError:
        return False
    except ValueError:
        return True
    return False


def load(path: Path, password: str | None, *, now: datetime | None = None) -> Signer:
    """The signer of a PKCS #12 file. Raises ``UnusableInput`` when it cannot sign a bundle, and says why."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableInput(
            "SIGN-001",
            Sentence(f"impossible de lire {path} : {reason(error).fr}", f"cannot read {path}: {reason(error).en}"),
            HOW_TO_MAKE_A_KEY,
        ) from None
    try:
        key, certificate, chain = _open(data, password)
    except ValueError:
        raise UnusableInput(
            "SIGN-002",
            Sentence(
                f"{path} ne s'ouvre pas : ce n'est pas un PKCS #12, ou le mot de passe n'est pas le bon",
                f"{path} does not open: it is no PKCS #12, or the password is wrong",
            ),
            Sentence("donnez le mot de passe par BANC_SIGN_PASSWORD", "give the password as BANC_SIGN_PASSWORD"),
        ) from None
    if key is None or certificate is None:
        raise UnusableInput(
            "SIGN-003",
            Sentence(f"{path} ne contient pas une clé et son certificat", f"{path} holds no key with its certificate"),
            HOW_TO_MAKE_A_KEY,
        )
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or _algorithm(certificate) is None:
        raise UnusableInput(
            "SIGN-004",
            Sentence(
                f"la clé de {path} ne convient pas : RSA de 2048 bits ou plus, P-256 ou P-384",
                f"the key of {path} does not fit: RSA of 2048 bits or more, P-256 or P-384",
            ),
            HOW_TO_MAKE_A_KEY,
        )
    at = now or datetime.now(UTC)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc or not may_sign(certificate):
        raise UnusableInput(
            "SIGN-005",
            Sentence(
                f"le certificat de {path} ne permet pas de signer aujourd'hui : dates ou usage de la clé",
                f"the certificate of {path} does not allow to sign today: dates or key usage",
            ),
            HOW_TO_MAKE_A_KEY,
        )
    return Signer(key, certificate, tuple(chain))


def _open(data: bytes, password: str | None) -> tuple[Any, x509.Certificate | None, list[x509.Certificate]]:
    """What a PKCS #12 file holds. No password and an empty one are two things there, and the same to people."""
    if password:
        return pkcs12.load_key_and_certificates(data, password.encode())
    try:
        return pkcs12.load_key_and_certificates(data, None)
    except ValueError:
        return pkcs12.load_key_and_certificates(data, b"")


def sign(content: bytes, signer: Signer) -> bytes:
    """The detached JWS over ``content``."""
    from joserfc import jws
    from joserfc.jwk import ECKey, RSAKey

    pem = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kind: Any = RSAKey if isinstance(signer.key, rsa.RSAPrivateKey) else ECKey
    algorithm = _algorithm(signer.certificate)
    assert algorithm is not None
    certificates = [signer.certificate, *signer.chain]
    x5c = [base64.b64encode(item.public_bytes(Encoding.DER)).decode() for item in certificates]
    whole = jws.serialize_compact(
        {"alg": algorithm, "x5c": x5c}, content, kind.import_key(pem), registry=_registry(algorithm)
    )
    return jws.detach_content(whole).encode()


def opened(signature: bytes, content: bytes, *, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of who signed ``content``, the signer's first. Raises ``Refused`` when the signature does not
    hold; ``what`` is the signed file. Nothing is said of whether the signer is to be trusted.
    """
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    certificates, algorithm = _head(signature, what)
    key = certificates[0].public_key()
    kind: Any = RSAKey if isinstance(key, rsa.RSAPublicKey) else ECKey
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        jws.deserialize_compact(signature, kind.import_key(pem), registry=_registry(algorithm), payload=content)
    except (JoseError, ValueError, TypeError):
        raise refused(
            "023",
            f"la signature ne tient pas : {what} a changé après elle, ou n'est pas de ce signataire",
            f"the signature does not hold: {what} changed after it, or is not this signer's",
        ) from None
    return certificates


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether the key usage, when told, lets the key sign content."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False
    return usage.digital_signature or usage.content_commitment


def _registry(algorithm: str) -> JWSRegistry:
    """One algorithm, and room for certificates and for the manifest of a large run."""
    from joserfc.jws import JWSRegistry

    registry = JWSRegistry(algorithms=[algorithm])
    registry.max_header_length = MAX_SIGNATURE
    registry.max_payload_length = MAX_CONTENT
    return registry


def _head(signature: bytes, what: str) -> tuple[tuple[x509.Certificate, ...], str]:
    """The certificates and the algorithm that the header tells: those that a bundle may have, no other key."""
    try:
        if len(signature) > MAX_SIGNATURE:
            raise ValueError("oversized")
        start, payload, _ = signature.decode("ascii").split(".")
        header = json.loads(base64.urlsafe_b64decode(start + "=" * (-len(start) % 4)))
        encoded = header["x5c"]
        if payload or not isinstance(encoded, list) or not 0 < len(encoded) <= MAX_CERTIFICATES:
            raise ValueError("not a detached signature with x5c")
        certificates = tuple(x509.load_der_x509_certificate(base64.b64decode(item, validate=True)) for item in encoded)
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise refused(
            "022", f"la signature de {what} ne se lit pas", f"the signature of {what} is unreadable"
        ) from None
    algorithm = header.get("alg")
    fits = algorithm in _ALGORITHMS and algorithm in _fitting(certificates[0]) and header.keys() <= _HEADERS
    if not fits:
        raise _unfit(what)
    return certificates, str(algorithm)


def _unfit(what: str) -> Refused:
    return refused(
        "024",
        f"la signature de {what} emploie un algorithme ou un en-tête que le format n'admet pas",
        f"the signature of {what} uses an algorithm or a header that the format does not allow",
    )


def _fitting(certificate: x509.Certificate) -> tuple[str, ...]:
    """The algorithms that the certificate's own key can be used with."""
    main = _algorithm(certificate)
    if main is None:
        return ()
    return ("RS256", "PS256") if main == "RS256" else (main,)


def _algorithm(certificate: x509.Certificate) -> str | None:
    try:
        key = certificate.public_key()
    except (ValueError, TypeError):
        return None
    if isinstance(key, rsa.RSAPublicKey):
        return "RS256" if key.key_size >= MIN_RSA else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES.get(key.curve.name)
    return None


HOW_TO_MAKE_A_KEY: Final = Sentence(
    "une clé d'essai : openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj '/CN=Votre Nom' -keyout cle.pem "
    "-out cert.pem && openssl pkcs12 -export -inkey cle.pem -in cert.pem -passout pass: -out cle.p12 ; voyez "
    "docs/preuves.md",
    "a test key: openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj '/CN=Your Name' -keyout key.pem "
    "-out cert.pem && openssl pkcs12 -export -inkey key.pem -in cert.pem -passout pass: -out key.p12; see "
    "docs/en/preuves.md",
)
