"""UC3: a visit of the treating doctor: what others filed since the last one, what is read, and what is kept of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.history import YEARS, consulting, wanted
from banc_harness.scenarios.practice_charts import FIRST_VISIT
from banc_harness.scenarios.summary import AROUND, PRACTICE, TREATING, filed, summary
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient

MONTH_S = 30 * 24 * 3600
EARLIER: Final = ("S02", 3101)
"""The letter that was there at the first visit, by the structure that filed it and its number."""
CORRECTED: Final = ("S02", 3102)
"""Its correction, of after that visit."""
RESULTS: Final = ("S03", 3103)
"""A lab report of after that visit."""
OLD_STAY: Final = ("S02", 3104)
"""The letter of a stay of 2019, filed after that visit only."""
NEWS: Final = (CORRECTED, RESULTS, OLD_STAY)
SINCE: Final[dict[str, Any]] = {"since": "last_visit"}
"""What others filed since the user last looked into the record of this patient."""


def _letter(play: Play, who: Patient, what: tuple[str, int], day: date, **more: Any) -> bytes:
    from banc_harness.scenarios import history_documents

    place, number = what
    source = history_documents.Source(play.professional("P12"), play.structure(place), number)
    return history_documents.letter(source, who, datetime.combine(day, time(9), history_documents.WINTER), **more)


def _report(play: Play, who: Patient) -> bytes:
    from banc_harness.scenarios import history_documents

    place, number = RESULTS
    source = history_documents.Source(play.professional("P10"), play.structure(place), number)
    return history_documents.report(source, who, datetime(2025, 3, 12, 8, 0, tzinfo=history_documents.WINTER))


@scenario(
    id="UC3.31",
    title=Sentence(
        "D'une visite à l'autre : ce que d'autres ont déposé, lu, rangé, et relu sans le redemander",
        "From one visit to the next: what others filed, read, kept, and read again without asking for it",
    ),
    actions=(
        "auth.login",
        "patient.create",
        "patient.qualify",
        "document.search",
        "document.read",
        "document.send",
    ),
    requires=("psc.code", "insi.traits", "dmp.feed", "dmp.read"),
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def from_visit_to_visit(play: Play) -> None:
    """A letter filed a month ago, kept at the first visit, then corrected; results; and an old stay, filed late."""
    who = play.patient("PAT-07")
    await signed_in(play, "UC3.31")
    await admitted(play, "UC3.31", who)
    first = Sentence("Première visite : la lettre est lue et rangée", "First visit: the letter is read and filed")
    async with play.step("UC3.31.3", first, also=AROUND) as step:
        await step.clock(offset_s=-MONTH_S)
        earlier = await step.put_document(_letter(play, who, EARLIER, date(2025, 3, 10)))
        await step.clock()
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
        await step.act("document.read", **consulting(play, who, documents=[earlier], file=True))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
    own = Sentence("Fin de la visite : le médecin dépose sa synthèse", "End of the visit: the doctor files the summary")
    async with play.step("UC3.31.4", own, also=AROUND) as step:
        await step.act("document.send", **summary(play, who, FIRST_VISIT))
        await filed(step, who)
    following = Sentence("Visite suivante : ce qui est nouveau", "Next visit: what is new")
    async with play.step("UC3.31.5", following, also=AROUND) as step:
        series = f"{earlier.removeprefix('urn:oid:')}.0"
        correction = _letter(play, who, CORRECTED, date(2025, 3, 11), version=2, replaces=earlier, series=series)
        await step.put_document(correction, replaces=earlier)
        results = await step.put_document(_report(play, who))
        await step.put_document(_letter(play, who, OLD_STAY, date(2019, 5, 6)))
        await step.act("document.search", **consulting(play, who, search=SINCE))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
    reading = Sentence("Les résultats sont lus et rangés", "The results are read and filed")
    async with play.step("UC3.31.6", reading, also=AROUND) as step:
        await step.act("document.read", **consulting(play, who, documents=[results], file=True))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
    again = Sentence("Les mêmes résultats, à nouveau", "The same results, again")
    async with play.step("UC3.31.7", again, also=AROUND) as step:
        await step.act("document.read", **consulting(play, who, documents=[results], file=False))
