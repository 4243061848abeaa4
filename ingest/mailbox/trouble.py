"""What a mail server's refusal means, said in Chinese with what to check: errors of the library
become ours here.

Pure texts and errors; no connection, no imapclient. No password ever gets into a message: the
server's words are scrubbed, and nothing that we sent is quoted.
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl

from ingest.errors import LoginRefusedError, ServerBusyError, TemporaryError, UnavailableError

#: Everything imaplib and imapclient were seen to raise for one and the same cause (facts measured
#: with fault injection): a reset shows as ConnectionResetError, then abort; junk as ValueError,
#: UnicodeError or a failed lookup while parsing.
SERVER_TROUBLE = (imaplib.IMAP4.error, OSError, ValueError, LookupError, RecursionError)

_BUSY = re.compile(
    r"\[(LIMIT|UNAVAILABLE|INUSE|SERVERBUG)\]|FREQUENCY|BUSY|TOO MANY|TRY (AGAIN|LATER)|TEMPORAR|ERR\.LOGIN\.REQFREQ|频繁|频率|繁忙|稍后",
    re.IGNORECASE,
)
_WRONG_PASSWORD = re.compile(
    r"\[AUTHENTICATIONFAILED\]|PASSWORD|PASSERR|密码|授权码", re.IGNORECASE
)
_TAG_AND_STATUS = re.compile(r"^\S+ (?:OK|NO|BAD) ")


def server_words(line: bytes, password: str) -> str:
    """A status line as one readable line of at most 200 characters: UTF-8, else GB 18030; without
    tag and password.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("gb18030", "replace")
    text = _TAG_AND_STATUS.sub("", " ".join(text.split()))
    text = "".join(char for char in text if char.isprintable())
    return (text.replace(password, "***") if password else text)[:200]


def connecting(error: Exception, address: str) -> TemporaryError:
    """Why there is no connection."""
    match error:
        case socket.gaierror():
            return UnavailableError(
                f"找不到邮件服务器 {address}", "检查 host 是否写对,以及本机的域名解析。"
            )
        case ssl.SSLCertVerificationError():
            return TemporaryError(
                f"邮件服务器 {address} 的证书不可信:{error.verify_message}",
                "检查 host 与证书上的名字是否一致、证书是否过期、本机时间是否准确;自建证书用 ca_file 指明 CA。",
            )
        case ssl.SSLError():
            return TemporaryError(
                f"与邮件服务器 {address} 的加密握手失败",
                "检查 port 与 security 是否相配:tls 一般是 993,starttls 一般是 143。",
            )
        case TimeoutError():
            return UnavailableError(
                f"连接邮件服务器 {address} 超时",
                "检查网络与防火墙,以及 port 与 security 是否相配。",
            )
        case OSError():
            return UnavailableError(
                f"连不上邮件服务器 {address}:{error.strerror or '连接中断'}",
                "检查 host、port、网络与防火墙。",
            )
        case _:
            return TemporaryError(
                f"邮件服务器 {address} 没有接受连接",
                "可能正忙或正在维护,稍后会再试;检查 port 与 security 是否相配。",
            )


def login_refused(words: str, address: str, username: str) -> LoginRefusedError | ServerBusyError:
    """Wrong password, or only too often and too busy? The second may be tried again, the first must
    not.

    One answer of QQ names five causes at once, the password among them; it counts as refused,
    because trying again with a wrong password locks the account.
    """
    if _BUSY.search(words) and not _WRONG_PASSWORD.search(words):
        return ServerBusyError(
            f"邮件服务器 {address} 暂不让 {username} 登录:{words}",
            "登录过于频繁或服务器正忙,过一刻钟会再试。",
        )
    return LoginRefusedError(
        f"邮件服务器 {address} 拒绝 {username} 登录:{words}",
        "检查用户名与密码;163、QQ 等邮箱要用网页上“设置-POP3/SMTP/IMAP”里生成的授权码,并先开启 IMAP 服务。改好之前不会再试。",
    )


def token_refused(
    words: str, address: str, username: str, *, used: bool
) -> LoginRefusedError | TemporaryError:
    """An access token that was good before may have ended early: another one is tried once."""
    if used or (_BUSY.search(words) and not _WRONG_PASSWORD.search(words)):
        return TemporaryError(
            f"邮件服务器 {address} 不再认 {username} 的访问令牌:{words}", "会换一个令牌再试。"
        )
    return LoginRefusedError(
        f"邮件服务器 {address} 拒绝 {username} 用令牌登录:{words}",
        "令牌取到了,服务器不认:检查 username 是不是授权的那个账户,授权时有没有包括 IMAP。改好之前不会再试。",
    )


def plaintext_forbidden(address: str) -> LoginRefusedError:
    """The server takes no password over an unencrypted connection, and we sent none."""
    return LoginRefusedError(
        f"邮件服务器 {address} 不许在未加密的连接上登录",
        '把 security 改为 "tls"(端口一般是 993)或 "starttls"。',
    )


def no_starttls(address: str) -> TemporaryError:
    """The server does not offer encryption, or somebody on the way took the offer out."""
    return TemporaryError(
        f"邮件服务器 {address} 没有提供 STARTTLS 加密,没有登录",
        '检查 port 与 security:加密端口 993 用 "tls"。',
    )


def refused(
    words: str,
    address: str,
    doing: str,
    kind: type[TemporaryError] = TemporaryError,
) -> TemporaryError:
    """The server said NO or BAD to a command."""
    hint = "稍后会再试;若一直如此,请联系邮箱服务商。"
    if "unsafe login" in words.lower():
        hint = "网易邮箱把这次登录当作不安全的客户端:登录网页邮箱,在“设置-POP3/SMTP/IMAP”里确认 IMAP 已开启并重新生成授权码。"
    if kind is TemporaryError and _BUSY.search(words):
        kind = ServerBusyError
    return kind(f"邮件服务器 {address} 拒绝{doing}:{words}", hint)


def interrupted(error: Exception, address: str, doing: str) -> TemporaryError:
    """The connection failed, stalled or spoke nonsense in the middle of something."""
    if isinstance(error, TimeoutError):
        return TemporaryError(
            f"邮件服务器 {address} 在{doing}时没有及时应答", "网络或服务器过慢,稍后会再试。"
        )
    if isinstance(error, imaplib.IMAP4.abort | OSError):
        return TemporaryError(
            f"与邮件服务器 {address} 的连接在{doing}时中断", "稍后会再试;若经常如此,检查网络。"
        )
    return TemporaryError(
        f"邮件服务器 {address} 在{doing}时的应答无法理解",
        "稍后会再试;若一直如此,请把运行日志发给维护人员。",
    )
