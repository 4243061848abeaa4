"""Where Chinese mails link to files: mailboxes' own large attachments, drives, documents online.

Host patterns are matched whole, so that a look-alike domain is none of them; the path must be one
that shows a file. Nothing is fetched. How the words around a link are read is ``cloud.py``.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit


class Place(NamedTuple):
    """Whose link it is."""

    provider: str
    what: str  #: 超大附件, or "" where the provider's name says it


_LARGE, _DRIVE, _ONLINE = "超大附件", "", ""

# Host, path (both as regular expressions, lower case), provider, what it is.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    # mailboxes
    (r"mail\.(?:163|126|yeah)\.(?:com|net)", r"/large-attachment-download/", "网易邮箱", _LARGE),
    (r"(?:[a-z0-9]+\.)?mail\.(?:163|126|188)\.com", r"/.*(?:netdisk|bigattach|filestation)", "网易邮箱", _LARGE),
    (r"dashi\.163\.com", r"/html/cloud-attachment-download/", "网易邮箱大师", _LARGE),
    (r"mail\.(?:163|126|yeah)\.(?:com|net)", r"/(?:html/)?cloud-attachment-download/", "网易邮箱", _LARGE),
    (r"(?:fs|u)\.163\.com", r"/fs/display/", "网易邮箱", _LARGE),
    (r"[a-z0-9-]*\.?qiye\.163\.com", r"/.*(?:attach|edisk|netdisk|share|/f/)", "网易企业邮箱", _LARGE),
    (r"i?wx\.mail\.qq\.com", r"/(?:ftn/|s$)", "QQ邮箱", _LARGE),
    (r"(?:[a-z0-9]+\.)?mail\.qq\.com", r"/(?:cgi-bin/ftn|ftn/)", "QQ邮箱", _LARGE),
    (r"(?:exmail|work\.weixin)\.qq\.com", r"/(?:cgi-bin/ftn|ftn/|.*attach)", "腾讯企业邮箱", _LARGE),
    (r"(?:[a-z0-9]+\.)?mail\.sina\.(?:com\.cn|cn|com|net)", r"/filecenter/", "新浪邮箱", _LARGE),
    (r"(?:[a-z0-9]+\.)*mail\.sohu\.com", r"/.*(?:attach|download|bapp)|/fe/#", "搜狐邮箱", _LARGE),
    (r"(?:qiye|mail|netdisk)[a-z0-9-]*\.(?:mxhichina|aliyun)\.com", r"/.*(?:netdisk|attach|share|file|openlinks|internallinks)", "阿里邮箱", _LARGE),
    (r"(?:[a-z0-9-]+\.)*mail\.10086\.cn", r".*(?:down|disk|share|attach|file)", "139邮箱", _LARGE),
    (r"(?:[a-z0-9-]+\.)*mail\.wo\.cn", r"/.*(?:down|disk|share|attach)", "沃邮箱", _LARGE),
    (r"(?:www\.|share\.)?icloud\.com(?:\.cn)?", r"/(?:att|iclouddrive|photos)", "iCloud", _LARGE),
    (r"(?:mail|webmail\d*)\.189\.cn|mail\.21cn\.com", r"/.*(?:attach|share|netdisk|download)", "189邮箱", _LARGE),
    (r"mail\.tom\.com", r"/.*(?:netdisk|attach|share)", "TOM邮箱", _LARGE),
    (r"[a-z0-9.-]+\.(?:edu|gov|org|com)\.cn|[a-z0-9-]+\.[a-z0-9.-]+\.cn", r"/coremail/.*(?:download|userattach|share|nf)", "单位邮箱", _LARGE),
    (r"[a-z0-9.-]*mail[a-z0-9.-]*", r"/coremail/s$|/coremail/.*(?:download|nf)", "单位邮箱", _LARGE),
    # drives
    (r"download\.cloud\.189\.cn", r"/file/", "天翼云", _DRIVE),
    (r"(?:h5\.)?cloud\.189\.cn", r"/(?:t/|web/share|share)", "天翼云盘", _DRIVE),
    (r"content\.21cn\.com", r"/h5/", "天翼云盘", _DRIVE),
    (r"(?:pan|yun|eyun)\.baidu\.com", r"/(?:s/|share/|wap/|e/|enterprise/)", "百度网盘", _DRIVE),
    (r"(?:www\.)?(?:alipan\.com|aliyundrive\.com|alywp\.net)", r"/(?:s/|t/|[a-z0-9]{6,})", "阿里云盘", _DRIVE),
    (r"[a-z0-9-]+\.apps\.aliyun(?:file|pds)\.com", r"/(?:s|t|disk|share)/", "阿里云盘", _DRIVE),
    (r"share\.weiyun\.com", r"/", "腾讯微云", _DRIVE),
    (r"(?:www\.)?weiyun\.com", r"/(?:s/|disk/)", "腾讯微云", _DRIVE),
    (r"drive\.weixin\.qq\.com", r"/s", "企业微信微盘", _DRIVE),
    (r"pan\.quark\.cn", r"/[sg]/", "夸克网盘", _DRIVE),
    (r"(?:drive\.|fast\.)?uc\.cn", r"/s/", "UC网盘", _DRIVE),
    (r"pan\.xunlei\.com", r"/s/", "迅雷云盘", _DRIVE),
    (r"(?:www\.)?123(?:pan|684|685|865|912|592|952)\.(?:com|cn)", r"/s/", "123云盘", _DRIVE),
    (r"(?:yun|[a-z0-9-]+\.v|vip)\.123(?:pan|\d{3})\.(?:com|cn)", r"/", "123云盘", _DRIVE),
    (r"(?:www\.)?(?:115|115cdn|anxia)\.com", r"/(?:s|lb)/", "115网盘", _DRIVE),
    (r"(?:[a-z0-9-]+\.)*(?:caiyun|yun)\.139\.com", r"/(?:m/|w/|link|share|front)", "移动云盘", _DRIVE),
    (r"(?:[a-z0-9-]+\.)*feixin\.10086\.cn", r"/", "移动云盘", _DRIVE),
    (r"pan\.wo\.cn|panservice\.mail\.wo\.cn", r"/(?:s/|h5/)", "联通云盘", _DRIVE),
    (r"(?:[a-z0-9-]+\.)?(?:lanzou[a-z]?|lanzoux?|lanzn|ilanzou)\.com", r"/(?:s/)?[a-z0-9]+", "蓝奏云", _DRIVE),
    (r"(?:[a-z0-9]+\.)?(?:ctfile|545c|400gb|t00y|089u|u062|474b|z701|tc5\.us)\.(?:com|net|us)", r"/(?:f|d|dir|file)/", "城通网盘", _DRIVE),
    (r"(?:www\.)?(?:cowtransfer|c-t)\.(?:com|work)", r"/s/", "奶牛快传", _DRIVE),
    (r"(?:www\.)?(?:wenshushu\.(?:cn|com)|(?:t\.)?wss\d?\.(?:ink|cc|cn|email|show)|ws\d{2}\.cn)|f\.ws\d{2}\.cn", r"/(?:f|k|s|box)/", "文叔叔", _DRIVE),
    (r"(?:www\.)?jianguoyun\.com", r"/(?:p|c|d)/", "坚果云", _DRIVE),
    (r"(?:www\.)?quqi\.com", r"/s/", "曲奇云盘", _DRIVE),
    (r"(?:[a-z0-9-]+\.)?yunpan\.(?:360\.)?(?:cn|com)", r"/(?:surl|c[a-z0-9]+|lk)", "360云盘", _DRIVE),
    (r"(?:[a-z0-9-]+\.)?(?:filez|lenovo)\.com", r"/l/", "联想Filez", _DRIVE),
    (r"(?:[a-z0-9-]+\.)?fangcloud\.(?:com|cn)", r"/(?:shares?|sharing)/", "亿方云", _DRIVE),
    (r"(?:www\.)?airportal\.cn|(?:www\.)?musetransfer\.com|qfile\.qq\.com", r"/(?:s/|q/|\d)", "临时网盘", _DRIVE),
    (r"pan\.[a-z0-9-]+\.[a-z]{2,3}", r"/s/[a-z0-9]{3}", "网盘", _DRIVE),
    (r"cloud\.huawei\.com|i\.mi\.com|yun\.vivo\.com\.cn|cloud\.oppo\.com", r"/share", "手机云空间", _DRIVE),
    (r"[a-z0-9-]+\.quickconnect\.(?:cn|to)|quickconnect\.(?:cn|to)|gofile\.me", r"/(?:sharing|d|[a-z0-9]{4})", "单位网盘", _DRIVE),
    (r"[a-z0-9.-]+", r"/(?:sharing/[a-z0-9]{8,12}|link/(?:ar|aa)[0-9a-f]{6,40})$", "单位网盘", _DRIVE),
    (r"(?:www\.)?(?:terabox|dubox|1024tera)\.com|mega\.nz|disk\.yandex\.(?:ru|com)|u\.pcloud\.link", r"/(?:s|file|folder|d|i|publink)/", "国外网盘", _DRIVE),
    (r"(?:www\.)?mypikpak\.(?:com|net)", r"/s/", "PikPak", _DRIVE),
    (r"pan\.wps\.cn|(?:www\.)?wps\.cn", r"/(?:l|s|p)/", "WPS云盘", _DRIVE),
    (r"(?:pan|disk|box|cloud|drive|yunpan)\.[a-z0-9.-]+\.(?:edu|gov)\.cn", r"/(?:#/|#s/)?(?:[fdsl]|share|link)?/?[a-z0-9]{6}", "单位网盘", _DRIVE),
    (r"(?:1drv\.ms|onedrive\.live\.com)", r"/", "OneDrive", _DRIVE),
    (r"[a-z0-9-]+\.sharepoint\.(?:com|cn)", r"/(?::[a-z]:|personal|sites)/", "OneDrive", _DRIVE),
    (r"drive\.google\.com", r"/(?:file|drive|open|uc)", "Google Drive", _DRIVE),
    (r"(?:www\.)?dropbox\.com", r"/(?:s|sh|scl|t)/", "Dropbox", _DRIVE),
    (r"we\.tl|(?:www\.)?wetransfer\.com", r"/(?:t-|downloads)", "WeTransfer", _DRIVE),
    # documents online: no file, but what an applicant may take for one
    (r"docs\.qq\.com", r"/(?:doc|sheet|pdf|slide|file|aio|s|smartsheet|mind|dop|desktop|flowchart|smartcanvas)/", "腾讯文档", _ONLINE),
    (r"doc\.weixin\.qq\.com", r"/(?:doc|sheet|pdf|slide|smartsheet|smartpage|form)/", "企业微信文档", _ONLINE),
    (r"(?:(?:www|365|f|p)\.)?kdocs\.cn", r"/(?:l|p|s|g|w|view|folder|wo|office|weboffice)", "金山文档", _ONLINE),
    (r"(?:f|drive)\.wps\.cn", r"/(?:w|g|f|ksform)/", "金山文档", _ONLINE),
    (r"[a-z0-9-]+\.(?:feishu\.cn|larksuite\.com|larkoffice\.com)", r"/(?:file|docs|docx|drive|sheets|base|space|wiki|minutes|share|mindnotes|slides)/", "飞书文档", _ONLINE),
    (r"(?:alidocs|qr|space)\.dingtalk\.com", r"/(?:i/|page/|c/|s/|auth/|spreadsheet|document|notable)", "钉钉文档", _ONLINE),
    (r"shimo\.im", r"/(?:docs|docx|sheets|files?|folder|space|forms)", "石墨文档", _ONLINE),
    (r"(?:share\.)?note\.youdao\.com", r"/(?:s/|ynoteshare)", "有道云笔记", _ONLINE),
    (r"(?:www\.)?yuque\.com", r"/[^/]+/[^/]+", "语雀文档", _ONLINE),
    (r"docs\.google\.com", r"/(?:document|spreadsheets|presentation|file)/", "Google 文档", _ONLINE),
)  # fmt: skip
_PLACES = tuple(
    (re.compile(host), re.compile(path), Place(provider, what))
    for host, path, provider, what in _TABLE
)
ANY_DRIVE = Place("网盘", "")


def place_of(link: str) -> Place | None:
    """Whose file a link is, with its scheme or without; None when it is none that is known."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host, path = (parts.hostname or "").lower(), parts.path.lower()
        path += f"#{parts.fragment.lower()}" if parts.fragment else ""
    except ValueError:
        return None
    return next(
        (place for hosts, paths, place in _PLACES if hosts.fullmatch(host) and paths.match(path)),
        None,
    )
