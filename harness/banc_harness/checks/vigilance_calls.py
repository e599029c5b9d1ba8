"""Checks of how often INSi is searched, and about whom: one person at a time, when that person comes."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.lives import moments
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.insi import read
from banc_standards.rules import Hit

SEARCHES = Selection(operation="insi.WS_INS2")
NO_CALL = "aucun appel / no call"


@check(
    id="CHK-IVG-018",
    requirements=["SBX-INS-15"],
    on=SEARCHES,
    scenarios=("INS.*",),
    text=Sentence(
        "INSi n'est cherché que pour la personne venue, une à la fois : aucune récupération en masse.",
        "INSi is searched for the person who came only, one at a time: no mass retrieval.",
    ),
    clause="SEL-MP-043, usage de la récupération : unitaire, à la venue de la personne",
    fix=Sentence(
        "ne cherchez que l'identité que l'utilisateur a sous les yeux ; une base se contrôle par la vérification",
        "search only the identity that the user is working on; to check a base, use the verification",
    ),
)
def one_person_at_a_time(trace: Trace) -> Iterator[Hit]:
    """Each search of the scenario, stray ones too, against the people whom its step is about."""
    about: dict[str | None, set[tuple[str, str]]] = {}
    for act in trace.answers("patient.qualify"):
        patient = act.input["patient"]
        about.setdefault(act.step, set()).add((str(patient.get("birth_date")), str(patient.get("sex"))))
    for moment in moments(trace):
        if moment.act.step in about:
            about[moment.act.step].add((moment.traits.birth_date, moment.traits.sex))
    for exchange in trace.all("insi.WS_INS2"):
        message = exchange.soap
        if message is None:
            continue
        sent = read.request(message).search()
        if (sent.birth_date, sent.sex) not in about.get(exchange.claimed_by, ()):
            yield Hit(exchange.place("NomNaissance"), found=sent.birth_family, expected=NO_CALL)


@check(
    id="CHK-IVG-019",
    requirements=["SBX-INS-15"],
    on=SEARCHES,
    scenarios=("INS.*",),
    severity="info",
    certainty="uncertain",
    text=Sentence(
        "La même recherche n'est pas envoyée deux fois de suite : les appels sont tracés, et leur volume observé.",
        "The same search is not sent twice in a row: calls are traced, and their volume is watched.",
    ),
    clause="SEL-MP-043 ; aucun seuil n'est publié",
    fix=Sentence(
        "gardez la réponse d'une recherche le temps de l'acte au lieu de la redemander",
        "keep the answer of a search for as long as the act lasts instead of asking again",
    ),
)
def same_search_once(trace: Trace) -> Iterator[Hit]:
    """The searches of one act with the very same traits."""
    for moment in moments(trace):
        seen: set[tuple[object, ...]] = set()
        for one in moment.asked:
            traits = (one.search.birth_family, one.search.givens, one.search.sex, one.search.birth_date)
            key = (*traits, one.search.birth_place)
            if key in seen:
                yield Hit(one.exchange.place(), found=" ".join(one.search.givens), expected=NO_CALL)
            seen.add(key)
