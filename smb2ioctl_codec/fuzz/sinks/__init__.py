"""Where a corpus goes: a directory, a zip archive, a capture; and the dictionary that fuzzers take beside it."""

from smb2ioctl_codec.fuzz.sinks.archive import write_zip
from smb2ioctl_codec.fuzz.sinks.dictionary import dictionary_lines
from smb2ioctl_codec.fuzz.sinks.directory import write_directory
from smb2ioctl_codec.fuzz.sinks.pcap import write_pcap

__all__ = ["dictionary_lines", "write_directory", "write_pcap", "write_zip"]
