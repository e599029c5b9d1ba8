"""Sessions: making, listing, resetting, seeding, leasing, deleting them."""

from __future__ import annotations

import asyncio

from banc_mocks.sandbox.clock import instant
from banc_mocks.sandbox.control.endpoint import AFTER_KEY, LIMIT, Asked, Endpoint
from banc_mocks.sandbox.sessions import Session
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence, UnusableInput


def clock_of(session: Session) -> shapes.Clock:
    """The session's clock as the API shows it."""
    clock = session.clock
    return shapes.Clock(offset_s=clock.offset_s, frozen=clock.frozen, now=instant(session.now()))


async def shown(asked: Asked, session: Session) -> shapes.Session:
    """A session as the API shows it."""
    lease = asked.sandbox.sessions.leased(session)
    return shapes.Session(
        id=session.id,
        mode=session.mode,
        epoch=session.epoch,
        position=await asked.sandbox.journal.position(session),
        clock=clock_of(session),
        lease=shapes.Lease(holder=lease.holder, until=instant(lease.until)) if lease else None,
        public_urls=shapes.PublicUrls.model_validate(session.public_urls),
    )


async def create(asked: Asked) -> shapes.Session:
    """Makes a session."""
    wanted = asked.content(shapes.SessionRequest)
    if wanted.mllp:
        raise UnusableInput(
            "SESSION-008",
            Sentence("ce banc n'a pas de plateforme d'intermédiation", "this sandbox runs no intermediation platform"),
            Sentence("demander la session sans mllp", "ask for the session without mllp"),
        )
    return await shown(asked, await asked.sandbox.sessions.create(wanted.id, mode=wanted.mode))


async def listing(asked: Asked) -> shapes.SessionPage:
    """Lists the sessions by id."""
    page, after = asked.page(asked.sandbox.sessions, key=lambda session: session.id)
    return shapes.SessionPage(
        sessions=list(await asyncio.gather(*(shown(asked, session) for session in page))), next=after
    )


async def one(asked: Asked) -> shapes.Session:
    """A session as it stands."""
    return await shown(asked, asked.session)


async def delete(asked: Asked) -> None:
    """Forgets a session and all that belongs to it."""
    session = asked.session
    await asked.sandbox.sessions.delete(session.id)
    asked.sandbox.certificates.forget(session.id)
    asked.sandbox.journal.wake(session.id)


async def reset(asked: Asked) -> shapes.Session:
    """Closes the epoch and opens the next."""
    session = await asked.sandbox.sessions.reset(asked.session.id)
    asked.sandbox.journal.wake(session.id)
    return await shown(asked, session)


async def seed(asked: Asked) -> shapes.Session:
    """Sets the number from which the session's generated data is drawn."""
    session = asked.session
    await asked.sandbox.sessions.change(session, seed=asked.content(shapes.SeedRequest).seed)
    return await shown(asked, session)


async def lease(asked: Asked) -> shapes.Lease:
    """Leases the session to a run, or renews its lease; 409 names another holder."""
    wanted = asked.content(shapes.LeaseRequest)
    taken = asked.sandbox.sessions.take_lease(asked.session, wanted.holder, wanted.ttl_s)
    return shapes.Lease(holder=taken.holder, until=instant(taken.until))


async def release(asked: Asked) -> None:
    """Ends the lease."""
    asked.sandbox.sessions.release(asked.session)


_ONE = "/sessions/{session}"

ENDPOINTS = (
    Endpoint(
        "POST",
        "/sessions",
        "createSession",
        "Makes a session",
        create,
        body=shapes.SessionRequest,
        answer=shapes.Session,
        status=201,
    ),
    Endpoint(
        "GET",
        "/sessions",
        "listSessions",
        "Lists the sessions",
        listing,
        answer=shapes.SessionPage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint("GET", _ONE, "getSession", "A session as it stands", one, answer=shapes.Session),
    Endpoint("DELETE", _ONE, "deleteSession", "Forgets a session and all that belongs to it", delete, status=204),
    Endpoint("POST", f"{_ONE}/reset", "resetSession", "Closes the epoch, opens the next", reset, answer=shapes.Session),
    Endpoint(
        "POST",
        f"{_ONE}/seed",
        "seedSession",
        "Sets the number from which the session's generated data is drawn",
        seed,
        body=shapes.SeedRequest,
        answer=shapes.Session,
    ),
    Endpoint(
        "POST",
        f"{_ONE}/lease",
        "leaseSession",
        "Leases the session to a run, or renews its lease; 409 names another holder",
        lease,
        body=shapes.LeaseRequest,
        answer=shapes.Lease,
    ),
    Endpoint("DELETE", f"{_ONE}/lease", "releaseSession", "Ends the lease", release, status=204),
)
