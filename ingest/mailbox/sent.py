"""Which folder holds what was sent, and whose Message-ID a header block carries. Pure: the session
asks, this file reads.

The folder is sought by its flag (RFC 6154), else by the names providers give it. SEARCH is not
asked: QQ ignores its criteria and NetEase finds less than there is, so the newest headers are
fetched and compared here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NAMES = ("已发送", "sent messages", "sent", "已发邮件", "已发送邮件", "sent items", "sent mail")
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)


def choose_sent(folders: Iterable[tuple[Sequence[bytes], bytes | None, str]]) -> str | None:
    r"""The account's folder of sent mail, of (flags, delimiter, name) as LIST gives them; None when
    there is none.

    The one flagged ``\Sent`` wins; of names the earlier in the list of known ones does.
    """
    names: dict[str, str] = {}
    for flags, delimiter, name in folders:
        known = {flag.lower() for flag in flags}
        if rb"\noselect" in known or rb"\nonexistent" in known:
            continue
        if rb"\sent" in known:
            return name
        last = name.rsplit((delimiter or b"/").decode("ascii", "replace"), 1)[-1]
        names.setdefault(last.strip().lower(), name)
    return next((names[name] for name in _NAMES if name in names), None)


def message_id_in(header: bytes) -> str | None:
    """The Message-ID of a header block, with its angle brackets; None when it has none that could
    be ours.
    """
    match = _MESSAGE_ID.search(header)
    return match[1].decode("ascii", "replace") if match else None
