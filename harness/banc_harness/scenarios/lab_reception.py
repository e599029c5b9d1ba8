"""UC2: the practice receives lab results: filed under the right patient, integrated, acknowledged, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from banc_harness.play import Play, scenario
from banc_harness.scenarios import lab_orders
from banc_harness.scenarios.discharge_letter import admitted, signed_in
from banc_harness.scenarios.lab_post import Laboratory, Posted
from banc_standards.errors import Sentence
from banc_standards.mail.build import unaccented

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient

PRACTICE = ("ville",)
ACTIONS = ("auth.login", "patient.create", "patient.qualify", "mail.fetch")
NEEDS = ("psc.code", "insi.traits", "mss.receive")
AROUND = ("psc.*", "insi.*", "mssante.*")
KNOWN = "PAT-03"
ANOTHER = "PAT-02"
STRANGER = "PAT-12"
"""Somebody whom the practice never saw."""


async def _ready(play: Play, number: str, *patients: str) -> tuple[Laboratory, list[Patient]]:
    """The user signed in, and each patient known with a qualified INS."""
    await signed_in(play, number)
    known = [play.patient(name) for name in patients]
    for rank, patient in enumerate(known, 2):
        await admitted(play, number if rank == 2 else f"{number}.{rank}", patient)
    return Laboratory(play), known


async def _received(
    play: Play,
    number: str,
    title: Sentence,
    laboratory: Laboratory,
    *reports: Posted,
    former: Posted | None = None,
    wrong_hash: bool = False,
    subject: str = "",
) -> Posted:
    """The laboratory mails, the user fetches, the software acknowledges."""
    mail, message_id = laboratory.mail(*reports, former=former, wrong_hash=wrong_hash, subject=subject)
    async with play.step(number, title, also=AROUND) as step:
        await step.put_mail(mail, by=laboratory.place, to=[laboratory.recipient])
        await step.expect("mssante.relay", outcome="accepted", facts={"message_id": message_id})
        await step.act("mail.fetch", professional=play.professional(), structure=play.structure())
        await step.expect("mssante.imap.FETCH", outcome="accepted", facts={"message_ids": message_id})
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": laboratory.place.mailbox})
    return replace(reports[0], message_id=message_id)


@scenario(
    id="UC2.41",
    title=Sentence(
        "Résultats reçus : compte rendu rangé, valeurs intégrées, accusé renvoyé",
        "Results received: report filed, values integrated, receipt sent",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def received(play: Play) -> None:
    """Two patients are known; the report is about the first of them."""
    laboratory, (patient, _) = await _ready(play, "UC2.41", KNOWN, ANOTHER)
    report = laboratory.report(patient, lab_orders.ROUTINE)
    await _received(play, "UC2.41.5", Sentence("Relève de la boîte", "The mailbox is fetched"), laboratory, report)


@scenario(
    id="UC2.42",
    title=Sentence(
        "Résultats partiels, puis complets, puis corrigés : la dernière version seule vaut",
        "Partial results, then complete, then corrected: only the last version holds",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def three_versions(play: Play) -> None:
    """Each mail names the one that it replaces, each document the former document."""
    laboratory, (patient,) = await _ready(play, "UC2.42", KNOWN)
    versions = (
        (Sentence("Compte rendu partiel", "Partial report"), lab_orders.PARTIAL),
        (Sentence("Compte rendu complet", "Complete report"), lab_orders.COMPLETE),
        (Sentence("Compte rendu corrigé", "Corrected report"), lab_orders.CORRECTED),
    )
    former: Posted | None = None
    for rank, (title, results) in enumerate(versions, 4):
        report = laboratory.report(patient, results, former=former)
        former = await _received(play, f"UC2.42.{rank}", title, laboratory, report, former=former)


@scenario(
    id="UC2.43",
    title=Sentence("Valeurs critiques reçues : l'utilisateur est alerté", "Critical values received: the user is told"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def critical_values(play: Play) -> None:
    """A potassium and a glucose that put the patient in danger."""
    laboratory, (patient,) = await _ready(play, "UC2.43", KNOWN)
    report = laboratory.report(patient, lab_orders.CRITICAL)
    title = Sentence("Relève de résultats critiques", "Critical results are fetched")
    await _received(play, "UC2.43.4", title, laboratory, report)


@scenario(
    id="UC2.44",
    title=Sentence("Compte rendu en PDF (N1) reçu : rangé sans valeurs", "Report as a PDF (N1) received: filed"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def unstructured(play: Play) -> None:
    """There is nothing to integrate: the document alone is filed."""
    laboratory, (patient,) = await _ready(play, "UC2.44", KNOWN)
    report = laboratory.report(patient, lab_orders.ROUTINE, level="N1")
    title = Sentence("Relève d'un compte rendu en PDF", "A report as a PDF is fetched")
    await _received(play, "UC2.44.4", title, laboratory, report)


@scenario(
    id="UC2.45",
    title=Sentence(
        "Patient inconnu du logiciel : rien n'est rangé, le refus est dit",
        "Patient unknown to the software: nothing is filed, the refusal is told",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def unknown_patient(play: Play) -> None:
    """The practice knows somebody else, whose name the subject of the mail bears."""
    laboratory, (patient,) = await _ready(play, "UC2.45", KNOWN)
    report = laboratory.report(play.patient(STRANGER), lab_orders.ROUTINE)
    title = Sentence("Relève, patient inconnu", "Fetched, patient unknown")
    misled = f"XDM/1.0/DDM+CR d'examens biologiques {patient.birth_family} {patient.first_given}"
    await _received(play, "UC2.45.4", title, laboratory, report, subject=unaccented(misled))


@scenario(
    id="UC2.46",
    title=Sentence("Empreinte fausse : le document n'est pas rangé", "Wrong hash: the document is not filed"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def wrong_hash(play: Play) -> None:
    """The metadata announce another document than the one in the archive."""
    laboratory, (patient,) = await _ready(play, "UC2.46", KNOWN)
    report = laboratory.report(patient, lab_orders.ROUTINE)
    title = Sentence("Relève, empreinte fausse", "Fetched, wrong hash")
    await _received(play, "UC2.46.4", title, laboratory, report, wrong_hash=True)


@scenario(
    id="UC2.47",
    title=Sentence("Deux patients dans un message : rien n'est rangé", "Two patients in one mail: nothing is filed"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def two_patients(play: Play) -> None:
    """Both are known to the practice; the archive mixes them up."""
    laboratory, (patient, other) = await _ready(play, "UC2.47", KNOWN, ANOTHER)
    reports = [laboratory.report(someone, lab_orders.ROUTINE) for someone in (patient, other)]
    title = Sentence("Relève, deux patients", "Fetched, two patients")
    await _received(play, "UC2.47.5", title, laboratory, *reports)


@scenario(
    id="UC2.48",
    title=Sentence(
        "Compte rendu déjà reçu : il n'est pas rangé deux fois", "Report received already: it is not filed twice"
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def received_twice(play: Play) -> None:
    """The laboratory sends the same document again, in another mail."""
    laboratory, (patient,) = await _ready(play, "UC2.48", KNOWN)
    report = laboratory.report(patient, lab_orders.ROUTINE)
    await _received(play, "UC2.48.4", Sentence("Première relève", "First fetching"), laboratory, report)
    await _received(play, "UC2.48.5", Sentence("Le même, à nouveau", "The same again"), laboratory, report)


@scenario(
    id="UC2.49",
    title=Sentence(
        "Ancienne version arrivée après la nouvelle : elle ne vaut pas",
        "Old version arrived after the new: it is not current",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=PRACTICE,
)
async def late_version(play: Play) -> None:
    """The mail with the partial report was held up: the complete one comes first."""
    laboratory, (patient,) = await _ready(play, "UC2.49", KNOWN)
    partial = laboratory.report(patient, lab_orders.PARTIAL)
    complete = laboratory.report(patient, lab_orders.COMPLETE, former=partial)
    await _received(play, "UC2.49.4", Sentence("Compte rendu complet", "Complete report"), laboratory, complete)
    title = Sentence("Le partiel, en retard", "The partial one, late")
    await _received(play, "UC2.49.5", title, laboratory, partial)
