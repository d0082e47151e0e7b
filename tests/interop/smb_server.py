"""impacket's SMB server with `server.respond` as its handler of SMB2 IOCTL, for clients on loopback.

impacket does what surrounds an IOCTL: negotiation, sessions, tree connects, files, pipes. An IOCTL request
goes to `respond` as it came, and the body that `respond` makes goes out as it is, padded to 8 bytes like
every message of impacket's. Three of impacket's habits are changed on the way:

* it announces no DFS, so that no client would ask for a referral;
* its file ids are 16 random bytes, but a server of Samba 3.6's kind hands out ids of two equal halves, and
  refuses others;
* it forgets the tree connect that an open belongs to.
"""

from __future__ import annotations

import configparser
import contextlib
import dataclasses
import socket
import socketserver
import struct
import threading
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from impacket import smb3structs, smbserver

import smb2ioctl_codec as s2

HOST = "127.0.0.1"
SECONDS_TO_STOP = 5.0
DFS_CAPABILITY = 0x00000001  # [MS-SMB2] 2.2.4, SMB2_GLOBAL_CAP_DFS
PIPE_SHARE = "3"  # the "share type" of impacket's configuration


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """One IOCTL request that a client sent, and the status that it was answered with."""

    share: str
    ctl_code: int
    max_output_response: int
    status: int


@dataclasses.dataclass(slots=True)
class World:
    """What the server holds beside its files, and what its clients asked for."""

    snapshots: Sequence[str] = ()
    referrals: Mapping[str, str] = dataclasses.field(default_factory=dict)  # path -> target
    asked_referrals: list[tuple[str, int]] = dataclasses.field(default_factory=list)  # path, highest level
    exchanges: list[Exchange] = dataclasses.field(default_factory=list)


@contextlib.contextmanager
def serve(world: World, shares: Mapping[str, Path]) -> Iterator[int]:
    """Serve `shares` (name -> folder) and IPC$ on a free port of the loopback address, and yield the port.

    All threads are daemons, so that even one that hangs cannot keep the process alive; leaving waits for them
    for a bounded time.
    """
    config = _configuration(shares)
    with _pipe_server(config) as pipe_address, smbserver.SMBSERVER((HOST, 0), config_parser=config) as smb:
        smb.daemon_threads = True
        smb.processConfigFile()
        smb.registerNamedPipe("srvsvc", pipe_address)
        _hook(smb, world)
        with _running(smb):
            yield int(smb.server_address[1])
        deadline = time.monotonic() + SECONDS_TO_STOP
        while smb.getActiveConnections():
            assert time.monotonic() < deadline, "the thread of a connection hangs"
            time.sleep(0.01)


def referral_v3(path: str, target: str) -> bytes:
    """RESP_GET_DFS_REFERRAL with one DFS_REFERRAL_V3 ([MS-DFSC] 2.2.4, 2.2.5.3): `path` is found at `target`.

    Packed by hand, so that nothing but the server side is on trial.
    """
    place, address = ((text + "\0").encode("utf-16-le") for text in (path, target))
    path_consumed, count, storage_servers = len(place) - 2, 1, 2
    version, size, not_a_root, no_flags, seconds_to_live = 3, 34, 0, 0, 300
    header = struct.pack("<HHI", path_consumed, count, storage_servers)
    fields = (version, size, not_a_root, no_flags, seconds_to_live, size, size, size + len(place))
    return header + struct.pack("<HHHHIHHH16x", *fields) + place + address


def _hook(smb: Any, world: World) -> None:
    """Put our three handlers into impacket's table of SMB2 commands."""

    def negotiate(*arguments: Any) -> Any:
        answer = impacket_negotiate(*arguments)
        packets = answer[1]
        packets[0]["Data"]["Capabilities"] |= DFS_CAPABILITY
        return answer

    def create(connection: str, server: Any, packet: Any) -> Any:
        answer = impacket_create(connection, server, packet)
        bodies, _, status = answer
        if status == s2.NtStatus.SUCCESS:
            opens = server.getConnectionData(connection)["OpenedFiles"]
            name = bodies[0]["FileID"]
            opened = opens.pop(name)
            opened["TreeID"] = packet["TreeID"]
            bodies[0]["FileID"] = name[:8] * 2
            opens[name[:8] * 2] = opened
        return answer

    def ioctl(connection: str, server: Any, packet: Any) -> Any:
        body: bytes = packet["Data"]
        data = server.getConnectionData(connection)
        tree = data["ConnectedShares"][packet["TreeID"]]
        share = s2.server.Share.IPC if tree["share type"] == PIPE_SHARE else s2.server.Share.DISK
        backend = _Backend(world, data["OpenedFiles"], packet["TreeID"])
        reply = s2.server.respond(body, backend, share=share)
        code, most = struct.unpack_from("<4xI36xI", body)
        world.exchanges.append(Exchange(tree["shareName"], code, most, reply.status))
        return [types.SimpleNamespace(getData=reply.encode)], None, int(reply.status)

    impacket_negotiate = smb.hookSmb2Command(smb3structs.SMB2_NEGOTIATE, negotiate)
    impacket_create = smb.hookSmb2Command(smb3structs.SMB2_CREATE, create)
    smb.hookSmb2Command(smb3structs.SMB2_IOCTL, ioctl)


@dataclasses.dataclass(eq=False)
class _Open(s2.server.Open):
    """An open of impacket's: a file, or a pipe that is reached through a socket."""

    pipe: socket.socket | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Backend:
    """What one tree connect of one client sees of the world."""

    world: World
    opens: Mapping[bytes, Mapping[str, Any]]
    tree_id: int

    def find_open(self, file_id: s2.FileId) -> s2.server.Open | None:
        opened = self.opens.get(struct.pack("<QQ", file_id.persistent, file_id.volatile))
        if opened is None or opened["TreeID"] != self.tree_id:
            return None
        return _Open("Socket" in opened, opened.get("Socket"))

    def referrals(self, path: str, max_level: int) -> bytes:
        self.world.asked_referrals.append((path, max_level))
        if path not in self.world.referrals:
            raise s2.StatusError(s2.NtStatus.NOT_FOUND)
        return referral_v3(path, self.world.referrals[path])

    def snapshots(self, open: s2.server.Open) -> Sequence[str]:
        return self.world.snapshots

    def pipe_write(self, open: s2.server.Open, data: bytes) -> int:
        assert isinstance(open, _Open)
        assert open.pipe is not None
        open.pipe.sendall(data)
        return len(data)

    def pipe_read(self, open: s2.server.Open, max_bytes: int) -> tuple[bytes, bool]:
        """Take the pipe's next message, or what fits of it: a DCE/RPC fragment, whose length is at byte 8."""
        assert isinstance(open, _Open)
        assert open.pipe is not None
        (length,) = struct.unpack("<8xH", open.pipe.recv(10, socket.MSG_PEEK | socket.MSG_WAITALL))
        return open.pipe.recv(min(length, max_bytes), socket.MSG_WAITALL), length > max_bytes


def _configuration(shares: Mapping[str, Path]) -> configparser.ConfigParser:
    """What impacket wants to be told; without credentials it lets everybody in."""
    config = configparser.ConfigParser(interpolation=None)
    config["global"] = {
        "server_name": "SERVER",
        "server_os": "test",
        "server_domain": "TEST",
        "log_file": "None",
        "credentials_file": "",
        "SMB2Support": "True",
    }
    config["IPC$"] = {"comment": "", "read only": "yes", "share type": PIPE_SHARE, "path": ""}
    for name, folder in shares.items():
        config[name] = {"comment": "", "read only": "yes", "share type": "0", "path": str(folder)}
    return config


@contextlib.contextmanager
def _pipe_server(config: configparser.ConfigParser) -> Iterator[tuple[str, int]]:
    """Run what stands behind the pipe `srvsvc`, impacket's list of shares, and yield its address."""

    class Client(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            rpc = smbserver.SRVSServer()
            rpc._sock.close()  # its own listener, which nobody needs
            rpc.setServerConfig(config)
            rpc.processConfigFile()
            rpc.set_client_socket(self.request)
            while (request := rpc.recv()) is not None:
                if (answer := rpc.processRequest(request)) is not None:
                    rpc.send(answer)

    with socketserver.ThreadingTCPServer((HOST, 0), Client) as server:
        server.daemon_threads = True
        with _running(server):
            yield HOST, server.server_address[1]


@contextlib.contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    """Accept clients in a thread of its own."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(SECONDS_TO_STOP)
