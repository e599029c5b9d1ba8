"""The folders of a mailbox as IMAP shows them: INBOX, the operator's three, and those that clients made.

What is delivered is INBOX; the control API lists the same messages. A folder keeps its messages when it is renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from banc_mocks.mssante.state import Message

INBOX: Final = "INBOX"
SEPARATOR: Final = "/"
OWN: Final[Mapping[str, tuple[int, str]]] = {
    INBOX: (0, ""),
    "Envoyés": (1, "\\Sent"),
    "Brouillons": (2, "\\Drafts"),
    "Corbeille": (3, "\\Trash"),
}
"""The operator's folders, each with its number and its special use (RFC 6154)."""
_FIRST_FREE: Final = 4
MAX_FOLDERS: Final = 200
SEEN: Final = "\\Seen"
DELETED: Final = "\\Deleted"


class Memory(Protocol):
    """Where values are kept: an :class:`~banc_mocks.sandbox.exchange.Exchange` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""

    def drop(self, kind: str, key: str) -> None:
        """Removes a value."""

    def items(self, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a mailbox; ``number`` never serves again once the folder is deleted."""

    address: str
    name: str
    number: int
    use: str = ""

    @property
    def own(self) -> bool:
        """Whether it is the operator's."""
        return self.name in OWN

    @property
    def messages_kind(self) -> str:
        """Under which kind of the state its messages are."""
        return f"message:{self.address}" if not self.number else f"message:{self.address}{SEPARATOR}{self.number}"

    @property
    def key(self) -> str:
        """Its own key for counters."""
        return self.address if not self.number else f"{self.address}{SEPARATOR}{self.number}"

    @property
    def counter_kind(self) -> str:
        """Under which kind of the state its last UID is."""
        return "folder_uid" if self.number else "uid"


class Folders:
    """The folders of one mailbox, and what is in them."""

    def __init__(self, memory: Memory, address: str) -> None:
        self._memory = memory
        self._address = address

    # -- folders -------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Folder]:
        for name, (number, use) in OWN.items():
            yield Folder(self._address, name, number, use)
        for name, number in sorted(self._memory.items(self._kind("folder"))):
            yield Folder(self._address, name, int(number))

    def find(self, name: str) -> Folder | None:
        """The folder of that name; INBOX in any case."""
        if name.upper() == INBOX:
            name = INBOX
        if name in OWN:
            return Folder(self._address, name, *OWN[name])
        number = self._memory.get(self._kind("folder"), name)
        return None if number is None else Folder(self._address, name, int(number))

    def create(self, name: str) -> Folder:
        """Makes a folder."""
        number = int(self._memory.get("folder_number", self._address, _FIRST_FREE))
        self._memory.put("folder_number", self._address, number + 1)
        self._memory.put(self._kind("folder"), name, number)
        return Folder(self._address, name, number)

    def delete(self, folder: Folder) -> None:
        """Removes a folder and its messages."""
        for uid, _ in self._memory.items(folder.messages_kind):
            self._memory.drop(folder.messages_kind, uid)
        self._memory.drop(self._kind("folder"), folder.name)

    def rename(self, folder: Folder, name: str) -> None:
        """Gives a folder another name; those below follow (RFC 3501 §6.3.5)."""
        for one in list(self):
            if one.name == folder.name or one.name.startswith(folder.name + SEPARATOR):
                self._memory.drop(self._kind("folder"), one.name)
                self._memory.put(self._kind("folder"), name + one.name[len(folder.name) :], one.number)

    def subscribe(self, name: str, wanted: bool) -> None:
        """Notes whether the client wants a folder in LSUB."""
        self._memory.put(self._kind("subscribed"), name, wanted)

    def subscribed(self, name: str) -> bool:
        """Whether LSUB tells a folder: every one until a client says otherwise."""
        return bool(self._memory.get(self._kind("subscribed"), name, True))

    # -- messages ------------------------------------------------------------------------------------------------

    def last_uid(self, folder: Folder) -> int:
        """The last UID that was given."""
        return int(self._memory.get(folder.counter_kind, folder.key, 0))

    def flags(self, folder: Folder) -> dict[int, tuple[str, ...]]:
        """The flags of each message by UID, in the order of UIDs."""
        found = ((int(uid), tuple(value["flags"])) for uid, value in self._memory.items(folder.messages_kind))
        return dict(sorted(found))

    def message(self, folder: Folder, uid: int) -> Message | None:
        """One message."""
        value = self._memory.get(folder.messages_kind, str(uid))
        return None if value is None else Message.from_json(value)

    def add(self, folder: Folder, message: Message) -> Message:
        """Puts a message into a folder under its next UID."""
        uid = self.last_uid(folder) + 1
        placed = replace(message, uid=uid)
        self._memory.put(folder.counter_kind, folder.key, uid)
        self._memory.put(folder.messages_kind, str(uid), placed.as_json())
        return placed

    def mark(self, folder: Folder, message: Message, flags: tuple[str, ...]) -> None:
        """Gives a message other flags."""
        self._memory.put(folder.messages_kind, str(message.uid), replace(message, flags=flags).as_json())

    def expunge(self, folder: Folder, uid: int) -> None:
        """Removes a message."""
        self._memory.drop(folder.messages_kind, str(uid))

    def told(self, folder: Folder) -> int:
        """The last UID that some client was told of as recent (RFC 3501 §2.3.2)."""
        return int(self._memory.get("recent", folder.key, 0))

    def tell(self, folder: Folder, uid: int) -> None:
        """Notes that a client was told of the messages up to a UID."""
        self._memory.put("recent", folder.key, uid)

    def rebuilt(self) -> int:
        """How many times the operator rebuilt the mailbox: its UIDVALIDITY counts them."""
        return int(self._memory.get("rebuilt", self._address, 0))

    def rebuild(self) -> None:
        """Rebuilds the mailbox: what clients remember of its UIDs is worth nothing any more."""
        self._memory.put("rebuilt", self._address, self.rebuilt() + 1)

    def _kind(self, what: str) -> str:
        return f"{what}:{self._address}"
