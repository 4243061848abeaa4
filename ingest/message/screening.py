"""Who or what wrote a mail, and whether it may be answered (RFC 3834, RFC 3464, RFC 8098, RFC 5965). Pure.

When in doubt a mail is not answered; it still becomes a matter for staff.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TypeAlias

from ingest.message.addresses import addresses, all_addresses
from ingest.message.headers import Headers
from ingest.message.names import parameters
from ingest.reading import Screening, ScreeningKind

_Check: TypeAlias = Callable[[Headers], Screening | None]

_REPORTS = {
    "delivery-status": (ScreeningKind.BOUNCE, "退信报告(multipart/report), 不答复"),
    "disposition-notification": (ScreeningKind.RECEIPT, "已读回执, 不答复"),
    "feedback-report": (ScreeningKind.COMPLAINT, "垃圾邮件投诉报告, 不答复"),
}
_DAEMONS = re.compile(r"(?:mailer-?daemon|postmaster|mail-?delivery[\w.-]*|bounces?|mdaemon)(?:[+=-].*)?")
_SILENT = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|auto[-_.]?(?:reply|answer|responder)|notifications?|alerts?)(?:[+=-].*)?"
)
_BOUNCE_SUBJECT = re.compile(
    r"系统退信|退信|无法投递|投递失败|发送失败|未送达|邮件被退回|undeliver|delivery status notification|delivery failure|failure notice|mail delivery failed|returned mail",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"(?:自动(?:回复|答复)|auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|vacation (?:reply|response))\s*(?:[:：\-—,，(（\[【]|$)"
    r"|[\[【(（](?:自动回复|自动答复)[\])】）]"
    r"|(?:我?(?:正在|现)?(?:外出|休假|出差|请假|不在办公室)中?)(?:自动)?(?:回复|通知|提示)?[!！。.]?$",
    re.IGNORECASE,
)
_LIST_HEADERS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-help",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
)
_ROBOT_HEADERS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-autoresponse",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-vacation",
    "x-loop",
    "auto-replied",
)
_NO = frozenset({"no", "none", "false", "0"})
_COMMENT = re.compile(r"\([^()]*\)")


def screen(
    headers: Headers,
    own_addresses: Collection[str],
    trusted_authserv_ids: Collection[str],
    *,
    carries_files: bool = False,
) -> Screening:
    """Screen one mail by its headers.

    ``own_addresses`` are lower case. ``trusted_authserv_ids`` names the servers whose Authentication-Results are
    believed; empty means that the header is ignored (RFC 7601 7.1). ``carries_files`` keeps a mail with documents
    from being dropped for a subject such as 自动回复 alone: that mark proves nothing, and our own letters bear it.
    """
    checks: tuple[_Check, ...] = (
        lambda given: _own(given, own_addresses),
        _report,
        _null_sender,
        _daemon,
        _auto_submitted,
        _robot_header,
        _precedence,
        _list,
        _suppressed,
        _silent_sender,
        lambda given: None if carries_files else _away_subject(given),
        lambda given: _forged(given, trusted_authserv_ids),
    )
    for check in checks:
        if (found := check(headers)) is not None:
            return found
    senders = all_addresses(headers, "from")
    if (
        len(senders) != 1
    ):  # a Service Responder writes to the one From address (RFC 3834 section 4); none or several are not one
        reason = "发件人有多个地址, 无法确定答复给谁" if senders else "没有可用的发件人地址, 无法答复"
        return Screening(kind=ScreeningKind.PERSON, reply=False, reason=reason)
    return Screening(kind=ScreeningKind.PERSON, reply=True, reason="由人发来, 可以答复")


def _silent(kind: ScreeningKind, reason: str) -> Screening:
    return Screening(kind=kind, reply=False, reason=reason)


def _sender(headers: Headers) -> str:
    found = addresses(headers.raw("from"))
    return found[0].address if found else ""


def _bare(value: str) -> str:
    """A header value without comments, lower case. Innermost comments go first; a few rounds are enough for honest mail."""
    text = value[:2000]
    for _ in range(5):
        text, changed = _COMMENT.subn(" ", text)
        if not changed:
            break
    return text.strip().lower()


def _own(headers: Headers, own: Collection[str]) -> Screening | None:
    ours = any(address in own for address in all_addresses(headers, "from"))
    return _silent(ScreeningKind.OWN, "发件人是本邮箱自己, 不答复") if ours else None


def _report(headers: Headers) -> Screening | None:
    """Reports are never answered (RFC 3834 2, RFC 3464 2, RFC 8098 2.1)."""
    media_type = _bare(headers.plain("content-type"))
    if headers.has("x-failed-recipients"):
        return _silent(ScreeningKind.BOUNCE, "退信(X-Failed-Recipients), 不答复")
    if media_type.startswith("message/disposition-notification"):
        return _silent(*_REPORTS["disposition-notification"])
    if media_type.startswith("message/delivery-status"):
        return _silent(*_REPORTS["delivery-status"])
    if not media_type.startswith("multipart/report"):
        return None
    kind = parameters(headers.raw("content-type")).get("report-type", "").strip().lower()
    if kind in _REPORTS:
        return _silent(*_REPORTS[kind])
    if _BOUNCE_SUBJECT.search(headers.text("subject")) or _is_daemon(headers):
        return _silent(*_REPORTS["delivery-status"])
    return _silent(ScreeningKind.AUTOMATIC, "系统报告(multipart/report), 不答复")


def _null_sender(headers: Headers) -> Screening | None:
    """``Return-Path: <>``: never answer towards the null address (RFC 3834 2)."""
    path = _bare(headers.plain("return-path"))
    if not headers.has("return-path") or (
        path not in {"<>", ""} and not _DAEMONS.fullmatch(path.strip("<>").partition("@")[0])
    ):
        return None
    if _is_daemon(headers) or _BOUNCE_SUBJECT.search(headers.text("subject")):
        return _silent(ScreeningKind.BOUNCE, "退信(信封发件人为空), 不答复")
    return _silent(ScreeningKind.AUTOMATIC, "信封发件人为空(Return-Path: <>), 是系统自动发出的, 不答复")


def _is_daemon(headers: Headers) -> bool:
    return bool(_DAEMONS.fullmatch(_sender(headers).partition("@")[0]))


def _daemon(headers: Headers) -> Screening | None:
    """Chinese providers bounce in prose, without any report: 系统退信 from postmaster."""
    if not _is_daemon(headers):
        return None
    if _BOUNCE_SUBJECT.search(headers.text("subject")):
        return _silent(ScreeningKind.BOUNCE, "邮件系统的退信, 不答复")
    return _silent(ScreeningKind.AUTOMATIC, "由邮件系统发出(mailer-daemon/postmaster), 不答复")


def _auto_submitted(headers: Headers) -> Screening | None:
    """Only ``no`` is a person; parameters, comments and unknown keywords are valid (RFC 3834 5.1)."""
    for value in headers.all("auto-submitted"):
        keyword = _bare(value.decode("ascii", "replace")).partition(";")[0].strip()
        if keyword != "no":
            return _silent(ScreeningKind.AUTOMATIC, "自动发出的邮件(Auto-Submitted), 不答复")
    return None


def _robot_header(headers: Headers) -> Screening | None:
    for name in _ROBOT_HEADERS:
        if headers.has(name) and _bare(headers.plain(name)) not in _NO:
            return _silent(ScreeningKind.AUTOMATIC, f"自动回复程序发出的邮件({name}), 不答复")
    if "autoresponder" in _bare(headers.plain("x-post-messageclass")):
        return _silent(ScreeningKind.AUTOMATIC, "自动回复程序发出的邮件(X-POST-MessageClass), 不答复")
    return None


def _precedence(headers: Headers) -> Screening | None:
    value = _bare(headers.plain("precedence"))
    if value == "list":
        return _silent(ScreeningKind.LIST, "邮件列表转发的邮件(Precedence: list), 不答复")
    if value in {"bulk", "junk", "auto_reply", "auto-reply"}:
        return _silent(ScreeningKind.AUTOMATIC, f"群发或自动邮件(Precedence: {value}), 不答复")
    return None


def _list(headers: Headers) -> Screening | None:
    if any(headers.has(name) for name in _LIST_HEADERS):
        return _silent(ScreeningKind.LIST, "邮件列表或群发邮件(List-* 头), 不答复")
    return None


def _suppressed(headers: Headers) -> Screening | None:
    """Exchange's request not to be auto-answered; DR, RN and the like ask only for no reports and are no obstacle."""
    wishes = {wish.strip() for wish in re.split(r"[,;]", _bare(headers.plain("x-auto-response-suppress")))}
    if wishes & {"all", "oof", "autoreply"}:
        return _silent(ScreeningKind.AUTOMATIC, "发件方要求不要自动答复(X-Auto-Response-Suppress)")
    return None


def _silent_sender(headers: Headers) -> Screening | None:
    if _SILENT.fullmatch(_sender(headers).partition("@")[0]):
        return _silent(ScreeningKind.AUTOMATIC, "发件地址是不收信的系统地址(no-reply 之类), 不答复")
    return None


def _away_subject(headers: Headers) -> Screening | None:
    """A mark at the very start only: 回复：自动回复：… is a person who answers our letter."""
    if _AWAY_SUBJECT.match(headers.text("subject")):
        return _silent(ScreeningKind.AUTOMATIC, "主题是自动回复或外出通知, 不答复")
    return None


def _forged(headers: Headers, trusted: Collection[str]) -> Screening | None:
    """The topmost result of a trusted server counts; a sender can add more below it."""
    wanted = {name.lower() for name in trusted}
    for value in headers.all("authentication-results"):
        text = _bare(value.decode("ascii", "replace"))
        server = re.split(r"[;\s]", text, maxsplit=1)[0]
        if server in wanted:
            match = re.search(r"(?:^|[;\s])dmarc\s*=\s*([a-z]+)", text)
            if match and match[1] == "fail":
                return _silent(ScreeningKind.FORGED, "发件人可能是冒用的(DMARC 验证未通过), 转人工核实, 不自动答复")
            return None
    return None
