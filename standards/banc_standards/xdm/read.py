"""Reading an XDM archive that strangers send: bounded, in memory, no path ever made of a member's name."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from lxml import etree

from banc_standards.errors import BancError, Sentence
from banc_standards.xdm.names import METADATA, ROOT, Action
from banc_standards.xds.model import DocumentEntry, Submission
from banc_standards.xds.names import RIM
from banc_standards.xds.read import XdsRefused
from banc_standards.xds.read import read as read_submission
from banc_standards.xml import Limits as XmlLimits
from banc_standards.xml import XmlRefused, parse


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may cost: octets packed, octets unpacked, their ratio, members."""

    max_bytes: int = 50_000_000
    max_unpacked: int = 100_000_000
    max_ratio: int = 100
    max_members: int = 1_000


DEFAULT_LIMITS: Final = Limits()

_TEXTS: Final = {
    "XDM-ZIP-001": Sentence("La pièce jointe n'est pas un zip lisible", "The attachment is no readable zip"),
    "XDM-ZIP-002": Sentence("Le zip se déploie au-delà des bornes", "The zip unpacks beyond bounds"),
    "XDM-ZIP-003": Sentence("Le zip contient un chemin interdit", "The zip holds a forbidden path"),
    "XDM-ZIP-004": Sentence("Le zip contient deux fois le même nom", "The zip holds the same name twice"),
    "XDM-ZIP-005": Sentence("Le zip est chiffré", "The zip is encrypted"),
    "XDM-ZIP-006": Sentence("Le zip a trop de membres", "The zip has too many members"),
}
HOSTILE: Final = frozenset({"XDM-ZIP-002", "XDM-ZIP-003", "XDM-ZIP-004", "XDM-ZIP-005", "XDM-ZIP-006"})
"""The refusals that no honest mistake explains."""


class XdmRefused(BancError):
    """The bytes are no archive that the product opens.

    ``rule_id``: XDM-ZIP-001 no zip or corrupt, 002 bomb, 003 path outside or not portable, 004 duplicate name,
    005 encrypted, 006 too many members.
    """

    def __init__(self, rule_id: str, detail: str) -> None:
        text = _TEXTS[rule_id]
        super().__init__(
            rule_id,
            Sentence(f"{text.fr} ({detail}).", f"{text.en} ({detail})."),
            Sentence(
                "Produire un zip simple (deflate), un fichier par document.",
                "Make a plain zip (deflate), one file per document.",
            ),
        )
        self.rule_id = rule_id
        self.detail = detail


def file_of(entry: DocumentEntry) -> str:
    """The file that an entry's URI names, lower case as names are compared; empty without URI."""
    return (entry.uri or "").lower().removeprefix("./")


@dataclass(frozen=True)
class Folder:
    """One submission set of the archive: its folder, its metadata, and the bytes of its files by name.

    ``submission`` is None when ``refused`` says why the metadata could not be read. ``lot_action`` is the action that
    stands on the submission set itself, ``root`` the element that the metadata are.
    """

    name: str
    submission: Submission | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: XmlRefused | XdsRefused | None = None
    lot_action: str | None = None
    root: str = ""

    def content(self, entry: DocumentEntry) -> bytes | None:
        """The bytes that an entry's URI names inside this folder, compared without case; None when there are none."""
        return self._by_name.get(file_of(entry))

    @cached_property
    def _by_name(self) -> Mapping[str, bytes]:
        return {name.lower(): data for name, data in self.files.items()}

    @property
    def documents(self) -> dict[str, bytes]:
        """The bytes of the entries that have some, by entry id."""
        entries = self.submission.contents if self.submission else ()
        found = ((entry.id, self.content(entry)) for entry in entries)
        return {name: data for name, data in found if data is not None}

    @property
    def action(self) -> Action | None:
        """What the sending asks of the document: C replaces, D deletes, None is a first sending."""
        entries = self.submission.contents if self.submission else ()
        asked = {self.lot_action, *(entry.action for entry in entries)}
        return "D" if "D" in asked else "C" if "C" in asked else None


@dataclass(frozen=True, slots=True)
class Archive:
    """An XDM archive in memory: every member by its name as written, and the folders that hold metadata."""

    members: Mapping[str, bytes]
    folders: tuple[Folder, ...]

    def member(self, name: str) -> bytes | None:
        """A member by its name, whatever the case."""
        return next((data for known, data in self.members.items() if known.lower() == name.lower()), None)

    @property
    def documents(self) -> tuple[bytes, ...]:
        """The bytes of every document that some metadata describe."""
        return tuple(data for folder in self.folders for data in folder.documents.values())


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Archive:
    """Opens an archive. Raises :class:`XdmRefused`; metadata that cannot be read are told by their folder."""
    return archive(unzipped(data, limits))


def archive(members: Mapping[str, bytes]) -> Archive:
    """The archive that these members are; metadata that cannot be read are told by their folder."""
    folders = []
    for name in members:
        parts = name.split("/")
        if len(parts) == 3 and parts[0].upper() == ROOT and parts[2].upper() == METADATA:
            folders.append(_folder(f"{parts[0]}/{parts[1]}", name, members))
    return Archive(members, tuple(folders))


def unzipped(data: bytes, limits: Limits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """The members of a zip by name, folders left out. Raises :class:`XdmRefused`."""
    if len(data) > limits.max_bytes:
        raise XdmRefused("XDM-ZIP-002", f"{len(data)} > {limits.max_bytes} octets")
    _bound_directory(data, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
            _check_names(infos)
            return _contents(opened, infos, len(data), limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, ValueError, OSError) as error:
        raise XdmRefused("XDM-ZIP-001", str(error)[:200] or type(error).__name__) from None


_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_WIDE_END: Final = b"PK\x06\x06"
_WIDE_LOCATOR: Final = b"PK\x06\x07"
_WIDE_END_SIZE: Final = 56 + 20
"""Octets of the ZIP64 end of directory and of its locator, which stand just before the end (APPNOTE 4.3.14, 4.3.15)."""


def _bound_directory(data: bytes, limits: Limits) -> None:
    """Bounds the central directory before any parser builds objects of it (APPNOTE 4.3.16)."""
    start = data.rfind(_END, max(0, len(data) - _END_SIZE - 65_535))
    if start < 0 or start + _END_SIZE > len(data):
        raise XdmRefused("XDM-ZIP-001", "fin de répertoire absente")
    count, size = struct.unpack_from("<HI", data, start + 10)
    wide = start - _WIDE_END_SIZE
    if wide >= 0 and data.startswith(_WIDE_LOCATOR, start - 20) and data.startswith(_WIDE_END, wide):
        count, size = struct.unpack_from("<QQ", data, wide + 32)  # parsers believe these, whatever the others say
    if count > limits.max_members or size > limits.max_members * 512:
        raise XdmRefused("XDM-ZIP-006", f"> {limits.max_members}")


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        if info.flag_bits & 0x41:
            raise XdmRefused("XDM-ZIP-005", repr(name[:80]))
        parts = name.rstrip("/").split("/")
        outside = name.startswith("/") or any(part in ("", ".", "..") for part in parts)
        if outside or any(c < " " or c in '\\:*?"<>|\x7f' for c in name) or len(name) > 255:
            raise XdmRefused("XDM-ZIP-003", repr(name[:80]))
        if (info.external_attr >> 16) & 0o170000 == 0o120000:
            raise XdmRefused("XDM-ZIP-003", f"lien {name[:80]!r}")
        if name.lower() in seen:
            raise XdmRefused("XDM-ZIP-004", repr(name[:80]))
        seen.add(name.lower())


_RATIO_FROM: Final = 1_000_000
"""Octets unpacked below which a high ratio means only that the text repeats itself."""


def _contents(opened: zipfile.ZipFile, infos: list[zipfile.ZipInfo], packed: int, limits: Limits) -> dict[str, bytes]:
    allowed = min(limits.max_unpacked, max(_RATIO_FROM, packed * limits.max_ratio))
    found: dict[str, bytes] = {}
    left = allowed
    for info in infos:
        if info.is_dir():
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise XdmRefused("XDM-ZIP-001", f"compression {info.compress_type}")
        with opened.open(info) as stream:
            data = stream.read(left + 1)
        left -= len(data)
        if left < 0:
            raise XdmRefused("XDM-ZIP-002", f"> {allowed} octets")
        found[info.filename] = data
    return found


_METADATA_LIMITS: Final = XmlLimits(max_bytes=10 * 2**20, max_depth=50, max_nodes=100_000)


def _folder(name: str, metadata: str, members: Mapping[str, bytes]) -> Folder:
    files = {
        path[len(name) + 1 :]: data
        for path, data in members.items()
        if path.lower().startswith(f"{name}/".lower()) and path != metadata
    }
    try:
        root = parse(members[metadata], _METADATA_LIMITS, comments=False)
        content = read_submission(root)
    except (XmlRefused, XdsRefused) as refused:
        return Folder(name, None, files, refused)
    actions = {item.get("id", ""): _action(item) for item in root.iter(f"{RIM}ExtrinsicObject")}
    entries = tuple(replace(entry, action=actions.get(entry.id)) for entry in content.entries)
    lot = next(root.iter(f"{RIM}RegistryPackage"), None)
    lot_action = _action(lot) if lot is not None else None
    return Folder(name, replace(content, entries=entries), files, lot_action=lot_action, root=root.tag)


def _action(item: etree._Element) -> str | None:
    """The slot ``action``, or any whose name ends so: its spelling is not published (mssante, 3.4)."""
    for slot in item.findall(f"{RIM}Slot"):
        name = slot.get("name", "")
        if name == "action" or name.endswith(":action"):
            return (slot.findtext(f"{RIM}ValueList/{RIM}Value") or "").strip() or None
    return None
