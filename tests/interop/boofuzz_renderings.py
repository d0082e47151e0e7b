"""What boofuzz makes of the blocks of the documentation: one request in a line.

Of each request that stands in hexadecimal digits in the standard input: how many mutations there are; what is rendered
as it is; and with 100 bytes in the part of its input that can be of any size, if it has one.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from boofuzz.mutation import Mutation
from boofuzz.mutation_context import MutationContext

import smb2ioctl_codec as s2

SCRIPT = Path(__file__).parents[2] / "docs" / "fuzz" / "boofuzz_request.py"
LARGE = b"A" * 100


def main() -> None:
    """Print the lines."""
    ioctl_request = runpy.run_path(str(SCRIPT))["ioctl_request"]
    for line in sys.stdin:
        request = ioctl_request(s2.IoctlRequest.decode(bytes.fromhex(line)))
        rendered = [request.render()]
        for name in request.names:
            if name.endswith(".bytes"):
                change = Mutation(value=LARGE, qualified_name=name, index=0)
                rendered.append(request.render(MutationContext(mutations={name: change})))
        sys.stdout.write(f"{request.get_num_mutations()} {' '.join(each.hex() for each in rendered)}\n")


if __name__ == "__main__":
    main()
