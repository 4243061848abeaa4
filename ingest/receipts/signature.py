"""What a receipt's signature says and over which words it stands; whether it does in a letter that
somebody shows. Pure: who signs and who checks is given.

``Q24-0007-K.2.accepted.20240827T020001Z.812.<words>.<signature>``: the decision, when the material
came, over how many characters above it the letter is vouched for, and their hash. Only letters and
digits of the words count, so that it bears what mail programs do to lines, quotes and spaces.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from ingest.receipts.signing import Receipt
from ingest.receipts.verifying import MAX_TEXT, Checked
from notifier.letternames import LETTER_NAMES
from notifier.wording import exact_moment

_HEAD = b"mailroom receipt 1\n"
"""In front of what is signed: no signature of this key can be taken for one of another kind."""
_WORDS = 22  #: characters of base64, 128 bits
_GAP = r"[\s>|]*"
"""What mail programs put between two characters of a long line."""


def _spread(characters: str, count: int | str) -> str:
    return rf"(?:[{characters}]{_GAP}){{{count}}}"


_SUBJECT = (
    rf"[A-Z]{{1,4}}{_GAP}" + _spread(r"\d", 2) + rf"-{_GAP}" + _spread(r"\d", "4,6") + rf"-{_GAP}"
    "[0-9A-Z]",
    rf"R{_GAP}" + _spread("0-9A-F", 16),
)  # fmt: skip
_FIELDS = {
    "subject": "|".join(_SUBJECT),
    "version": _spread(r"\d", "1,6"),
    "decision": _spread("a-z_", "1,20"),
    "received": _spread(r"\d", 8) + rf"T{_GAP}" + _spread(r"\d", 6) + f"Z{_GAP}",
    "count": _spread(r"\d", "1,5"),
    "words": _spread(r"\w-", _WORDS),
    "signature": _spread(r"\w-", 85) + r"[\w-]",
}
_SIGNED = re.compile(
    r"(?<![A-Z0-9])"
    + rf"{_GAP}\.{_GAP}".join(f"(?P<{name}>{field})" for name, field in _FIELDS.items())
    + r"(?![\w-])",
    re.ASCII,
)
_BESIDE = 40
"""Letters and digits that may stand around a signature that was copied without its letter."""


def vouched(receipt: Receipt) -> str:
    """What a signature says, before the words."""
    instant = f"{receipt.received.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{receipt.subject}.{receipt.version}.{receipt.decision}.{instant}"


def signature_line(sign: Callable[[bytes], bytes], said: str, words: str) -> str:
    """The signature as it is printed under ``words``."""
    counted = _flat(words)
    statement = f"{said}.{len(counted)}.{_hash(counted)}"
    return f"{statement}.{_base64(sign(_HEAD + statement.encode()))}"


def check_signatures(stands: Callable[[bytes, bytes], bool], text: str) -> tuple[Checked, ...]:
    """Every signature in ``text`` with what it confirms, by a published key alone."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    found = {match[0]: match for match in reversed(list(_SIGNED.finditer(text)))}
    return tuple(_check(stands, match, text) for match in reversed(found.values()))


def _check(stands: Callable[[bytes, bytes], bool], match: re.Match[str], text: str) -> Checked:
    piece = {name: re.sub(_GAP, "", found) for name, found in match.groupdict().items()}
    printed = f"{piece['subject']}.{piece['version']}"
    signed = ".".join(list(piece.values())[:-1])
    if not stands(_bytes(piece["signature"]), _HEAD + signed.encode()):
        return Checked(
            printed, False, ("签名不是这把公钥的: 不是该单位签的, 或抄写有误、被改过。",)
        )
    above, count = _flat(text[: match.start()]), int(piece["count"])
    beside = len(above) + len(_flat(text[match.end() :]))
    whole = _hash(above[len(above) - count :]) == piece["words"] if count <= len(above) else False
    received = datetime.strptime(piece["received"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    name = LETTER_NAMES.get(piece["decision"], piece["decision"])
    sentences = (
        f"签名属实: 公钥的主人出具过这份{name}({piece['subject']} 第 {piece['version']} 次答复)。",
        f"材料收到时间: {exact_moment(received)}(北京时间)。",
        _about_words(beside, whole=whole),
    )
    facts = {
        "subject": piece["subject"], "version": piece["version"], "decision": piece["decision"],
        "received": received.isoformat(),
    }  # fmt: skip
    return Checked(printed, whole or beside <= _BESIDE, sentences, facts)


def _about_words(beside: int, *, whole: bool) -> str:
    if whole:
        return "签名之前的全文一字未改。"
    if beside <= _BESIDE:
        return "只给出了签名, 没有信的正文: 以上两行属实, 其余没有核对。"
    return (
        "正文与签名时的不同: 被改过, 或不是完整的纯文本正文(从网页样式复制的也会这样)。"
        "只有以上两行属实; 要核对正文, 请用原邮件(.eml)。"
    )


def _flat(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


def _hash(flat: str) -> str:
    return _base64(hashlib.sha256(flat.encode()).digest())[:_WORDS]


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
