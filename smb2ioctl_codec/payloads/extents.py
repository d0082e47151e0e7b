"""Where the clusters of a file lie: FSCTL_GET_RETRIEVAL_POINTERS, FSCTL_GET_RETRIEVAL_POINTER_COUNT and
FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT.

A VCN counts clusters from the start of a file, an LCN from the start of its volume.
"""

from __future__ import annotations

from typing import Any

from construct import Int32ul, Int64sl, Struct

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Items, Raw, Record, Reserved, record


@record(
    "[MS-FSCC] 2.3.31",
    Struct(
        "starting_vcn" / Int64sl * "first cluster of the file to look at; at least 0",
        "trailing" / Raw() * "what follows, which servers do not look at",
    ),
)
class StartingVcn(Record):
    """STARTING_VCN_INPUT_BUFFER: from where on. Input of all three codes. [MS-FSCC] 2.3.29, 2.3.31, 2.3.33; at least 8
    bytes.
    """

    starting_vcn: int
    trailing: bytes = b""


@record("[MS-FSCC] 2.3.30", Struct("extent_count" / Int32ul))
class RetrievalPointerCount(Record):
    """RETRIEVAL_POINTER_COUNT: extents from the cluster asked for on. Output of FSCTL_GET_RETRIEVAL_POINTER_COUNT.

    [MS-FSCC] 2.3.30; 4 bytes.
    """

    extent_count: int


@record(
    "[MS-FSCC] 2.3.32.1",
    Struct(
        "next_vcn" / Int64sl * "cluster of the file where the next extent starts",
        "lcn" / Int64sl * "cluster of the volume where this one starts; -1: none",
    ),
)
class Extent(Record):
    """EXTENTS: clusters side by side. An `lcn` of -1 stands for a hole, or for compression. [MS-FSCC] 2.3.32.1;
    16 bytes.
    """

    next_vcn: int
    lcn: int


_HEAD = (
    "extent_count" / Int32ul * "extents that follow",
    "unused" / Reserved(Int32ul) * "for alignment; any value",
    "starting_vcn" / Int64sl * "cluster where the first extent starts",
)


@record("[MS-FSCC] 2.3.32", Struct(*_HEAD, "extents" / Items(Extent, "extent_count")))
class RetrievalPointers(Record):
    """RETRIEVAL_POINTERS_BUFFER: extents of a file, in order. Output of FSCTL_GET_RETRIEVAL_POINTERS.

    `starting_vcn` may be lower than asked for: the first extent is given as a whole. `unused` may hold anything and is
    kept. [MS-FSCC] 2.3.32; 16 bytes and 16 for each extent.
    """

    starting_vcn: int
    extents: tuple[Extent, ...] = ()
    unused: int = 0


_REFCOUNT_EXTENT = (
    "next_vcn" / Int64sl * "cluster of the file where the next extent starts",
    "lcn" / Int64sl * "cluster of the volume where this one starts; -1: none",
    "reference_count" / Int32ul * "files that share the clusters",
)


@record("[MS-FSCC] 2.3.34.1", Struct(*_REFCOUNT_EXTENT))
class RefcountExtent(Record):
    """EXTENT_AND_REFCOUNTS: clusters side by side that as many files share. [MS-FSCC] 2.3.34.1; 20 bytes."""

    next_vcn: int
    lcn: int
    reference_count: int


@record("[MS-FSCC] 2.3.34.1", Struct(*_REFCOUNT_EXTENT, "alignment" / Reserved(Int32ul)))
class RefcountExtentAligned(Record):
    """EXTENT_AND_REFCOUNTS as compilers lay it out, a multiple of 8. The Windows SDK; 24 bytes."""

    next_vcn: int
    lcn: int
    reference_count: int
    alignment: int = 0


@record("[MS-FSCC] 2.3.34", Struct(*_HEAD, "extents" / Items(RefcountExtent, "extent_count")))
class RetrievalPointersAndRefcount(Record):
    """RETRIEVAL_POINTERS_AND_REFCOUNT_BUFFER: extents with the number of files that share them. Output of
    FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT.

    The form of the document, 20 bytes an extent; `RetrievalPointersAndRefcountAligned` is the other one. The length
    tells them apart. [MS-FSCC] 2.3.34; 16 bytes and 20 for each extent.
    """

    starting_vcn: int
    extents: tuple[RefcountExtent, ...] = ()
    unused: int = 0


@record("[MS-FSCC] 2.3.34", Struct(*_HEAD, "extents" / Items(RefcountExtentAligned, "extent_count")))
class RetrievalPointersAndRefcountAligned(Record):
    """RETRIEVAL_POINTERS_AND_REFCOUNT_BUFFER as compilers lay it out. Output of
    FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT, as `RetrievalPointersAndRefcount` is, which it equals if there are no
    extents. The Windows SDK; 16 bytes and 24 for each extent.
    """

    starting_vcn: int
    extents: tuple[RefcountExtentAligned, ...] = ()
    unused: int = 0


def refcount_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The form of an output of FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT: the aligned one only if its length fits;
    None under an error.
    """
    if NtStatus(status).is_error:
        return None
    count = int.from_bytes(data[:4], "little")
    aligned = count > 0 and len(data) == 16 + 24 * count
    return RetrievalPointersAndRefcountAligned if aligned else RetrievalPointersAndRefcount
