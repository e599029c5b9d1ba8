"""What an exchange carried within: documents and metadata of a submission, headers and archive of a mail."""

from __future__ import annotations

from collections.abc import Mapping

from banc_harness.trace import Exchange
from banc_standards.errors import BancError

METADATA = "METADATA.XML"


def is_mail(exchange: Exchange) -> bool:
    """Whether the request is a mail."""
    message = exchange.entry.get("request") or {}
    return message.get("media_type") == "message/rfc822" and bool(message.get("size"))


def clinical_documents(exchange: Exchange) -> tuple[bytes, ...]:
    """The CDA documents, in the order in which they stand."""
    if is_mail(exchange):
        candidates = members(exchange).values()
    elif "multipart" in (exchange.header("Content-Type") or ""):
        candidates = exchange.documents.values()
    else:
        return ()
    return tuple(data for data in candidates if b"ClinicalDocument" in data[:4000])


def metadata(exchange: Exchange) -> tuple[bytes, ...]:
    """The METADATA.XML of the archives of a mail."""
    return tuple(data for name, data in members(exchange).items() if name.upper().endswith(METADATA))


def members(exchange: Exchange) -> Mapping[str, bytes]:
    """The members of the archives that a mail carries; one that cannot be opened has none."""
    from banc_standards.xdm.read import unzipped

    mail = exchange.mail if is_mail(exchange) else None
    found: dict[str, bytes] = {}
    for part in () if mail is None else mail.zips:
        try:
            found |= unzipped(part.content)
        except BancError:
            continue
    return found


def headers(exchange: Exchange) -> str:
    """The headers of a mail, decoded, one a line."""
    from banc_standards.mail.mime import decoded

    mail = exchange.mail
    if mail is None:
        return ""
    return "\n".join(f"{name}: {' '.join(decoded(value).split())}" for name, value in mail.mime.headers.fields)
