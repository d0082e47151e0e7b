"""The validation layer: what servers accept and what a reply must look like, every rule as a value.

`SAMBA_3_6`, `SAMBA_4` and `MS_SMB2` are the rule sets of servers, `REPLY` holds the reply layout, `WIRE` is empty: with
it, decoding refuses only what no reader can read. `model` says what a rule is and how facts are held against it.
"""

from smb2ioctl_codec.rules.model import ALL_ONES, Rule, RuleSet, is_broken
from smb2ioctl_codec.rules.ms_smb2 import MS_SMB2
from smb2ioctl_codec.rules.reply import REPLY, WIRE
from smb2ioctl_codec.rules.samba_3_6 import SAMBA_3_6
from smb2ioctl_codec.rules.samba_4 import SAMBA_4

__all__ = ["ALL_ONES", "MS_SMB2", "REPLY", "SAMBA_3_6", "SAMBA_4", "WIRE", "Rule", "RuleSet", "is_broken"]
