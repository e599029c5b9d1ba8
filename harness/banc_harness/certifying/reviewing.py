"""Has the tester decide, at the end of a run, what the checks leave open."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from banc_harness.bench import Bench
from banc_harness.certifying.desk import OPINIONS, Desk, Left, Opinion
from banc_harness.certifying.reviews import digest, open_to_review, seen
from banc_harness.events import instant
from banc_harness.judging import Judgement
from banc_standards.contracts import events
from banc_standards.contracts.review import Review
from banc_standards.contracts.score import RequirementVerdict

SCENARIO = "review"
"""What the events of reviews name as their scenario; the step is the requirement."""

LATER = "A_COMPLETER"


async def review(
    bench: Bench,
    desk: Desk,
    decided: Sequence[RequirementVerdict],
    judgements: Sequence[Judgement],
    keep: dict[str, Review],
) -> None:
    """Asks about each requirement that a person may decide and that ``keep`` has no review of; puts each review there
    before telling it.
    """
    waiting = [item for item in open_to_review(decided, judgements) if item.requirement not in keep]
    for rank, item in enumerate(waiting, start=1):
        asked = str(uuid.uuid4())
        where = {"scenario": SCENARIO, "step": item.requirement}
        options = [*OPINIONS, LATER]
        bench.recorder.emit(events.QuestionAsked, **where, id=asked, text=item.text, options=options)
        try:
            opinion = await desk.judge(item, rank, len(waiting))
        except Left as left:
            bench.recorder.emit(events.Log, level="info", code=left.code, text=left.text)
            return
        if opinion is None:
            continue
        bench.recorder.emit(events.QuestionAnswered, **where, id=asked, answer=opinion.verdict, by=opinion.by)
        files = bench.keep(opinion.evidence)
        for file in files:
            bench.recorder.emit(events.EvidenceAdded, **where, evidence=file, produced_by="person")
        signed = _signed(bench, item, opinion, judgements, files)
        keep[item.requirement] = signed
        bench.recorder.emit(
            events.ReviewSigned,
            requirement=item.requirement,
            verdict=signed.verdict,
            reviewer=signed.reviewer,
            review=digest(signed),
        )


def _signed(
    bench: Bench,
    item: RequirementVerdict,
    opinion: Opinion,
    judgements: Sequence[Judgement],
    files: list[events.EvidenceFile],
) -> Review:
    return Review(
        run=bench.recorder.run,
        requirement=item.requirement,
        verdict=opinion.verdict,
        comment=opinion.comment,
        reviewer=opinion.by,
        at=instant(bench.recorder.now()),
        automatic=item.verdict,
        seen=seen(item.requirement, judgements),
        attachments=files,
    )
