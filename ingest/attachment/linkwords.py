"""What people write around a link by which it is known to lead to a file, whoever's drive it is: a
code that opens it, 网盘 or 附件下载地址 before it, the name of a file in its place.

Pure; nothing is fetched. Places that are known by their address are ``linkplaces.py``.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, unquote, urlsplit

ENDINGS = "docx?|pdf|zip|rar|7z|wps|xlsx?|pptx?|jpe?g|png|tiff?|ofd|et|mp4|txt"
_CODE = re.compile(
    r"(?:(?:提取|访问|分享|取件|查看|下载)\s?(?:[码碼密]{1,2}|口令)|(?<![a-z])(?P<bare>密码|口令|code|pwd))"
    r"[\s:=为是【\[(「“\"]{0,6}[a-z0-9]{3,8}(?![a-z0-9])",
    re.IGNORECASE,
)
_ACCOUNT = re.compile("账号|帐号|账户|帐户|用户名|登录|登陆|会议", re.IGNORECASE)
_SAID = re.compile(
    r"(?:网盘|云盘|云附件|大附件|快传|(?:申报|附件|材料|扫描件?|汇总表|文件|文档|资料)[^\n。,，;；]{0,8}(?:链接|地址|下载|网址|分享))"
    r"[^\n。;；]{0,14}$"
)
_OURS = "申报|汇总|附件|扫描|盖章|材料|承诺|公示"
_PLAIN = r"[^<>\[\]\n]"
_PACKED = rf"{_PLAIN}{{1,120}}\.(?:zip|rar|7z)"
_NAMED = rf"{_PLAIN}{{0,100}}(?:{_OURS}){_PLAIN}{{0,100}}\.(?:{ENDINGS})|{_PACKED}"
"""The name of a file that an applicant may have put somewhere."""
_NAME_BEHIND = re.compile(
    rf"^[\"'][^<>]{{0,600}}>(?:<[^<>]{{0,200}}>|\s){{0,8}}(?:{_NAMED})\s*<", re.IGNORECASE
)
_NAME_BEFORE = re.compile(rf"\[(?:{_NAMED})\]\($", re.IGNORECASE)
_OWN_NAME = re.compile(rf"(?:^|/)(?:{_NAMED})$", re.IGNORECASE)
_OFFICIAL = re.compile(r"\.gov\.cn$|\.gov$")
_TAG = re.compile(r"<[^<>]{0,400}>?")
_INNER = ("url", "u", "target", "redirect", "gourl", "link", "to")

_WIDE = {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if unicodedata.category(chr(code))[0] in "LN" or chr(code) in "：／．－＿＝＆＃％"
}
_BROKEN_SCHEME = re.compile(r"(https?)\s{0,2}:\s{0,2}/\s?/\s{0,2}(?=[a-z0-9])", re.IGNORECASE)
_CHINESE_DOT = re.compile(r"(?<=[a-z0-9])。(?=[a-z]{2,10}(?:[/。.]))", re.IGNORECASE)


def straightened(text: str) -> str:
    """``text`` with links as programs write them: no full-width letters, no blanks after the
    scheme, no Chinese full stops in a host.
    """
    plain = text.translate(_WIDE)
    return _CHINESE_DOT.sub(".", _BROKEN_SCHEME.sub(r"\1://", plain))


def link_within(link: str) -> str:
    """The link that a warning page of a mailbox goes on to; "" when it is none of those."""
    try:
        given = parse_qs(urlsplit(link).query)
    except ValueError:
        return ""
    values = (given[key][0] for key in _INNER if key in given)
    return next((value for value in values if value.lower().startswith("http")), "")


def leads_to_a_file(link: str, before: str, after: str) -> bool:
    """Whether the words around a link that nobody knows, or its own name, say that it is a file."""
    if not link.lower().startswith("http"):
        return False
    try:
        parts = urlsplit(link)
        official = _OFFICIAL.search(parts.hostname or "") is not None
    except ValueError:
        return False
    shown = _TAG.sub(" ", before[-60:]), _TAG.sub(" ", link.rpartition("/")[2] + after[:80])
    if any(_has_code(text, "".join(shown)) for text in shown):
        return True
    if official:
        return False
    named = _NAME_BEHIND.search(after) or _NAME_BEFORE.search(before)
    own = _OWN_NAME.search(unquote(parts.path))
    return bool(named or own or _SAID.search(_TAG.sub(" ", before[-200:])))


def _has_code(text: str, around: str) -> bool:
    found = list(_CODE.finditer(text))
    return any(match["bare"] is None for match in found) or (
        bool(found) and _ACCOUNT.search(around) is None
    )
