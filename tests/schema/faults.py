"""Faults to plant into compiled codecs: what the differential test must be able to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """In the codec of `record`, `old` has become `new`."""

    name: str
    record: str
    function: Literal["decode", "encode"]
    old: str
    new: str


DECODER = (
    Fault("a cut that nobody explains", "IoctlRequest", "decode", "except _refusals:", "except ():"),
    Fault("a length check that is one too strict", "ErrorResponse", "decode",
          "_e_error_data > _size", "_e_error_data >= _size"),
    Fault("a constant that is not tested", "IoctlRequest", "decode", "w_structure_size != 57", "w_structure_size < 0"),
    Fault("one of two constants not tested", "Header", "decode", "w_protocol_id != 1112364030 or ", ""),
    Fault("no lower bound of an offset", "IoctlRequest", "decode", "_s_input < 56 or ", ""),
    Fault("a lower bound that is one too strict", "IoctlRequest", "decode", "_s_input < 56", "_s_input <= 56"),
    Fault("a lower bound that is one too lenient", "IoctlRequest", "decode", "_s_input < 56", "_s_input < 55"),
    Fault("no upper bound of a buffer", "IoctlRequest", "decode", " or _e_input > _size", ""),
    Fault("an upper bound that is one too strict", "IoctlRequest", "decode", "_e_input > _size", "_e_input >= _size"),
    Fault("an upper bound that is one too lenient", "IoctlResponse", "decode",
          "_e_output > _size", "_e_output > _size + 1"),
    Fault("a sum that wraps at 32 bits", "IoctlResponse", "decode",
          "_e_output = _s_output + w_output_count", "_e_output = _s_output + w_output_count & 0xFFFFFFFF"),
    Fault("the wrong base", "IoctlRequest", "decode", "w_input_offset - 64", "w_input_offset - 56"),
    Fault("the end of the message for the end of a buffer", "IoctlRequest", "decode",
          "[_s_input:_e_input]", "[_s_input:]"),
    Fault("the place of the other buffer", "IoctlResponse", "decode", "[_s_output:_e_output]", "[_s_input:_e_input]"),
    Fault("slack that is lost where a gap comes first", "IoctlRequest", "decode", "_s_input == 56 and ", ""),
    Fault("slack that begins one byte late", "IoctlRequest", "decode", "_slack(data, 56", "_slack(data, 57"),
    Fault("slack that forgets a buffer", "IoctlResponse", "decode", "(_s_input, _e_input), ", ""),
    Fault("a usual case that is not tested whole", "IoctlResponse", "decode", " and _e_output == _size", ""),
    Fault("slack that is lost between two buffers", "Overlapping", "decode", "_s_second == _e_first and ", ""),
    Fault("slack that is lost after two buffers", "Overlapping", "decode",
          "_s_second == _e_first and _e_second == _size", "_s_second == _e_first"),
    Fault("slack that is lost before two buffers", "Overlapping", "decode", "elif _s_first == 16 and ", "elif "),
    Fault("swapped fields", "IoctlRequest", "decode",
          "_o.output_count = w_output_count", "_o.output_count = w_output_offset"),
    Fault("swapped halves", "IoctlRequest", "decode",
          "_n.volatile = w_file_id_volatile", "_n.volatile = w_file_id_persistent"),
    Fault("a reserved field zeroed", "IoctlRequest", "decode", "_o.reserved2 = w_reserved2", "_o.reserved2 = 0"),
    Fault("a number that is no member of its enum", "Header", "decode", "_enum[w_status]", "w_status"),
    Fault("a canonical test inverted", "IoctlRequest", "decode",
          "None if w_input_offset ==", "None if w_input_offset !="),
    Fault("a wrong canonical value", "IoctlRequest", "decode", "(120 if w_input_count else 0)", "(120)"),
    Fault("a rule that is not applied", "IoctlResponse", "decode", "w_input_count > 0 and w_output_count > 0 and ",
          "w_input_count < 0 and "),
    Fault("a rule that is one too lenient", "IoctlResponse", "decode",
          "w_output_offset < w_input_offset + w_input_count", "w_output_offset + 1 < w_input_offset + w_input_count"),
    Fault("a content that runs past the end", "ErrorResponse", "decode", "_e_error_data > _size", "_e_error_data < 0"),
    Fault("bytes left over", "ErrorContext", "decode", "if _size != _e_error_context_data:", "if 0:"),
    Fault("bytes left over after a fixed part", "FileId", "decode", "_size != 16", "_size < 16"),
    Fault("padding that starts in the content", "ErrorResponse", "decode", "data[_e_error_data:]", "data[8:]"),
    Fault("the wrong condition", "Header", "decode", "if (w_flags & 2):", "if (w_flags & 1):"),
    Fault("an alternative that is read at the wrong place", "Header", "decode", "(data, 32)", "(data, 40)"),
    Fault("both alternatives at once", "Header", "decode", "w_reserved = w_tree_id = None", "pass"),
    Fault("text whose damage is passed over", "ReferralRequest", "decode", "'strict'", "'replace'"),
    Fault("an odd byte dropped in silence", "ReferralRequest", "decode", "'strict', True", "'strict', False"),
    Fault("an error that escapes", "ReferralRequest", "decode", "except _refusals:", "except ():"),
    Fault("what follows the U+0000 lost", "ReferralRequest", "decode", "_nul + a_terminator", "_nul"),
    Fault("the wrong count", "SnapshotArray", "decode",
          "w_number_of_snapshots_returned)\n", "w_number_of_snapshots)\n"),
    Fault("a list that starts at the wrong place", "SnapshotArray", "decode", "_strings(data, 12", "_strings(data, 14"),
    Fault("a constant after variable fields not tested", "Sentence", "decode", "w_magic != 42", "w_magic < 0"),
    Fault("a lower bound taken from the wrong buffer", "Overlapping", "decode", "_s_second < 16", "_s_first < 16"),
    Fault("a check of the record's own", "Holder", "decode", "w_length == 7", "w_length == 8"),
)  # fmt: skip
ENCODER = (
    Fault("a wrong constant", "IoctlRequest", "encode", "(57, ", "(56, "),
    Fault("a count that is one too high", "IoctlRequest", "encode", "w_input_count = len(a_input)",
          "w_input_count = len(a_input) + 1"),
    Fault("the wrong base", "IoctlRequest", "encode", "w_input_offset - 64", "w_input_offset - 72"),
    Fault("slack lost", "IoctlRequest", "encode", "if not a_slack and ", "if "),
    Fault("a usual case that is not tested whole", "IoctlResponse", "encode",
          "not a_slack and not a_input and ", "not a_slack and "),
    Fault("buffers that overlap written side by side", "Overlapping", "encode",
          " == 16 + len(a_first)", " <= 16 + len(a_first)"),
    Fault("slack lost where both buffers are there", "Overlapping", "encode", "elif not a_remains and ", "elif "),
    Fault("the first of two buffers anywhere", "Overlapping", "encode", "w_first_offset - 0 == 16 and ", ""),
    Fault("buffers lost", "IoctlRequest", "encode", " + _tail", ""),
    Fault("padding lost", "ErrorResponse", "encode", " + a_padding", ""),
    Fault("swapped fields", "FileId", "encode", "self.persistent, self.volatile", "self.volatile, self.persistent"),
    Fault("a wrong canonical value", "IoctlRequest", "encode", "120 if w_input_count else 0", "120"),
    Fault("an offset that is not aligned", "IoctlResponse", "encode", "+ 7 & -8", ""),
    Fault("the terminator lost", "ReferralRequest", "encode",
          "a_request_file_name + a_terminator", "a_request_file_name"),
    Fault("a size that counts too little", "Measured", "encode", "_size = 7 + ", "_size = 3 + "),
    Fault("the wrong alternative", "Header", "encode", "        if (w_flags & 2):", "        if (w_flags & 1):"),
    Fault("bytes of the wrong length", "Header", "encode", "len(w_signature) != 16", "len(w_signature) < 0"),
    Fault("an alternative lost", "Choice", "encode", "w_wide is not None", "0"),
    Fault("a U+0000 inside a text", "ReferralRequest", "encode", "'\\0' in a_request_file_name or ", ""),
    Fault("a terminator without its U+0000", "ReferralRequest", "encode", "a_terminator[:1] not in ('', '\\0')", "0"),
    Fault("a record of the wrong class", "IoctlRequest", "encode", ".__class__ is not _whole", ".__class__ is None"),
    Fault("a check of the record's own", "Holder", "encode", "w_length == 7", "w_length == 8"),
)  # fmt: skip
FAULTS: tuple[Fault, ...] = (*DECODER, *ENCODER)
