"""What a client was told of the folder that it has open; how it learns what changed since (RFC 3501 §7.3, §7.4)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from banc_mocks.mssante.state.folders import Folder
from banc_mocks.mssante.wire.imap import writing

RECENT = "\\Recent"


@dataclass(slots=True)
class View:
    """The open folder as the client knows it: its UIDs in order of message numbers, their flags, which are recent."""

    folder: Folder
    read_only: bool
    uids: list[int] = field(default_factory=list)
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    recent: set[int] = field(default_factory=set)

    @property
    def last_uid(self) -> int:
        """The highest UID that the client knows, 0 for an empty folder."""
        return self.uids[-1] if self.uids else 0

    def number(self, uid: int) -> int:
        """The message number of a UID that the client knows."""
        return bisect_left(self.uids, uid) + 1

    def shown(self, uid: int, flags: tuple[str, ...]) -> tuple[str, ...]:
        """The flags as the client sees them."""
        return (*flags, RECENT) if uid in self.recent else flags

    def told(self, uid: int, flags: tuple[str, ...]) -> None:
        """Notes that the client now knows the flags of a message."""
        self.flags[uid] = flags

    def changes(self, now: Mapping[int, tuple[str, ...]], *, expunge: bool) -> list[bytes]:
        """The untagged answers that bring the client up to ``now``; EXPUNGE waits when message numbers must hold."""
        lines: list[bytes] = []
        if expunge:
            for uid in [uid for uid in self.uids if uid not in now]:
                lines.append(b"%d EXPUNGE" % self.number(uid))
                self.uids.remove(uid)
                self.flags.pop(uid, None)
                self.recent.discard(uid)
        arrived = [uid for uid in now if uid > self.last_uid]
        for uid in self.uids:
            if uid in now and self.flags.get(uid) != now[uid]:
                self.flags[uid] = now[uid]
                shown = writing.flags(self.shown(uid, now[uid]))
                lines.append(b"%d FETCH (FLAGS %b UID %d)" % (self.number(uid), shown, uid))
        if arrived:
            self.uids += arrived
            self.flags |= {uid: now[uid] for uid in arrived}
            self.recent |= set() if self.read_only else set(arrived)
            lines += [b"%d EXISTS" % len(self.uids), b"%d RECENT" % len(self.recent)]
        return lines
