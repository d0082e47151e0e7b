"""What the shares of a smbd hold that is to answer as the one did that `bad_requests.jsonl.gz` was recorded from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

#: How many snapshots there are in shares that have them.
SNAPSHOTS = {"snap0": 0, "snap1": 1, "snap3": 3, "snap200": 200}
#: Targets of the links of the DFS root, by link.
LINKS: dict[str, Sequence[str]] = {
    "link1": [r"127.0.0.1\plain"],
    "link2": [r"127.0.0.1\plain", r"127.0.0.1\other"],
    "link5": [rf"srv{number}\share{number}" for number in range(5)],
    "linké中文": [r"127.0.0.1\plain"],
    "emoji😀": [r"127.0.0.1\other"],
    "surrog𠀀\U0010fffd": [r"127.0.0.1\plain"],
    "unitarget": ["sérv\\shäre中", "😀srv\\x"],
    "subü/inner": [r"127.0.0.1\plain"],
    "loop": [r"127.0.0.1\dfs\loop"],
    "deep": [r"127.0.0.1\plain\subdir\deeper"],
    "toipc": [r"127.0.0.1\IPC$"],
    "bad": ["not-a-target"],
    "m40": [rf"s{number}\x" for number in range(40)],
    "long": ["s\\" + "x" * 2000],
    "many": [rf"server{number}.example\share{number}" for number in range(60)],
    "many20": [f"server{number}.example\\{'share' * 10}" for number in range(20)],
    "many26": [f"server{number}.example\\{'share' * 10}" for number in range(26)],
}


def make(folder: Path) -> dict[str, list[str]]:
    """Make the shares' folders and what is in them, and give the lines that configure them.

    Each share has the files `plain`, `changed` and `source` of 100,000 bytes. `readonly` may not be written to; `root`,
    `dfs` and `dfsproxy` are DFS roots; `snap0` to `snap200` have as many snapshots; `broken` cannot find its own.
    """
    lines: dict[str, list[str]] = {
        name: [] for name in ("disk", "readonly", "root", "dfs", "dfsproxy", "broken", *SNAPSHOTS)
    }
    for name, options in lines.items():
        path = folder / name
        path.mkdir(parents=True)
        for file in ("plain", "changed", "source"):
            (path / file).write_bytes(bytes(range(250)) * 400)
        options += [f"path = {path}", f"read only = {'yes' if name == 'readonly' else 'no'}"]
    for name, targets in LINKS.items():
        link = folder / "dfs" / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to("msdfs:" + ",".join(targets))
    (folder / "root" / "link").symlink_to(r"msdfs:server\share")
    lines["root"] += ["msdfs root = yes"]
    lines["dfs"] += ["msdfs root = yes"]
    lines["dfsproxy"] += ["msdfs root = yes", r"msdfs proxy = \127.0.0.1\plain,\127.0.0.1\other"]
    for name in ("broken", *SNAPSHOTS):
        snapshots = folder / name / ".snapshots"
        lines[name] += [
            "vfs objects = shadow_copy2",
            f"shadow:snapdir = {snapshots.name}",
            "shadow:format = @GMT-%Y.%m.%d-%H.%M.%S",
            f"shadow:mountpoint = {folder / name}",
        ]
        for number in range(SNAPSHOTS.get(name, 0)):
            (snapshots / f"@GMT-2020.01.01-00.{number // 60:02}.{number % 60:02}").mkdir(parents=True)
        if name in SNAPSHOTS:
            snapshots.mkdir(exist_ok=True)
    return lines
