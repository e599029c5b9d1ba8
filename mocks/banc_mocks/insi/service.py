"""What INSi decides: whom it knows, whom a search finds, what the answer says (insi.md §4, §7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zlib import crc32

from banc_fixtures.vitale_cards import VITALE_CARDS
from banc_mocks.insi.people import NOBODY, Base, Person, Reference, known
from banc_mocks.sandbox.switches import Switch, Value
from banc_standards.errors import Sentence
from banc_standards.ins import INS_DEMO, INS_NIA, INS_NIR, INS_TEST, birth_date_form, completed_birth_date, fold
from banc_standards.insi import names
from banc_standards.insi.build import VARIANTS, Wire
from banc_standards.insi.card import CardSearch
from banc_standards.insi.model import Answer, Individual, InsRecord, Search
from banc_standards.insi.search_rules import UNKNOWN_PLACE
from banc_standards.insi.verification import Held, Verdict

SERVICE: Final = "insi"


def _switch(name: str, fr: str, en: str, default: Value, *others: Value) -> Switch:
    return Switch(f"{SERVICE}.{name}", SERVICE, Sentence(fr, en), default, (default, *others) if others else ())


_FOLD = _switch(
    "fold_separators",
    "Traits d'union, apostrophes et espaces se valent dans la recherche (le service réel est strict).",
    "Hyphens, apostrophes and spaces are equal in a search (the real service is strict).",
    False,
)
_NON_FIRST = _switch(
    "non_first_given_name",
    "Un prénom qui n'est pas le premier, ou un composé tronqué : cr01 ne trouve pas, found trouve.",
    "A given name that is not the first, or a truncated compound: cr01 finds nothing, found finds.",
    "cr01",
    "found",
)
_PLACE = _switch(
    "unknown_place",
    "99999 (lieu inconnu) dans une recherche : equal ne trouve que qui a ce lieu, ignored n'en fait pas un critère.",
    "99999 (unknown place) in a search: equal finds only who has that place, ignored makes it no criterion.",
    "equal",
    "ignored",
)
_PARTIAL = _switch(
    "partial_dates",
    "Date incomplète dans la base : text la compare telle quelle, completed accepte aussi sa forme complétée.",
    "Incomplete date in the base: text compares it as it is, completed takes its completed form too.",
    "text",
    "completed",
)
_FORMER = _switch(
    "former_identity",
    "Recherche sous le sexe d'un ancien matricule : cr01 ne trouve pas, found trouve.",
    "Search under the sex of a former number: cr01 finds nothing, found finds.",
    "cr01",
    "found",
)
_UNKNOWN = _switch(
    "unknown_identity",
    "Personne inconnue : cr01 comme en production, fault (insi_102) comme en qualification.",
    "Unknown person: cr01 as in production, fault (insi_102) as in qualification.",
    "cr01",
    "fault",
)
_BAD_TRAITS = _switch(
    "bad_traits",
    "Trait hors profil lexical : fault (code mock_trait) ou cr01. La réponse réelle n'est pas publiée.",
    "Trait outside its lexical profile: fault (code mock_trait) or cr01. The real answer is not published.",
    "fault",
    "cr01",
)
_PSC_TOKEN = _switch(
    "psc_token",
    "Jeton d'accès (Authorization: Bearer) d'un utilisateur PSC : required, optional, exchanged (issu de l'échange).",
    "Access token (Authorization: Bearer) of a PSC user: required, optional, exchanged (given by the exchange).",
    "required",
    "optional",
    "exchanged",
)
_BENCH_OID = _switch(
    "bench_oid",
    "OID du matricule des patients du banc ; les personnes publiées gardent le leur.",
    "OID of the matricule of the bench's patients; the published people keep theirs.",
    INS_TEST,
    INS_NIR,
    INS_NIA,
    INS_DEMO,
)
_VARIANT = _switch(
    "variant",
    "Écriture des réponses : plain, env, S, cnda (dates avant le matricule), rotate (l'une après l'autre).",
    "Spelling of answers: plain, env, S, cnda (dates before the number), rotate (all in turn).",
    "plain",
    "env",
    "S",
    "cnda",
    "rotate",
)
_VERIFY_HISTORICAL = _switch(
    "verify_historical",
    "Vérification d'un INS qui n'est plus que dans l'historique : ko (défaut) ou ok.",
    "Verification of an INS that is in the history only: ko (default) or ok.",
    "ko",
    "ok",
)
_BULK_MOST = _switch(
    "bulk_most",
    "Nombre d'identités d'un dépôt de vérification en masse.",
    "Number of identities in a deposit of bulk verification.",
    names.MOST_IN_BULK,
)
_BULK_DELAY = _switch(
    "bulk_delay_s",
    "Secondes avant que les résultats d'un dépôt soient prêts (horloge de la session).",
    "Seconds before the results of a deposit are ready (the session's clock).",
    60,
)
_BULK_KEPT = _switch(
    "bulk_kept_s",
    "Secondes pendant lesquelles les résultats d'un dépôt sont gardés, une fois prêts.",
    "Seconds during which the results of a deposit are kept, once ready.",
    7 * 24 * 3600,
)
SWITCHES: Final[tuple[Switch, ...]] = (
    _FOLD,
    _NON_FIRST,
    _PLACE,
    _PARTIAL,
    _FORMER,
    _UNKNOWN,
    _BAD_TRAITS,
    _PSC_TOKEN,
    _BENCH_OID,
    _VARIANT,
    _VERIFY_HISTORICAL,
    _BULK_MOST,
    _BULK_DELAY,
    _BULK_KEPT,
)

_WIRES: Final[dict[str, Wire]] = dict(zip(("plain", "env", "S", "cnda"), VARIANTS, strict=True))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The switches of one session."""

    fold_separators: bool
    non_first_found: bool
    unknown_place_ignored: bool
    completed_dates: bool
    former_found: bool
    unknown_faults: bool
    bad_traits_fault: bool
    token_due: bool
    exchange_due: bool
    bench_oid: str
    variant: str
    historical_verifies: bool
    bulk_most: int
    bulk_delay_s: int
    bulk_kept_s: int

    @classmethod
    def of(cls, switch: Callable[[str], Value]) -> Behaviour:
        """Reads the switches of a session."""
        return cls(
            fold_separators=bool(switch(_FOLD.name)),
            non_first_found=switch(_NON_FIRST.name) == "found",
            unknown_place_ignored=switch(_PLACE.name) == "ignored",
            completed_dates=switch(_PARTIAL.name) == "completed",
            former_found=switch(_FORMER.name) == "found",
            unknown_faults=switch(_UNKNOWN.name) == "fault",
            bad_traits_fault=switch(_BAD_TRAITS.name) == "fault",
            token_due=switch(_PSC_TOKEN.name) != "optional",
            exchange_due=switch(_PSC_TOKEN.name) == "exchanged",
            bench_oid=str(switch(_BENCH_OID.name)),
            variant=str(switch(_VARIANT.name)),
            historical_verifies=switch(_VERIFY_HISTORICAL.name) == "ok",
            bulk_most=int(switch(_BULK_MOST.name)),
            bulk_delay_s=int(switch(_BULK_DELAY.name)),
            bulk_kept_s=int(switch(_BULK_KEPT.name)),
        )

    def wire(self, message_id: str) -> Wire:
        """How to spell the answer to a message; *rotate* draws from the message's id, so that a replay agrees."""
        if self.variant == "rotate":
            return VARIANTS[crc32(message_id.encode()) % len(VARIANTS)]
        return _WIRES[self.variant]


@dataclass(frozen=True, slots=True)
class Found:
    """How a search ends: the code, or a technical fault, and the one person with code 00."""

    code: Literal["00", "01", "02"] | None
    person: Person | None = None


def search(asked: Search, behaviour: Behaviour, loaded: Base = NOBODY) -> Found:
    """Finds the one person whose traits are those of the search; ``code`` is None for a technical fault."""
    everybody = Reference(known(behaviour.bench_oid), loaded)
    people = [
        person for day in _days(asked.birth_date, behaviour) for person in everybody.named(asked.birth_family, day)
    ]
    return _ended([person for person in people if _matches(person, asked, behaviour)], behaviour)


def search_card(asked: CardSearch, behaviour: Behaviour, loaded: Base = NOBODY) -> Found:
    """Finds the beneficiary of a card: by their own NIR, else by the holder's, name, date of birth and rank."""
    people = Reference(known(behaviour.bench_oid), loaded)
    if asked.number:
        return _ended(people.numbered(asked.number), behaviour)
    named = people.named(asked.birth_family, asked.birth_date)
    return _ended([person for person in named if _carried(person, asked, people)], behaviour)


def _ended(people: Sequence[Person], behaviour: Behaviour) -> Found:
    if any(person.breaks for person in people):
        return Found(None, people[0] if len(people) == 1 else None)
    if not people:
        return Found(None if behaviour.unknown_faults else "01")
    return Found("00", people[0]) if len(people) == 1 else Found("02")


def verify(held: Held, behaviour: Behaviour, loaded: Base = NOBODY) -> Verdict:
    """``00`` (OK) when INS and traits are all those of one person of the reference, else ``01`` (KO), without a word
    of what differs: a verification confirms, it discloses nothing.
    """
    people = Reference(known(behaviour.bench_oid), loaded).named(held.birth_family, held.birth_date)
    agree = any(_agrees(person, held, behaviour) for person in people)
    return Verdict(names.FOUND if agree else names.NONE_FOUND, held.id)


def answer(found: Found) -> Answer:
    """The RESULTAT of a search that did not end with a fault. Raises ``ValueError`` for one that did."""
    if found.code is None:
        raise ValueError("a technical fault has no RESULTAT")
    individual = None if found.person is None else _individual(found.person)
    return Answer(found.code, names.LABELS[found.code], individual)


def _individual(person: Person) -> Individual:
    if person.ins is None:
        raise ValueError(f"{person.traits.birth_family} has no INS to answer with")
    return Individual(
        active=InsRecord(person.ins),
        traits=person.traits,
        historical=tuple(InsRecord(former.ins, former.start, former.end) for former in person.historical),
        given=person.traits.birth_givens.split()[0] if person.given_in_answer else None,
    )


def _days(asked: str, behaviour: Behaviour) -> tuple[str, ...]:
    """The dates of the base that a search by this one meets: itself and, where the switch says so, the incomplete ones
    that the RNIV completes to it (EXI ID 11, 12).
    """
    if not behaviour.completed_dates or not birth_date_form(asked):
        return (asked,)
    year, month, day = asked.split("-")
    incomplete = {
        f"{year}-{month}-00": (int(month), None),
        f"{year}-00-{day}": (None, int(day)),
        f"{year}-00-00": (None, None),
    }
    completed = (text for text, (m, d) in incomplete.items() if completed_birth_date(int(year), m, d) == asked)
    return tuple(dict.fromkeys((asked, *completed)))


def _sexes(person: Person, behaviour: Behaviour) -> set[str]:
    """The person's sex and, where the switch says so, those of the former numbers."""
    former = person.historical if behaviour.former_found else ()
    return {person.traits.sex, *("M" if one.ins.number[0] in "137" else "F" for one in former)}


def _matches(person: Person, asked: Search, behaviour: Behaviour) -> bool:
    """Exact comparison, places as text (insi.md §7, rules 1 to 10), of somebody of a date that was asked for."""
    traits = person.traits
    anywhere = not asked.birth_place or (behaviour.unknown_place_ignored and asked.birth_place == UNKNOWN_PLACE)
    return (
        asked.sex in _sexes(person, behaviour)
        and (anywhere or traits.birth_place == asked.birth_place)
        and _same(traits.birth_family, asked.birth_family, behaviour)
        and _begins(traits.birth_givens, " ".join(asked.givens), behaviour)
    )


def _carried(person: Person, asked: CardSearch, people: Reference) -> bool:
    """Whether a card carries the person: the holder themself, or somebody that the bench's cards say it covers."""
    if person.ins is None:
        return False
    named = person.traits.birth_family == asked.birth_family and person.traits.birth_date == asked.birth_date
    if person.ins.number == asked.holder:
        return named and int(asked.rank or 1) == 1
    holder = next(iter(people.numbered(asked.holder)), None)
    if holder is None or not holder.patient or not named:
        return False
    card = next((card for card in VITALE_CARDS if card.holder == holder.patient), None)
    return card is not None and (person.patient, int(asked.rank or 1)) in card.covers


def _agrees(person: Person, held: Held, behaviour: Behaviour) -> bool:
    own = [person.ins] if person.ins is not None else []
    if behaviour.historical_verifies:
        own += [former.ins for former in person.historical]
    ins = any(held.number == one.number and held.oid == one.oid and held.key in ("", one.key) for one in own)
    traits = person.traits
    given = " ".join(held.givens)
    return (
        ins
        and traits.sex == held.sex
        and traits.birth_date == held.birth_date
        and held.birth_place in ("", traits.birth_place)
        and _same(traits.birth_family, held.birth_family, behaviour)
        and (not held.given_list or _same(traits.birth_givens, held.given_list, behaviour))
        and (not held.givens or _begins(traits.birth_givens, given, behaviour))
    )


def _same(reference_name: str, asked: str, behaviour: Behaviour) -> bool:
    return fold(reference_name) == fold(asked) if behaviour.fold_separators else reference_name == asked


def _begins(reference_list: str, asked: str, behaviour: Behaviour) -> bool:
    if behaviour.fold_separators:
        reference_list, asked = fold(reference_list), fold(asked)
    if not asked:
        return False
    if f"{reference_list} ".startswith(f"{asked} "):
        return True
    return behaviour.non_first_found and _within(reference_list, asked)


def _within(reference_list: str, asked: str) -> bool:
    given, wanted = re.split("[ -]", reference_list), re.split("[ -]", asked)
    return any(given[start : start + len(wanted)] == wanted for start in range(len(given)))
