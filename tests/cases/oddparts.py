"""Mails whose files are coded or typed otherwise than any standard says: what gateways, old programs
and hurried hands make of them on the way.
"""

from __future__ import annotations

import base64
from functools import partial
from html import escape

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import (
    CRLF,
    FORM,
    TEXT,
    attached,
    mail,
    part,
    words,
    wrapped,
    zone_form,
)
from tests.cases.parts import FOUND, IN_BASE64, OCTETS, UU, in_words, uuencoded


def _quoted(data: bytes, mark: bytes = b"> ") -> bytes:
    return b"".join(mark + line + CRLF for line in data.splitlines())


def _in_markup() -> bytes:
    code = escape(uuencoded(zone_form(), b"sbs.docx").decode("ascii")).encode()
    return mail(part(("Content-Type: text/html; charset=utf-8",), b"<pre>" + code + b"</pre>"))


def _typed(kind: str, *more: str) -> bytes:
    """The form under a type that is none of files."""
    return mail(words(), part((f"Content-Type: {kind}", IN_BASE64, *more), wrapped(zone_form())))


_SBS = 'Content-Disposition: attachment; filename="sbs.docx"'
_WRONG_TYPES = {
    "calendar": ("text/calendar",),
    "signature": ('application/pgp-signature; name="signature.asc"',),
    "report": ("message/delivery-status",),
    "picture": ('image/png; name="image001.png"', "Content-Disposition: inline"),
}
_ODD_CODES = {
    "quoted": _quoted(wrapped(zone_form())),
    "with-a-word-before": b"This is a file:\r\n\r\n" + wrapped(zone_form()),
    "with-signs-behind": wrapped(zone_form()).replace(CRLF, b" !" + CRLF),
    "for-links": base64.urlsafe_b64encode(zone_form()) + CRLF,
    "twice": wrapped(wrapped(zone_form())),
}


def _named_sbs(code: bytes) -> bytes:
    return mail(words(), part((OCTETS, IN_BASE64, _SBS), code))


def _ended(line_end: bytes) -> bytes:
    return mail(words(), attached(FORM, zone_form())).replace(CRLF, line_end)


_LINE_ENDS = {"returns-alone": b"\r", "a-return-too-many": b"\r\r\n"}
CASES = (
    *(Case(f"type-of-a-{name}.eml", partial(_typed, *how), FOUND) for name, how in _WRONG_TYPES.items()),
    *(
        Case(f"base64-{name}.eml", partial(_named_sbs, code), FOUND)
        for name, code in _ODD_CODES.items()
    ),
    *(
        Case(f"lines-with-{name}.eml", partial(_ended, end), FOUND)
        for name, end in _LINE_ENDS.items()
    ),
    Case("uu-in-markup.eml", _in_markup, FOUND),
    Case(
        "uu-in-a-quoted-mail.eml",
        lambda: mail(part(TEXT, _quoted(uuencoded(zone_form(), b"sbs.docx")))),
        FOUND,
    ),
    Case(
        "uu-in-an-attached-text.eml",
        lambda: mail(words(), part((OCTETS, _SBS), uuencoded(zone_form(), b"sbs.docx"))),
        FOUND,
    ),
    Case(
        "uu-without-a-name.eml",
        lambda: in_words(uuencoded(zone_form(), b""), UU),
        (it.part(kind="docx", fate="document"), it.unsaid("来信没有附件")),
    ),
    Case(
        "blank-line-forgotten.eml",
        lambda: mail(words(), b"".join(each.encode() + CRLF for each in (OCTETS, IN_BASE64, _SBS)) + wrapped(zone_form())),
        FOUND,
    ),
    Case(
        "boundary-set-in.eml",
        lambda: mail(words(), attached(FORM, zone_form())).replace(CRLF + b"--=", CRLF + b" --="),
        FOUND,
    ),
)  # fmt: skip
