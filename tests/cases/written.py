"""The shipped forms filled in and written in other formats than .docx, each by hand: what stands in a
cell, and the file. Nothing in here knows what is expected.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from html import escape

from rules.call import Form
from samples import applicants
from samples.forms import shown, the_call
from tests.cases.made import CRLF, FILLED_ON, part, wrapped, zone_form

Rows = list[tuple[str, str]]
"""Label and text."""


@cache
def zone_rows() -> Rows:
    """附件1: every field's first label, and what the bureau wrote."""
    filled = applicants.zone(applicants.THIRD, FILLED_ON, "98.6%", "99.2%")
    return list(_rows(the_call().form("附件1"), filled))


def _rows(form: Form, filled: dict[str, str]) -> Iterator[tuple[str, str]]:
    for field in form.fields:
        yield field.labels[0], shown(field, filled)


def title() -> str:
    """The form's own title."""
    return the_call().form("附件1").titles[0]


# --- HTML -----------------------------------------------------------------------------------------


def word_html(
    charset: str = "gb2312", codec: str = "gb18030", **how: Callable[[str], str]
) -> bytes:
    """As Word saves a page: a table with merged cells, its own elements, a style for hidden text."""
    value = how.get("value", escape)
    rows = "".join(
        f"<tr style='height:30pt'><td width=120 rowspan=1><p class=MsoNormal><span>{escape(label)}"
        f"<o:p></o:p></span></p></td>\n <td width=300 colspan=3><p class=MsoNormal>{value(text)}</p></td></tr>\n"
        for label, text in zone_rows()
    )
    page = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office' xmlns:w='urn:schemas-microsoft-com:"
        f"office:word'>\n<head>\n<meta http-equiv=Content-Type content='text/html; charset={charset}'>"
        "<title>x</title><!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]-->"
        "<style>\n.aside {mso-hide:all}\n</style></head>\n<body lang=ZH-CN>"
        f"<p align=center>{title()}</p><p class=aside>隐藏的提示：请勿填写</p>"
        f"<table border=1>{rows}</table></body></html>"
    )
    return page.encode(codec)


def nested_html() -> bytes:
    """The whole form in one cell of a frame, values in inner tables, cells never closed."""
    rows = "".join(
        f"<tr><td>{escape(label)}<td><table><tr><td>{escape(text)}</table>"
        for label, text in zone_rows()
    )
    return (
        f"<html><body><table><tr><td>{title()}<table>{rows}</table></table></body></html>".encode()
    )


def input_html() -> bytes:
    """A form of a web page: fields and boxes as controls."""

    def control(text: str) -> str:
        if not set(text) & set("☑☐"):
            return f'<input type="text" value="{escape(text, quote=True)}">'
        boxes = (piece for piece in text.split() if piece)
        return " ".join(
            f'<input type="radio"{" checked" if box[0] == "☑" else ""}>{box[1:]}' for box in boxes
        )

    return word_html("utf-8", "utf-8", value=control)


def mht(page: bytes | None = None) -> bytes:
    """A web archive as Word saves it."""
    head = part(
        ('Content-Type: text/html; charset="gb2312"', "Content-Transfer-Encoding: base64"),
        wrapped(page or word_html()),
    )
    top = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_NextPart_01"\r\n\r\n'
    )
    other = part(("Content-Type: text/xml", "Content-Location: filelist.xml"), b"<xml/>")
    mark = b"------=_NextPart_01"
    return top.encode() + mark + CRLF + head + mark + CRLF + other + CRLF + mark + b"--" + CRLF


# --- one XML for Word -----------------------------------------------------------------------------


def _members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(zone_form())) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def flat_package() -> bytes:
    """The package laid flat ("Word XML document")."""
    parts = "".join(
        f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{data.decode().partition("?>")[2]}</pkg:xmlData></pkg:part>'
        for name, data in _members().items()
        if name.endswith((".xml", ".rels")) and data.lstrip().startswith(b"<?xml")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>'
        f'<pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">{parts}</pkg:package>'
    ).encode()


def word_2003_xml() -> bytes:
    """Word 2003's own XML: other namespaces, a section around the paragraphs."""
    text = _members()["word/document.xml"].decode().partition("?>")[2]
    body = text[text.index("<w:body>") + 8 : text.index("</w:body>")]
    for new, old in (("w:vMerge", "w:vmerge"), ("<w:sectPr", "<w:sectPr")):
        body = body.replace(new, old)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Word.Document"?>'
        '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" '
        'xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint" xmlns:r="urn:r">'
        f"<w:body><wx:sect>{body}</wx:sect></w:body></w:wordDocument>"
    ).encode()


# --- OpenDocument ---------------------------------------------------------------------------------

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0"'
)


def odt(value: Callable[[str], str] = escape, *, styles: str = "", forms: str = "") -> bytes:
    """A text with tracked deletions, a hidden style, spanned and covered cells; ``styles`` in a file
    of their own, ``forms`` before the text.
    """
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>{escape(label)}</text:p></table:table-cell>"
        f'<table:table-cell table:number-columns-spanned="2"><text:p>{value(text)}</text:p></table:table-cell>'
        "<table:covered-table-cell/></table:table-row>"
        for label, text in zone_rows()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}>'
        '<office:automatic-styles><style:style style:name="Gone" style:family="text">'
        '<style:text-properties text:display="none"/></style:style>'
        '<style:style style:name="Struck" style:family="text"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
        f"<office:body><office:text>{forms}<text:tracked-changes><text:deletion><text:p>删去的话</text:p>"
        f"</text:deletion></text:tracked-changes><text:h>{title()}</text:h>"
        f"<table:table>{rows}</table:table></office:text></office:body></office:document-content>"
    )
    return packed("application/vnd.oasis.opendocument.text", content.encode(), styles=styles)


def packed(media_type: str, content: bytes, manifest: str = "", *, styles: str = "") -> bytes:
    """An OpenDocument package."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", media_type)
        package.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        if styles:
            package.writestr("styles.xml", styles)
        package.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
    return out.getvalue()


def odt_of(text: str) -> bytes:
    """A text that holds nothing else."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body>'
        f"<office:text>{text}</office:text></office:body></office:document-content>"
    )
    return packed("application/vnd.oasis.opendocument.text", content.encode())


def struck_and_hidden(text: str) -> str:
    """The value, with words before it that nobody sees any more; a list to tick as it is, for a
    struck word there may have been an option.
    """
    if set(text) & set("☑☐"):
        return escape(text)
    gone = '<text:span text:style-name="Gone">提示</text:span>'
    return f'{gone}<text:span text:style-name="Struck">旧值128</text:span>{escape(text)}'


def ods() -> bytes:
    """附件3 of one bureau: title, head, one row."""
    form = the_call().form("附件3")
    filled = applicants.zone(applicants.THIRD, FILLED_ON, "98.6%", "99.2%")
    head = ["序号", *(field.labels[0] for field in form.columns)]
    row = ["1", *(filled.get(field.name, "") for field in form.columns)]
    lines = [[form.titles[0]], [f"填报单位（盖章）：{filled['单位名称']}"], head, row]
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
            for text in line
        )
        + "</table:table-row>"
        for line in lines
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body>'
        f'<office:spreadsheet><table:table table:name="Sheet1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed("application/vnd.oasis.opendocument.spreadsheet", content.encode())
