"""UC3: the history of a patient, read in the DMP at admission: what may be seen, by whom, and what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_harness.scenarios.history_documents import Source

READERS = ("hopital", "ville")
EVERYBODY = (*READERS, "biologie")
ACTIONS = ("auth.login", "patient.create", "patient.qualify", "document.search", "document.read")
NEEDS = ("psc.code", "insi.traits", "dmp.read")
AROUND = ("psc.*", "dmp.*")
Moment = tuple[int, int, int, int, int]
NIGHT: Moment = (2025, 3, 10, 0, 30)
"""Half an hour after midnight in France, which is the day before in UTC."""
MARCH = {"from": "2025-03-10", "to": "2025-03-12"}
YEARS = {"from": "2024-01-01", "to": "2025-12-31"}


def _source(play: Play, author: str, place: str, number: int) -> Source:
    from banc_harness.scenarios.history_documents import Source

    return Source(play.professional(author), play.structure(place), number)


def _at(when: Moment) -> datetime:
    from banc_harness.scenarios.history_documents import WINTER

    year, month, day, hour, minute = when
    return datetime(year, month, day, hour, minute, tzinfo=WINTER)


def letter(play: Play, who: Patient, number: int, when: Moment = NIGHT, **more: Any) -> bytes:
    """The letter of another hospital."""
    from banc_harness.scenarios import history_documents

    return history_documents.letter(_source(play, "P12", "S02", number), who, _at(when), **more)


def report(play: Play, who: Patient, number: int) -> bytes:
    """A lab report of the twelfth of March."""
    from banc_harness.scenarios import history_documents

    return history_documents.report(_source(play, "P10", "S03", number), who, _at((2025, 3, 12, 8, 0)))


def summary(play: Play, who: Patient, number: int) -> bytes:
    """The medical summary of the treating doctor, of February."""
    from banc_harness.scenarios import history_documents

    return history_documents.summary(_source(play, "P02", "S06", number), who, _at((2025, 2, 3, 11, 0)))


def consulting(play: Play, who: Patient, *, glass: str = "", **more: Any) -> dict[str, Any]:
    """The input of ``document.search`` and ``document.read``; ``glass`` is the reason for breaking it."""
    access = {"mode": "bris_de_glace", "reason": glass} if glass else {"mode": "normal"}
    return {
        "patient": who,
        "professional": play.professional(),
        "structure": play.structure(),
        "access": access,
        **more,
    }


def wanted(
    period: dict[str, str],
    *,
    types: Sequence[str] = (),
    practice_settings: Sequence[str] = (),
    statuses: Sequence[str] = ("current",),
) -> dict[str, Any]:
    """What the user asks for: local days (both included), document types (JDV J07), practice settings (JDV J04), and
    which states beside what stands: ``obsolete``, ``archived``.
    """
    return {**period, "types": list(types), "practice_settings": list(practice_settings), "statuses": list(statuses)}


async def _found(step: Step, who: Patient) -> None:
    await step.expect("dmp.TD0.2", outcome="accepted", facts=named(who))
    await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))


async def _searched(play: Play, number: str, who: Patient, search: dict[str, Any], title: Sentence) -> None:
    async with play.step(number, title, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=search))
        await _found(step, who)


@scenario(
    id="UC3.41",
    title=Sentence(
        "À l'admission : chercher, lire et ranger la synthèse, la lettre et le compte rendu",
        "At admission: search, read and file the summary, the letter and the lab report",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=EVERYBODY,
)
async def history_at_admission(play: Play) -> None:
    """Three documents of three structures; the letter is of the first minutes of a day, in French time."""
    from banc_harness.scenarios.history_documents import BIOLOGY_TYPE, LETTER_TYPE, SUMMARY_TYPE

    who = play.patient("PAT-03")
    await signed_in(play, "UC3.41")
    await admitted(play, "UC3.41", who)
    recent = Sentence("Recherche par période et types", "Search by period and types")
    async with play.step("UC3.41.3", recent, also=AROUND) as step:
        found = [
            await step.put_document(letter(play, who, 2101)),
            await step.put_document(report(play, who, 2102)),
        ]
        await step.put_document(letter(play, who, 2103, (2019, 5, 6, 10, 0)))
        synthesis = await step.put_document(summary(play, who, 2104))
        search = wanted(MARCH, types=(LETTER_TYPE, BIOLOGY_TYPE))
        await step.act("document.search", **consulting(play, who, search=search))
        await _found(step, who)
    reading = Sentence(
        "Lecture de la lettre et du compte rendu, rangés", "The letter and the report are read and filed"
    )
    async with play.step("UC3.41.4", reading, also=AROUND) as step:
        await step.act("document.read", **consulting(play, who, documents=found, file=True))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
    ambulatory = Sentence("Recherche de la synthèse, en ville", "Search of the summary, in the community")
    search = wanted(YEARS, types=(SUMMARY_TYPE,), practice_settings=("AMBULATOIRE",))
    await _searched(play, "UC3.41.5", who, search, ambulatory)
    last = Sentence("Lecture de la synthèse", "The summary is read")
    async with play.step("UC3.41.6", last, also=AROUND) as step:
        await step.act("document.read", **consulting(play, who, documents=[synthesis], file=False))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
