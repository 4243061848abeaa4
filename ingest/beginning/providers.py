"""What the usual mail providers want of a program: servers, ports, what to do before. Values only.

Sources: the providers' own help pages on IMAP and SMTP for clients. An office that uses another one
names its servers itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from ingest.settings import Security


@dataclass(frozen=True)
class Server:
    """Where one service is reached."""

    host: str
    port: int
    security: Security = "tls"


@dataclass(frozen=True)
class TokenService:
    """Where a provider that wants OAuth2 hands out access tokens."""

    url: str
    scope: str = ""


@dataclass(frozen=True)
class Provider:
    """One mail provider."""

    name: str  #: as it is written after ``--provider``
    title: str  #: as people call it
    imap: Server
    smtp: Server
    pace: str = "3s"  #: between two letters
    idle: bool = True
    also_watch: tuple[str, ...] = ()  #: its folder of junk, by the name a program sees
    advice: str = ""  #: what must be done in its web mail first
    tokens: TokenService | None = None  #: None: it takes a password


_CODE = "在网页邮箱的设置里打开 IMAP/SMTP 服务，生成“客户端授权码”；下面填授权码，不是登录密码"

_GRANT = "先在服务商处登记应用、授权，得到应用编号和刷新令牌（docs/howto/OAuth2登录.md）"

PROVIDERS: Mapping[str, Provider] = {
    one.name: one
    for one in (
        Provider(
            "163",
            "网易 163 邮箱（126、yeah 相同，服务器名里的 163 换掉）",
            Server("imap.163.com", 993),
            Server("smtp.163.com", 465),
            pace="20s",
            idle=False,
            also_watch=("垃圾邮件",),
            advice=_CODE,
        ),
        Provider(
            "qq",
            "QQ 邮箱、Foxmail 邮箱",
            Server("imap.qq.com", 993),
            Server("smtp.qq.com", 465),
            pace="10s",
            advice=_CODE,
        ),
        Provider(
            "exmail",
            "腾讯企业邮箱",
            Server("imap.exmail.qq.com", 993),
            Server("smtp.exmail.qq.com", 465),
            advice="请管理员允许客户端收发；开了安全登录的，填“客户端专用密码”",
        ),
        Provider(
            "aliyun",
            "阿里企业邮箱",
            Server("imap.qiye.aliyun.com", 993),
            Server("smtp.qiye.aliyun.com", 465),
            advice="请管理员打开 IMAP/SMTP；开了三方客户端安全密码的，填安全密码",
        ),
        Provider(
            "outlook",
            "Microsoft 365、Outlook（国际版）",
            Server("outlook.office365.com", 993),
            Server("smtp.office365.com", 587, "starttls"),
            advice=_GRANT,
            tokens=TokenService(
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                "https://outlook.office.com/IMAP.AccessAsUser.All "
                "https://outlook.office.com/SMTP.Send offline_access",
            ),
        ),
        Provider(
            "gmail",
            "Gmail、Google Workspace",
            Server("imap.gmail.com", 993),
            Server("smtp.gmail.com", 465),
            advice=_GRANT,
            tokens=TokenService("https://oauth2.googleapis.com/token"),
        ),
        Provider("generic", "其他或自建的邮件服务器", Server("", 993), Server("", 465)),
    )
}


def server_of(usual: Server, text: str, security: str) -> Server:
    """``usual`` with what ``text`` (``host`` or ``host:port``) and ``security`` say otherwise.

    Raises:
        ValueError: in Chinese, what cannot be used.
    """
    host, _, port = text.partition(":")
    if port and not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"端口“{port}”不能用")
    if security not in ("", *get_args(Security)):
        raise ValueError(f"“{security}”不能用, 写 tls、starttls 或 none")
    if not (host or usual.host):
        raise ValueError("没有写服务器")
    chosen: Security = security or usual.security  # type: ignore[assignment]  # one of them
    return Server(host or usual.host, int(port or usual.port), chosen)
