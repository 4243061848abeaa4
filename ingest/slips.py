"""Slips in the configuration that can be told from its values alone: each with what to do. Pure: no
file, no server, and the time is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from ingest.settings import (
    MailboxSettings,
    OfficeSettings,
    Settings,
    SmtpSettings,
    StoreSettings,
)
from notifier.transport import deliverable
from rules.vocabulary import BEIJING

SAMPLE_DOMAINS = ("example.org", "example.com", "example.net")
"""Of the configuration that ships (RFC 2606): nobody's."""
_FITTING = {465: "tls", 587: "starttls", 25: "starttls", 993: "tls", 143: "starttls"}
"""What security a well-known port speaks (RFC 8314)."""
RESERVE = 200 << 20
"""Bytes that must be free; below them no mail is taken in."""


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:  # some other name
        return False


def connection_slip(section: str, server: MailboxSettings | SmtpSettings) -> str:
    """Why a server cannot, or must not, be spoken to as configured; "" when it may be."""
    if is_sample(server.host):
        return f"[{section}] host 还是随附的样例 {server.host}: 换成邮箱服务商的地址"
    if server.security == "none" and not is_loopback(server.host):
        return (
            f'[{section}] security = "none" 会把密码和来往信件明文送到 {server.host}: '
            '改为 "tls" 或 "starttls"; 只有连本机才可以不加密'
        )
    fitting = _FITTING.get(server.port, server.security)
    if server.security not in (fitting, "none"):
        return (
            f'[{section}] port {server.port} 与 security = "{server.security}" 不符: '
            f'这个端口用 security = "{fitting}"'
        )
    return ""


def objects_slip(store: StoreSettings) -> str:
    """Why an object store must not be spoken to as configured; "" when it may be."""
    host = urlsplit(store.objects_endpoint).hostname or ""
    if store.objects_endpoint.startswith("http://") and not is_loopback(host):
        return (
            f"[store] objects_endpoint 没有加密, 申报材料会明文送到 {host}: 改为 https://; "
            "自签的证书写在 objects_ca_file; 只有连本机才可以不加密"
        )
    return ""


def is_sample(address: str) -> bool:
    """Whether a host or address is one of the configuration that ships."""
    domain = address.rpartition("@")[2].lower()
    return any(domain == each or domain.endswith(f".{each}") for each in SAMPLE_DOMAINS)


def unusable_addresses(office: OfficeSettings) -> list[str]:
    """Addresses of staff and administrators that no letter can be sent to, each once."""
    everybody = dict.fromkeys((*office.staff, *office.administrators))
    return [address for address in everybody if not deliverable(address)]


def readers_slip(office: OfficeSettings) -> str:
    """Why somebody will not get the digest or an alarm; "" when all will."""
    everybody = (*office.staff, *office.administrators)
    if not everybody:
        return "没有人会收到日报: 在 [office] staff 写上邮箱"
    if wrong := unusable_addresses(office):
        return f"不是可用的邮箱地址, 收不到日报: {'、'.join(wrong)}"
    if samples := [address for address in everybody if is_sample(address)]:
        return f"还是随附的样例地址: {'、'.join(samples)}; 换成本单位的"
    return ""


def account_slip(mailbox: MailboxSettings) -> str:
    """Whether the mailbox is still the one of the configuration that ships; "" when not."""
    if is_sample(mailbox.username):
        return f"[mailbox] username 还是随附的样例 {mailbox.username}: 换成征集邮箱"
    return ""


def opening_slip(accept_since: datetime, now: datetime) -> str:
    """Why mail that comes now would not be answered; "" when it will be."""
    if accept_since > now:
        return (
            f"accept_since 是将来的时间 {_shown(accept_since)}: "
            "此前收到的来件一概不理; 写成开始征集的时间"
        )
    return ""


def deadline_slip(deadline: datetime, now: datetime) -> str:
    """Whether everything that comes now is too late; "" when it is not."""
    if deadline < now:
        return (
            f"截止时间 {_shown(deadline)} 已过, 新来的都算逾期: "
            "延期的在 call.yaml 写“延期”; 换了征集的改 [calls] active"
        )
    return ""


def room_slip(free: int, place: str) -> str:
    """Why there is no room for mails; "" when there is."""
    if free < RESERVE:
        return f"{place} 所在的磁盘只剩 {free >> 20} MB, 不足 {RESERVE >> 20} MB 时不再收件: 清理或扩充磁盘"
    return ""


def loss_without_authserv(office: OfficeSettings) -> str:
    """What cannot be told while no server's word on senders is trusted; "" when one is."""
    if office.trusted_authserv_ids:
        return ""
    return (
        "[office] trusted_authserv_ids 是空的: 认不出冒用他人地址的来件, 冒名者会被当作本人答复; "
        '看一封来件的 Authentication-Results 开头是什么, 写进来, 如 ["mx.163.com"]'
    )


def value_checks(
    settings: Settings, deadlines: Mapping[str, datetime], now: datetime
) -> Iterator[tuple[str, str]]:
    """Name and problem of what the values alone tell; a warning stands in the name, and is none."""
    yield "启用时间", opening_slip(settings.mailbox.accept_since, now)
    for name, deadline in deadlines.items():
        yield name, deadline_slip(deadline, now)
    yield "征集邮箱", account_slip(settings.mailbox)
    yield "日报收件人", readers_slip(settings.office)
    loss = loss_without_authserv(settings.office)
    yield (f"发件人验证 (注意: {loss})" if loss else "发件人验证"), ""


def _shown(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def stray_slip(paths: Sequence[str]) -> str:
    """What to do about raw mails that the database does not know; "" when there are none."""
    if not paths:
        return ""
    more = f" 等 {len(paths)} 封" if len(paths) > 1 else ""
    return (
        f"数据库没有登记的原件: {paths[0]}{more}: 有更新的备份,用 mailroom restore 恢复;"
        "没有的,用邮件程序把这些 .eml 放回收件箱,会照常登记、答复"
    )
