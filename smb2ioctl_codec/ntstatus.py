"""NTSTATUS: how a request ended ([MS-ERREF] 2.3), in the Status field of an SMB2 response ([MS-SMB2] 2.2.1).

An unsigned 32-bit integer; bits 31..30 are the severity: 0 success, 1 informational, 2 warning, 3 error.
"""

from __future__ import annotations

from smb2ioctl_codec._openenum import OpenIntEnum

_SEVERITY_SHIFT = 30
_WARNING = 2
_ERROR = 3


class NtStatus(OpenIntEnum):
    """An NTSTATUS, 32 bits ([MS-ERREF] 2.3). Every value is one; those that IOCTL exchanges show are named.

    The names stand without their ``STATUS_`` prefix. One of `is_success`, `is_warning`, `is_error` is true.
    """

    SUCCESS = 0x00000000
    PENDING = 0x00000103
    NOTIFY_ENUM_DIR = 0x0000010C
    NO_QUOTAS_FOR_ACCOUNT = 0x0000010D
    BUFFER_OVERFLOW = 0x80000005
    STOPPED_ON_SYMLINK = 0x8000002D
    UNSUCCESSFUL = 0xC0000001
    INVALID_HANDLE = 0xC0000008
    INVALID_PARAMETER = 0xC000000D
    NO_SUCH_DEVICE = 0xC000000E
    INVALID_DEVICE_REQUEST = 0xC0000010
    END_OF_FILE = 0xC0000011
    MORE_PROCESSING_REQUIRED = 0xC0000016
    NO_MEMORY = 0xC0000017
    INVALID_VIEW_SIZE = 0xC000001F
    ACCESS_DENIED = 0xC0000022
    BUFFER_TOO_SMALL = 0xC0000023
    OBJECT_NAME_INVALID = 0xC0000033
    OBJECT_NAME_NOT_FOUND = 0xC0000034
    OBJECT_PATH_NOT_FOUND = 0xC000003A
    OBJECT_PATH_SYNTAX_BAD = 0xC000003B
    FILE_LOCK_CONFLICT = 0xC0000054
    DISK_FULL = 0xC000007F
    INSUFFICIENT_RESOURCES = 0xC000009A
    MEDIA_WRITE_PROTECTED = 0xC00000A2
    PIPE_NOT_AVAILABLE = 0xC00000AC
    INVALID_PIPE_STATE = 0xC00000AD
    PIPE_BUSY = 0xC00000AE
    PIPE_DISCONNECTED = 0xC00000B0
    IO_TIMEOUT = 0xC00000B5
    NOT_SUPPORTED = 0xC00000BB
    INVALID_NETWORK_RESPONSE = 0xC00000C3
    NETWORK_NAME_DELETED = 0xC00000C9
    BAD_NETWORK_NAME = 0xC00000CC
    INTERNAL_ERROR = 0xC00000E5
    INVALID_USER_BUFFER = 0xC00000E8
    CANCELLED = 0xC0000120
    FILE_CLOSED = 0xC0000128
    INVALID_LEVEL = 0xC0000148
    PIPE_BROKEN = 0xC000014B
    ILLEGAL_CHARACTER = 0xC0000161
    FS_DRIVER_REQUIRED = 0xC000019C
    USER_SESSION_DELETED = 0xC0000203
    CONNECTION_DISCONNECTED = 0xC000020C
    NOT_FOUND = 0xC0000225
    PATH_NOT_COVERED = 0xC0000257
    DFS_UNAVAILABLE = 0xC000026D
    NOT_A_REPARSE_POINT = 0xC0000275
    IO_REPARSE_DATA_INVALID = 0xC0000278
    NETWORK_SESSION_EXPIRED = 0xC000035C
    NO_RANGES_PROCESSED = 0xC0000460
    SERVER_UNAVAILABLE = 0xC0000466
    FILE_NOT_AVAILABLE = 0xC0000467
    SHARE_UNAVAILABLE = 0xC0000480
    HASH_NOT_SUPPORTED = 0xC000A100
    HASH_NOT_PRESENT = 0xC000A101

    @property
    def severity(self) -> int:
        """The severity, bits 31..30: 0 success, 1 informational, 2 warning, 3 error ([MS-ERREF] 2.3)."""
        return self >> _SEVERITY_SHIFT

    @property
    def is_success(self) -> bool:
        """Whether the severity is 0 or 1, PENDING included: neither a warning nor an error."""
        return self.severity < _WARNING

    @property
    def is_warning(self) -> bool:
        """Whether the severity is 2: done, but not whole, as in BUFFER_OVERFLOW."""
        return self.severity == _WARNING

    @property
    def is_error(self) -> bool:
        """Whether the severity is 3."""
        return self.severity == _ERROR
