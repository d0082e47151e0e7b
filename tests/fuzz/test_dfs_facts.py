"""What the usual server's DFS root is said to answer about paths."""

from __future__ import annotations

import pytest

from smb2ioctl_codec.fuzz.dfs_facts import path_facts
from smb2ioctl_codec.payloads.dfs import ReferralRequest

#: Facts that are true of a path, in the order in which Samba finds them.
FACTS = ("path_has_dots", "path_has_controls", "dfs_root_missing", "dfs_link_unreadable", "dfs_link_missing")


@pytest.mark.parametrize(
    ("path", "true"),
    [
        (r"\server\root\link", []),
        (r"\SERVER\Root\LINK\more", []),
        ("\\server\\root\\", []),
        ("server/root", []),
        (r"\\server\root\\link", []),
        ("", ["dfs_root_missing"]),
        (r"\server", ["dfs_root_missing", "dfs_link_missing"]),
        (r"\server\other\link", ["dfs_root_missing"]),
        (r"\server\..", ["dfs_root_missing"]),
        (r"\..", ["path_has_dots", "dfs_root_missing"]),
        (r"\server\root\..", ["path_has_dots"]),
        (r"\server\root\link\..\..", ["path_has_dots"]),
        (r"\server\root\other\..\link", []),
        ("\\server\1\\root\\link", []),
        ("\\server\\root\\link\\\1", ["path_has_controls"]),
        (r"\server\root\link\a|b", ["path_has_controls"]),
        (r"\server\root\link\:b", ["path_has_controls", "dfs_link_unreadable"]),
        (r"\server\root\link\a:b", ["dfs_link_unreadable"]),
        (r"\server\root\link\*", ["dfs_link_unreadable"]),
        (rf"\server\root\{'é' * 128}", ["dfs_link_unreadable"]),
        (rf"\server\root\{'é' * 127}", ["dfs_link_missing"]),
        (r"\server\root\link" + r"\x" * 2046, []),
        (r"\server\root\link" + r"\x" * 2047, ["dfs_link_missing"]),
        (r"\server\root\other", ["dfs_link_missing"]),
    ],
)
def test_what_is_wrong_with_a_path(path: str, true: list[str]) -> None:
    facts = path_facts(ReferralRequest(3, path).encode())
    assert [fact for fact in FACTS if facts[fact]] == true


@pytest.mark.parametrize(
    ("path", "level", "size"),
    [
        (r"\127.0.0.1\root", 3, 8 + 34 + 3 * 32),
        (r"\127.0.0.1\root", 2, 8 + 22 + 3 * 32),
        ("\\127.0.0.1\\root\\", 4, 8 + 34 + 3 * 34),
        (r"\a\root\link\more", 3, 8 + 34 + 2 * 26 + 28),
        (r"\\a\root\\link", 0, 8 + 22 + 2 * 28 + 28),
        (r"a\root\link", 3, 8 + 34 + 2 * 24 + 28),
    ],
)
def test_how_long_the_referral_is(path: str, level: int, size: int) -> None:
    """A text ends with two bytes of zeros."""
    assert path_facts(ReferralRequest(level, path).encode())["referral_size"] == size


def test_nothing_is_known_of_half_a_request() -> None:
    assert path_facts(b"\3") == {}
