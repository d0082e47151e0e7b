"""The names in an NTLMSSP AUTHENTICATE message ([MS-NLMP] 2.2.1.3), wherever it stands in a security token."""

from __future__ import annotations

from struct import Struct

_START = b"NTLMSSP\0\3\0\0\0"
_fields = Struct("<H2xIH2xIH2xI8xI").unpack_from  # length and offset of domain, user and workstation; then flags
_FIELDS_AT = 28
_FIELDS_SIZE = 36
_UNICODE = 1


def names_in(token: bytes) -> tuple[bytes, bytes, bytes, bool] | None:
    """User, domain and workstation, and whether they are in UTF-16; None if the token holds no such message."""
    start = token.find(_START)
    if start < 0 or len(token) < start + _FIELDS_AT + _FIELDS_SIZE:
        return None
    message = token[start:]
    domain, domain_at, user, user_at, host, host_at, flags = _fields(message, _FIELDS_AT)
    return (
        message[user_at : user_at + user], message[domain_at : domain_at + domain], message[host_at : host_at + host],
        bool(flags & _UNICODE),
    )  # fmt: skip


def text(name: bytes, *, is_unicode: bool) -> str:
    """A name as text. The code page of names in bytes is not told; bytes that are no text are replaced."""
    return name.decode("utf-16-le" if is_unicode else "latin-1", "replace")
