"""The kinds of artefacts: what each is called, and how it is judged when this version knows how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from banc_harness.validate.verdict import KindName, Skipped, Verdict
from banc_standards.errors import Lang, Sentence

if TYPE_CHECKING:
    from banc_harness.packs.second import Second


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a judgement: the language of its sentences, whether to show the source, where to count, the pack
    that clinical documents are judged by too, and how to read a file that stands beside (None: nothing does).
    """

    lang: Lang = "fr"
    excerpts: bool = False
    skipped: Skipped = field(default_factory=Skipped)
    pack: Second | None = None
    beside: Callable[[str], bytes | None] | None = None


Judge = Callable[[bytes, str, Asked], Iterator[Verdict]]
"""Judges some bytes that are told under a path; an archive or a mail yields a verdict for each document too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. ``judge`` is None for a kind that this version recognises but does not judge yet."""

    name: KindName
    text: Sentence
    judge: Judge | None = None
    most_bytes: int = 50 * 2**20

    @property
    def not_yet(self) -> Sentence:
        """Why a file of a kind without ``judge`` is unusable."""
        return Sentence(
            f"{self.text.fr} ({self.name}) : genre reconnu, que cette version ne juge pas encore",
            f"{self.text.en} ({self.name}): a known kind, which this version does not judge yet",
        )


def _clinical(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import clinical

    yield clinical.judge(data, path, asked.lang, excerpts=asked.excerpts, pack=asked.pack)


def _archive(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import archives

    return archives.judge(data, path, asked)


def _mail(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import mails

    return mails.judge(data, path, asked)


def _fhir(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import fhir

    return fhir.judge(data, path, asked)


def _hl7(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import hl7

    return hl7.judge(data, path, asked)


def _submission(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import submissions

    return submissions.judge(data, path, asked)


def _assertion(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import assertions

    return assertions.judge(data, path, asked)


def _identity(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import identities

    return identities.judge(data, path, asked)


def _token(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_harness.validate import psc_tokens

    return psc_tokens.judge(data, path, asked)


_ALL: Final = (
    Kind("cda", Sentence("document clinique CDA", "CDA clinical document"), _clinical),
    Kind("xdm", Sentence("archive", "archive"), _archive, most_bytes=50_000_000),
    Kind("xds", Sentence("message ou lot XDS", "XDS message or submission set"), _submission),
    Kind("vihf", Sentence("jeton VIHF", "VIHF token"), _assertion),
    Kind("hl7v2", Sentence("message HL7 v2", "HL7 v2 message"), _hl7),
    Kind("fhir", Sentence("ressource FHIR", "FHIR resource"), _fhir),
    Kind("mail", Sentence("courriel MSSanté", "MSSanté mail"), _mail, most_bytes=50_000_000),
    Kind("insi", Sentence("message INSi", "INSi message"), _identity),
    Kind("psc", Sentence("jeton Pro Santé Connect", "Pro Santé Connect token"), _token),
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _ALL}
