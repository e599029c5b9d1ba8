"""PostgreSQL as the database of a sandbox: its address, what each connection is told, and the lock on it."""

from __future__ import annotations

import threading
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import sqlalchemy as sa

from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

DRIVER = "psycopg"
CONNECT_S = 10
"""How long a server may take to answer, in seconds."""
LOCK_MS = 2_000
"""How long a start waits for the lock: a server takes a moment to see that the process before was killed."""
KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""Seconds, seconds and times: without them a server keeps the lock of a machine that vanished for two hours."""

_LOCK = sa.text("SELECT pg_advisory_lock(hashtextextended('banc-segur ' || current_schema(), 0))")
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"


class Server:
    """The database, or the schema of it, that a URL names, held for one sandbox."""

    def __init__(self, url: sa.URL, busy_ms: int) -> None:
        """``busy_ms`` is how long a write waits for a row that another program holds.

        Raises ``UnusableInput`` when the driver is not installed.
        """
        if find_spec(DRIVER) is None:
            raise UnusableInput(
                "UP-012",
                Sentence("il manque le pilote de PostgreSQL", "the driver of PostgreSQL is missing"),
                Sentence("pip install 'banc-segur[postgresql]'", "pip install 'banc-segur[postgresql]'"),
            )
        self._url = url.set(drivername=f"postgresql+{DRIVER}")
        self._busy_ms = busy_ms
        self._lock: sa.Connection | None = None
        self._taking = threading.Lock()

    def engine(self) -> sa.Engine:
        """The connections of the store; each one makes sure of the lock first.

        Raises ``EnvironmentFailed`` when the server does not let us in, or when another sandbox uses the database.
        """
        self._hold()
        engine = sa.create_engine(self._url, connect_args=self._arguments(), pool_pre_ping=True)

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            self._hold()
            with connection.cursor() as cursor:
                cursor.execute(_DURABLE)
                cursor.execute(f"SET lock_timeout = {int(self._busy_ms)}")
            connection.commit()

        return engine

    def release(self) -> None:
        """Lets another sandbox use the database."""
        if self._lock is not None:
            self._lock.engine.dispose()
            self._lock.close()
            self._lock = None

    def _hold(self) -> None:
        """Takes the lock, or takes it again after the server ended our session."""
        with self._taking:
            if self._lock is not None:
                with suppress(sa.exc.DBAPIError):
                    self._lock.execute(sa.text("SELECT 1"))
                    return
                self._lock.close()
                self._lock = None
            self._lock = self._locked()

    def _locked(self) -> sa.Connection:
        alone = sa.create_engine(
            self._url, connect_args=self._arguments(), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT"
        )
        try:
            connection = alone.connect()
        except sa.exc.OperationalError as error:
            said = str(error.orig).strip().splitlines()[-1]
            raise EnvironmentFailed(
                "UP-013",
                Sentence(f"la base de données ne s'ouvre pas : {said}", f"the database does not open: {said}"),
                Sentence(
                    "vérifiez que PostgreSQL tourne, et l'adresse de --store (hôte, port, base, utilisateur)",
                    "check that PostgreSQL runs, and the address of --store (host, port, database, user)",
                ),
            ) from error
        try:
            for name, value in (*KEEPALIVE.items(), ("lock_timeout", LOCK_MS)):
                connection.execute(sa.text(f"SET {name} = {value}"))
            connection.execute(_LOCK)
        except sa.exc.OperationalError as error:
            connection.close()
            raise EnvironmentFailed(
                "UP-014",
                Sentence(
                    "la base de données sert déjà à un autre bac à sable",
                    "the database already serves another sandbox",
                ),
                Sentence(
                    "arrêtez-le, ou donnez une autre base, ou un autre schéma : ?options=-csearch_path=NOM",
                    "stop it, or give another database, or another schema: ?options=-csearch_path=NAME",
                ),
            ) from error
        return connection

    def _arguments(self) -> dict[str, Any]:
        return {} if "connect_timeout" in self._url.query else {"connect_timeout": CONNECT_S}
