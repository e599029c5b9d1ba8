"""What the witness can be asked to do (CONTRACTS §9), one method an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from banc_harness.witness.antecedents import doubles, found
from banc_harness.witness.asked import Asked, Declined, Output, World
from banc_harness.witness.browser import Browser, LostOnTheWay
from banc_harness.witness.ciba import Ciba
from banc_harness.witness.connected_api import ConnectedApi
from banc_harness.witness.credentials import unpack
from banc_harness.witness.exporting import exported
from banc_harness.witness.feeding import DmpRefused
from banc_harness.witness.identity import (
    STRICT,
    IdentityService,
    InsiRefused,
    edited,
    marked,
    presented,
    qualified,
    verified,
)
from banc_harness.witness.inbox_desk import InboxDesk
from banc_harness.witness.letter_desk import LetterDesk
from banc_harness.witness.mailing import MailRefused
from banc_harness.witness.proxy import Proxy
from banc_harness.witness.reading_desk import ReadingDesk
from banc_harness.witness.records import Records
from banc_harness.witness.report_desk import ReportDesk
from banc_harness.witness.scanning import scanned
from banc_harness.witness.sign_in import Client, RelyingParty, SignInRefused
from banc_harness.witness.software import LABORATORY, PRACTICE, SOFTWARE, Software
from banc_harness.witness.summary_desk import SummaryDesk
from banc_harness.witness.transport import Transport, Unreachable
from banc_harness.witness.visit_desk import VisitDesk
from banc_standards.errors import BancError
from banc_standards.ins import StrictTraits

REDIRECT_URI = "https://localhost:3999/temoin/callback"
POST_LOGOUT_URI = "https://localhost:3999/temoin/bye"
SESSION_S = 4 * 3600
"""How long a session may last, in seconds."""
SIGN_IN_S = 8.0
"""How long Pro Santé Connect may keep a user waiting, in seconds."""
Kind = Literal["dpi", "sgl", "lgc"]
SOFTWARES: Final[dict[Kind, Software]] = {"dpi": SOFTWARE, "sgl": LABORATORY, "lgc": PRACTICE}
CAPABILITIES = (
    "psc.code",
    "psc.ciba",
    "psc.exchange",
    "insi.traits",
    "insi.verify",
    "ins.scan",
    "identity.search",
    "dmp.feed",
    "dmp.read",
    "dmp.hide",
    "mss.send.pro",
    "mss.send.patient",
    "mss.receive",
    "state.export",
)


@dataclass(slots=True)
class Witness:
    """The software itself. ``folder`` holds its key files; ``defects`` are names of :mod:`.known_defects` for
    its ``kind``.

    ``document`` is a ready CDA document that it sends instead of writing one. ``proxy`` is its proxy e-Santé, when it
    runs one. ``idle_s`` is when its own timer ends a session, in seconds; without one, Pro Santé Connect's does.
    """

    records: Records
    folder: Path
    defects: frozenset[str] = frozenset()
    document: bytes | None = None
    kind: Kind = "dpi"
    proxy: Proxy | None = None
    idle_s: int | None = None
    _worlds: dict[str, World] = field(default_factory=dict)
    _software: Software = field(init=False)
    _desk: LetterDesk | ReportDesk | SummaryDesk = field(init=False)
    _reading: ReadingDesk = field(init=False)
    _inbox: InboxDesk = field(init=False)

    def __post_init__(self) -> None:
        self._software = SOFTWARES[self.kind]
        shared = (self.records, self.folder, self.defects, self._software, self._patient, self._active_user)
        match self.kind:
            case "dpi":
                self._desk = LetterDesk(*shared, self.document)
            case "sgl":
                self._desk = ReportDesk(*shared, self.document)
            case "lgc":
                self._desk = SummaryDesk(*shared, self.document)

        self._reading = VisitDesk(*shared) if self.kind == "lgc" else ReadingDesk(*shared)
        self._inbox = InboxDesk(*shared)

    def act(self, action: Mapping[str, Any]) -> Output:
        """Answers one action of a driver; never raises."""
        answer: Output = {
            "banc": 1,
            "id": action.get("id", ""),
            "shown": [],
            "evidence": [],
            "output": {},
            "error": None,
        }
        methods: dict[str, Callable[[Asked], Output]] = {
            "auth.login": self.sign_in,
            "auth.refresh": self.refresh,
            "auth.logout": self.sign_out,
            "patient.create": self.create_patient,
            "patient.qualify": self.qualify_patient,
            "identity.verify": self.verify_identity,
            "identity.search": self.search_records,
            "document.send": self._desk.send,
            "document.replace": self._desk.replace,
            "document.delete": self._desk.delete,
            "document.hide": self._reading.hide,
            "document.search": self._reading.search,
            "document.read": self._reading.read,
            "mail.fetch": self._inbox.fetch,
            "clock.set": self.set_clock,
            "state.reset": self.reset,
            "state.export": self.export,
        }
        method = methods.get(str(action.get("action")))
        if method is None:
            return answer | {"status": "unsupported"}
        try:
            output = method(Asked(action, self._world(action)))
            shown = [{"level": "warning", "text": text} for text in output.pop("said", ())]
            shown += output.pop("shown", ())
            evidence = output.pop("evidence", [])
            return answer | {"status": "done", "output": output, "shown": shown, "evidence": evidence}
        except Declined as error:
            shown = [{"level": "error", "text": str(error)}]
            return answer | {"status": "refused", "shown": shown, "output": error.output}
        except (SignInRefused, LostOnTheWay) as error:
            return answer | {"status": "refused", "shown": [{"level": "error", "text": str(error)}]}
        except (DmpRefused, InsiRefused, MailRefused, Unreachable) as error:
            failed = {"status": "failed", "shown": [{"level": "error", "text": str(error)}], "error": str(error)}
            return answer | failed | {"output": dict(getattr(error, "output", {}))}
        except BancError as error:
            return answer | {"status": "failed", "error": error.text.fr}
        except (KeyError, ValueError, TypeError) as error:
            return answer | {"status": "failed", "error": f"{type(error).__name__}: {error}"}

    def _world(self, action: Mapping[str, Any]) -> World:
        session = str(action["session"])
        if session not in self._worlds:
            self._worlds[session] = World(Browser(Transport(action["sandbox"]["ca_file"])))
        return self._worlds[session]

    # sign-in

    def sign_in(self, asked: Asked) -> Output:
        """The user opens the software and signs in on Pro Santé Connect's page."""
        professional = asked.input["professional"]
        try:
            user = self._signed_in(asked, professional["idnat"])
        except (SignInRefused, LostOnTheWay, Unreachable) as error:
            if "silent-outage" in self.defects:
                raise Unreachable("") from error
            if "opens-without-psc" not in self.defects:
                raise
            return {"professional": {"idnat": professional["idnat"]}}
        self.records.sign_in(asked.session, user)
        if "exchange" in asked.input:
            self._exchange(asked, user)
        output: Output = {"professional": {"idnat": user["idnat"]}}
        if "binding_message" in user and "number-unshown" not in self.defects:
            output["said"] = [f"Comparez ce nombre avec celui du téléphone : {user['binding_message']}"]
        if "logs-tokens" in self.defects:
            output["said"] = [f"Jeton reçu : {user['access_token']}"]
        return output

    def _signed_in(self, asked: Asked, idnat: str) -> Output:
        party = self._relying_party(asked)
        if asked.input.get("flow") == "ciba":
            return Ciba(party).sign_in(idnat, str(asked.input.get("channel", "MOBILE")))
        form = {"persona": idnat, "means": "MOBILE", "outcome": "approve"}
        return party.sign_in(asked.world.browser, form)

    def _exchange(self, asked: Asked, user: Output) -> None:
        pair = unpack(asked.sandbox["certificates"]["AUTH_CLI"], self.folder).pair
        api = ConnectedApi(
            api=str(asked.input["exchange"]),
            issuer=asked.sandbox["services"]["psc"]["issuer"],
            client_id=asked.sandbox["psc_client"]["id"],
            transport=asked.transport,
            pair=pair,
            defects=self.defects,
        )
        kept = asked.world.first_user or user
        asked.world.first_user = kept
        api.use(kept if "mixes-users" in self.defects else user)

    def refresh(self, asked: Asked) -> Output:
        """The software renews its tokens; a closed session makes the user sign in again."""
        user = self._user(asked)
        if "never-refreshes" in self.defects:
            return self.sign_in(asked)
        try:
            user = self._relying_party(asked).refresh(user)
        except SignInRefused:
            old = asked.now.timestamp() - user["signed_in_at"] >= SESSION_S
            if ("endless-session" if old else "idle-session-kept") in self.defects:
                return {"professional": {"idnat": user["idnat"]}}
            self.records.sign_out(asked.session)
            if "idle-logout-closes-psc" in self.defects:
                self._relying_party(asked).sign_out(user)
            raise
        self.records.sign_in(asked.session, user)
        return {"professional": {"idnat": user["idnat"]}}

    def sign_out(self, asked: Asked) -> Output:
        """The user signs out, of the software and of Pro Santé Connect."""
        user = self._user(asked)
        self._relying_party(asked).sign_out(user)
        if "logout-keeps-tokens" not in self.defects:
            self.records.sign_out(asked.session)
        asked.world.browser.cookies.clear()
        return {}

    def _relying_party(self, asked: Asked) -> RelyingParty:
        given = asked.sandbox["psc_client"]
        return RelyingParty(
            discovery_url=asked.sandbox["services"]["psc"]["discovery"],
            client=Client(given["id"], given["secret"], REDIRECT_URI, POST_LOGOUT_URI),
            transport=Transport(
                asked.sandbox["ca_file"],
                timeout_s=None if "waits-for-ever" in self.defects else SIGN_IN_S,
                gullible="tls-unverified" in self.defects,
            ),
            now=int(asked.now.timestamp()),
            defects=self.defects,
            keys=asked.world.keys,
        )

    def _user(self, asked: Asked) -> Output:
        user = self.records.user(asked.session)
        if user is not None and self.idle_s is not None:
            user = self._timed(asked, user, self.idle_s)
        if user is None:
            raise Declined("Connectez-vous par Pro Santé Connect.")
        return user

    def _timed(self, asked: Asked, user: Output, idle_s: int) -> Output | None:
        """The user, who is active now, unless they were away for longer than the timer allows."""
        now = int(asked.now.timestamp())
        if now - user.get("active_at", now) > idle_s and "idle-session-kept" not in self.defects:
            self.records.sign_out(asked.session)
            if "idle-logout-closes-psc" in self.defects:
                self._relying_party(asked).sign_out(user)
            return None
        self.records.sign_in(asked.session, user | {"active_at": now})
        return user

    def _active_user(self, asked: Asked) -> Output:
        """The signed-in user with a live access token: an expired one is renewed silently (EXI PSC 11)."""
        user = self._user(asked)
        if user["access_expires_at"] <= asked.now.timestamp():
            self.refresh(asked)
            user = self._user(asked)
        return user

    # identity

    def create_patient(self, asked: Asked) -> Output:
        """The front desk types the traits read on the person's papers: a provisional identity.

        ``edit`` types other traits for a known patient; ``attributes`` marks one as doubtful or fictitious;
        ``scanned`` is the datamatrix INS that names the patient instead.
        """
        given = asked.input["patient"]
        if asked.input.get("scanned"):
            given = given | scanned(asked.input["scanned"]["text"], self.defects)
        if asked.input.get("edit"):
            patient = edited(self._patient(asked), given, self.defects)
        else:
            kept = ("local_id", "birth_family", "birth_givens", "first_given", "sex", "birth_date", "birth_place")
            more = ("used_family", "used_given", "address", "phone", "mobile", "deceased", "collection")
            patient = {name: given[name] for name in kept} | {name: given.get(name) for name in more}
            status = "QUAL" if given.get("collection") and "qualifies-by-scan" in self.defects else "PROV"
            patient |= {"ins_status": status, "ins": None, "ins_oid": None, "opposed": asked.input.get("opposed") or []}
        if "attributes" in asked.input:
            patient = marked(patient, list(asked.input["attributes"]))
        known = () if asked.input.get("edit") else doubles(self.records.patients(asked.session), patient)
        self.records.save_patient(asked.session, patient)
        return _shown(patient) | self._antecedents(known, "Un dossier existe peut-être déjà")

    def qualify_patient(self, asked: Asked) -> Output:
        """The front desk checks an identity document and calls INSi; the answer decides the identity's status."""
        known = self._patient(asked)
        seen = presented(known) if asked.input.get("identity_document") else known
        try:
            patient = qualified(seen, self._insi(asked))
        except InsiRefused as error:
            kept = known if "loses-papers-on-faults" in self.defects else seen
            self.records.save_patient(asked.session, kept)
            error.output = _shown(kept)
            if "silent-on-faults" not in self.defects:
                raise
            return _shown(kept)
        self._said(asked, patient)
        self._reading.opened(asked)
        others = (one for one in self.records.patients(asked.session) if one["local_id"] != patient["local_id"])
        same = found(others, {"ins": patient["ins"]}, frozenset()) if patient["ins"] else ()
        return _shown(patient) | self._antecedents(same, "Un autre dossier porte cet INS")

    def search_records(self, asked: Asked) -> Output:
        """The front desk looks whether the software knows somebody already (EXI ID 17). INSi is not asked."""
        known = found(self.records.patients(asked.session), asked.input["criteria"], self.defects)
        return {"found": [{"local_id": one["local_id"]} for one in known]}

    def _antecedents(self, known: Sequence[Mapping[str, Any]], words: str) -> Output:
        """The records that the user should look at before going on with another one."""
        if not known or "says-nothing-of-doubles" in self.defects:
            return {}
        numbers = [one["local_id"] for one in known]
        return {"antecedents": [{"local_id": one} for one in numbers], "said": [f"{words} : {', '.join(numbers)}."]}

    def verify_identity(self, asked: Asked) -> Output:
        """INSi confirms the INS of a patient, or not."""
        insi = self._insi(asked)
        if "verifies-by-searching" in self.defects:
            for one in self.records.patients(asked.session):
                insi.find(StrictTraits(*(one[name] for name in STRICT)))
        patient = verified(self._patient(asked), insi)
        self._said(asked, patient)
        return _shown(patient)

    def _said(self, asked: Asked, patient: Output) -> None:
        """Keeps a patient; declines when there is something to tell the user."""
        said = patient.pop("said", "")
        self.records.save_patient(asked.session, patient)
        if said:
            raise Declined(said, _shown(patient))

    def _insi(self, asked: Asked) -> IdentityService:
        return IdentityService(
            url=asked.sandbox["services"]["insi"]["url"],
            transport=asked.transport,
            software=self._software,
            user=self._active_user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
        )

    def _patient(self, asked: Asked) -> Output:
        patient = self.records.patient(asked.session, asked.input["patient"]["local_id"])
        if patient is None:
            raise Declined("Patient inconnu du logiciel.")
        return patient

    # the software itself

    def set_clock(self, asked: Asked) -> Output:
        """The machine's clock is moved, as far as the software is concerned."""
        asked.world.offset_s = int(asked.input.get("offset_s", 0))
        return {}

    def export(self, asked: Asked) -> Output:
        """Tells what was kept of this session, patient by patient."""
        return exported(self.records, asked.session)

    def reset(self, asked: Asked) -> Output:
        """Forgets everything of this session; its proxy e-Santé is set for the session's softwares and APIs."""
        if self.proxy is not None:
            self.proxy.attach(asked.session, asked.sandbox)
        self.records.forget(asked.session)
        self._worlds.pop(asked.session, None)
        return {}


def _shown(patient: Mapping[str, Any]) -> Output:
    told = ("local_id", "ins_status", "ins", "ins_oid", "collection", *STRICT)
    return {"patient": {name: patient.get(name) for name in told} | {"historical": patient.get("historical") or []}}
