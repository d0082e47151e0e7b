"""The records with lists, chains and records in them as `Any`: tests give them what their types forbid."""

from __future__ import annotations

from typing import Any

from . import own, toys_lists, toys_parts

Cards: Any = toys_lists.Cards
Card: Any = toys_lists.Card
Chain: Any = toys_lists.Chain
Chunk: Any = toys_lists.Chunk
Chunks: Any = toys_lists.Chunks
Entry: Any = toys_lists.Entry
Heap: Any = toys_lists.Heap
Journal: Any = toys_lists.Journal
Link: Any = toys_lists.Link
Name: Any = toys_lists.Name
Names: Any = toys_lists.Names
Numbers: Any = toys_lists.Numbers
Slot: Any = toys_lists.Slot
Slots: Any = toys_lists.Slots
Table: Any = toys_lists.Table
Album: Any = toys_parts.Album
Aliases: Any = toys_parts.Aliases
Circle: Any = toys_parts.Circle
Drawing: Any = toys_parts.Drawing
Endpoint: Any = toys_parts.Endpoint
Envelope: Any = toys_parts.Envelope
Gapped: Any = toys_parts.Gapped
Identity: Any = toys_parts.Identity
Interval: Any = toys_parts.Interval
Measure: Any = toys_parts.Measure
Note: Any = toys_parts.Note
Page: Any = toys_parts.Page
Remainder: Any = toys_parts.Remainder
Report: Any = toys_parts.Report
Shelf: Any = toys_parts.Shelf
Square: Any = toys_parts.Square
Tape: Any = own.Tape
