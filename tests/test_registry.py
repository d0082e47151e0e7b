"""The registry: which payload a control code carries."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from samples import DFS_GET_REFERRALS, ENUMERATE_SNAPSHOTS, NOBODYS, PIPE_TRANSCEIVE

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.schema import Record

#: The codes that go without a handle ([MS-SMB2] 3.3.5.15).
NO_HANDLE = {0x00060194, 0x000601B0, 0x00110018, 0x001401FC, 0x00140204}


def test_rows_of_the_reference_servers_codes() -> None:
    dfs = registry.lookup(DFS_GET_REFERRALS)
    assert (dfs.name, dfs.request, dfs.needs_no_handle) == ("FSCTL_DFS_GET_REFERRALS", ReferralRequest, True)
    assert "[MS-DFSC] 2.2.2" in dfs.section
    pipe = registry.lookup(PIPE_TRANSCEIVE)
    assert (pipe.name, pipe.request, pipe.response) == ("FSCTL_PIPE_TRANSCEIVE", None, None)
    assert pipe.needs_no_handle is False
    assert pipe.remark, "raw bytes by decision"
    snapshots = registry.lookup(ENUMERATE_SNAPSHOTS)
    assert (snapshots.name, snapshots.response) == ("FSCTL_SRV_ENUMERATE_SNAPSHOTS", SnapshotArray)
    assert (snapshots.request, snapshots.needs_no_handle) == (None, False)
    assert "[MS-SMB2] 2.2.32.2" in snapshots.section


@pytest.mark.parametrize("code", [NOBODYS, 0, 0xFFFFFFFF])
def test_codes_that_nobody_lists(code: int) -> None:
    row = registry.lookup(code)
    assert (row.ctl_code, row.name, row.section) == (code, f"0x{code:08X}", "")
    assert (row.request, row.response, row.needs_no_handle) == (None, None, False)
    assert row.facts(b"anything") == {}


@pytest.mark.parametrize("code", [-1, 1 << 32, None, "FSCTL_PIPE_WAIT", 1.0])
def test_what_is_no_control_code(code: Any) -> None:
    with pytest.raises(ValueError, match="CtlCode must be an int"):
        registry.lookup(code)


@pytest.mark.parametrize("code", list(s2.CtlCode))
def test_every_known_code_has_a_row_that_loads(code: s2.CtlCode) -> None:
    row = registry.lookup(code)
    assert row.ctl_code is code
    assert row.name == code.name
    assert row.needs_no_handle is (code in NO_HANDLE)
    for kind in (row.request, row.response):
        if kind is not None:
            assert issubclass(kind, Record)
            assert row.section, "what is laid out somewhere says where"


def test_payloads_know_their_code() -> None:
    asked = s2.IoctlRequest.of(ReferralRequest(4, "\\a"))
    assert (asked.ctl_code, asked.file_id) == (DFS_GET_REFERRALS, s2.FileId.NONE)
    assert s2.IoctlResponse.of(SnapshotArray()).ctl_code == ENUMERATE_SNAPSHOTS


def test_modules_load_when_asked_for() -> None:
    """In a process of its own: a row loads the module of its payload, and only that."""
    program = """
import sys
import smb2ioctl_codec as s2
def loaded():
    return sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("smb2ioctl_codec.payloads."))
assert loaded() == ["registry"], loaded()
row = s2.payloads.registry.lookup(0x00144064)
assert loaded() == ["registry"], loaded()
assert row.response.__name__ == "SnapshotArray"
assert loaded() == ["registry", "snapshots"], loaded()
assert s2.payloads.dfs.ReferralRequest.__name__ == "ReferralRequest"
assert loaded() == ["dfs", "registry", "snapshots"], loaded()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_modules_by_name() -> None:
    """What the package gives for a name that is not loaded yet."""
    for name in s2.payloads.__all__:
        assert s2.payloads.__getattr__(name) is getattr(s2.payloads, name)
    assert s2.__getattr__("server") is s2.server


def test_no_other_module_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = s2.payloads.nothing
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = s2.nothing
