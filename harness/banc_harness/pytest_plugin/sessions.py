"""``banc_session``: a session of one test, with assertions that explain themselves."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from banc_harness.pytest_plugin.telling import LAST_LINES, difference_lines, finding_lines, journal
from banc_harness.selection import Selection, nearest
from banc_harness.session_handle import SessionHandle
from banc_standards.errors import Lang, Sentence

if TYPE_CHECKING:
    from banc_harness.handle import SandboxHandle
    from banc_standards.contracts.vocabulary import SessionMode

PATIENCE_S = 2.0
"""How long an awaited exchange may still come once the test asks for it."""

CALLBACKS = tuple(
    f"{scheme}://localhost:{port}/callback" for scheme in ("http", "https") for port in (3000, 8080, 8443)
)

Several = str | tuple[str, ...]


class BancSession(SessionHandle):
    """A session of the sandbox, and assertions on what it saw.

    A failed assertion shows the nearest exchange, its difference field by field, what the service found wrong with it,
    and the last lines of the journal.
    """

    def __init__(self, sandbox: SandboxHandle, id: str, lang: Lang = "fr") -> None:
        super().__init__(sandbox, id)
        self.lang: Lang = lang

    def assert_exchange(
        self,
        operation: Several = "*",
        *,
        outcome: Several | None = None,
        code: Several | None = None,
        fault: str | None = None,
        facts: Mapping[str, Any] | None = None,
        after: int = 0,
        timeout_s: float = PATIENCE_S,
        **more_facts: Any,
    ) -> dict[str, Any]:
        """The first exchange that is this one; waits for it ``timeout_s`` seconds at most.

        ``operation`` may be a pattern (``dmp.*``); ``facts`` and the remaining keywords are facts of the exchange
        (``ins="…"``, ``facts={"lps.name": "…"}``).
        """
        __tracebackhide__ = True
        wanted = Selection(operation, outcome, code, fault, {**(facts or {}), **more_facts})
        deadline, position = time.monotonic() + timeout_s, after
        seen: list[dict[str, Any]] = []
        while True:
            left = max(0.0, deadline - time.monotonic())
            page, position = self._page(position, min(left, 30.0))
            found = next((entry for entry in page if wanted.matches(entry)), None)
            if found is not None:
                return found
            seen += page
            if not left and not page:
                raise AssertionError(self._missing(wanted, seen))

    def assert_no_exchange(
        self,
        operation: Several = "*",
        *,
        outcome: Several | None = None,
        code: Several | None = None,
        fault: str | None = None,
        facts: Mapping[str, Any] | None = None,
        after: int = 0,
        **more_facts: Any,
    ) -> None:
        """No exchange so far is this one."""
        __tracebackhide__ = True
        wanted = Selection(operation, outcome, code, fault, {**(facts or {}), **more_facts})
        entries = self._entries(after)
        for entry in entries:
            if wanted.matches(entry):
                head = Sentence(
                    f"échange de trop, n° {entry['seq']} : {wanted}", f"one too many, no {entry['seq']}: {wanted}"
                )
                raise AssertionError("\n".join([head.of(self.lang), *self._about(entry), self._journal(entries)]))

    def assert_conform(
        self, *subjects: Mapping[str, Any] | bytes, kind: str | None = None, ignore: Iterable[str] = ()
    ) -> None:
        """Nothing is wrong with an exchange, or with the bytes of a document (see ``banc validate``), or, without
        either, with anything that the session saw. ``kind`` is that of ``--as``; ``ignore`` are ids of rules.
        """
        __tracebackhide__ = True
        known = frozenset(ignore)
        entries = self._entries(0)
        wrong: list[str] = []
        for subject in subjects or entries:
            if isinstance(subject, bytes | bytearray):
                from banc_harness.pytest_plugin.documents import findings

                head, found = "document", findings(bytes(subject), kind, self.lang)
            else:
                head, found = f"n° {subject['seq']} {subject['operation']}", list(subject.get("findings") or ())
            errors = [item for item in found if item["severity"] == "error" and item["rule"] not in known]
            wrong += [f"{head} : " + "\n".join(finding_lines(item, self.lang)) for item in errors]
        if wrong:
            head = Sentence("pas conforme", "not conform").of(self.lang)
            raise AssertionError("\n".join([head, *wrong, self._journal(entries)]))

    def environment(self, *, redirect_uris: Iterable[str] = CALLBACKS) -> dict[str, str]:
        """What ``banc env`` writes, for this session: addresses, Pro Santé Connect client, IDAM, CA file.

        A client with these return addresses is registered when the session has none.
        """
        from banc_harness.cli.settings import settings

        services = self.services
        if "psc" in services and not self.clients():
            self.register_client(f"banc-{self.id}", redirect_uris=list(redirect_uris))
        ready = self.sandbox.ready | {
            "services": services,
            "ca_file": self.sandbox.ca_bundle,
            "control": self.sandbox.control,
        }
        return settings(ready, self.clients() if "psc" in services else [], None)

    def _missing(self, wanted: Selection, seen: list[dict[str, Any]]) -> str:
        head = Sentence(f"aucun échange : {wanted}", f"no exchange: {wanted}")
        close = nearest(wanted, seen)
        if close is None:
            return f"{head.of(self.lang)}\n{self._journal(seen)}"
        entry, differences = close
        near = Sentence(f"le plus proche, n° {entry['seq']} :", f"the nearest, no {entry['seq']}:")
        lines = [near.of(self.lang), *difference_lines(differences, self.lang), *self._about(entry)]
        return "\n".join([head.of(self.lang), *lines, self._journal(seen)])

    def _about(self, entry: Mapping[str, Any]) -> list[str]:
        return [line for finding in entry.get("findings") or () for line in finding_lines(finding, self.lang)]

    def _journal(self, entries: list[dict[str, Any]]) -> str:
        return journal(self.id, entries, self.lang, LAST_LINES)


def opened(sandbox: SandboxHandle, mode: SessionMode, lang: Lang) -> BancSession:
    """A new session of the sandbox."""
    return BancSession(sandbox, sandbox.session(mode=mode).id, lang)
