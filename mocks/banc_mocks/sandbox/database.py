"""Opening the database, and what SQLite and PostgreSQL spell in their own dialects."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.postgresql import Server
from banc_standards.errors import Sentence, UnusableInput


class InUse(OSError):
    """Another sandbox holds the data folder."""


class OtherVersion(OSError):
    """The data folder was written by another version of the bench; it is thrown away, not migrated."""


def connect(folder: Path, url: str | None, busy_ms: int) -> tuple[sa.Engine, Callable[[], None], int]:
    """Opens the database of a data folder and makes its tables when they are missing.

    Returns the engine, what releases folder and database, and the highest rank of the working state. Raises
    ``BancError``, ``OSError`` or ``sqlalchemy.exc.SQLAlchemyError``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = ExitStack()
    held.callback(hold(folder / "banc.lock"))
    try:
        engine = _engine(folder, url, busy_ms, held)
        with engine.begin() as connection:
            tables.metadata.create_all(connection)
            stored = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.name == "schema")).scalar()
            if stored is None:
                connection.execute(sa.insert(tables.meta), {"name": "schema", "value": tables.SCHEMA_VERSION})
            elif stored != tables.SCHEMA_VERSION:
                raise OtherVersion(f"schema {stored}, this version reads {tables.SCHEMA_VERSION}")
            ranked = (tables.state, *tables.INDEXED.values())
            rank = max(connection.execute(sa.select(sa.func.max(table.c.rank))).scalar() or 0 for table in ranked)
    except BaseException:
        held.close()
        raise
    return engine, held.close, rank


class Prepared:
    """An insert of many rows, compiled once for its database.

    From a row to its parameters SQLAlchemy's own way costs more than the row itself, and this is the journal's path.
    """

    def __init__(self, statement: sa.Insert, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        order = compiled.positiontup
        self._text = str(compiled)
        self._parameters = itemgetter(*order) if order else None

    def run(self, connection: sa.Connection, rows: Iterable[dict[str, Any]]) -> None:
        """Inserts rows that hold every column. Raises ``sqlalchemy.exc.SQLAlchemyError``."""
        parameters = self._parameters
        connection.exec_driver_sql(self._text, [*rows] if parameters is None else [*map(parameters, rows)])


@lru_cache(maxsize=64)
def insert(dialect: sa.Dialect, table: sa.Table) -> Prepared:
    """An insert that fails on a row that is already there."""
    return Prepared(sa.insert(table), dialect)


@lru_cache(maxsize=64)
def insert_new(dialect: sa.Dialect, table: sa.Table) -> Prepared:
    """An insert that leaves a row that is already there."""
    if dialect.name == "postgresql":
        return Prepared(postgresql.insert(table).on_conflict_do_nothing(), dialect)
    return Prepared(sqlite.insert(table).on_conflict_do_nothing(), dialect)


@lru_cache(maxsize=64)
def upsert(dialect: sa.Dialect, table: sa.Table, *columns: str) -> Prepared:
    """An insert that replaces ``columns`` of a row that is already there."""
    return Prepared(_upsert(dialect, table, *columns), dialect)


def _upsert(dialect: sa.Dialect, table: sa.Table, *columns: str) -> sa.Insert:
    if dialect.name == "postgresql":
        on_server = postgresql.insert(table)
        return on_server.on_conflict_do_update(
            table.primary_key, set_={name: on_server.excluded[name] for name in columns}
        )
    in_file = sqlite.insert(table)
    return in_file.on_conflict_do_update(
        list(table.primary_key.columns), set_={name: in_file.excluded[name] for name in columns}
    )


class octets(FunctionElement[bytes]):
    """A text column as its octets in UTF-8: what leaves as it is stored is not decoded in between."""

    type = sa.LargeBinary()
    inherit_cache = True


@compiles(octets, "sqlite")
def _octets_in_file(element: octets, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS BLOB)"


@compiles(octets, "postgresql")
def _octets_on_server(element: octets, compiler: Any, **options: Any) -> str:
    return f"convert_to({compiler.process(element.clauses, **options)}, 'UTF8')"


def _engine(folder: Path, url: str | None, busy_ms: int, held: ExitStack) -> sa.Engine:
    """The connections of a database; what it holds is put on ``held``."""
    own = sa.URL.create("sqlite", database=str(folder / "banc.db"))
    wanted = own if url is None else _read(url)
    if wanted.get_backend_name() == "postgresql":
        server = Server(wanted, busy_ms)
        held.callback(server.release)
        engine = server.engine()
    else:
        if wanted != own:
            held.callback(hold(Path(f"{wanted.database}.lock")))
        engine = sa.create_engine(wanted)
        _tune(engine, busy_ms)
    held.callback(engine.dispose)
    return engine


def _read(url: str) -> sa.URL:
    """A URL of ``--store``. Raises ``UnusableInput``."""
    with suppress(sa.exc.ArgumentError, ValueError):
        found = sa.make_url(url)
        if found.drivername == "postgres":  # as hosting companies write it
            found = found.set(drivername="postgresql")
        if found.get_backend_name() == "postgresql" or (found.drivername == "sqlite" and found.database):
            return found
    scheme = url.partition(":")[0][:40]  # never the rest: it may hold a password
    raise UnusableInput(
        "UP-011",
        Sentence(f"--store {scheme}:… : adresse inutilisable", f"--store {scheme}:…: unusable address"),
        Sentence(
            "donnez postgresql://UTILISATEUR@HÔTE:PORT/BASE ou sqlite:///FICHIER",
            "give postgresql://USER@HOST:PORT/DATABASE or sqlite:///FILE",
        ),
    )


def _tune(engine: sa.Engine, busy_ms: int) -> None:
    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={int(busy_ms)}")
        cursor.close()


def hold(path: Path) -> Callable[[], None]:
    """Holds a file for this process; the lock is SQLite's own, so it falls with the process, on every platform."""
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if "locked" in str(error):
            raise InUse(f"{path.parent}: déjà ouvert par un autre banc / already open in another sandbox") from error
        raise OSError(f"{path}: {error}") from error
    return lock.close
