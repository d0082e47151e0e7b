"""Makes ``vector_facts.json`` of a sheet of byte vectors: ``python make_vector_facts.py SHEET > vector_facts.json``.

The sheet is Markdown: a heading with the vector's name, its bytes in a block, and a line for each thing that it is
known to hold. ``published`` maps the names of `vectors.json` to those lines. ``derived`` maps vectors that were worked
out for the sheet to their bytes; what they hold is in the tests. It is run by hand when the sheet changes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path


def main(sheet: str) -> None:
    text = Path(sheet).read_text(encoding="utf-8")
    published: dict[str, list[str]] = {}
    derived: dict[str, str] = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        name, _, size = title.rpartition(" - ")
        found = re.search(r"^```\n(.*?)^```$", rest, re.MULTILINE | re.DOTALL)
        if found is None or len(data := bytes.fromhex(found[1])) != int(size.removesuffix(" bytes")):
            raise SystemExit(f"{title}: no block of as many bytes")
        if name.startswith("DER-"):
            derived[name.removeprefix("DER-")] = data.hex()
        else:
            published[name] = re.findall(r"^- (.*)$", rest, re.MULTILINE)
    json.dump({"published": published, "derived": derived}, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
