"""The ports of the mail service: submission and IMAP, each with STARTTLS and over TLS, and relay between operators."""

from __future__ import annotations

import ssl

from banc_mocks.mssante.faults import FAULTS, SERVICE
from banc_mocks.mssante.service.behaviour import SWITCHES
from banc_mocks.sandbox.http import BaseUrl, HttpService, Listener, StreamServer
from banc_mocks.sandbox.sandbox import Sandbox

SUBMISSION = "mssante_submission"
SUBMISSION_TLS = "mssante_submission_tls"
RELAY = "mssante_smtp"
IMAP = "mssante_imap"
IMAP_TLS = "mssante_imap_tls"


def service(sandbox: Sandbox) -> HttpService:
    """MSSanté on its mail ports; client certificates are asked for, their absence is the service's to answer."""
    del sandbox
    return HttpService(
        name=SERVICE,
        listeners=(
            Listener(SUBMISSION, 47, "requested", stream=_submission, upgrade=True),
            Listener(SUBMISSION_TLS, 25, "requested", stream=_submission_tls),
            Listener(RELAY, -15, "requested", stream=_relay, upgrade=True),
            Listener(IMAP, -26, "requested", stream=_imap, upgrade=True),
            Listener(IMAP_TLS, 53, "requested", stream=_imap_tls),
        ),
        addresses=_addresses,
        faults=FAULTS,
        switches=SWITCHES,
    )


def _submission(sandbox: Sandbox, context: ssl.SSLContext) -> StreamServer:
    from banc_mocks.mssante.wire.server import MailServer

    return MailServer(sandbox, context, implicit=False)


def _submission_tls(sandbox: Sandbox, context: ssl.SSLContext) -> StreamServer:
    from banc_mocks.mssante.wire.server import MailServer

    return MailServer(sandbox, context, implicit=True)


def _relay(sandbox: Sandbox, context: ssl.SSLContext) -> StreamServer:
    from banc_mocks.mssante.wire.server import MailServer

    return MailServer(sandbox, context, implicit=False, between_operators=True)


def _imap(sandbox: Sandbox, context: ssl.SSLContext) -> StreamServer:
    from banc_mocks.mssante.wire.imap.server import ImapServer

    return ImapServer(sandbox, context, implicit=False)


def _imap_tls(sandbox: Sandbox, context: ssl.SSLContext) -> StreamServer:
    from banc_mocks.mssante.wire.imap.server import ImapServer

    return ImapServer(sandbox, context, implicit=True)


def _addresses(base: BaseUrl) -> dict[str, str]:
    names = {
        "smtp": RELAY,
        "submission": SUBMISSION,
        "submission_tls": SUBMISSION_TLS,
        "imap": IMAP,
        "imap_tls": IMAP_TLS,
    }
    return {key: base(name).partition("://")[2] for key, name in names.items()}
