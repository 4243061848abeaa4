"""PDFs that carry files, put together object by object. What is expected of them does not come in."""

from __future__ import annotations

import zlib
from collections.abc import Mapping


def portfolio(
    files: Mapping[str, bytes], *, name: bytes = b"", packed: bool = True, compressed: bool = False
) -> bytes:
    """A PDF of one empty page with files, named in UTF-16 or as ``name`` (a PDF string) says;
    ``compressed`` puts the objects that name them into a stream.
    """
    names = b"".join(b"(%d) %d 0 R " % (at, 4 + 2 * at) for at in range(len(files)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/Collection<</Type/Collection>>/Names<</EmbeddedFiles<</Names[%b]>>>>>>" % names,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    }  # fmt: skip
    told = b""
    for at, (text, data) in enumerate(files.items()):
        shown = name or b"<FEFF%b>" % text.encode("utf-16-be").hex().encode()
        spec = b"<</Type/Filespec/F(x)/UF %b/EF<</F %d 0 R>>>>" % (shown, 5 + 2 * at)
        if compressed:
            told += spec + b"\n"
        else:
            objects[4 + 2 * at] = spec
        body = zlib.compress(data) if packed else data
        how = b"/Filter/FlateDecode" if packed else b""
        objects[5 + 2 * at] = _stream(b"/Type/EmbeddedFile" + how, body)
    if compressed:
        objects[90] = _stream(b"/Type/ObjStm/N 1/First 0/Filter/FlateDecode", zlib.compress(told))
    return _written(objects)


def _stream(head: bytes, body: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (head, len(body), body)


def _written(objects: Mapping[int, bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = b"".join(
        b"%010d 00000 n \n" % places[each] if each in places else b"0000000000 65535 f \n"
        for each in range(max(objects) + 1)
    )
    table = b"xref\n0 %d\n%btrailer<</Root 1 0 R/Size %d>>" % (
        max(objects) + 1,
        rows,
        max(objects) + 1,
    )
    return out + table + b"\nstartxref\n%d\n%%%%EOF" % len(out)
