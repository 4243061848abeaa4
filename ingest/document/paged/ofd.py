"""OFD (GB/T 33190), the national layout format: recognised and explained, never opened.
Whether it is signed its directory says.
"""

from __future__ import annotations

import io
import zipfile

_BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError)


def describe_ofd(data: bytes) -> str:
    """What applicant and staff are told about an OFD file, in Chinese."""
    signed = "(带有电子签章)" if _is_signed(data) else ""
    return (
        f"OFD 文件{signed}暂不能自动读取, 请另存为 PDF, 或打印盖章后扫描成 PDF 再发; 由工作人员查看"
    )


def _is_signed(data: bytes) -> bool:
    """Whether the package lists signatures (GB/T 33190, Doc_N/Signs/Signatures.xml)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return any(name.rpartition("/")[2] == "Signatures.xml" for name in package.namelist())
    except _BROKEN:
        return False
