"""One patient's story through several softwares, in one session: what one of them sends, the next one finds.

Its chapters are told in this order, each by one software; ``HISTOIRE`` asks for all of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios import history, lab_orders
from banc_harness.scenarios.discharge_letter import NEEDS, admitted, letter, named, signed_in
from banc_harness.scenarios.lab_results import EVERYWHERE, filed, next_version, report, to_prescriber
from banc_harness.scenarios.practice_charts import FIRST_VISIT, NEXT_VISIT
from banc_harness.scenarios.summary import PRACTICE, TREATING, again, summary
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_harness.trace import Exchange

STORY: Final = "HISTOIRE"
SUMMARY: Final = "summary"
RESULTS: Final = "results"
"""Notes of the exchanges that filed the first summary and the complete results."""
RESULTS_MAIL: Final = "results.mail"
LETTER_MAIL: Final = "letter.mail"
"""Notes of the Message-ID of what was mailed to the treating doctor."""
LABORATORY_BOX: Final = "laboratory.box"
HOSPITAL_BOX: Final = "hospital.box"
"""Notes of who mailed it, and waits to know that it was read."""
PATIENT: Final = "PAT-03"
TREATING_DOCTOR: Final = "P02"
"""Who keeps the medical summary, orders the exam and gets the letter."""
AROUND = ("psc.*", "insi.*", "dmp.*", "mssante.*")


async def _sent(play: Play, step: Step, patient: Patient) -> str:
    """Waits for the mails to the treating doctor and to the patient; returns the Message-ID of the first, empty when it
    did not come.
    """
    box = play.professional(TREATING_DOCTOR).mailbox
    sent = await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})
    await step.expect("mssante.submission", outcome="accepted", facts={"recipients": patient.mailbox})
    return "" if sent is None else str(sent.fact("message_id") or "")


async def _fetched(play: Play, step: Step, mail: str, sender: str) -> None:
    """The user fetches the mailbox; waits for the mail of an earlier chapter, and for what tells its sender so."""
    await step.act("mail.fetch", professional=play.professional(), structure=play.structure())
    awaited = {"message_ids": play.notes[mail]} if play.notes.get(mail) else {}
    await step.expect("mssante.imap.FETCH", outcome="accepted", facts=awaited)
    if play.notes.get(sender):
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": play.notes[sender]})


@scenario(
    id="UC3.80",
    title=Sentence(
        "Le médecin traitant écrit la synthèse médicale et la dépose au DMP",
        "The treating doctor writes the medical summary and files it in the DMP",
    ),
    actions=("auth.login", "patient.create", "patient.qualify", "document.send"),
    requires=NEEDS,
    profiles=TREATING,
    couloirs=PRACTICE,
    story=STORY,
    by="LGC",
    like=("UC3.01",),
)
async def first_visit(play: Play) -> None:
    """The first visit to this doctor, who also orders a lab exam."""
    patient = play.patient(PATIENT)
    await signed_in(play, "UC3.80")
    await admitted(play, "UC3.80", patient)
    title = Sentence("Validation de la synthèse", "The summary is validated")
    async with play.step("UC3.80.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT))
        play.notes[SUMMARY] = await filed(step, patient)


@scenario(
    id="UC2.80",
    title=Sentence(
        "Le laboratoire rend un compte rendu partiel, puis complet",
        "The laboratory gives a partial report, then the complete one",
    ),
    actions=("auth.login", "patient.create", "patient.qualify", "document.send", "document.replace"),
    requires=EVERYWHERE,
    couloirs=("biologie",),
    story=STORY,
    by="SGL",
    like=("UC2.03",),
)
async def results(play: Play) -> None:
    """The results that are ready leave at once, the last one follows: to the DMP, to the doctor and to the patient."""
    patient, everywhere = play.patient(PATIENT), ("dmp", to_prescriber(play), "patient")
    await signed_in(play, "UC2.80")
    await admitted(play, "UC2.80", patient)
    versions = (
        (Sentence("Résultats partiels", "Partial results"), lab_orders.PARTIAL),
        (Sentence("Résultats complets, qui remplacent", "Complete results, which replace them"), lab_orders.COMPLETE),
    )
    former: Exchange | None = None
    for rank, (title, found) in enumerate(versions, 3):
        async with play.step(f"UC2.80.{rank}", title, also=AROUND) as step:
            wanted = report(play, patient, "260180", found, everywhere)
            if rank == 3:
                await step.act("document.send", **wanted)
            else:
                await step.act("document.replace", **next_version(wanted, former))
            former = await filed(step, patient)
            play.notes[RESULTS_MAIL] = await _sent(play, step, patient)
    play.notes[RESULTS] = former
    play.notes[LABORATORY_BOX] = play.professional().mailbox


@scenario(
    id="UC2.81",
    title=Sentence(
        "Le médecin traitant relève sa boîte : les résultats entrent dans le dossier",
        "The treating doctor fetches the mailbox: the results join the chart",
    ),
    actions=("auth.login", "mail.fetch"),
    requires=("psc.code", "mss.receive"),
    profiles=TREATING,
    couloirs=PRACTICE,
    story=STORY,
    by="LGC",
    like=("UC2.41", "UC2.42"),
)
async def results_received(play: Play) -> None:
    """Both mails are there; the complete report takes the place of the partial one."""
    play.patient(PATIENT)
    await signed_in(play, "UC2.81")
    title = Sentence("Relève de la boîte, accusé au laboratoire", "The mailbox is fetched, a receipt is sent")
    async with play.step("UC2.81.2", title, also=AROUND) as step:
        await _fetched(play, step, RESULTS_MAIL, LABORATORY_BOX)


@scenario(
    id="UC3.81",
    title=Sentence(
        "À l'admission, l'hôpital lit au DMP la synthèse et les résultats, et en garde des copies",
        "At admission, the hospital reads the summary and the results in the DMP, and keeps copies",
    ),
    actions=("auth.login", "patient.create", "patient.qualify", "document.search", "document.read"),
    requires=history.NEEDS,
    couloirs=("hopital",),
    story=STORY,
    by="DPI",
    like=("UC3.41",),
)
async def admission(play: Play) -> None:
    """Nothing is fetched before the user asks for it: a search first, then the two documents of the list."""
    from banc_harness.scenarios.history_documents import BIOLOGY_TYPE, SUMMARY_TYPE

    patient = play.patient(PATIENT)
    await signed_in(play, "UC3.81")
    await admitted(play, "UC3.81", patient)
    found = Sentence("Recherche de la synthèse et des résultats", "Search of the summary and the results")
    search = history.wanted(_these_days(), types=(SUMMARY_TYPE, BIOLOGY_TYPE))
    async with play.step("UC3.81.3", found, also=AROUND) as step:
        await step.act("document.search", **history.consulting(play, patient, search=search))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(patient))
    title = Sentence("Lecture des deux documents, rangés", "Both documents are read and filed")
    async with play.step("UC3.81.4", title, also=AROUND) as step:
        documents = [*_documents(play, SUMMARY), *_documents(play, RESULTS)]
        await step.act("document.read", **history.consulting(play, patient, documents=documents, file=True))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(patient))


@scenario(
    id="UC1.80",
    title=Sentence(
        "À la sortie, l'hôpital envoie la lettre de liaison", "At discharge, the hospital sends the discharge letter"
    ),
    actions=("auth.login", "patient.create", "patient.qualify", "document.send"),
    requires=(*NEEDS, "mss.send.pro", "mss.send.patient"),
    couloirs=("hopital",),
    story=STORY,
    by="DPI",
    like=("UC1.01", "UC1.21"),
)
async def discharge(play: Play) -> None:
    """The letter goes to the DMP, to the treating doctor and to the patient."""
    patient = play.patient(PATIENT)
    await signed_in(play, "UC1.80")
    await admitted(play, "UC1.80", patient)
    title = Sentence("Validation et envoi de la lettre", "The letter is validated and sent")
    async with play.step("UC1.80.3", title, also=AROUND) as step:
        await step.act("document.send", **_letter(play, patient))
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))
        play.notes[LETTER_MAIL] = await _sent(play, step, patient)
    play.notes[HOSPITAL_BOX] = play.professional().mailbox


@scenario(
    id="UC1.81",
    title=Sentence("Le médecin traitant reçoit la lettre de liaison", "The treating doctor receives the letter"),
    actions=("auth.login", "mail.fetch"),
    requires=("psc.code", "mss.receive"),
    profiles=TREATING,
    couloirs=PRACTICE,
    story=STORY,
    by="LGC",
    like=("UC2.41",),
)
async def letter_received(play: Play) -> None:
    """The letter joins the chart of its patient, and the hospital learns that it was read."""
    play.patient(PATIENT)
    await signed_in(play, "UC1.81")
    title = Sentence("Relève de la boîte, accusé à l'hôpital", "The mailbox is fetched, a receipt is sent")
    async with play.step("UC1.81.2", title, also=AROUND) as step:
        await _fetched(play, step, LETTER_MAIL, HOSPITAL_BOX)


@scenario(
    id="UC3.82",
    title=Sentence(
        "À la visite suivante, le médecin traitant remplace la synthèse",
        "At the next visit, the treating doctor replaces the summary",
    ),
    actions=("auth.login", "document.replace"),
    requires=NEEDS,
    profiles=TREATING,
    couloirs=PRACTICE,
    story=STORY,
    by="LGC",
    like=("UC3.02",),
)
async def next_visit(play: Play) -> None:
    """One more disease, a treatment stopped and another begun: the new summary takes the place of the first."""
    patient = play.patient(PATIENT)
    await signed_in(play, "UC3.82")
    title = Sentence("Mise à jour de la synthèse", "The summary is brought up to date")
    async with play.step("UC3.82.2", title, also=AROUND) as step:
        await step.act("document.replace", **again(summary(play, patient, NEXT_VISIT), play.notes.get(SUMMARY)))
        await filed(step, patient)


def _documents(play: Play, note: str) -> tuple[str, ...]:
    """What an earlier chapter filed."""
    exchange = play.notes.get(note)
    return () if exchange is None else tuple(exchange.fact("documents") or ())


def _these_days() -> dict[str, str]:
    """From yesterday to tomorrow: the story is of today, wherever midnight falls meanwhile."""
    today = datetime.now(UTC).date()
    return {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}


def _letter(play: Play, patient: Patient) -> dict[str, Any]:
    doctor = play.mailbox(play.professional(TREATING_DOCTOR))
    return letter(play, patient) | {"recipients": ["dmp", f"pro:{doctor}", "patient"]}
