"""The folder of sent mail among the folders of real providers, and Message-IDs in header blocks."""

from __future__ import annotations

import pytest

from ingest.mailbox.sent import choose_sent, message_id_in

NETEASE = [
    ((), b"/", "INBOX"),
    ((rb"\Drafts",), b"/", "草稿箱"),
    ((rb"\Sent",), b"/", "已发送"),
    ((), b"/", "Sent"),
]
QQ = [
    ((), b"/", name)
    for name in ("INBOX", "Sent Messages", "Drafts", "Deleted Messages", "其他文件夹/Sent")
]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (NETEASE, "已发送"),
        (QQ, "Sent Messages"),
        ([((), b".", "INBOX"), ((), b".", "INBOX.Sent")], "INBOX.Sent"),
        ([((), b"/", "SENT ITEMS")], "SENT ITEMS"),
        ([((rb"\HasNoChildren", rb"\SENT"), b"/", "寄件備份")], "寄件備份"),
        ([((rb"\Noselect", rb"\Sent"), b"/", "Sent")], None),
        ([((), None, "Sent")], "Sent"),
        ([((), b"/", "INBOX"), ((), b"/", "Consent")], None),
        ([], None),
    ],
)
def test_the_folder_of_sent_mail_is_found(
    folders: list[tuple[tuple[bytes, ...], bytes, str]],
    expected: str,
) -> None:
    """By its flag before any name; a folder that holds no mail does not count."""
    assert choose_sent(folders) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Message-ID: <a@b.cn>\r\n\r\n", "<a@b.cn>"),
        (b"message-id:\r\n <a@b.cn>\r\n\r\n", "<a@b.cn>"),
        (b"MESSAGE-ID:<a@b.cn> (comment)\r\n", "<a@b.cn>"),
        (b"X-Message-ID: <a@b.cn>\r\n\r\n", None),
        (b"Message-ID: none\r\n\r\n", None),
        (b"Message-ID: <" + b"a" * 2000 + b"@b.cn>\r\n", None),
        (b"\r\n", None),
    ],
)
def test_a_message_id_is_read_from_a_header_block(header: bytes, expected: str | None) -> None:
    """However it is folded; what is none is none."""
    assert message_id_in(header) == expected
