"""The language of scenarios: who acts, what the software is asked to do, which exchanges must then come.

A scenario stimulates, waits and selects; it never judges and never sleeps. Nothing that the software does or leaves
undone raises here: a missed expectation is an event, and :meth:`Step.expect` returns ``None``::

    @scenario(id="UC1.01", title=Sentence("…", "…"), actions=("auth.login",), requires=("psc.code",))
    async def sign_in(play: Play) -> None:
        async with play.step("UC1.01.1", Sentence("…", "…"), also=("psc.*",)) as step:
            await step.act("auth.login", professional=play.professional())
            await step.expect("psc.token", outcome="accepted", within_s=5)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol

from banc_harness.selection import NO_FACTS, Selection
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_fixtures.professionals import Professional
    from banc_fixtures.structures import Structure
    from banc_harness.levers import DocumentStatus, Levers
    from banc_harness.trace import Acted, Exchange
    from banc_standards.contracts.driver import ActionSandbox
    from banc_standards.contracts.sut import Sut
    from banc_standards.contracts.vocabulary import CertificateProfile, LoginMeans, LoginOutcome, SoftwareType

PATIENCE_S = 5.0
"""How long an expectation waits unless told otherwise, in seconds."""

Scene = Callable[["Play"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation that the software is put into.

    ``actions`` are those asked of the driver; ``requires`` the capabilities without which it is skipped; ``profiles``
    and ``couloirs`` those that it belongs to, all of them when empty. A chapter of a ``story`` belongs to nothing else:
    the software ``by`` plays it in the session that the whole cast shares, judged as the scenarios that it is ``like``.
    """

    id: str
    title: Sentence
    actions: tuple[str, ...]
    requires: tuple[str, ...]
    profiles: tuple[str, ...]
    couloirs: tuple[str, ...]
    scene: Scene
    story: str = ""
    by: SoftwareType | None = None
    like: tuple[str, ...] = ()

    @property
    def use_case(self) -> str:
        """``UC1`` of ``UC1.01``."""
        return self.id.partition(".")[0]


def scenario(
    *,
    id: str,
    title: Sentence,
    actions: Iterable[str] = (),
    requires: Iterable[str] = (),
    profiles: Iterable[str] = (),
    couloirs: Iterable[str] = (),
    story: str = "",
    by: SoftwareType | None = None,
    like: Iterable[str] = (),
) -> Callable[[Scene], Scenario]:
    """Makes a :class:`Scenario` of an async function over a :class:`Play`."""

    def decorate(scene: Scene) -> Scenario:
        return Scenario(
            id=id,
            title=title,
            actions=tuple(actions),
            requires=tuple(requires),
            profiles=tuple(profiles),
            couloirs=tuple(couloirs),
            scene=scene,
            story=story,
            by=by,
            like=tuple(like),
        )

    return decorate


class Scenarios(Mapping[str, Scenario]):
    """An explicit, immutable set of scenarios by id. Raises ``ValueError`` when two carry the same id."""

    def __init__(self, scenarios: Iterable[Scenario]) -> None:
        self._scenarios: dict[str, Scenario] = {}
        for item in scenarios:
            if item.id in self._scenarios:
                raise ValueError(f"two scenarios are called {item.id}")
            self._scenarios[item.id] = item

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> Scenarios:
        """The scenarios that the modules define, in their order."""
        return cls(item for module in modules for item in vars(module).values() if isinstance(item, Scenario))

    def __getitem__(self, scenario_id: str) -> Scenario:
        return self._scenarios[scenario_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scenarios)

    def __len__(self) -> int:
        return len(self._scenarios)

    def chapters(self, story: str) -> tuple[Scenario, ...]:
        """The chapters of a story, in the order in which they are told; none when there is no such story."""
        return tuple(item for item in self.values() if item.story and item.story == story)

    def stories(self) -> tuple[str, ...]:
        """The names of the stories."""
        return tuple(dict.fromkeys(item.story for item in self.values() if item.story))

    def capabilities(self) -> tuple[str, ...]:
        """Every capability that a scenario requires, sorted."""
        return tuple(sorted({name for item in self.values() for name in item.requires}))


class Stage(Protocol):
    """What the engine does for a scenario."""

    @property
    def sut(self) -> Sut: ...

    def patient(self, id: str) -> Patient: ...

    def professional(self, id: str | None) -> Professional: ...

    def structure(self, id: str | None) -> Structure: ...

    def mailbox(self, holder: Professional | Structure) -> str: ...

    @property
    def sandbox(self) -> ActionSandbox: ...

    async def open_step(self, id: str, title: Sentence, also: tuple[str, ...]) -> None: ...

    async def close_step(self, *, broken: bool) -> None: ...

    async def act(self, action: str, input: Mapping[str, Any], deadline_s: int | None) -> Acted: ...

    async def expect(self, wanted: Selection, within_s: float) -> Exchange | None: ...

    async def let_pass(self, seconds: int) -> None: ...

    @property
    def notes(self) -> dict[str, Any]: ...

    @property
    def levers(self) -> Levers: ...


class Play:
    """One performance of a scenario."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def sut(self) -> Sut:
        """The description of the software under test."""
        return self._stage.sut

    @property
    def notes(self) -> dict[str, Any]:
        """What a scenario of the run leaves for a later one: a chapter may go on with what an earlier one did."""
        return self._stage.notes

    def patient(self, id: str) -> Patient:
        """A fictitious patient; raises ``KeyError`` for an unknown id."""
        return self._stage.patient(id)

    def professional(self, id: str | None = None) -> Professional:
        """A fictitious professional; without an id, the one that ``sut.yaml`` names, else one of the couloir."""
        return self._stage.professional(id)

    def structure(self, id: str | None = None) -> Structure:
        """A fictitious structure; without an id, the one that ``sut.yaml`` names, else one of the couloir."""
        return self._stage.structure(id)

    def mailbox(self, holder: Professional | Structure) -> str:
        """The MSSanté address of a professional or a structure, as the session names it."""
        return self._stage.mailbox(holder)

    @property
    def sandbox(self) -> ActionSandbox:
        """What each action tells the software: addresses, clients, certificates."""
        return self._stage.sandbox

    def step(self, id: str, title: Sentence, *, also: Iterable[str] = ()) -> Step:
        """A step, entered with ``async with``.

        ``also`` are patterns of operations that belong to the step without being expected (``psc.*`` while signing in):
        those that come during the step and that nothing else claims are claimed by it instead of being stray.
        """
        return Step(self._stage, id, title, tuple(also))


class Step:
    """A moment of a scenario: what it expects are exchanges that come after it began."""

    def __init__(self, stage: Stage, id: str, title: Sentence, also: tuple[str, ...]) -> None:
        self._stage = stage
        self.id = id
        self._title = title
        self._also = also

    async def __aenter__(self) -> Step:
        await self._stage.open_step(self.id, self._title, self._also)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stage.close_step(broken=error is not None)

    async def act(self, action: str, *, deadline_s: int | None = None, **input: Any) -> Acted:
        """Asks the driver for an action of CONTRACTS §9 and returns what came of it (``.status``, ``.output``,
        ``.shown``).

        People, places and documents of the fixtures in ``input`` are sent as the JSON that a driver reads.
        ``deadline_s``: the driver's own by default. A driver that cannot be reached, dies or answers nonsense gives
        status ``error``.
        """
        return await self._stage.act(action, input, deadline_s)

    async def expect(
        self,
        operation: str | tuple[str, ...],
        *,
        outcome: str | tuple[str, ...] | None = None,
        code: str | tuple[str, ...] | None = None,
        fault: str | None = None,
        facts: Mapping[str, Any] = NO_FACTS,
        within_s: float = PATIENCE_S,
    ) -> Exchange | None:
        """Waits for the first unclaimed exchange since the step began that is this one, and claims it.

        ``facts`` are the step's keys (INS, document id, Message-ID…), as in :class:`~banc_harness.selection.Selection`.
        Returns ``None``, after an ``expectation.missed`` event, when it does not come within ``within_s`` seconds;
        there is no waiting when the driver could not be asked. The exchange has its facts; its bytes are for checks.
        """
        wanted = Selection(operation=operation, outcome=outcome, code=code, fault=fault, facts=facts)
        return await self._stage.expect(wanted, within_s)

    async def let_pass(self, seconds: int) -> None:
        """The user does nothing for that long, in real time."""
        await self._stage.let_pass(seconds)

    async def arm_fault(
        self,
        id: str,
        *,
        times: int | None = 1,
        match: Mapping[str, Any] = NO_FACTS,
        sequence: Iterable[Any] = (),
    ) -> None:
        """Makes a service misbehave for the next ``times`` matching exchanges; ``None``: until cleared.

        Faults, switches, clock and login are put back when the scenario ends.
        """
        await self._stage.levers.arm_fault(id, times=times, match=match, sequence=tuple(sequence))

    async def clear_faults(self) -> None:
        """Disarms every fault of the session."""
        await self._stage.levers.clear_faults()

    async def impersonate(self, profile: CertificateProfile) -> None:
        """Has Pro Santé Connect's server announced at the address of an impostor, whose certificate has that profile
        (CONTRACTS §4), until :meth:`unmask`.
        """
        await self._stage.levers.impersonate(profile)

    async def unmask(self) -> None:
        """Puts the true address back; a ``psc.impostor`` exchange tells whether the impostor was believed, if it was
        reached at all.
        """
        await self._stage.levers.unmask()

    async def clock(self, *, offset_s: int = 0, frozen: bool = False) -> None:
        """Moves the session's clock by that many seconds from real time (CONTRACTS §5).

        A software that says ``clock: follows`` is asked to ``clock.set`` its own, here and when the scenario ends.
        """
        await self._stage.levers.clock(offset_s=offset_s, frozen=frozen)

    async def switch(self, **values: Any) -> None:
        """Sets behaviours that rest on an uncertain fact; a dot in a name is written as two underscores."""
        await self._stage.levers.switch({name.replace("__", "."): value for name, value in values.items()})

    async def put_document(
        self,
        document: bytes,
        *,
        visibility: Iterable[str] = (),
        status: DocumentStatus = "approved",
        replaces: str | None = None,
    ) -> str:
        """Puts a CDA document into the DMP of the patient whom it names, as another software would have filed it;
        returns its ``urn:oid:``.

        ``replaces`` is the ``urn:oid:`` of the document whose place it takes.
        """
        kept = await self._stage.levers.put_document(
            document, visibility=tuple(visibility), status=status, replaces=replaces
        )
        return f"urn:oid:{kept.unique_id}"

    async def put_mail(self, mail: bytes, *, by: Professional | Structure, to: Iterable[str]) -> None:
        """Has a correspondent of another operator send a mail, from ``by``'s mailbox to these addresses."""
        await self._stage.levers.put_mail(mail, domain=by.mailbox, sender=self._stage.mailbox(by), to=tuple(to))

    async def login(
        self, professional: Professional | None, *, means: LoginMeans = "MOBILE", outcome: LoginOutcome = "approve"
    ) -> None:
        """How Pro Santé Connect answers the next sign-ins (CONTRACTS §12); ``None`` brings its page back."""
        await self._stage.levers.login(professional, means=means, outcome=outcome)
