"""Contents by name, read when asked for; the last ones stay in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

KEPT_BYTES: Final = 32 * 2**20
"""Contents kept in memory at once, in bytes; a larger one is kept alone."""


class Redacted(Exception):
    """A check asked for a content that was taken out of the bundle: it cannot decide."""


class ReadBlobs(Mapping[str, bytes]):
    """Contents (``sha256:…``) that ``read`` gives, raising ``KeyError`` for one that does not exist; ``listed`` names
    them all.
    """

    def __init__(self, listed: Callable[[], Iterable[str]], read: Callable[[str], bytes]) -> None:
        self._listed = listed
        self._read = read
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def __getitem__(self, digest: str) -> bytes:
        if digest in self._kept:
            self._kept.move_to_end(digest)
            return self._kept[digest]
        data = self._read(digest)
        self._kept[digest] = data
        self._size += len(data)
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            self._size -= len(self._kept.popitem(last=False)[1])
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed())

    def __len__(self) -> int:
        return sum(1 for _ in self)
