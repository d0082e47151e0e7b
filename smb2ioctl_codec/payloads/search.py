"""Files of an owner, and names: FSCTL_FIND_FILES_BY_SID and FSCTL_IS_PATHNAME_VALID."""

from __future__ import annotations

import re
from typing import Any

from construct import Int8ul, Int32ul, Struct

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import Items, Kept, One, Raw, Record, Sized, Text, Walk, record
from smb2ioctl_codec.schema.notation import Converted

_TEXT = re.compile(r"S-(\d{1,3})-(\d{1,10}|0x[0-9A-Fa-f]{12})((?:-\d{1,10})*)", re.ASCII)
#: An identifier authority from here on is written in hexadecimal.
_HEXADECIMAL = 1 << 32
#: Bytes of a SID without sub-authorities and of one with the most, 15 ([MS-DTYP] 2.4.2.2); those before one.
_SMALLEST_SID, _LARGEST_SID, _BEFORE_SID = 8, 68, 4


def _authority_bytes(value: Any) -> bytes:
    if not isinstance(value, int):
        raise TypeError(f"expected an int, not {type(value).__name__}")
    if not 0 <= value < 1 << 48:
        raise ValueError("must be an unsigned number of 48 bits")
    return value.to_bytes(6, "big")


_AUTHORITY = Converted(6, "u48 big-endian", lambda data: int.from_bytes(data, "big"), _authority_bytes)


@record(
    "[MS-DTYP] 2.4.2.2",
    Struct(
        "revision" / Int8ul * "1",
        "sub_authority_count" / Int8ul * "sub-authorities that follow; at most 15",
        "identifier_authority" / _AUTHORITY * "5: Windows NT",
        "sub_authority" / Items(Int32ul, "sub_authority_count"),
        "padding" / Raw() * "what follows in a buffer that is larger than the SID",
    ),
)
class Sid(Record):
    """SID: who owns something. `str()` of it is ``S-1-5-...``, and `Sid.of` reads that.

    [MS-DTYP] 2.4.2.2; 8 bytes and 4 for each sub-authority.
    """

    identifier_authority: int
    sub_authority: tuple[int, ...] = ()
    revision: int = 1
    padding: bytes = b""

    def __str__(self) -> str:
        """The text of [MS-DTYP] 2.4.2.1; a large authority is hexadecimal in it."""
        authority = self.identifier_authority
        shown = str(authority) if authority < _HEXADECIMAL else f"0x{authority:012X}"
        return "-".join(map(str, ("S", self.revision, shown, *self.sub_authority)))

    @classmethod
    def of(cls, text: str) -> Sid:
        """The SID of a text like ``S-1-5-32-544``.

        Raises:
            EncodeError: `text` is no such text, or a number in it is too large.
        """
        found = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise EncodeError("no text like S-1-5-32-544", path="Sid")
        revision, authority, rest = found.groups()
        made = cls(int(authority, 0), tuple(map(int, rest.split("-")[1:])), int(revision))
        made.encode()
        return made


@record(
    "[MS-FSCC] 2.3.15",
    Struct(
        "restart" / Int32ul * "1: from the start, as in the first call; 0: go on",
        "sid" / One(Sid) * "the owner",
    ),
)
class FindBySidData(Record):
    """FIND_BY_SID_DATA: asks for the files below a directory that someone owns. Input of FSCTL_FIND_FILES_BY_SID.

    [MS-FSCC] 2.3.15; at least 12 bytes.
    """

    restart: int
    sid: Sid


@record(
    "[MS-FSCC] 2.1.7",
    Struct(
        "file_name_length" / Int32ul * "bytes of the name",
        "file_name" / Sized("file_name_length", Text()) * "path from the directory that was asked, without U+0000",
        "padding"
        / Kept(Raw(), "b'\\0' * (-(4 + file_name_length) % 8)")
        * "up to the next multiple of 8; not needed in the last",
    ),
)
class FileNameInformation(Record):
    """FILE_NAME_INFORMATION: the name of a file. Element of `FindFilesBySid`.

    `padding` is None where it is zeros up to the next multiple of 8. [MS-FSCC] 2.1.7; at least 4 bytes.
    """

    file_name: str
    padding: bytes | None = None


@record(
    "[MS-FSCC] 2.3.16",
    Struct("files" / Walk(FileNameInformation, size="4 + file_name_length + 7 & -8") * "in no order"),
)
class FindFilesBySid(Record):
    """Names of files, as many as fit. Output of FSCTL_FIND_FILES_BY_SID.

    Each starts at a multiple of 8. There are none under NO_QUOTAS_FOR_ACCOUNT, a status of success, and none from
    Samba. [MS-FSCC] 2.3.16; 0 bytes and more.
    """

    files: tuple[FileNameInformation, ...] = ()


@record(
    "[MS-FSCC] 2.3.35",
    Struct(
        "path_name_length" / Int32ul * "bytes of the path",
        "path_name" / Sized("path_name_length", Text()),
        "trailing" / Raw() * "what follows, which servers do not look at",
    ),
)
class IsPathnameValid(Record):
    """Asks whether a path could name a file; the status is the answer. Input of FSCTL_IS_PATHNAME_VALID.

    [MS-FSCC] 2.3.35; at least 4 bytes.
    """

    path_name: str
    trailing: bytes = b""


def request_facts(data: bytes) -> dict[str, bool]:
    """What rules ask about the input of FSCTL_FIND_FILES_BY_SID: whether its SID fills it, as far as a SID can go."""
    room = min(len(data) - _BEFORE_SID, _LARGEST_SID)
    return {"sid_fits": room >= _SMALLEST_SID and room == _SMALLEST_SID + 4 * data[_BEFORE_SID + 1]}
