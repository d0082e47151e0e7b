"""What is known of a captured message besides its bytes, for people and for JSON."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.capture import CapturedMessage
from smb2ioctl_codec.dissect.captured import Captured, seconds
from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.json_values import plain
from smb2ioctl_codec.dissect.report import Shown

_NANOSECONDS_SHOWN = 9


def summary(captured: Captured) -> str:
    """What a message is: its control code, ``ERROR``, or its command."""
    message = captured.message
    if message.ctl_code is not None:
        return str(message.ctl_code)
    asked = captured.asked
    if asked is not None and asked.ctl_code is not None:
        return f"{asked.ctl_code} (ERROR)"
    return "not SMB2" if message.command is None else str(message.command)


def status(message: CapturedMessage) -> str:
    """The status of a reply; empty for a request."""
    header = message.header
    return str(header.status) if header is not None and message.direction == "response" else ""


def time(message: CapturedMessage) -> str:
    """When its packet was captured, in UTC."""
    moment = message.time
    if moment is None or message.time_ns is None:
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{message.time_ns % 1_000_000_000:0{_NANOSECONDS_SHOWN}}Z"


def about(message: CapturedMessage) -> str:
    """The share and the file that it is about, as far as known."""
    found = [message.share.path if message.share else "", message.file.name if message.file else ""]
    return ", ".join(each for each in found if each)


def heading(captured: Captured) -> str:
    """All of it in one line."""
    message = captured.message
    parts = [f"frame {message.frame_number}", time(message), str(message.connection), message.direction]
    parts += [summary(captured), status(message), about(message)]
    if message.partner is not None:
        parts.append(
            f"answers frame {message.partner}"
            if message.direction == "response"
            else f"answered in frame {message.partner}"
        )
    if message.time_since_request is not None:
        parts.append(f"after {seconds(message.time_since_request)} s")
    return printable(", ".join(each for each in parts if each))


def shown(captured: Captured, place: str = "") -> Shown:
    """What a report shows of it; `place` names the capture, where there are several."""
    message = captured.message
    connection = f"{place}: {message.connection}" if place else str(message.connection)
    return Shown(
        frame=message.frame_number, time=time(message), connection=connection,
        direction=message.direction, summary=summary(captured), status=status(message), about=about(message),
        partner=message.partner, inspection=captured.inspection, data=message.data,
    )  # fmt: skip


def to_dict(captured: Captured) -> dict[str, Any]:
    """The tree and what is known of the message, as JSON takes it; what is not known is left out."""
    message = captured.message
    share, user, file = message.share, message.user, message.file
    known: dict[str, Any] = {
        "frame": message.frame_number,
        "time": time(message),
        "client": str(message.connection.client),
        "server": str(message.connection.server),
        "connection": message.connection.number,
        "direction": message.direction,
        "message_id": message.message_id,
        "partner": message.partner,
        "interim": message.interim,
        "time_since_request_ns": message.time_since_request,
        "share": None if share is None else share.path,
        "user": None if user is None else f"{user.domain}\\{user.account}" if user.domain else user.account,
        "file_name": None if file is None else file.name,
        "captured": [str(each) for each in message.findings],
    }
    return {name: plain(value) for name, value in known.items() if value not in (None, "", [])} | (
        captured.inspection.to_dict()
    )
