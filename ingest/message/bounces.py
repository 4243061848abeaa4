"""What a bounce reports: the Message-IDs of letters that did not arrive (RFC 3464,
and the prose of 163 and QQ).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.message.headers import decode_words
from ingest.message.parse import Mail
from ingest.message.structure import Entity, RawMail

MAX_IDS = 20
MAX_LOOK = 256 * 1024

_RETURNED_ID = re.compile(
    r"^[ \t>]*(?:(?:(?:x-)?original-)?message-id|x-oq-msgid)[ \t]*:\s*(<[^<>\s]{1,900}>)",
    re.IGNORECASE | re.MULTILINE,
)
_ID_HEADERS = (
    "message-id",
    "x-original-message-id",
    "x-oq-msgid",
)  # Tencent gives a mail an id of its own and keeps ours in the last
_ACTION = re.compile(r"^[ \t]*action[ \t]*:[ \t]*([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)


def failed_message_ids(mail: Mail, raw: RawMail) -> tuple[str, ...]:
    """Message-IDs in what a bounce returns;
    nothing when it only reports a delay (RFC 3464 2.3.3: not final).

    When nothing is returned, the mail the bounce answers to (In-Reply-To) is taken.
    """
    texts = list(_texts(mail.leaves, raw))
    if _delayed(texts):
        return ()
    found = [match[1] for text in texts for match in _RETURNED_ID.finditer(text)]
    own = mail.envelope.message_id
    others = [identifier for identifier in dict.fromkeys(found) if identifier != own]
    return tuple(others or mail.envelope.in_reply_to or mail.envelope.references[-1:])[:MAX_IDS]


def is_delay(mail: Mail, raw: RawMail) -> bool:
    """Whether a bounce only says that a letter is late: it is still on its way."""
    return _delayed(_texts(mail.leaves, raw))


def _delayed(texts: Iterable[str]) -> bool:
    actions = {match[1].lower() for text in texts for match in _ACTION.finditer(text)}
    return bool(actions) and "failed" not in actions


def _may_name_ours(leaf: Entity) -> bool:
    """A report, a text or a returned mail, whatever it is declared as."""
    return leaf.media_type.startswith(("text/", "message/")) or leaf.name.lower().endswith(".eml")


def _texts(leaves: tuple[Entity, ...], raw: RawMail) -> Iterator[str]:
    for leaf in leaves:
        if leaf.is_mail and leaf.children:
            headers = leaf.children[0].headers
            yield "\n".join(f"{name}: {headers.plain(name)}" for name in _ID_HEADERS)
        elif _may_name_ours(leaf):
            yield decode_words(leaf.text(raw, MAX_LOOK))
