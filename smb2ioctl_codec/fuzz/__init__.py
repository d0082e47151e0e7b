"""Fuzz corpora, made of what the schemas know of every field and the rules of every server's answer."""

from smb2ioctl_codec.fuzz.case import KINDS, Case, Kind, Place
from smb2ioctl_codec.fuzz.corpus import corpus
from smb2ioctl_codec.fuzz.facts import statuses

__all__ = ["KINDS", "Case", "Kind", "Place", "corpus", "statuses"]
