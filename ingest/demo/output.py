"""What a demo leaves in its folder: the letters and digests it sent, as files to open.

Only names and files are decided here; what is sent, and to whom, is the program's own doing.
"""

from __future__ import annotations

import base64
import email
from collections.abc import Iterator, Sequence
from email.message import Message
from pathlib import Path

_LIST = ".written-by-demo"
_FOLDERS = ("letters", "digests")


def write_output(directory: Path, mails: Sequence[bytes]) -> list[str]:
    """Every mail as .eml, .html and .txt, a digest with its workbook; ``letter`` or ``digest`` of
    each.

    The files of the run before, which this folder holds a list of, are taken away first: after a
    change of rules nobody shall open a letter that is no longer sent. Other files stay.
    """
    _clear(directory)
    kinds, written = [], []
    for data in mails:
        mail = email.message_from_bytes(data)
        identity, kind = _named(mail)
        folder = directory / f"{kind}s"
        folder.mkdir(exist_ok=True)
        for suffix, content in [("eml", data), *_files(mail)]:
            path = folder / f"{identity}.{suffix}"
            path.write_bytes(content)
            written.append(path.relative_to(directory).as_posix())
        kinds.append(kind)
    (directory / _LIST).write_text("".join(f"{name}\n" for name in written), "utf-8")
    return kinds


def _clear(directory: Path) -> None:
    if not (directory / _LIST).is_file():
        return
    for name in (directory / _LIST).read_text("utf-8").splitlines():
        folder, _, file = name.partition("/")
        if folder in _FOLDERS and file and "/" not in file and file != "..":
            (directory / folder / file).unlink(missing_ok=True)


def _named(mail: Message) -> tuple[str, str]:
    identity = str(mail["Message-ID"]).strip("<>").removeprefix("mailroom.").rpartition("@")[0]
    return identity, "digest" if identity.startswith("digest.") else "letter"


def _files(mail: Message) -> Iterator[tuple[str, bytes]]:
    """Suffix and content of every file the parts of a mail become."""
    pictures = {
        str(
            part["Content-ID"],
        ).strip("<>"): part
        for part in mail.walk()
        if part["Content-ID"]
    }
    for part in mail.walk():
        if part.get_content_type() == "text/html":
            yield "html", _with_pictures(_text(part), pictures).encode()
        elif part.get_content_type() == "text/plain":
            yield "txt", _text(part).encode()
        elif part.get_content_type().endswith("spreadsheetml.sheet"):
            yield "xlsx", _bytes(part)


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


def _text(part: Message) -> str:
    return _bytes(part).decode("utf-8").replace("\r\n", "\n")


def _with_pictures(html: str, pictures: dict[str, Message]) -> str:
    """The page with its pictures inside, for a browser."""
    for identity, part in pictures.items():
        html = html.replace(
            f'"cid:{identity}"',
            f'"data:image/png;base64,{base64.b64encode(_bytes(part)).decode()}"',
        )
    return html
