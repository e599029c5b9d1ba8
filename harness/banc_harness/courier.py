"""A correspondent of another operator: delivers a mail to the sandbox's operator, as SMTP between operators does."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

from banc_harness.client import Control
from banc_standards.contracts.control import CertificateRequest
from banc_standards.contracts.driver import ActionSandbox
from banc_standards.errors import EnvironmentFailed, Sentence
from banc_standards.mail.addresses import domain_of

TIMEOUT_S = 15.0


async def deliver(
    control: Control, session: str, sandbox: ActionSandbox, mail: bytes, *, domain: str, sender: str, to: Sequence[str]
) -> None:
    """Delivers a mail under a certificate of the session that names ``domain``, the sender's own.

    Raises ``EnvironmentFailed`` when the operator does not take it.
    """
    place = sandbox.services.mssante.smtp if sandbox.services.mssante else None
    if place is None:
        raise _refused("mssante", "smtp")
    order = CertificateRequest(kind="SMTP", holder="S03", names=[domain_of(domain) or domain], format="pem")
    issued = await control.issue(session, order)
    pem = (issued.private_key or "") + issued.certificate + issued.chain
    host, _, port = place.rpartition(":")
    try:
        await asyncio.to_thread(_send, host.strip("[]"), int(port), pem, sandbox.ca_file, sender, list(to), mail)
    except (OSError, smtplib.SMTPException) as error:
        raise _refused(place, str(error)) from error


def _send(host: str, port: int, pem: str, ca_file: str, sender: str, to: list[str], mail: bytes) -> None:
    context = ssl.create_default_context(cafile=ca_file)
    with tempfile.TemporaryDirectory(prefix="courrier-") as folder:
        file = Path(folder) / "operator.pem"
        file.touch(0o600)
        file.write_text(pem)
        context.load_cert_chain(file)
    with smtplib.SMTP(host, port, timeout=TIMEOUT_S) as operator:
        operator.starttls(context=context)
        operator.ehlo()
        operator.sendmail(sender, to, mail)


def _refused(where: str, why: str) -> EnvironmentFailed:
    return EnvironmentFailed(
        "BENCH-MAIL-001",
        Sentence(f"le courriel du scénario n'est pas remis ({where}) : {why}", f"mail not delivered ({where}): {why}"),
        Sentence("vérifiez que le service mssante tourne", "check that the service mssante runs"),
    )
