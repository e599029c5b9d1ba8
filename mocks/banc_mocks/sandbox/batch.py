"""What the store writes together, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from banc_mocks.sandbox.working import Change
from banc_standards.errors import EnvironmentFailed, Sentence


@dataclass(frozen=True, slots=True)
class Record:
    """A value that outlives resets (a session, a certificate). ``value`` None deletes it."""

    kind: str
    key: str
    value: Mapping[str, Any] | None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Purge:
    """What to forget of a session: the working state of the epochs before one, or all of the session (None)."""

    epochs_before: int | None = None


@dataclass(slots=True)
class Batch:
    """What is written together: an exchange, the bytes that it names, the state that it changed.

    ``entry`` is the exchange of CONTRACTS §6 without ``v session epoch writer seq prev hash``, which the store adds
    when it seals; it is not to be altered once handed over. ``blobs`` maps ``sha256:…`` to bytes. A ``purge`` comes
    before the rest of its batch.
    """

    session: str
    epoch: int
    entry: dict[str, Any] | None = None
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    records: Sequence[Record] = ()
    purge: Purge | None = None

    @property
    def writes(self) -> bool:
        """Whether it alters the database; one that does not only asks for the position of its chain."""
        return bool(self.entry or self.blobs or self.changes or self.records or self.purge)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit answers: the sealed entry, if there was one, and the position of the chain after the batch."""

    entry: dict[str, Any] | None
    position: int


class StoreFailed(EnvironmentFailed):
    """The store could not write or read: disk full, database locked, closed."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "STORE-001",
            Sentence(f"le magasin du banc ne répond pas : {why}", f"the sandbox's store does not answer: {why}"),
            Sentence(
                "vérifier l'espace disque et les droits du dossier de données, puis relancer",
                "check the free space and the rights of the data folder, then start again",
            ),
        )
