"""Files as some offices have them instead of the usual ones: photographs of a stamped form, a Word
file by WPS whose ticks are enclosed characters.

Which mail carries them is decided in ``cases.py``.
"""

from __future__ import annotations

import io
import re
import zipfile

from PIL import Image

from samples.scan import Picture

_DESK = (92, 74, 58)
_RUN = re.compile(
    r"<w:r>(<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)<w:t(?: [^>]*)?>([^<]*☑[^<]*)</w:t></w:r>"
)


def photograph(picture: Picture) -> bytes:
    """The page on a desk, as a telephone sees it from above."""
    with Image.open(io.BytesIO(picture.jpeg)) as page:
        wide, high = page.size
        seen = Image.new("RGB", (wide * 11 // 10, high * 11 // 10), _DESK)
        seen.paste(page.convert("RGB"), (wide // 20, high // 20))
    out = io.BytesIO()
    seen.save(out, "JPEG", quality=60)
    return out.getvalue()


def enclosed_ticks(word: bytes) -> bytes:
    """A Word file with every tick made as WPS makes an enclosed character: a formula."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "word/document.xml":
                data = _RUN.sub(_with_formulas, data.decode("utf-8")).encode("utf-8")
            new.writestr(info, data, compresslevel=9)
    return out.getvalue()


def _with_formulas(run: re.Match[str]) -> str:
    properties, text = run[1], run[2].replace("☐", "□")
    formula = "".join(
        f"<w:r>{properties}{inside}</w:r>"
        for inside in (
            '<w:fldChar w:fldCharType="begin"/>',
            r'<w:instrText xml:space="preserve"> eq \o\ac(□,√) </w:instrText>',
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    words = (
        f'<w:r>{properties}<w:t xml:space="preserve">{piece}</w:t></w:r>' if piece else ""
        for piece in text.split("☑")
    )
    return formula.join(words)
