"""Mails as mail programs and gateways write them: names in pieces, files in invitations, in parts that
say the same twice, in digests and forwarded mails, and links to where the files are.
"""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import quote

from tests.cases import claims as it
from tests.cases.case import Case, Claim
from tests.cases.made import (
    CRLF,
    FORM,
    TEXT,
    attached,
    closed,
    head,
    mail,
    mail_of_files,
    part,
    words,
    wrapped,
    zone_form,
)
from tests.parts.containers import winmail
from tests.parts.portfolios import portfolio

NEVER = it.unsaid("来信没有附件", "无需重复发送")
FOUND = (it.part(kind="docx", fate="document"), NEVER)
NAMED = (it.part(FORM, "docx", "document"), NEVER)
_BASE64 = "Content-Transfer-Encoding: base64"
_STREAM = "Content-Type: application/octet-stream"
_WORD = f"=?gb2312?B?{base64.b64encode(FORM.encode('gb18030')).decode()}?="
_CODED = quote(FORM)


def sent(disposition: str, media_type: str = _STREAM) -> bytes:
    """附件1 under these headers."""
    return mail(words(), part((media_type, _BASE64, disposition), wrapped(zone_form())))


def within(kind: str, *parts: bytes) -> bytes:
    """A multipart of this kind."""
    return part((f'Content-Type: multipart/{kind}; boundary="=_in"',), closed("=_in", *parts))


def forwarded(*parts: bytes) -> bytes:
    """A mail to stand within another."""
    mixed = 'Content-Type: multipart/mixed; boundary="=_inner"'
    return head("MIME-Version: 1.0", mixed) + CRLF + closed("=_inner", *parts)


def invitation(line_end: str = "\r\n ") -> bytes:
    """A calendar's invitation with 附件1 in it (RFC 5545)."""
    coded = base64.b64encode(zone_form()).decode()
    folded = line_end.join(coded[at : at + 70] for at in range(0, len(coded), 70))
    attach = "ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=申报书.docx:"
    lines = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "SUMMARY:评审会", attach + folded, "END:VEVENT", "END:VCALENDAR")  # fmt: skip
    return "\r\n".join(lines).encode()


def _calendar(data: bytes) -> bytes:
    headers = ("Content-Type: text/calendar; charset=utf-8; method=REQUEST", _BASE64)
    return mail(words(), part(headers, wrapped(data)))


def _packed() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("附件1 申报书.docx")
        info.size = len(zone_form())
        archive.addfile(info, io.BytesIO(zone_form()))
    return out.getvalue()


def of_words(text: str, kind: str = "plain") -> bytes:
    """A mail of nothing but words."""
    headers = (f"Content-Type: text/{kind}; charset=utf-8", TEXT[1])
    return head("MIME-Version: 1.0", *headers) + CRLF + text.encode() + CRLF


def _yenc() -> bytes:
    begin = f"请查收\r\n\r\n=ybegin line=128 size={len(zone_form())} name=form.docx\r\n".encode()
    return head("MIME-Version: 1.0", *TEXT) + CRLF + begin + b"abc\r\n=yend size=3\r\n"


_MAILS: Mapping[str, tuple[Callable[[], bytes], tuple[Claim, ...]]] = {
    "name-in-pieces": (lambda: sent(f"Content-Disposition: attachment;\r\n filename*0*=utf-8''{_CODED[:60]};\r\n filename*1*={_CODED[60:]}", f'{_STREAM}; name="{_WORD}"'), NAMED),
    "name-in-pieces-out-of-order": (lambda: sent(f"Content-Disposition: attachment;\r\n filename*1*={_CODED[60:]};\r\n filename*0*=utf-8''{_CODED[:60]}"), NAMED),
    "name-of-a-word-in-pieces": (lambda: sent(f'Content-Disposition: attachment;\r\n filename*0="{_WORD[:30]}";\r\n filename*1="{_WORD[30:]}"'), NAMED),
    "name-lost-and-found": (lambda: sent(f"Content-Disposition: attachment; filename=\"????.docx\"; filename*=utf-8''{_CODED}"), NAMED),
    "name-in-hz": (lambda: sent('Content-Disposition: attachment; filename="=?hz-gb-2312?Q?' + "申报书".encode("hz").decode() + '.docx?="'), (it.part("申报书.docx", "docx", "document"),)),
    "name-in-curly-quotes": (lambda: sent("Content-Disposition: attachment; filename=“a.docx”"), FOUND),
    "invitation-beside": (lambda: mail(words(), part(("Content-Type: text/calendar; charset=utf-8",), b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), attached(FORM, zone_form())), FOUND),
    "invitation-with-the-file": (lambda: _calendar(invitation()), FOUND),
    "invitation-folded-by-tabs": (lambda: _calendar(invitation("\n\t")), FOUND),
    "alternative": (lambda: mail(within("alternative", words(), attached(FORM, zone_form()))), FOUND),
    "related": (lambda: mail(within("related", part(("Content-Type: text/html",), b"<p>x</p>"), attached(FORM, zone_form()))), FOUND),
    "digest": (lambda: mail(words(), within("digest", part((), forwarded(words(), attached(FORM, zone_form()))))), FOUND),
    "forwarded-in-base64": (lambda: mail(words(), part(("Content-Type: message/rfc822", _BASE64), wrapped(forwarded(attached(FORM, zone_form()))))), FOUND),
    "winmail-forwarded": (lambda: mail(words(), part(("Content-Type: message/rfc822",), forwarded(attached("winmail.dat", winmail({"a.docx": zone_form()}), media_type="application/ms-tnef")))), FOUND),
    "encoding-with-a-remark": (lambda: mail(words(), part((_STREAM, f"{_BASE64} (MIME)"), wrapped(zone_form()))), FOUND),
    "file-elsewhere": (lambda: mail(words(), part(('Content-Type: message/external-body; access-type=URL; URL="https://pan.baidu.com/s/1abcdEFGH"',), b"Content-Type: application/msword\r\n\r\n")), (it.never("accepted"), NEVER)),
    "yenc": (_yenc, (it.never("accepted"), NEVER)),
    "portfolio": (lambda: mail_of_files({"申报材料.pdf": portfolio({FORM: zone_form()})}), NAMED),
    "form-attached-to-a-pdf": (lambda: mail_of_files({"申报材料.pdf": portfolio({FORM: zone_form()}, compressed=True)}), NAMED),
    "tar-gz": (lambda: mail_of_files({"申报材料.tar.gz": _packed()}), FOUND),
}  # fmt: skip
_LINKS = {
    "quark": "我用夸克网盘给你分享了「申报材料」，链接：https://pan.quark.cn/s/0a1b2c3d4e5f",
    "tianyi": "https://cloud.189.cn/t/QbyAbaRjUvem（访问码：7xk3）",
    "123": "https://www.123912.com/s/abcd-xyz12?提取码:1234",
    "weiyun": "链接：https://share.weiyun.com/Xy12AbCd",
    "feishu": "申报书见 https://abc123.feishu.cn/file/boxcnABCDEFG",
    "jianguo": "https://www.jianguoyun.com/p/DaBcDeFgHiJkLmN",
    "hecaiyun": "https://caiyun.139.com/m/i?0G5CJabcdefgh 提取码:ab12",
    "qq": "http://wx.mail.qq.com/ftn/download?func=3&key=abcdef&code=1234",
    "netease": "http://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT",
    "aliyun-of-an-office": "https://bj123.apps.aliyunfile.com/s/abcdef",
}
_LINKED = (it.never("accepted"), NEVER, it.said("系统不下载链接"))


def _behind(text: str) -> bytes:
    """The link only behind a word, and led through the sender's own mail system."""
    link = "http" + text.partition("http")[2].split("（")[0].split(" ")[0]
    through = f"https://mail.example.cn/r?url={quote(link, safe='')}"
    return of_words(f'<div>材料：<a href="{through}">申报书.zip</a> 12.3M</div>', "html")


CASES = (
    *(Case(f"mail-{name}.eml", make, claims) for name, (make, claims) in _MAILS.items()),
    *(
        Case(f"link-{name}.eml", partial(of_words, f"各位老师：材料见下。\r\n{text}"), _LINKED)
        for name, text in _LINKS.items()
    ),
    *(
        Case(f"link-behind-a-word-{name}.eml", partial(_behind, _LINKS[name]), _LINKED)
        for name in ("quark", "feishu", "qq", "weiyun")
    ),
)
