"""Checks of identity vigilance: how INSi is asked, what its answers do to an identity, what may leave the software.

What the wire can show comes from the wire; what only the software knows (its status, what it keeps) is what its driver
says of the patient.
"""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.lives import STRICT, Moment, moments
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.ins import IdentityStatus, NotTransliterable, fold, transliterate
from banc_standards.insi import build, names
from banc_standards.insi.model import Individual
from banc_standards.rules import Hit

SEARCHES = Selection(operation="insi.WS_INS2")
VERIFICATIONS = Selection(operation="insi.WS_INS3")
LEAVING = Selection(operation=("dmp.*", "mssante.submission"))
DOCUMENTS = ("dmp.TD2.1", "mssante.submission")
SENDING = ("document.send", "document.replace")
EVERY = ("INS.*",)
UNTOLD = "(non dit / not told)"
NO_CALL = "aucun appel / no call"


def _qualified(trace: Trace) -> Iterator[Moment]:
    return (one for one in moments(trace) if one.act.action == "patient.qualify")


def _place(moment: Moment, what: str = "ins_status") -> str:
    return f"{moment.act.action} ({moment.act.step}) patient.{what}"


def _status(moment: Moment) -> Iterator[Hit]:
    told = str(moment.told.get("ins_status") or UNTOLD)
    if told not in moment.allowed:
        yield Hit(_place(moment), found=told, expected=" | ".join(moment.allowed))


@check(
    id="CHK-IVG-001",
    requirements=["SBX-INS-03"],
    on=SEARCHES,
    scenarios=EVERY,
    text=Sentence(
        "Le statut suit la pièce et la réponse d'INSi : l'une valide, l'autre récupère, les deux qualifient.",
        "The status follows the papers and INSi's answer: one validates, the other retrieves, both qualify.",
    ),
    clause="RNIV volet 1 v2.0, EXI SI 07 ; Guide d'implémentation de l'INS v3.0, EXI ID 23, 26 à 28",
    fix=Sentence(
        "déduisez le statut des deux contrôles : INSi seul, RECUP ; pièce seule, VALI ; les deux, QUAL ; aucun, PROV",
        "deduce the status from both controls: INSi alone, RECUP; papers alone, VALI; both, QUAL; none, PROV",
    ),
)
def status_follows(trace: Trace) -> Iterator[Hit]:
    """The status told after each qualification, against papers and answers."""
    for moment in _qualified(trace):
        if moment.asked and not moment.blocked and not moment.incomplete and "ins_status" in moment.told:
            yield from _status(moment)


@check(
    id="CHK-IVG-002",
    requirements=["SBX-INS-04", "INS/va1.20"],
    on=SEARCHES,
    absence=True,
    scenarios=("INS.22",),
    text=Sentence(
        "INSi n'est pas appelé pour une identité douteuse ou fictive, qui reste provisoire.",
        "INSi is not called for a doubtful or fictitious identity, which stays provisional.",
    ),
    clause="RNIV volet 1 v2.0, EXI SI 09 ; Guide d'implémentation de l'INS v3.0, EXI ID 24 et 26",
    fix=Sentence(
        "bloquez l'appel tant que l'attribut est posé ; passez l'identité en provisoire, sans matricule ni OID",
        "block the call while the attribute is set; make the identity provisional, without matricule or OID",
    ),
)
def doubtful_is_blocked(trace: Trace) -> Iterator[Hit]:
    """No search for a marked identity, whose status is PROV as soon as it is marked."""
    for moment in moments(trace):
        if moment.blocked and moment.act.action not in SENDING:
            for one in moment.asked:
                yield Hit(one.exchange.place(), found=one.code, expected=NO_CALL)
            yield from _status(moment)
            if moment.told.get("ins"):
                yield Hit(_place(moment, "ins"), found=str(moment.told["ins"]), expected="aucun / none")


@check(
    id="CHK-IVG-003",
    requirements=["SBX-INS-05"],
    on=SEARCHES,
    scenarios=("INS.23",),
    text=Sentence(
        "Une identité dont un trait strict change n'est plus qualifiée, et perd matricule et OID.",
        "An identity of which a strict trait changes is no longer qualified, and loses matricule and OID.",
    ),
    clause="Guide d'implémentation de l'INS v3.0 ; RNIV volet 1 v2.0",
    certainty="deduced",
    fix=Sentence(
        "ramenez l'identité à validée ou provisoire dès qu'un trait strict est modifié, et retirez matricule et OID",
        "take the identity back to validated or provisional as soon as a strict trait is edited, without its INS",
    ),
)
def edit_downgrades(trace: Trace) -> Iterator[Hit]:
    """The status and the INS told after each edit of a strict trait."""
    for moment in moments(trace):
        if moment.act.input.get("edit") and moment.allowed != (moment.before,):
            yield from _status(moment)
            if moment.told.get("ins"):
                yield Hit(_place(moment, "ins"), found=str(moment.told["ins"]), expected="aucun / none")


@check(
    id="CHK-IVG-004",
    requirements=["SBX-INS-06", "INS/va1.08"],
    on=VERIFICATIONS,
    presence=True,
    scenarios=("INS.24",),
    text=Sentence(
        "Une vérification qu'INSi refuse ramène à provisoire, sans matricule ni OID ; confirmée, rien ne change.",
        "A verification that INSi refuses takes the identity to provisional, without INS; confirmed, nothing changes.",
    ),
    clause="Guide d'implémentation de l'INS, règle 49 ; INS/va1.08",
    fix=Sentence(
        "au retour KO, passez l'identité en provisoire, retirez matricule et OID, et signalez-la",
        "on KO make the identity provisional, take matricule and OID away, and put it in a work list",
    ),
)
def failed_verification(trace: Trace) -> Iterator[Hit]:
    """The status and the INS told after each verification."""
    for moment in moments(trace):
        if moment.verified is not None:
            yield from _status(moment)
            held = moment.allowed[0].holds_ins
            if bool(moment.told.get("ins")) != held:
                wanted = "matricule" if held else "aucun / none"
                yield Hit(_place(moment, "ins"), found=str(moment.told.get("ins")), expected=wanted)


@check(
    id="CHK-IVG-005",
    requirements=["SBX-INS-07", "INS/va1.28", "INS/va1.31"],
    on=SEARCHES,
    scenarios=("INS.10",),
    text=Sentence(
        "Une identité d'INSi dont la date porte 00, ou sans nom, prénoms ou sexe, n'est pas reprise.",
        "An INSi identity whose date holds 00, or without name, given names or sex, is not imported.",
    ),
    clause="INS/va1.28, INS/va1.31 ; Guide d'implémentation de l'INS, règles 11 et 12",
    fix=Sentence(
        "contrôlez la réponse avant de la reprendre ; gardez l'identité locale et son statut",
        "look at the answer before importing it; keep the local identity and its status",
    ),
)
def incomplete_is_left(trace: Trace) -> Iterator[Hit]:
    """The status and the INS told after an answer that may not be imported."""
    for moment in _qualified(trace):
        if moment.incomplete:
            if "ins_status" in moment.told:
                yield from _status(moment)
            if moment.told.get("ins"):
                yield Hit(_place(moment, "ins"), found=str(moment.told["ins"]), expected="aucun / none")


@check(
    id="CHK-IVG-006",
    requirements=["SBX-INS-08"],
    on=SEARCHES,
    scenarios=EVERY,
    text=Sentence(
        "Les prénoms sont essayés l'un après l'autre, puis ensemble, jusqu'au premier 00 ; sur 02 vient le lieu.",
        "Given names are tried one after the other, then all together, until the first 00; on 02 the place is added.",
    ),
    clause="SEL-MP-043, recherche par traits ; cahier de tests CNDA 2.06 et 2.07",
    fix=Sentence(
        "envoyez d'abord le premier prénom seul ; sur 01 le suivant, enfin tous ; sur 02 les prénoms puis le lieu",
        "send the first given name alone first; on 01 the next one, at last all; on 02 the given names, then the place",
    ),
)
def attempts_in_order(trace: Trace) -> Iterator[Hit]:
    """The searches of each qualification, against those that the traits call for."""
    for moment in _qualified(trace):
        try:
            wanted = [" ".join(one.givens) for one in build.attempts(moment.traits)]
        except NotTransliterable:
            continue
        if moment.asked and not moment.blocked:
            yield from _loop(moment, wanted)


def _loop(moment: Moment, wanted: list[str]) -> Iterator[Hit]:
    asked = moment.asked
    length = next((rank for rank, one in enumerate(asked, 1) if one.code != names.NONE_FOUND), len(asked))
    sent = [" ".join(one.search.givens) for one in asked[:length]]
    for rank, given in enumerate(sent):
        if wanted[rank : rank + 1] != [given]:
            expected = wanted[rank] if rank < len(wanted) else NO_CALL
            yield Hit(asked[rank].exchange.place("Prenom"), found=given, expected=expected)
            return
    last = asked[length - 1]
    if last.code == names.NONE_FOUND and length < len(wanted):
        yield Hit(last.exchange.place("Prenom"), found="(fin / end)", expected=wanted[length])
    elif last.code == names.FOUND and len(asked) > length:
        yield Hit(asked[length].exchange.place(), found=asked[length].code, expected=NO_CALL)
    placed = any(one.search.birth_place for one in asked[length - 1 :])
    if last.code == names.SEVERAL_FOUND and moment.traits.birth_place and not placed:
        yield Hit(asked[-1].exchange.place("LieuNaissance"), found="", expected=moment.traits.birth_place)


@check(
    id="CHK-IVG-007",
    requirements=["SBX-INS-08"],
    on=SEARCHES,
    scenarios=EVERY,
    text=Sentence(
        "Le nom envoyé est celui qui a été saisi, translittéré : traits d'union, espaces et apostrophes gardés.",
        "The name that is sent is the one that was typed, transliterated: hyphens, spaces, apostrophes are kept.",
    ),
    clause="SEL-MP-043 §2 et §3.4.1, EF_INS10_01 et EF_INS10_02 ; cahier de tests CNDA 2.03",
    fix=Sentence(
        "translittérez au moment de l'appel (É en E, Œ en OE, ’ en ') et n'appelez pas quand un caractère n'a pas"
        " d'équivalent",
        "transliterate when calling (É to E, Œ to OE, ’ to ') and do not call when a character has no equivalent",
    ),
)
def name_as_typed(trace: Trace) -> Iterator[Hit]:
    """The birth name of each search, against the one that the identity then had."""
    for moment in _qualified(trace):
        for one in moment.asked:
            try:
                wanted = transliterate(moment.traits.birth_family)
            except NotTransliterable:
                wanted = NO_CALL
            if one.search.birth_family != wanted:
                yield Hit(one.exchange.place("NomNaissance"), found=one.search.birth_family, expected=wanted)


@check(
    id="CHK-IVG-008",
    requirements=["SBX-INS-09", "INS/va1.52"],
    on=SEARCHES,
    scenarios=EVERY,
    text=Sentence(
        "L'identité garde ce qu'INSi a répondu, sans rien y changer : matricule, OID, historique, traits. Les "
        "documents qui partent le montrent ; l'historique et ce qui n'est pas qualifié tiennent au pilote.",
        "The identity keeps what INSi answered, unchanged: matricule, OID, history, traits. The documents that leave "
        "show it; history and what is not qualified do not leave, and rest on the driver's word.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI REC 07 et EXI REC 08 ; INS/va1.52 ; cahier CNDA 2.04, 2.05, 2.08",
    fix=Sentence(
        "rangez la réponse telle quelle : la clé, l'OID, chaque INSHISTO, et les traits à la place des vôtres",
        "keep the answer as it is: the key, the OID that came, every INSHISTO, and the traits in place of yours",
    ),
)
def kept_as_answered(trace: Trace) -> Iterator[Hit]:
    """What leaves, and what the software says that it keeps, after each answer 00 that may be imported."""
    for moment in _qualified(trace):
        answer, told = moment.answer, moment.told
        if answer is None or answer.individual is None or moment.incomplete or moment.blocked:
            continue
        person = answer.individual
        yield from _sent_as_answered(trace, moment, person)
        wanted = {"ins": person.active.ins.value, "ins_oid": person.active.ins.oid}
        wanted |= {name: getattr(person.traits, name) for name in STRICT}
        for name, value in wanted.items():
            if value and told.get(name) != value:
                yield Hit(_place(moment, name), found=str(told.get(name) or UNTOLD), expected=value)
        former = sorted(one.ins.value for one in person.historical)
        kept = sorted(str(one.get("ins")) for one in told.get("historical") or ())
        if kept != former:
            yield Hit(_place(moment, "historical"), found=", ".join(kept) or UNTOLD, expected=", ".join(former))


def _sent_as_answered(trace: Trace, moment: Moment, person: Individual) -> Iterator[Hit]:
    """The documents under the INS of an answer that left after it: its OID, and its traits up to their spelling."""
    traits = person.traits
    for exchange in trace.after(moment.asked[-1].exchange, "*"):
        for document in (*exchange.cdas, *exchange.mailed_cdas) if exchange.operation in DOCUMENTS else ():
            said = document.patient
            if said.ins is None or said.ins.value != person.active.ins.value:
                continue
            pairs = (
                ("id/@root", said.ins.oid, person.active.ins.oid),
                ("family[@qualifier='BR']", fold(said.birth_family), fold(traits.birth_family)),
                ("given[@qualifier='BR']", fold(said.birth_givens), fold(traits.birth_givens)),
                ("administrativeGenderCode", said.sex, traits.sex),
                ("birthTime", said.birth_time[:8], traits.birth_date.replace("-", "")),
            )
            for place, found, wanted in pairs:
                if wanted and found != wanted:
                    yield Hit(exchange.place(place), found=found, expected=wanted)


@check(
    id="CHK-IVG-009",
    requirements=["SBX-INS-10"],
    on=SEARCHES,
    scenarios=EVERY,
    text=Sentence(
        "Après une erreur d'INSi, l'utilisateur l'apprend, et le logiciel n'insiste pas.",
        "After a fault of INSi the user is told, and the software does not insist.",
    ),
    clause="SEL-MP-043, gestion des erreurs ; cahier de tests CNDA, droits et panne",
    fix=Sentence(
        "arrêtez-vous à la première erreur, montrez-la, gardez l'identité locale et laissez réessayer",
        "stop the loop at the first fault, show it, keep the local identity, and let the user try again",
    ),
)
def told_and_left(trace: Trace) -> Iterator[Hit]:
    """The searches that come after a fault in the same step, and what the user read."""
    for moment in _qualified(trace):
        ranks = [rank for rank, one in enumerate(moment.asked) if one.faulted]
        if not ranks:
            continue
        first = moment.asked[ranks[0]]
        for one in moment.asked[ranks[0] + 1 :]:
            yield Hit(one.exchange.place(), found=one.code, expected=NO_CALL)
        if not moment.act.shown:
            yield Hit(first.exchange.place(first.code), found="rien / nothing", expected="un message / a message")


@check(
    id="CHK-IVG-010",
    requirements=["SBX-INS-02", "INS/va1.45", "INS/va1.53", "INS/va1.59"],
    on=LEAVING,
    absence=True,
    zero_tolerance=True,
    scenarios=("INS.22", "INS.23", "INS.24", "INS.25"),
    text=Sentence(
        "Le matricule d'une identité qui n'est pas qualifiée, ou ne l'est plus, ne sort pas du logiciel.",
        "The matricule of an identity that is not qualified, or no longer is, does not leave the software.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI ID 29 ; INS/va1.53, INS/va1.59",
    fix=Sentence(
        "regardez le statut au moment de l'envoi ; sans QUAL, ni matricule ni OID dans aucun message",
        "look at the status when sending; without QUAL, neither matricule nor OID in any message",
    ),
)
def leaves_only_qualified(trace: Trace) -> Iterator[Hit]:
    """Every message with an INS that leaves while its identity may not be qualified."""
    for moment in moments(trace):
        if moment.act.action in SENDING and IdentityStatus.QUAL not in moment.allowed:
            for exchange in trace.selected:
                if exchange.claimed_by == moment.act.step and exchange.fact("ins"):
                    yield Hit(exchange.place("INS"), found=str(exchange.fact("ins")), expected="aucun / none")
