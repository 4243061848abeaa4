"""超大附件: files that a mail only links to. Recognised and named, never fetched.

Fetching would mean requests to addresses of a stranger's choice, captchas and links that expire;
nothing that could be verified years later. Whose link it is says ``linkplaces.py``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from ingest.attachment.linkplaces import ANY_DRIVE, Place, place_of
from ingest.attachment.linkwords import ENDINGS, leads_to_a_file, link_within, straightened
from ingest.message.charsets import decode
from ingest.message.filenames import safe_name
from rules.vocabulary import BEIJING

MAX_LINKS = 50
MAX_LOOK = 512 * 1024
"""Characters of the body that are searched."""

_MILLISECONDS = re.compile(r"expired(?:=|=\"|='|&quot;)(\d{13})(?!\d)")
_URL = re.compile(
    r"(?:https?://|(?<![A-Za-z0-9@.:/_-]))[A-Za-z0-9.-]{4,80}(?::\d{2,5})?/[^\s\"'<>，。；）】」》]{1,2000}",
    re.IGNORECASE,
)
_EXPIRES = re.compile(
    r"(?:到期时间|过期时间)[:： ]{0,3}(\d{4}年\d{1,2}月\d{1,2}日(?:\s?\d{1,2}:\d{2})?)|(\d{4}年\d{1,2}月\d{1,2}日(?:\s?\d{1,2}:\d{2})?)\s{0,3}到期|(无限期)"
)
_BYTES = re.compile(r"file-?size=[\"']?(\d{1,13})(?!\d)")
_SIZE = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s?([KMG])B?(?![A-Za-z])")
_FILE = re.compile(rf"[^\s<>\"'|/\\:：\[\]]{{1,120}}\.(?:{ENDINGS})(?![A-Za-z0-9])", re.IGNORECASE)
_MARKER = re.compile(r"邮箱(?:大师)?发来的(?:超大附件|云附件)")
_TITLE_NAME = re.compile(r"title=\"([^\"\n]{1,200})\n")
_NAME_ATTRIBUTE = re.compile(r"(?:download|file-?name)=[\"']([^\"'<>\n]{1,200})[\"']")
_LISTED = re.compile(
    r"^[ \t]*([^\s<>(（\"'][^\n<>]{0,160}?)[ \t]*[(（][ \t]*\d{1,7}(?:\.\d{1,3})?[ \t]?[KMG]B?[,，)）]",
    re.MULTILINE,
)
_TAG = re.compile(r"<[^<>]{0,400}>?")
_FACTOR = {"K": 1024, "M": 1024**2, "G": 1024**3}


@dataclass(frozen=True)
class CloudFile:
    """A file behind a link."""

    name: str  #: "" when the mail does not say
    size: int  #: bytes as the mail says, rounded; 0 when it does not
    expires: str  #: as written, ``2024年08月22日 17:33``; "" when unknown
    provider: str
    link: str
    what: str = "超大附件"  #: what kind of link it is, behind the provider's name

    @property
    def reason(self) -> str:
        """One sentence for the applicant and for staff."""
        until = (
            f", {self.expires}" + ("" if self.expires == "无限期" else "到期")
            if self.expires
            else ""
        )
        whose = (
            self.provider if self.provider.endswith("方式") else f"{self.provider}的{self.what}链接"
        )
        return f"这是{whose}{until}, 不是文件本身; 系统不下载链接, 请作为普通附件重新发送"


def cloud_files(markup: str, text: str) -> tuple[CloudFile, ...]:
    """Files that the HTML body or the plain text links to, each link once. Pure.

    A provider's own heading (从QQ邮箱发来的超大附件) without a link that is known still gives one nameless file.
    """
    found: dict[str, CloudFile] = {}
    for raw in (html.unescape(markup[:MAX_LOOK]), text[:MAX_LOOK]):
        source, end = straightened(raw), 0
        for match in _URL.finditer(source):
            link = _cut(match[0])
            before = source[max(end, match.start() - 200) : match.start()]
            after = source[match.start() + len(link) :][:1000]
            place = _place(link, before, after)
            if place and link not in found and len(found) < MAX_LINKS:
                found[link] = _described(source, match, link, place, end)
                end = match.end()
    if not found and _MARKER.search(text[:MAX_LOOK]):
        return (CloudFile("", 0, "", "发件邮箱", ""),)
    return _merged(found)


_SHORTCUT = re.compile(r"\.(?:url|webloc|gdoc|gsheet|desktop|website)$", re.IGNORECASE)
MAX_FILE = 64 * 1024  #: bytes of a text file that may be a note of where the files are


def link_in_file(name: str, data: bytes) -> CloudFile | None:
    """The file behind a link that stands in an attached text: a note of somebody's drive, or a
    shortcut to anything.
    """
    if len(data) > MAX_FILE:
        return None
    text = decode(data)
    found = cloud_files("", text)
    if found or not _SHORTCUT.search(name):
        return found[0] if found else None
    link = _URL.search(text)
    return CloudFile("", 0, "", "网页快捷方式", link[0]) if link else None


def _merged(found: dict[str, CloudFile]) -> tuple[CloudFile, ...]:
    """One entry a file: a plain-text alternative repeats the links of the HTML,
    and a button those of a title.
    """
    named: dict[tuple[str, str], CloudFile] = {}
    for file in found.values():
        named.setdefault((file.provider, file.name or file.link), file)
    return tuple(named.values())


def _cut(link: str) -> str:
    """A link without the Chinese words glued to it (in a query they may be the file's name) and
    without the bracket that closes around it.
    """
    link = link if "?" in link else re.split(r"[^\x21-\x7e]", link)[0]
    return link.rstrip(")]") if link.count("(") < link.count(")") else link


def _place(link: str, before: str, after: str) -> Place | None:
    """Whose file a link is: known by its address or by that it goes on to, or by the words around
    it (up to the link before and behind).
    """
    known = place_of(link) or place_of(link_within(link))
    if known is not None:
        return known
    return ANY_DRIVE if leads_to_a_file(link, before, re.split("https?://", after)[0]) else None


def _described(source: str, match: re.Match[str], link: str, place: Place, floor: int) -> CloudFile:
    """Name, size and expiry from the link itself,
    else from the words around it (up to the link before).
    """
    before = source[max(floor, match.start() - 600) : match.start()]
    marker = [heading.end() for heading in _MARKER.finditer(before)]
    before = before[marker[-1] :] if marker else before
    after = re.split("https?://", source[match.end() : match.end() + 600])[0]
    shown = [_TAG.sub("\n", text) for text in (after, before) if text]
    in_markup = after[:1] in {'"', "'"}
    name = _in_query(link) or _in_attributes(before, after)
    name = name or _in_words(shown if in_markup else shown[::-1])
    return CloudFile(
        name=safe_name(name),
        size=_counted_bytes(before, after)
        or _size(after if in_markup and _SIZE.search(after) else f"{before}\n{after}"),
        expires=_expiry(link, before, after),
        provider=place.provider,
        link=link,
        what=place.what,
    )


def _expiry(link: str, before: str, after: str) -> str:
    """As written, else from milliseconds since the epoch in the link or in the tag
    around it, in Beijing time.
    """
    written = _EXPIRES.search(f"{before}\n{after}")
    if written:
        return next(group for group in written.groups() if group)
    tag = f"{before.rpartition('<')[2]} {link} {after.partition('>')[0]}"
    counted = _MILLISECONDS.search(tag)
    instant = datetime.fromtimestamp(int(counted[1]) / 1000, BEIJING) if counted else None
    return f"{instant:%Y年%m月%d日 %H:%M}" if instant else ""


def _in_query(link: str) -> str:
    query = parse_qs(urlsplit(link).query, encoding="latin-1")
    value = next((query[key][0] for key in ("title", "name", "filename") if key in query), "")
    return decode(value.encode("latin-1", "ignore"))


def _in_attributes(before: str, after: str) -> str:
    """``title="name&#10;文件大小..."`` of QQ before the link, ``download="name"`` of NetEase after it."""
    title = list(_TITLE_NAME.finditer(before))
    if title:
        return title[-1][1]
    named = _NAME_ATTRIBUTE.search(after.partition(">")[0])
    named = named or _NAME_ATTRIBUTE.search(before.rpartition("<")[2])
    return named[1] if named else ""


def _in_words(texts: list[str]) -> str:
    """The line that says ``name (12.3M, ...)``, else anything that looks like a file name."""
    for text in texts:
        if listed := _LISTED.search(text):
            return listed[1]
    return next((found[0] for text in texts if (found := _FILE.search(text))), "")


def _counted_bytes(before: str, after: str) -> int:
    """``file-size="123"`` in the tag of the link."""
    match = _BYTES.search(f"{before.rpartition('<')[2]} {after.partition('>')[0]}")
    return int(match[1]) if match else 0


def _size(around: str) -> int:
    match = _SIZE.search(around)
    return round(float(match[1]) * _FACTOR[match[2]]) if match else 0
