"""What a run leaves in its folder besides events: the files of evidence and the reviews, each before it is told.

A run that is killed finds them there when it is taken up again.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from banc_harness.certifying.reviews import content
from banc_harness.drivers.reply import Evidence
from banc_harness.evidence import names
from banc_standards.contracts import events
from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.review import Review

EVIDENCE = "evidence"
INDEX = "index.json"
REVIEWS = "reviews"


class Keeper:
    """A consumer that writes what ``evidence.added`` and ``review.signed`` name. ``files`` and ``reviews`` are the
    run's own, filled before it tells of them.
    """

    def __init__(self, folder: Path, files: dict[str, Evidence], reviews: dict[str, Review]) -> None:
        self._folder = folder
        self._files = files
        self._reviews = reviews

    def __call__(self, event: AnyEvent) -> None:
        """Writes what one event names."""
        match event:
            case events.EvidenceAdded() if event.evidence.blob in self._files:
                self._keep(event.evidence.blob)
            case events.ReviewSigned():
                path = self._folder / names.review(event.requirement)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content(self._reviews[event.requirement]))
            case _:
                pass

    def _keep(self, digest: str) -> None:
        folder = self._folder / EVIDENCE
        folder.mkdir(parents=True, exist_ok=True)
        (folder / digest.removeprefix("sha256:")).write_bytes(self._files[digest].data)
        index = {name: {"name": item.name, "media_type": item.media_type} for name, item in self._files.items()}
        (folder / INDEX).write_text(json.dumps(index, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def kept_files(folder: Path) -> dict[str, Evidence]:
    """The files of evidence that an earlier run left in its folder, by the name of their bytes."""
    try:
        index = json.loads((folder / EVIDENCE / INDEX).read_text(encoding="utf-8"))
        return {
            digest: Evidence(
                item["name"], item["media_type"], (folder / EVIDENCE / digest.removeprefix("sha256:")).read_bytes()
            )
            for digest, item in index.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def kept_reviews(folder: Path) -> dict[str, Review]:
    """The reviews that an earlier run left in its folder, by requirement; one cut short by a kill is not there."""
    found = {}
    for path in sorted((folder / REVIEWS).glob("*.json")):
        try:
            review = Review.read(path.read_bytes())
        except (OSError, ValidationError):
            continue
        found[review.requirement] = review
    return found
