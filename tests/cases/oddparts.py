"""Mails whose files are coded or typed otherwise than any standard says: what gateways, old programs
and hurried hands make of them on the way.
"""

from __future__ import annotations

import base64
import bz2
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from functools import partial
from html import escape

from PIL import Image

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


def _tarred(pack: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("sbs.docx")
        info.size = len(zone_form())
        archive.addfile(info, io.BytesIO(zone_form()))
    return pack(out.getvalue())


def _in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("sbs.docx", zone_form())
    return out.getvalue()


def _holding(name: str, make: Callable[[], bytes]) -> bytes:
    return mail(words(), attached(name, make()))


def _thumbnail() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 160), "white").save(out, "PNG")
    return out.getvalue()


def _glued() -> bytes:
    return _named_sbs(wrapped(zone_form())).replace(CRLF * 2 + b"--=_outer--", b"--=_outer--")


_READ = (it.part(kind="docx", fate="document"), it.unsaid("来信没有附件"))
_FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "packed-tar-bz2": ("材料.tar.bz2", lambda: _tarred(bz2.compress)),
    "packed-tar-xz": ("材料.txz", lambda: _tarred(lzma.compress)),
    "packed-docx-xz": ("sbs.docx.xz", lambda: lzma.compress(zone_form())),
    "packed-docx-bz2": ("sbs.docx.bz2", lambda: bz2.compress(zone_form())),
    "zip-behind-a-server-s-words": ("材料.zip", lambda: b"HTTP/1.1 200 OK\r\n\r\n" + _in_zip()),
    "zip-with-a-long-tail": ("材料.zip", lambda: _in_zip() + b"\0" * 70_000),
    "docx-behind-a-blank-line": ("sbs.docx", lambda: CRLF + zone_form()),
    "docx-behind-a-mark": ("sbs.docx", lambda: b"\xef\xbb\xbf" + zone_form()),
}
"""What is attached in the usual way, packed otherwise or with other bytes around it."""


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
    *(
        Case(f"{name}.eml", partial(_holding, *_FILES[name]), _READ if name.startswith("docx") else FOUND)
        for name in _FILES
    ),
    Case("closing-line-hung-on.eml", _glued, FOUND),
    Case("type-of-a-multipart.eml", partial(_typed, "multipart/mixed", _SBS), FOUND),
    Case(
        "thumbnail-called-a-form.eml",
        lambda: mail(words(), attached("申报书.docx", _thumbnail())),
        (it.unsaid("来信没有附件"), it.said("图片太小")),
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
        _READ,
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
