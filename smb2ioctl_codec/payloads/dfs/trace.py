"""Spans of a referral reply's entries and strings, for the span reader."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smb2ioctl_codec.payloads.dfs.survey import Found, Survey
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span

#: What is known of bytes in no field and no string.
_SLACK = Field("slack", "bytes in no field and no string", "raw", "bytes")


def trace(reader: Any, field: Field, start: int, count: int, *, cut: bool = False) -> None:
    """Note the entries, their strings and their defects.

    Strings are parts of the entry that they belong to, though they lie outside it, and shared ones of several.

    Args:
        reader: the span reader.
        field: the field that is all of this.
        start: offset of the first entry.
        count: how many there are said to be.
        cut: the end may be missing.
    """
    survey = Survey(reader.data, start, count, reader.plan.name, reader.note_defect, cut=cut)
    if not reader.keep:
        return
    tracer = _Tracer(reader, field)
    entries = [*survey.entries, survey.cut_entry] if survey.cut_entry else survey.entries
    spans = [tracer.entry(each) for each in entries]
    for low, high in survey.gaps(start):
        spans.append(tracer.span(_SLACK, "slack", low, high - low, reader.data[low:high]))
    spans.sort(key=lambda span: span.offset)
    values = [each.wire for each in entries]
    reader.note_span(field, field.name, start, len(reader.data) - start, values, spans)


class _Tracer:
    def __init__(self, reader: Any, field: Field) -> None:
        self.reader = reader
        self.field = field
        #: how many spans of single names there may still be: enough but for lists that overlap
        self.room = len(reader.data) // 2

    def span(self, field: Field, path: str, offset: int, size: int, value: Any, children: Any = ()) -> Span:
        reader = self.reader
        name = path.rpartition(".")[2]
        return Span(name, f"{reader.plan.name}.{path}", reader.base + offset, size, value, field, tuple(children))

    def entry(self, found: Found) -> Span:
        children = []
        for field in found.kind.PLAN.fields:
            if field.name in found.wire and field.fixed:
                place = found.start + (field.offset or 0)
                value = found.wire[field.name]
                children.append(self.span(field, f"{found.name}.{field.name}", place, field.size or 0, value))
        for attribute, text in found.texts.items():
            if text.end:
                children.append(self.string(f"{found.name}.{attribute}", text.start, text.end, text.value))
        for attribute, text in found.cut_texts.items():
            children.append(self.string(f"{found.name}.{attribute}", text.start, text.end, text.value))
        return self.span(self.field, found.name, found.start, found.size, found.wire, children)

    def string(self, path: str, start: int, end: int, value: Any) -> Span:
        """A string with its U+0000, or a list of them."""
        field = replace(_STRING, name=path.rpartition(".")[2].partition("[")[0])
        if isinstance(value, str):
            return self.span(field, path, start, end - start, value)
        children = []
        place = start
        self.room -= len(value)
        for index, each in enumerate(value if self.room >= 0 else ()):
            after = place + len(each.encode("utf-16-le")) + 2
            children.append(self.string(f"{path}[{index}]", place, after, each))
            place = after
        return self.span(field, path, start, end - start, list(value), children)


#: What is known of any string of an entry.
_STRING = Field("string", "followed by U+0000", "text", "UTF-16")
