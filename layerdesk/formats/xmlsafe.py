"""Text that XML 1.0 can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Control characters, lone surrogates and the two non-characters that end the basic plane.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAKS = re.compile("\r\n|[\n\r\u2028\u2029]")


def one_line(text: str) -> str:
    """`text` without what XML cannot hold, line ends and tabs turned into spaces."""
    return _BREAKS.sub(" ", _UNFIT.sub("", text)).replace("\t", " ")


def unfit(texts: Iterable[str]) -> bool:
    """Whether any of `texts` holds a character that XML cannot."""
    return any(_UNFIT.search(text) for text in texts)
