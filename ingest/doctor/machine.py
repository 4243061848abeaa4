"""The machine and the account: packages, programs, models, fonts, the disk, rights of files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

import ingest
from ingest.doctor.signs import Sign, State
from ingest.settings import Settings
from notifier.wording import size_text

LEAST_ROOM = 1024**3  #: bytes; a busy last day brings half of it
LEAST_INODES = 10_000
_PROGRAMS = (
    ("LibreOffice", ("soffice",), "libreoffice-writer-nogui", "很老的 .doc 转人工"),
    ("bsdtar", ("bsdtar",), "libarchive-tools", "压缩过的 .rar 转人工"),
    ("unar", ("unar", "lsar"), "unar", "一部分 .rar 转人工"),
)


def machine_signs(settings: Settings) -> Iterator[Sign]:
    """Everything about this machine, the gravest kinds first."""
    yield room_sign(existing(settings.store.files))
    yield inode_sign(existing(settings.store.files))
    yield from right_signs(settings)
    yield package_sign(requires("mailroom") or ())
    yield model_sign()
    yield from program_signs()
    yield font_sign()


def existing(path: Path) -> Path:
    """``path``, or the nearest folder above it that is there."""
    return next(each for each in (path, *path.absolute().parents) if each.exists())


def room_sign(folder: Path) -> Sign:
    """Bytes that are left where mails are kept."""
    usage = shutil.disk_usage(folder)
    left = f"{folder} 还有 {size_text(usage.free)}"
    problem = left if usage.free < LEAST_ROOM else ""
    return Sign.of("磁盘空间", problem, "清出空间，或把 [store] files 移到大一些的盘上", left)


def inode_sign(folder: Path) -> Sign:
    """Files that may still be made there; file systems without a count say 0 of 0."""
    counts = os.statvfs(folder)
    left = f"还能建 {counts.f_favail} 个文件"
    problem = left if counts.f_files and counts.f_favail < LEAST_INODES else ""
    mend = "删去不用的小文件，或换一个文件数更多的文件系统"
    return Sign.of("文件数", problem, mend, left if counts.f_files else "这个文件系统不限")


def right_signs(settings: Settings) -> Iterator[Sign]:
    """Who else reads secrets, and whether this account can write where it must."""
    secrets = [
        path
        for path in (
            settings.mailbox.password_file,
            settings.smtp.password_file,
            settings.oauth2.client_secret_file,
            settings.oauth2.refresh_token_file,
            settings.store.files / "secret.key",
            settings.store.files / "office.key",
        )
        if path is not None and path.exists()
    ]
    open_ones = [path for path in secrets if path.stat().st_mode & 0o007]
    yield Sign.of(
        "密码和密钥的权限",
        "、".join(f"{path} 人人可读" for path in open_ones),
        "chmod o= " + " ".join(str(path) for path in open_ones),
        f"{len(secrets)} 个文件，旁人读不到",
    )
    folder = existing(settings.store.files)
    writable = os.access(folder, os.W_OK)
    yield Sign.of(
        "数据目录的权限",
        "" if writable else f"{folder} 本账户不能写",
        "用服务的账户运行，如 sudo -u mailroom；或改目录的属主",
        f"{folder} 可写",
    )


def package_sign(requirements: Iterable[str]) -> Sign:
    """Whether everything the program is made of is installed."""
    names = [
        re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]
        for requirement in requirements
        if "extra ==" not in requirement and "python_version <" not in requirement
    ]
    missing = [name for name in names if not _installed(name)]
    return Sign.of(
        "程序库",
        "缺 " + "、".join(missing) if missing else "",
        "重新安装: make install",
        f"{len(names)} 个都在",
    )


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def model_sign() -> Sign:
    """Whether the models that read scans are there; none is imported, and none ever fetched."""
    spec = find_spec("rapidocr")
    folders = [Path(ingest.__file__).parent / "document/print/models"]
    folders += [Path(spec.origin).parent / "models"] if spec is not None and spec.origin else []
    found = [len(list(folder.glob("*.onnx"))) for folder in folders]
    problem = "" if len(found) == 2 and all(found) else "识读扫描件的模型不全"
    mend = "重新安装程序；不识读的，[limits] ocr = false"
    return Sign.of("识读模型", problem, mend, f"{sum(found)} 个都在本机")


def program_signs() -> Iterator[Sign]:
    """Programs that open what few send; without them such files go to people."""
    for name, commands, package, without in _PROGRAMS:
        there = any(shutil.which(command) for command in commands)
        yield Sign.of(
            name,
            "" if there else f"没有装，{without}",
            f"apt-get install {package}",
            "已装",
            grave=False,
        )


def font_sign() -> Sign:
    """A Chinese font, for what LibreOffice lays out."""
    lister = shutil.which("fc-list")
    if lister is None:
        return Sign("中文字体", State.NOTE, "没有 fc-list，没有查", "apt-get install fontconfig")
    asked = subprocess.run(  # noqa: S603 - a program of Debian, nobody's words
        [lister, ":lang=zh", "family"], capture_output=True, text=True, timeout=30, check=False
    )
    fonts = {line for line in asked.stdout.splitlines() if line.strip()}
    return Sign.of(
        "中文字体",
        "" if fonts else "没有中文字体，转换出来的旧文件可能缺字",
        "apt-get install fonts-wqy-zenhei",
        f"{len(fonts)} 种",
        grave=False,
    )
