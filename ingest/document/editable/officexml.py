"""Word files written as one XML text (.doc or .xml: the package laid flat, or Word 2003's own XML)
-> the package that ``word.py`` reads.

Nothing of the text is looked at here; only the wrapping is changed.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile

from lxml import etree

from ingest.document.content import Content
from ingest.document.editable.word import BrokenWordError, read_word

MAX_XML = 48 * 1024 * 1024  #: bytes

_OLD = "http://schemas.microsoft.com/office/word/2003/wordml"
_NEW = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMES = {"vmerge": "vMerge", "cfChk": "checkBox"}
"""Names of Word 2003 that the package writes otherwise."""


def is_office_xml(data: bytes) -> bool:
    """Whether a text is one of the two."""
    head = data[:4096]
    return b"<pkg:package" in head or b"w:wordDocument" in head


def read_office_xml(data: bytes) -> Content:
    """The text of such a file.

    Raises:
        BrokenWordError: it cannot be opened.
        PackageLimitError: it is larger than the limits.
    """
    if len(data) > MAX_XML:
        raise BrokenWordError("too large")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(data.lstrip(b"\xef\xbb\xbf \r\n\t"), parser)
        members = _flat(root) if _local(root) == "package" else {"word/document.xml": _old(root)}
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
    except (etree.LxmlError, ValueError, binascii.Error) as error:
        raise BrokenWordError(str(error)) from error
    return read_word(package.getvalue())


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _flat(root: etree._Element) -> dict[str, bytes]:
    """The members of a package that was laid flat."""
    members: dict[str, bytes] = {}
    for part in root.iter("{*}part"):
        name = next((str(v) for k, v in part.attrib.items() if str(k).endswith("name")), "")
        for data in part:
            if _local(data) == "xmlData" and len(data):
                members[name.lstrip("/")] = etree.tostring(data[0])
            elif _local(data) == "binaryData":
                members[name.lstrip("/")] = base64.b64decode(data.text or "")
    return members


def _old(root: etree._Element) -> bytes:
    """The text of Word 2003 under the names of today; sections that lie around paragraphs are taken
    away by the reader, which looks for paragraphs and tables only.
    """
    for element in root.iter(f"{{{_OLD}}}*"):
        name = _local(element)
        element.tag = f"{{{_NEW}}}{_NAMES.get(name, name)}"
        for key, value in list(element.attrib.items()):
            if str(key).startswith(f"{{{_OLD}}}"):
                element.attrib[f"{{{_NEW}}}{_local_key(str(key))}"] = value
    return etree.tostring(root)


def _local_key(key: str) -> str:
    return key.rpartition("}")[2]
