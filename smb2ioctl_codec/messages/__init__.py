"""SMB2 messages: header, IOCTL and ERROR bodies, packets, compounds, direct-TCP frames; what is wrong with a request.

What the control codes carry inside is not known here but asked of the registry.
"""

from smb2ioctl_codec.messages.check import RequestFacts, Violation, check_request
from smb2ioctl_codec.messages.compound import decode_chain, encode_chain
from smb2ioctl_codec.messages.error import ErrorContext, ErrorId, ErrorResponse
from smb2ioctl_codec.messages.file_id import FileId
from smb2ioctl_codec.messages.frames import encode_frame, iter_frames
from smb2ioctl_codec.messages.header import Command, ForeignHeader, Header, HeaderFlags, Protocol
from smb2ioctl_codec.messages.ioctl import IoctlRequest, IoctlResponse
from smb2ioctl_codec.messages.packet import Packet, decode_response

__all__ = [
    "Command", "ErrorContext", "ErrorId", "ErrorResponse", "FileId", "ForeignHeader", "Header", "HeaderFlags",
    "IoctlRequest", "IoctlResponse", "Packet", "Protocol", "RequestFacts", "Violation", "check_request",
    "decode_chain", "decode_response", "encode_chain", "encode_frame", "iter_frames",
]  # fmt: skip
