"""An HTML report of dissected messages: one file, to be opened in a browser, that needs nothing but itself.

`write_report` takes messages one by one. `shown` is what it has to know of one; `pack` makes some of them small;
`page` is what stands before and behind them: ``page.html`` with the styles and scripts that lie beside it.
"""

from smb2ioctl_codec.dissect.report.shown import Shown
from smb2ioctl_codec.dissect.report.write import write_report

__all__ = ["Shown", "write_report"]
