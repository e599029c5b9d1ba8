"""The commands of IMAP (RFC 3501 §6 and the extensions that the service announces), by name."""

from __future__ import annotations

from banc_mocks.mssante.wire.imap.verbs import entry, folders, messages
from banc_mocks.mssante.wire.imap.verbs.verb import Verb

VERBS: dict[str, Verb] = {verb.name: verb for verb in (*entry.VERBS, *folders.VERBS, *messages.VERBS)}

__all__ = ["VERBS", "Verb"]
