"""Reviews: what a person decided about the requirements that no check can decide alone.

Pure: the same verdicts, judgements and reviews give the same result during the run and offline.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

from banc_harness.judging import Judgement
from banc_harness.scoring import Judged, roll_up
from banc_standards.contracts.canonical import canonical
from banc_standards.contracts.review import Review
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.errors import Lang, Sentence

Word = Literal["accepted", "refused"]
_WORDS: dict[Verdict, Word] = {"CONFORME": "accepted", "NON_CONFORME": "refused"}


def apply(
    verdicts: Iterable[RequirementVerdict],
    reviews: Iterable[Review],
    judgements: Sequence[Judgement],
    lang: Lang = "fr",
) -> list[RequirementVerdict]:
    """The verdicts with the reviews taken in, by the lattice of :mod:`banc_harness.scoring`.

    ``verdicts`` are those of the checks alone, ``judgements`` what the checks said. A review never turns what a check
    proved wrong, nor what was not tested, into conformity. Of two reviews of one requirement a refusal wins. The caller
    makes sure that the reviews are of this run (:func:`strangers`).
    """
    taken: dict[str, Review] = {}
    for review in reviews:
        if review.requirement not in taken or review.verdict == "NON_CONFORME":
            taken[review.requirement] = review
    return [_with(item, taken.get(item.requirement), judgements, lang) for item in verdicts]


def open_to_review(verdicts: Iterable[RequirementVerdict], judgements: Sequence[Judgement]) -> list[RequirementVerdict]:
    """The requirements that a person may decide: those that a review in favour would make ``CONFORME``."""
    return [
        item for item in verdicts if item.verdict != "CONFORME" and _decided(item, "accepted", judgements) == "CONFORME"
    ]


def seen(requirement: str, judgements: Iterable[Judgement]) -> list[str]:
    """The exchanges that the checks of a requirement read, by hash, sorted: what a review of it rests on."""
    return sorted({name for item in judgements if requirement in item.check.requirements for name in item.inputs})


def strangers(reviews: Iterable[Review], run: str, judgements: Sequence[Judgement]) -> list[Review]:
    """The reviews that are of another run, or rest on other exchanges than those that its checks read."""
    return [item for item in reviews if item.run != run or item.seen != seen(item.requirement, judgements)]


def content(review: Review) -> bytes:
    """The bytes of ``reviews/REQUIREMENT.json``, over which the reviewer's signature is made."""
    return canonical(review.as_json())


def digest(review: Review) -> str:
    """The name of those bytes, which ``review.signed`` tells."""
    return f"sha256:{hashlib.sha256(content(review)).hexdigest()}"


def _with(
    item: RequirementVerdict, review: Review | None, judgements: Sequence[Judgement], lang: Lang
) -> RequirementVerdict:
    if review is None:
        return item
    verdict = _decided(item, _WORDS[review.verdict], judgements)
    if verdict == item.verdict:
        return item
    said = Sentence(f"revue de {review.reviewer}", f"review by {review.reviewer}").of(lang)
    colon = ": " if lang == "en" else " : "
    reason = f"{said}{colon}{review.comment}" if review.comment else said
    return item.model_copy(update={"verdict": verdict, "reason": reason, "reviewer": review.reviewer})


def _decided(item: RequirementVerdict, word: Word, judgements: Sequence[Judgement]) -> Verdict:
    about = (judged for judged in judgements if item.requirement in judged.check.requirements)
    return roll_up(
        (Judged(judged.verdict, judged.check.blocking) for judged in about),
        applicable=item.verdict != "NON_APPLICABLE",
        check_mode=item.check_mode,
        review=word,
    )
