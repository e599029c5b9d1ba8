"""Binding the ports of a sandbox on every address of its host, and saying plainly why one cannot be bound."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput, reason

LOOPBACK = ("127.0.0.1", "::1")
_ATTEMPTS = 50
_HIGHEST = 65_535


@dataclass(frozen=True, slots=True)
class Bound:
    """One listener's sockets, all on one port."""

    name: str
    port: int
    sockets: tuple[socket.socket, ...]

    def close(self) -> None:
        """Gives the port back."""
        for one in self.sockets:
            one.close()


def addresses_of(host: str) -> tuple[str, ...]:
    """The addresses to listen on; ``localhost`` is both loopbacks. Raises :class:`UnusableInput`."""
    if host == "localhost":
        return LOOPBACK
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UnusableInput(
            "UP-001",
            Sentence(f"--host {host} : hôte inconnu", f"--host {host}: unknown host"),
            Sentence(
                "donnez une adresse de cette machine, ou localhost", "give an address of this machine, or localhost"
            ),
        ) from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))


def require_token(host: str, addresses: Iterable[str], token: str | None) -> None:
    """Raises :class:`UnusableInput` when the sandbox would listen beyond this machine without a token."""
    if token or all(ip_address(address.partition("%")[0]).is_loopback for address in addresses):
        return
    raise UnusableInput(
        "UP-002",
        Sentence(
            f"--host {host} écoute hors de cette machine, sans jeton",
            f"--host {host} listens beyond this machine, without a token",
        ),
        Sentence(
            "ajoutez --token JETON (ou BANC_TOKEN), ou gardez --host localhost",
            "add --token TOKEN (or BANC_TOKEN), or keep --host localhost",
        ),
    )


def check_base(base: int, offsets: Iterable[int]) -> None:
    """Raises :class:`UnusableInput` when a base leaves no valid port for an offset; 0 takes any free ports."""
    if base == 0:
        return
    low, high = 1 - min(offsets, default=0), _HIGHEST - max(offsets, default=0)
    if not low <= base <= high:
        raise UnusableInput(
            "UP-003",
            Sentence(f"--port-base {base} : hors limites", f"--port-base {base}: out of bounds"),
            Sentence(
                f"prenez 0 (ports libres) ou une base de {low} à {high}",
                f"take 0 (free ports) or a base from {low} to {high}",
            ),
        )


def bind(name: str, addresses: tuple[str, ...], port: int) -> Bound:
    """Binds one listener; ``port`` 0 takes a port that is free on every address.

    An IPv6 address that this machine does not have is left out. Raises :class:`EnvironmentFailed` when the port is
    taken, naming its holder if the system tells, or when it may not be bound, :class:`UnusableInput` for an address of
    another machine.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _bind(name, addresses, port)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise _not_ours(addresses) from error
            if port == 0 and error.errno == errno.EADDRINUSE and attempt < _ATTEMPTS - 1:
                continue
            raise _refused(name, port, error) from error
    raise AssertionError("unreachable")


def _bind(name: str, addresses: tuple[str, ...], port: int) -> Bound:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                sockets.append(_socket(family, address, port))
            except OSError as error:
                absent = error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
                if not (absent and family == socket.AF_INET6 and len(addresses) > 1):
                    raise
                continue
            port = sockets[-1].getsockname()[1]
    except BaseException:
        for one in sockets:
            one.close()
        raise
    return Bound(name, port, tuple(sockets))


def _socket(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option would let two sandboxes share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def _not_ours(addresses: tuple[str, ...]) -> UnusableInput:
    named = ", ".join(addresses)
    return UnusableInput(
        "UP-001",
        Sentence(f"--host : {named} n'est pas de cette machine", f"--host: {named} is not of this machine"),
        Sentence("donnez une adresse de cette machine, ou localhost", "give an address of this machine, or localhost"),
    )


def _refused(name: str, port: int, error: OSError) -> EnvironmentFailed:
    if error.errno == errno.EADDRINUSE:
        holder = port_holder(port)
        by = Sentence(f", par {holder}", f", by {holder}") if holder else Sentence("", "")
        return EnvironmentFailed(
            "UP-004",
            Sentence(f"port {port} ({name}) déjà pris{by.fr}", f"port {port} ({name}) is already taken{by.en}"),
            Sentence(
                "arrêtez ce programme, ou prenez --port-base 0 (ports libres) ou une autre base",
                "stop that program, or take --port-base 0 (free ports) or another base",
            ),
        )
    return EnvironmentFailed(
        "UP-005",
        Sentence(
            f"port {port} ({name}) refusé : {reason(error).fr}", f"port {port} ({name}) refused: {reason(error).en}"
        ),
        Sentence(
            "prenez une base au-dessus de 1100",
            "take a base above 1100",
        ),
    )


def port_holder(port: int, proc: Path = Path("/proc")) -> str | None:
    """Who listens on a TCP port, "python3 (PID 4242)", where ``/proc`` tells it to us; else None."""
    inodes = {inode for table in ("tcp", "tcp6") for inode in _listening(proc / "net" / table, port)}
    if not inodes:
        return None
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            if any(os.readlink(file) in wanted for file in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (PID {process.name})"
        except OSError:  # another user's process, or one that has just ended
            continue
    return None


def _listening(table: Path, port: int) -> Iterable[str]:
    try:
        lines = table.read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]
