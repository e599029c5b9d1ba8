"""What the witness can be asked to do (CONTRACTS §9), one method an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banc_harness.witness import letters
from banc_harness.witness.browser import Browser, LostOnTheWay
from banc_harness.witness.credentials import unpack
from banc_harness.witness.feeding import DmpRefused, Feeding, Software
from banc_harness.witness.identity import IdentityService, InsiRefused, qualified
from banc_harness.witness.mailing import Mailing, MailRefused
from banc_harness.witness.outbox import Forbidden, Outbox
from banc_harness.witness.records import Records
from banc_harness.witness.sign_in import Client, RelyingParty, SignInRefused
from banc_harness.witness.transport import Transport, Unreachable
from banc_standards.cda.model import DischargeLetter
from banc_standards.errors import BancError
from banc_standards.ins import Ins

SOFTWARE = Software("Témoin Ségur", "1.0.0", idam="TEMOIN-INSI-0001", homologation="TEMOIN-DMP-0001-tmp1")
REDIRECT_URI = "https://localhost:3999/temoin/callback"
POST_LOGOUT_URI = "https://localhost:3999/temoin/bye"
NIL = "DEV999001"
CAPABILITIES = ("psc.code", "insi.traits", "dmp.feed", "mss.send.pro", "mss.send.patient")

Output = dict[str, Any]


class Declined(Exception):
    """The software declines on purpose; the text is what its user reads."""


@dataclass(slots=True)
class World:
    """What the witness keeps in memory of one session: the user's browser and its own clock's shift, in seconds."""

    browser: Browser
    offset_s: int = 0


@dataclass(slots=True)
class Witness:
    """The software itself. ``folder`` holds its key files; ``defects`` are names of :mod:`.defects`.

    ``letter`` is a ready CDA document that it sends instead of writing one.
    """

    records: Records
    folder: Path
    defects: frozenset[str] = frozenset()
    letter: bytes | None = None
    _worlds: dict[str, World] = field(default_factory=dict)

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
            "document.send": self.send_letter,
            "document.replace": self.replace_letter,
            "document.delete": self.delete_letter,
            "clock.set": self.set_clock,
            "state.reset": self.reset,
        }
        method = methods.get(str(action.get("action")))
        if method is None:
            return answer | {"status": "unsupported"}
        try:
            return answer | {"status": "done", "output": method(Asked(action, self._world(action)))}
        except (Declined, Forbidden, SignInRefused, LostOnTheWay) as error:
            return answer | {"status": "refused", "shown": [{"level": "error", "text": str(error)}]}
        except (DmpRefused, InsiRefused, MailRefused, Unreachable) as error:
            return answer | {"status": "failed", "shown": [{"level": "error", "text": str(error)}], "error": str(error)}
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
        form = {"persona": professional["idnat"], "means": "MOBILE", "outcome": "approve"}
        user = self._relying_party(asked).sign_in(asked.world.browser, form)
        self.records.sign_in(asked.session, user)
        return {"professional": {"idnat": user["idnat"]}}

    def refresh(self, asked: Asked) -> Output:
        """The software renews its tokens; a closed session makes the user sign in again."""
        user = self._user(asked)
        if "never-refreshes" in self.defects:
            return self.sign_in(asked)
        try:
            user = self._relying_party(asked).refresh(user)
        except SignInRefused:
            self.records.sign_out(asked.session)
            raise
        self.records.sign_in(asked.session, user)
        return {"professional": {"idnat": user["idnat"]}}

    def sign_out(self, asked: Asked) -> Output:
        """The user signs out, of the software and of Pro Santé Connect."""
        user = self._user(asked)
        self._relying_party(asked).sign_out(user)
        self.records.sign_out(asked.session)
        asked.world.browser.cookies.clear()
        return {}

    def _relying_party(self, asked: Asked) -> RelyingParty:
        given = asked.sandbox["psc_client"]
        return RelyingParty(
            discovery_url=asked.sandbox["services"]["psc"]["discovery"],
            client=Client(given["id"], given["secret"], REDIRECT_URI, POST_LOGOUT_URI),
            transport=asked.transport,
            now=int(asked.now.timestamp()),
            defects=self.defects,
        )

    def _user(self, asked: Asked) -> Output:
        user = self.records.user(asked.session)
        if user is None:
            raise Declined("Connectez-vous par Pro Santé Connect.")
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
        """The front desk types the traits read on the person's papers: a provisional identity."""
        given = asked.input["patient"]
        kept = ("local_id", "birth_family", "birth_givens", "first_given", "sex", "birth_date", "birth_place")
        more = ("used_family", "used_given", "address", "phone", "mobile", "deceased")
        patient = {name: given[name] for name in kept} | {name: given.get(name) for name in more}
        patient |= {"ins_status": "PROV", "ins": None, "ins_oid": None, "opposed": asked.input.get("opposed") or []}
        self.records.save_patient(asked.session, patient)
        return _shown(patient)

    def qualify_patient(self, asked: Asked) -> Output:
        """The front desk checks an identity document and calls INSi; the answer decides the identity's status."""
        patient = self._patient(asked)
        service = IdentityService(
            url=asked.sandbox["services"]["insi"]["url"],
            transport=asked.transport,
            software=SOFTWARE,
            user=self._active_user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
        )
        patient = qualified(patient, service, document_checked=bool(asked.input.get("identity_document")))
        self.records.save_patient(asked.session, patient)
        if patient.get("said"):
            raise Declined(patient["said"])
        return _shown(patient)

    def _patient(self, asked: Asked) -> Output:
        patient = self.records.patient(asked.session, asked.input["patient"]["local_id"])
        if patient is None:
            raise Declined("Patient inconnu du logiciel.")
        return patient

    # documents

    def send_letter(self, asked: Asked) -> Output:
        """The doctor validates the discharge letter: it goes where asked, unless something forbids it."""
        recipients = list(asked.input.get("recipients") or ("dmp",))
        output: Output = {}
        if "dmp" in recipients:
            patient, ins = self._sendable(asked)
            record, written = self._letter(asked, patient)
            self._file(asked, record, self.letter or written, ins)
            output["documents"] = [f"urn:oid:{record['unique_id']}"]
        mailed = [recipient for recipient in recipients if recipient != "dmp"]
        if mailed:
            output["messages"] = self._mail(asked, mailed)
        return output

    def _mail(self, asked: Asked, recipients: list[str]) -> list[str]:
        """The letter by MSSanté, with its PDF copy."""
        patient = self._patient(asked)
        ins = letters.sent_ins(patient, defects=self.defects)
        if ins is None:
            raise Declined("Identité non qualifiée : la lettre n'est pas envoyée.")
        record, written = self._letter(asked, patient)
        letter = self._composed(asked, record, patient)
        outbox = Outbox(
            mailing=Mailing(
                submission=asked.sandbox["services"]["mssante"]["submission"],
                ca_file=asked.sandbox["ca_file"],
                address=asked.input["professional"]["mailbox"],
                user=self._active_user(asked),
                professional=asked.input["professional"],
                structure=asked.input["structure"],
                software=SOFTWARE.name,
                nil=NIL,
                now=asked.now,
                defects=self.defects,
            ),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=ins,
            defects=self.defects,
        )
        return outbox.send(record, self.letter or written, letters.printed(letter), recipients)

    def replace_letter(self, asked: Asked) -> Output:
        """The doctor corrects a letter that was filed: the new version takes its place in the DMP."""
        patient, ins = self._sendable(asked)
        former = self._filed(asked, patient, "replaces")
        waiting = (item for item in self._letters(asked, patient) if item.get("replaces") == former["unique_id"])
        record = next(waiting, None) or former | {
            "unique_id": self._new_id(asked, patient),
            "version": former["version"] + 1,
            "replaces": former["unique_id"],
            "created": asked.now.isoformat(),
            "attempts": 0,
            "filed": False,
        }
        self._file(asked, record, self._written(asked, record, patient), ins, replaces=former)
        self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return {"documents": [f"urn:oid:{record['unique_id']}"]}

    def delete_letter(self, asked: Asked) -> Output:
        """The doctor takes back a letter that was filed by mistake, or that the patient no longer wants."""
        patient = self._patient(asked)
        ins = self._ins(patient)
        record = self._filed(asked, patient, "id")
        feeding = self._feeding(asked)
        target = record["unique_id"] if "deletes-by-unique-id" in self.defects else self._entry(feeding, record, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        feeding.delete(target, ins, submission_id=f"{record['unique_id']}.{record['attempts']}.9")
        self.records.save_letter(asked.session, record | {"withdrawn": "deleted"})
        return {"documents": [f"urn:oid:{record['unique_id']}"]}

    def _sendable(self, asked: Asked) -> tuple[Output, Ins]:
        """The patient and the matricule to send with; declines when the letter may not leave for the DMP."""
        patient = self._patient(asked)
        ins = self._ins(patient)
        if "feed" in (patient.get("opposed") or ()) and "ignores-opposition" not in self.defects:
            raise Declined("Le patient s'oppose à l'alimentation de son DMP : la lettre n'y est pas envoyée.")
        return patient, ins

    def _ins(self, patient: Output) -> Ins:
        ins = letters.sent_ins(patient, defects=self.defects)
        if ins is None:
            raise Declined("Identité non qualifiée : la lettre n'est pas envoyée au DMP.")
        return ins

    def _letters(self, asked: Asked, patient: Output) -> list[Output]:
        return self.records.letters(asked.session, patient["local_id"])

    def _filed(self, asked: Asked, patient: Output, key: str) -> Output:
        """The letter that ``document`` names under ``key``, else the last that was filed and still stands."""
        wanted = str((asked.input.get("document") or {}).get(key) or "").removeprefix("urn:oid:")
        for record in reversed(self._letters(asked, patient)):
            if record["filed"] and not record.get("withdrawn") and wanted in ("", record["unique_id"]):
                return record
        raise Declined("Aucune lettre de ce patient n'est au DMP.")

    def _entry(self, feeding: Feeding, record: Output, ins: Ins) -> str:
        """The id that the DMP knows a filed letter by (TD3.1b)."""
        found = feeding.entry_uuid(record["unique_id"], ins)
        if found is None:
            raise Declined("Le DMP ne connaît plus cette lettre.")
        return found

    def _file(self, asked: Asked, record: Output, document: bytes, ins: Ins, *, replaces: Output | None = None) -> None:
        """Files a letter, in the place of another one if need be, once TD0.2 says that the DMP is open."""
        feeding = self._feeding(asked)
        if "self-authorisation" in self.defects:
            feeding.authorise(ins)
        if "blind-feeding" not in self.defects:
            existence = feeding.existence(ins)
            if existence != "open":
                state = "fermé" if existence == "closed" else "inexistant"
                raise Declined(f"DMP {state} : la lettre n'y est pas envoyée.")
        entry = None
        if replaces is not None and "replaces-nothing" not in self.defects:
            entry = self._entry(feeding, replaces, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        submission_id = f"{record['unique_id']}.{record['attempts']}.9"
        feeding.file(document, ins, submission_id=submission_id, replaces=entry)
        record["filed"] = True
        self.records.save_letter(asked.session, record)

    def _letter(self, asked: Asked, patient: Output) -> tuple[Output, bytes]:
        """The patient's letter that was not filed yet, kept with its id and its date; else a new one."""
        waiting = [item for item in self._letters(asked, patient) if not item["filed"] and not item["replaces"]]
        wanted = asked.input.get("document") or {}
        if waiting and "new-id-on-retry" not in self.defects:
            record = waiting[-1]
        else:
            unique_id = self._new_id(asked, patient)
            record = {
                "unique_id": unique_id,
                "set_id": f"{unique_id}.0",
                "version": 1,
                "replaces": None,
                "local_id": patient["local_id"],
                "created": asked.now.isoformat(),
                "title": wanted.get("title") or "Lettre de liaison à la sortie de l'établissement de santé",
                "level": wanted.get("level") or "N3",
                "attempts": 0,
                "filed": False,
            }
            self.records.save_letter(asked.session, record)
        return record, self._written(asked, record, patient)

    def _new_id(self, asked: Asked, patient: Output) -> str:
        number = len(self._letters(asked, patient)) + 1
        place = f"{asked.input['structure']['oid']}.2.{int(asked.now.timestamp())}"
        return f"{place}.{number}.{patient['local_id'].lstrip('0')}"

    def _composed(self, asked: Asked, record: Output, patient: Output) -> DischargeLetter:
        return letters.letter(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )

    def _written(self, asked: Asked, record: Output, patient: Output) -> bytes:
        written = letters.written(self._composed(asked, record, patient), record["level"])
        if "text-body" in self.defects:
            written = written.replace(b'mediaType="application/pdf"', b'mediaType="text/plain"')
        return written

    def _feeding(self, asked: Asked) -> Feeding:
        certificates = asked.sandbox["certificates"]
        return Feeding(
            base=asked.sandbox["services"]["dmp"]["url"],
            transport=asked.transport,
            tls=unpack(certificates["AUTH_CLI"], self.folder),
            seal=unpack(certificates["SIGN"], self.folder),
            software=SOFTWARE,
            user=self._active_user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
        )

    # the software itself

    def set_clock(self, asked: Asked) -> Output:
        """The machine's clock is moved, as far as the software is concerned."""
        asked.world.offset_s = int(asked.input.get("offset_s", 0))
        return {}

    def reset(self, asked: Asked) -> Output:
        """Forgets everything of this session."""
        self.records.forget(asked.session)
        self._worlds.pop(asked.session, None)
        return {}


@dataclass(frozen=True, slots=True)
class Asked:
    """An action, as its method needs it."""

    action: Mapping[str, Any]
    world: World

    @property
    def session(self) -> str:
        return str(self.action["session"])

    @property
    def input(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self.action.get("input") or {}
        return given

    @property
    def sandbox(self) -> Mapping[str, Any]:
        given: Mapping[str, Any] = self.action["sandbox"]
        return given

    @property
    def transport(self) -> Transport:
        return Transport(self.sandbox["ca_file"])

    @property
    def now(self) -> Any:
        return letters.now_at(self.world.offset_s)


def _shown(patient: Mapping[str, Any]) -> Output:
    return {"patient": {"local_id": patient["local_id"], "ins_status": patient["ins_status"]}}
