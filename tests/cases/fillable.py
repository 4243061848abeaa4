"""附件1 as a PDF to be filled in on the screen: what is typed stands in fields, in no text layer."""

from __future__ import annotations

from tests.cases.written import title, zone_rows
from tests.unit.ingest.document.papers import pdf, stream, text_page

_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Resources<<%b>>/Contents 4 0 R/Annots[%b]>>"


def _string(text: str) -> bytes:
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode() + b">"


def fillable(*, parents: bool = False, shifted: bool = False, hidden: bool = False) -> bytes:
    """Labels as fields that cannot be changed, values as fields; ticks as buttons. With ``parents``
    the value stands in the field above the widget, as in forms of several pages.
    """
    left, bottom = (50, 40) if shifted else (0, 0)
    objects: dict[int, bytes] = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>"}
    refs: list[bytes] = []

    def field(box: tuple[float, float, float, float], text: str, more: bytes = b"") -> None:
        number = 10 + len(objects)
        rect = b"%.1f %.1f %.1f %.1f" % (
            box[0] + left,
            box[1] + bottom,
            box[2] + left,
            box[3] + bottom,
        )
        widget = b"<</Type/Annot/Subtype/Widget/Rect[%b]%b" % (rect, more)
        value = b"/FT/Tx/DA(/F 10 Tf)/V%b" % _string(text)
        if parents:
            objects[number + 1000] = b"<<%b/Kids[%d 0 R]>>" % (value, number)
            widget += b"/Parent %d 0 R>>" % (number + 1000)
        else:
            widget += value + b">>"
        objects[number] = widget
        refs.append(b"%d 0 R" % number)

    field((150, 800, 450, 825), title())
    top = 780.0
    for label, text in zone_rows():
        height = 16.0 * max(1, -(-len(text) // 30))
        lines = "\n".join(text[at : at + 30] for at in range(0, max(1, len(text)), 30))
        field((30, top - height, 200, top), label)
        field((240, top - height, 560, top), lines)
        top -= height + 4
    if hidden:
        field((240, 20, 560, 40), "not to be seen", b"/F 2")
    resources, content, _ = text_page(["Form"])
    box = b"%d %d %d %d" % (left, bottom, left + 595, bottom + 842)
    objects[2] = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    objects[3] = _PAGE % (box, resources, b" ".join(refs))
    objects[4] = stream(b"", content)
    return pdf(objects)


def dynamic() -> bytes:
    """A form of XFA: one page that asks to wait."""
    resources, content, _ = text_page(
        ["Please wait...", "If this message is not eventually replaced"]
    )
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA 5 0 R>>>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: _PAGE % (b"0 0 595 842", resources, b""),
            4: stream(b"", content),
            5: stream(b"", b"<xdp:xdp/>"),
        }
    )
