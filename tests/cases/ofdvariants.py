"""附件1 as OFD packages that other programs write: other names, several documents, drawings placed as
a whole, files attached.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import FORM, mail_of_files, sample_files, zone_form
from tests.cases.ofdmade import zone_ofd

Parts = dict[str, bytes]
READ = (
    it.documents(1, "附件1"),
    it.field("联系人", "麦玉清", rendition="stamped_scan"),
    it.field("公示结果", "无异议", rendition="stamped_scan"),
    it.seal("uncertain"),
)
_PAGE = "Doc_0/Pages/Page_0/Content.xml"


def changed(*changes: Callable[[Parts], Parts]) -> bytes:
    """The form with its package changed."""
    with zipfile.ZipFile(io.BytesIO(zone_ofd())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for change in changes:
        parts = change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def every(old: bytes, new: bytes) -> Callable[[Parts], Parts]:
    """Something written otherwise everywhere."""
    return lambda parts: {name: data.replace(old, new) for name, data in parts.items()}


def prefixed(prefix: str) -> Callable[[Parts], Parts]:
    """With another prefix of the namespace, or with none."""
    mark = f"{prefix}:".encode() if prefix else b""
    space = f"xmlns:{prefix}=".encode() if prefix else b"xmlns="

    def change(parts: Parts) -> Parts:
        return {
            name: re.sub(rb"(</?)ofd:", rb"\1" + mark, data).replace(b"xmlns:ofd=", space)
            for name, data in parts.items()
        }

    return change


def in_gb18030(parts: Parts) -> Parts:
    """Text in the encoding that the declaration names."""
    head = b'<?xml version="1.0" encoding="GB18030"?>'
    return {
        name: head + re.sub(rb"^<\?xml.*?\?>", b"", data).decode().encode("gb18030")
        for name, data in parts.items()
    }


def lower(parts: Parts) -> Parts:
    """Names in small letters."""
    return {name.lower(): data for name, data in parts.items()}


def second(empty_first: bool) -> Callable[[Parts], Parts]:
    """The form once more as a second document; the first may be an empty cover."""

    def change(parts: Parts) -> Parts:
        more = {name.replace("Doc_0", "Doc_1"): data for name, data in parts.items() if "/" in name}
        body = b"<ofd:DocBody><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
        top = parts["OFD.xml"].replace(b"</ofd:OFD>", body)
        cover = re.sub(rb"<ofd:TextObject.*</ofd:TextObject>", b"", parts[_PAGE], flags=re.DOTALL)
        blank = {name: cover for name in parts if "Pages/" in name and empty_first}
        return parts | more | blank | {"OFD.xml": top}

    return change


def as_a_drawing(parts: Parts) -> Parts:
    """The page's content as one drawing of the resources."""
    found = re.search(rb"(<ofd:Layer[^>]*>)(.*)</ofd:Layer>", parts[_PAGE], re.DOTALL)
    assert found is not None
    used = b'<ofd:CompositeObject ID="77" Boundary="0 0 210 297" ResourceID="50"/>'
    named = b"<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes></ofd:CommonData>"
    document = parts["Doc_0/Document.xml"].replace(b"</ofd:CommonData>", named)
    unit = (
        b'<ofd:Res xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CompositeGraphicUnits>'
        b'<ofd:CompositeGraphicUnit ID="50"><ofd:Content>%b</ofd:Content></ofd:CompositeGraphicUnit>'
        b"</ofd:CompositeGraphicUnits></ofd:Res>"
    )
    return parts | {
        _PAGE: parts[_PAGE].replace(found[2], used),
        "Doc_0/Document.xml": document,
        "Doc_0/DocumentRes.xml": unit % found[2],
    }


def attached(parts: Parts) -> Parts:
    """A Word form beside the pages."""
    return parts | {"Doc_0/Attachs/" + FORM: zone_form()}


CASES = (
    Case("other-prefix.ofd", lambda: changed(prefixed("x1")), READ),
    Case("no-prefix.ofd", lambda: changed(prefixed("")), READ),
    Case("small-letters.ofd", lambda: changed(lower), READ),
    Case("backslash-to-its-root.ofd", lambda: changed(every(b"Doc_0/Doc", b"Doc_0\\Doc")), READ),
    Case("in-gb18030.ofd", lambda: changed(in_gb18030), READ),
    Case("drawing-placed-as-a-whole.ofd", lambda: changed(as_a_drawing), READ),
    Case("form-in-the-second-document.ofd", lambda: changed(second(True)), READ),
    Case(
        "two-documents.ofd",
        lambda: changed(second(False)),
        (it.documents(2, "附件1"), *READ[1:]),
    ),
    Case(
        "form-attached-to-an-ofd.eml",
        lambda: mail_of_files({"附件1 申报书.ofd": changed(attached)}),
        (it.part(FORM, "docx", "document"), it.never("accepted")),
        why="the sealed OFD carries its Word file",
    ),
    Case(
        "ofd-beside-everything.eml",
        lambda: mail_of_files({**sample_files("01"), "附件1 申报书.ofd": changed(second(False))}),
        (it.unsaid("缺少", "损坏"),),
    ),
)
