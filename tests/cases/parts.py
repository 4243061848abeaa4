"""Mails whose files stand where a reader that follows the standard to the letter does not look, and
files beside them that nobody sent on purpose.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

from asn1crypto import cms

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.made import (
    CRLF,
    FORM,
    WORDS,
    attached,
    closed,
    head,
    mail,
    mail_of_files,
    part,
    sample_files,
    school_form,
    words,
    wrapped,
    zone_form,
)
from tests.parts.containers import winmail, zip_of
from tests.parts.made import PDF

OCTETS = "Content-Type: application/octet-stream"
IN_BASE64 = "Content-Transfer-Encoding: base64"
PLAIN = ("MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8")
FOOTER = (
    "\r\n---\r\n本邮件及其附件含有保密信息，仅限于发送给上面地址中列出的个人。\r\n\r\n".encode()
)
SECOND = "第二份.docx"


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _intact(name: str = "") -> Claim:
    """附件1 is there byte for byte and is read."""

    def claim(report: it.Report) -> it.Outcome:
        return it.part(name, "docx", "document", _sha(zone_form()))(report)

    return claim


FOUND = (_intact(), it.unsaid("来信没有附件", "无需重复发送"))


# --- uuencode -------------------------------------------------------------------------------------


def uuencoded(data: bytes, name: bytes, *, blanks: bool = True, end: bool = True) -> bytes:
    """As mail programs of the nineties write it; without ``blanks`` a server has cut those at line
    ends.
    """
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    if not blanks:
        lines = [line.rstrip() + b"\n" for line in lines]
    return b"begin 644 " + name + b"\n" + b"".join(lines) + (b"`\nend\n" if end else b"")


def in_words(code: bytes, *header: str) -> bytes:
    """A mail of words with a file's code among them."""
    text = "请查收附件。\n\n".encode("gb18030") + code + "\n谢谢！\n".encode("gb18030")
    return head(*header) + CRLF + text.replace(b"\n", CRLF)


UU = "Content-Type: text/plain; charset=gb2312"


def _uu_part() -> bytes:
    headers = (OCTETS, "Content-Transfer-Encoding: x-uuencode", "Content-Disposition: attachment")
    return part(headers, uuencoded(zone_form(), b"sbs.docx"))


# --- what stands behind the end, or between -------------------------------------------------------


def _early_close() -> bytes:
    """A mailing list put its footer, and with it a closing line, before the attachments."""
    first = closed("=_outer", words()) + FOOTER
    rest = closed("=_outer", attached(FORM, zone_form()), attached(SECOND, school_form()))
    return head("MIME-Version: 1.0", _MIXED) + CRLF + first + rest


_MIXED = 'Content-Type: multipart/mixed; boundary="=_outer"'


def _reused(inner: str) -> bytes:
    """The texts lie in a multipart of their own under the boundary of the outer one."""
    texts = closed(inner, words(), part(("Content-Type: text/html",), b"<p>hello</p>"))
    nested = part((f'Content-Type: multipart/alternative; boundary="{inner}"',), texts)
    return mail(nested, attached(FORM, zone_form()))


def _siblings() -> bytes:
    """Two inner multiparts of one boundary, one behind the other."""
    inner = 'Content-Type: multipart/mixed; boundary="=_in"'
    one = part((inner,), closed("=_in", words(), attached(SECOND, school_form())))
    two = part((inner,), closed("=_in", attached(FORM, zone_form()), end=False))
    return mail(one, two)


def _wrong_boundary(content_type: str) -> bytes:
    body = closed("=_real", words(), attached(FORM, zone_form()))
    return head("MIME-Version: 1.0", content_type) + CRLF + body


def _stray(tail: bytes) -> bytes:
    return mail(words()) + CRLF + tail


def _noise() -> bytes:
    return b"".join(hashlib.sha256(bytes([number])).digest() for number in range(250))


# --- names ----------------------------------------------------------------------------------------


def _named(*lines: bytes) -> bytes:
    headers = b"".join(line + CRLF for line in (OCTETS.encode(), IN_BASE64.encode(), *lines))
    return mail(words(), headers + CRLF + wrapped(zone_form()))


TRADITIONAL = "申報書 麥玉清.docx"


def _big5() -> bytes:
    """A program of a Taiwanese branch: raw Big5 in every header, named only for the text."""
    text = part(("Content-Type: text/plain; charset=big5",), "您好，請查收。".encode("big5"))
    disposed = f'Content-Disposition: attachment; filename="{TRADITIONAL}"'.encode("big5")
    headers = CRLF.join((OCTETS.encode(), IN_BASE64.encode(), disposed))
    subject = "Subject: 智慧教育示範區申報".encode("big5")
    lines = head("MIME-Version: 1.0", _MIXED).split(CRLF)
    lines = [subject if line.startswith(b"Subject:") else line for line in lines]
    return (
        CRLF.join(lines) + CRLF + closed("=_outer", text, headers + CRLF * 2 + wrapped(zone_form()))
    )


# --- one mail in several, one file in a wrapper ---------------------------------------------------


def _in_pieces(*numbers: int) -> bytes:
    """A mail that a program cut in three; somebody forwards the pieces he has."""
    whole = mail(words(), attached(FORM, zone_form()), boundary="=_inner")
    third = len(whole) // 3 + 1
    pieces = {number + 1: whole[number * third : (number + 1) * third] for number in range(3)}
    forwarded = [
        part(
            ("Content-Type: message/rfc822",),
            part(
                (
                    "From: <tmsks_jyj@example.cn>",
                    f'Content-Type: message/partial; id="x@example.cn"; number={number}; total=3',
                ),
                pieces[number],
            ),
        )
        for number in numbers
    ]
    return mail(words(), *forwarded)


_FORK = b"\0\x05\x16\x07\0\2\0\0Mac OS X        \0\2" + bytes(44)


def _apple_double() -> bytes:
    fork = attached(FORM, _FORK, media_type="application/applefile")
    double = ('Content-Type: multipart/appledouble; boundary="=_mac"',)
    return mail(words(), part(double, closed("=_mac", fork, attached(FORM, zone_form()))))


def _apple_single() -> bytes:
    header = b"\0\x05\x16\0\0\2\0\0" + bytes(16) + struct.pack(">HIII", 1, 1, 38, len(zone_form()))
    return mail(words(), attached(FORM, header + zone_form(), media_type="application/applefile"))


_LEFT = {
    f"._{FORM}": _FORK,
    f"~${FORM[2:]}": b"\x05admin" + bytes(48) + b" " * 108,
    f".~{FORM}": b"\x05admin" + b" " * 159,
    ".DS_Store": b"\0\0\0\x01Bud1" + bytes(200),
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "desktop.ini": b"[.ShellClassInfo]\r\n",
}
_ASIDE = tuple(it.no_part_for_staff(name) for name in _LEFT)


def _signed() -> bytes:
    """The whole content inside its signature (application/pkcs7-mime), as some programs send."""
    entity = part((_MIXED,), closed("=_outer", words(), attached(FORM, zone_form())))
    content = {"content_type": "data", "content": entity}
    signed = {
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": content,
        "signer_infos": [],
    }
    info = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
    kind = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"'
    return head("MIME-Version: 1.0", kind, IN_BASE64) + CRLF + wrapped(info.dump())


def _enveloped() -> bytes:
    oid = bytes.fromhex("06092a864886f70d010703")
    data = b"\x30\x82\x01\x10" + oid + b"\xa0\x82\x01\x01" + bytes(257)
    kind = 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
    return head("MIME-Version: 1.0", kind, IN_BASE64) + CRLF + wrapped(data)


_PGP = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0000000000AQf/\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n"


def _pgp_mime() -> bytes:
    control = part(("Content-Type: application/pgp-encrypted",), b"Version: 1\r\n")
    sealed = part((f'{OCTETS}; name="encrypted.asc"',), _PGP)
    kind = (
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="=_pg"'
    )
    return head("MIME-Version: 1.0", kind) + CRLF + closed("=_pg", control, sealed)


_NAMED_ENCRYPTED = (it.said("加密"), it.never("accepted"), it.unsaid("文本文件", "来信没有附件"))
_TO_STAFF = (it.staff(), it.unsaid("来信没有附件", "无需重复发送", "没有找到申报书"))
_WINMAIL = {"附件1.docx": zone_form(), "附件2.docx": school_form()}


def _winmail(data: bytes) -> bytes:
    return mail(words(), attached("winmail.dat", data, media_type="application/ms-tnef"))


CASES = (
    Case(
        "ordinary.eml",
        lambda: mail_of_files(sample_files("01")),
        (it.verdict("accepted"), it.documents(4), it.seal("stamped")),
        why="the measure itself: a complete mail is accepted",
    ),
    # behind the end, between, under a boundary that is another's or none
    Case(
        "closing-line-before-the-files.eml",
        _early_close,
        (*FOUND, it.part(SECOND, "docx", "document")),
        why="both files found: a closing line that more parts follow closes nothing",
    ),
    Case("boundary-of-the-outer.eml", lambda: _reused("=_outer"), FOUND, why="found"),
    Case("boundary-of-its-own.eml", lambda: _reused("=_inner"), FOUND, why="found"),
    Case("boundary-of-a-sibling.eml", _siblings, FOUND, why="both found"),
    Case(
        "boundary-not-named.eml",
        lambda: _wrong_boundary("Content-Type: multipart/mixed"),
        FOUND,
        why="found by the lines themselves",
    ),
    Case("boundary-misspelt.eml", lambda: _wrong_boundary(_MIXED), FOUND, why="found"),
    Case(
        "header-of-the-body-lost.eml",
        lambda: _wrong_boundary("X-Mailer: y"),
        FOUND,
        why="a gateway dropped Content-Type; the parts still name themselves",
    ),
    Case(
        "bytes-behind-the-end.eml",
        lambda: _stray(_noise()),
        _TO_STAFF,
        why="nobody can say what they are: a person looks, and nobody is told that nothing came",
    ),
    Case(
        "file-behind-the-end.eml",
        lambda: _stray(wrapped(zone_form())),
        FOUND,
        why="the headers of the last part were lost; its code is there",
    ),
    Case(
        "footer-behind-the-end.eml",
        lambda: mail_of_files({FORM: zone_form()}) + FOOTER,
        (_intact(FORM), it.never("referred")),
        why="words are no file: nobody is bothered with them",
    ),
    # uuencode
    Case("uu-in-the-text.eml", lambda: in_words(uuencoded(zone_form(), b"sbs.docx"), UU), FOUND),
    Case(
        "uu-twice-without-mime.eml",
        lambda: in_words(
            uuencoded(zone_form(), "申报书.docx".encode("gbk"))
            + uuencoded(school_form(), "第二份.docx".encode("gbk"))
        ),
        (_intact("申报书.docx"), it.part(SECOND, "docx", "document")),
        why="two files, names in raw GBK",
    ),
    Case(
        "uu-blanks-cut-off.eml",
        lambda: in_words(uuencoded(zone_form(), b"sbs.docx", blanks=False), UU),
        FOUND,
        why="a server cut blanks at line ends",
    ),
    Case(
        "uu-cut-off.eml",
        lambda: in_words(uuencoded(zone_form()[:9000], b"sbs.docx", end=False), UU),
        (it.part("sbs.docx", "docx", "damaged"), it.unsaid("来信没有附件")),
        why="the end did not arrive: damaged, please send again",
    ),
    Case("uu-as-transfer-encoding.eml", lambda: mail(words(), _uu_part()), FOUND),
    # base64
    Case(
        "base64-padded-by-line.eml",
        lambda: mail(words(), part((OCTETS, IN_BASE64), _by_line(zone_form()))),
        FOUND,
    ),
    Case(
        "base64-in-three-pieces.eml",
        lambda: mail(words(), part((OCTETS, IN_BASE64), _in_three(zone_form()))),
        FOUND,
    ),
    Case(
        "base64-with-a-footer.eml",
        lambda: mail(words(), part((OCTETS, IN_BASE64), wrapped(zone_form()) + FOOTER)),
        FOUND,
        why="the mailing list's footer is no part of the file",
    ),
    Case(
        "base64-not-declared.eml",
        lambda: mail(words(), part((OCTETS,), wrapped(zone_form()))),
        FOUND,
        why="the header that names the encoding is missing",
    ),
    Case(
        "base64-declared-but-binary.eml",
        lambda: mail(words(), part((OCTETS, IN_BASE64), zone_form())),
        FOUND,
    ),
    Case(
        "base64-in-the-text.eml",
        lambda: in_words(wrapped(zone_form()), *PLAIN),
        FOUND,
        why="pasted by hand from another program",
    ),
    Case(
        "base64-of-nobody-knows.eml",
        lambda: in_words(wrapped(_noise()), *PLAIN),
        _TO_STAFF,
        why="a hundred lines of code in the text may be a file: a person looks",
    ),
    # under a wrong label, nameless
    Case(
        "docx-as-text.eml",
        lambda: mail(words(), part(("Content-Type: text/plain", IN_BASE64), wrapped(zone_form()))),
        FOUND,
    ),
    Case(
        "pdf-as-html.eml",
        lambda: mail(words(), part(("Content-Type: text/html", IN_BASE64), wrapped(PDF))),
        (it.part(kind="pdf"), it.unsaid("来信没有附件")),
    ),
    Case(
        "whole-mail-is-a-docx.eml",
        lambda: (
            head("MIME-Version: 1.0", "Content-Type: text/plain", IN_BASE64)
            + CRLF
            + wrapped(zone_form())
        ),
        FOUND,
    ),
    Case(
        "docx-in-a-data-link.eml",
        lambda: mail(part(("Content-Type: text/html; charset=utf-8",), _data_link(zone_form()))),
        (it.part(kind="docx"), it.unsaid("来信没有附件")),
        why="some editors put files into the markup itself",
    ),
    # names
    Case(
        "name-in-disposition.eml",
        lambda: _named(f'Content-Disposition: attachment; name="{FORM}"'.encode("gbk")),
        (_intact(FORM),),
    ),
    Case(
        "filename-in-type.eml",
        lambda: _named(f'X-A: b\r\nContent-Type: application/x; filename="{FORM}"'.encode("gbk")),
        (_intact(),),
    ),
    Case(
        "name-in-description.eml",
        lambda: _named(
            f"Content-Description: =?utf-8?B?{base64.b64encode(FORM.encode()).decode()}?=".encode()
        ),
        (_intact(FORM),),
    ),
    Case("name-in-big5.eml", _big5, (_intact(TRADITIONAL),), why="the mail names Big5"),
    # one mail in several, wrappers
    Case("three-pieces.eml", lambda: _in_pieces(2, 1, 3), FOUND, why="put together"),
    Case(
        "two-of-three-pieces.eml",
        lambda: _in_pieces(1, 3),
        (it.staff(), it.said("没有收齐"), it.unsaid("来信没有附件")),
    ),
    Case("apple-double.eml", _apple_double, (*FOUND, it.never("referred"))),
    Case("apple-single.eml", _apple_single, FOUND, why="the file inside the wrapper"),
    Case("signed-around.eml", _signed, FOUND, why="taken out of its signature"),
    Case("enveloped.eml", _enveloped, _NAMED_ENCRYPTED),
    Case("pgp-mime.eml", _pgp_mime, _NAMED_ENCRYPTED),
    Case("pgp-in-the-text.eml", lambda: head(*PLAIN) + CRLF + _PGP, _NAMED_ENCRYPTED),
    Case(
        "pgp-file.eml",
        lambda: mail(words(), attached("材料.zip.gpg", b"\x85\x01\x0c\x03" + _noise())),
        _NAMED_ENCRYPTED,
    ),
    Case(
        "winmail-with-a-tail.eml",
        lambda: _winmail(winmail(_WINMAIL) + FOOTER),
        (it.part("附件1.docx", "docx", "document"), it.part("附件2.docx", "docx", "document")),
    ),
    Case(
        "winmail-with-a-long-tail.eml",
        lambda: _winmail(winmail(_WINMAIL) + bytes(64)),
        (it.part("附件1.docx", "docx", "document"), it.part("附件2.docx", "docx", "document")),
    ),
    Case(
        "winmail-cut-in-the-second.eml",
        lambda: _winmail(winmail(_WINMAIL)[:-4000]),
        (it.part("附件1.docx", "docx", "document"), it.said("残缺")),
        why="what is whole is kept",
    ),
    Case(
        "winmail-cut-in-the-first.eml",
        lambda: _winmail(winmail(_WINMAIL)[:4000]),
        (it.part(kind="tnef", fate="damaged"), it.unsaid("来信没有附件")),
    ),
    # files that nobody sent
    Case(
        "left-behind-in-the-mail.eml",
        lambda: mail_of_files({FORM: zone_form(), **_LEFT}),
        (*_ASIDE, _intact(FORM), it.never("referred")),
    ),
    Case(
        "left-behind-in-a-zip.eml",
        lambda: mail_of_files({"材料.zip": zip_of({FORM: zone_form(), **_LEFT})}),
        (*_ASIDE, _intact(FORM), it.never("referred")),
    ),
    Case(
        "form-with-an-odd-name.eml",
        lambda: mail_of_files({f"~${FORM}": zone_form()}),
        (_intact(f"~${FORM}"),),
        why="a file that can be read is one, however it is called",
    ),
    # nothing at all
    Case(
        "forgotten.eml",
        lambda: head(*PLAIN) + CRLF + WORDS.encode(),
        (it.said("来信没有附件"), it.unsaid("无需重复发送")),
        why="the attachment was forgotten",
    ),
)


def _by_line(data: bytes) -> bytes:
    """Every line encoded by itself."""
    return b"".join(base64.b64encode(data[at : at + 55]) + CRLF for at in range(0, len(data), 55))


def _in_three(data: bytes) -> bytes:
    third = len(data) // 3 // 3 * 3 + 1
    return b"".join(wrapped(data[at : at + third]) for at in range(0, len(data), third))


def _data_link(data: bytes) -> bytes:
    return b'<a href="data:application/msword;base64,' + base64.b64encode(data) + b'">form</a>'
