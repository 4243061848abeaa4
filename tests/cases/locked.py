"""Files with a password, and mails that tell it or do not."""

from __future__ import annotations

import io
from functools import cache

import pyzipper
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import FORM, attached, mail, words, zone_form
from tests.parts.containers import seven_zip
from tests.parts.made import PDF

OPENED = (it.part(FORM, "docx", "document"), it.unsaid("设有密码，无法查看"))
LOCKED = (it.said("密码"), it.never("accepted"))


@cache
def aes_zip(password: str, codec: str = "utf-8") -> bytes:
    """As 7-Zip and Bandizip pack with a password."""
    out = io.BytesIO()
    with pyzipper.AESZipFile(
        out, "w", pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode(codec))
        archive.writestr(FORM, zone_form())
    return out.getvalue()


@cache
def locked_word(password: str, spins: int = 100_000) -> bytes:
    """As Word saves with a password to open; its file names how often the password is hashed."""
    locked = ECMA376Agile.encrypt(password, io.BytesIO(zone_form()), spin_count=spins)
    return bytes(locked)


@cache
def locked_pdf(password: str, owner: str = "owner") -> bytes:
    """With a password to open; "" asks for one only who wants to change it."""
    writer, out = copy_into_new_writer(PdfFileReader(io.BytesIO(PDF))), io.BytesIO()
    writer.encrypt(owner_pass=owner, user_pass=password)
    writer.write(out)
    return out.getvalue()


def _mail(text: str, name: str, data: bytes) -> bytes:
    return mail(words(text), attached(name, data))


CASES = (
    Case(
        "zip-and-its-password.eml",
        lambda: _mail("材料见附件，解压密码：Zh@2024。", "材料.zip", aes_zip("Zh@2024")),
        OPENED,
    ),
    Case(
        "zip-with-a-chinese-password.eml",
        lambda: _mail("解压密码为“图木舒克”", "材料.zip", aes_zip("图木舒克", "gbk")),
        OPENED,
        why="typed on Windows: the password is in GBK",
    ),
    Case(
        "zip-password-in-its-name.eml",
        lambda: _mail("材料见附件", "材料（密码8888）.zip", aes_zip("8888")),
        OPENED,
    ),
    Case(
        "zip-password-in-full-width.eml",
        lambda: _mail("密码：１２３４５６", "材料.zip", aes_zip("123456")),
        OPENED,
    ),
    Case(
        "zip-password-elsewhere.eml",
        lambda: _mail("密码已发您微信", "材料.zip", aes_zip("secret-word")),
        (*LOCKED, it.unsaid("secret-word")),
    ),
    Case(
        "7z-and-its-password.eml",
        lambda: _mail("附件密码是 abc123", "材料.7z", seven_zip({FORM: zone_form()}, "abc123")),
        OPENED,
    ),
    Case(
        "7z-with-a-locked-directory.eml",
        lambda: _mail(
            "附件密码是 abc123", "材料.7z", seven_zip({FORM: zone_form()}, "abc123", locked=True)
        ),
        OPENED,
    ),
    Case(
        "word-and-its-password.eml",
        lambda: _mail("打开密码: 65001234", FORM, locked_word("65001234")),
        OPENED,
    ),
    Case(
        "word-protected-by-the-program.eml",
        lambda: _mail("材料见附件", FORM, locked_word("VelvetSweatshop")),
        OPENED,
        why="nobody typed this password: the applicant is told of none",
    ),
    Case(
        "word-without-its-password.eml",
        lambda: _mail("材料见附件", FORM, locked_word("65001234")),
        LOCKED,
    ),
    Case(
        "pdf-and-its-password.eml",
        lambda: _mail("PDF密码: 8888", "扫描.pdf", locked_pdf("8888")),
        (it.part("扫描.pdf", "pdf", "unpacked"), it.unsaid("设有密码，无法查看")),
    ),
    Case(
        "pdf-that-only-resists-changes.eml",
        lambda: _mail("PDF密码: 8888", "扫描.pdf", locked_pdf("")),
        (it.part("扫描.pdf", "pdf", "unrecognised"),),
        why="it opens without a password",
    ),
)
