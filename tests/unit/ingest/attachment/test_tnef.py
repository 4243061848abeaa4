"""A winmail.dat whose attributes stand in no order has a fate."""

from __future__ import annotations

import struct

from ingest.attachment.limits import Budget
from ingest.attachment.unpack import unpack
from ingest.reading import Fate
from tests.parts.containers import winmail


def test_data_before_any_attachment_begins_is_damage() -> None:
    """The attribute that begins one ([MS-OXTNEF] 2.1.3.4) was lost on the way."""
    whole = winmail({"a.pdf": b"%PDF-1.7"})
    begins = whole.index(struct.pack("<BI", 2, 0x00069002))
    lost = whole[:begins] + whole[begins + 9 + 14 + 2 :]

    assert next(each.fate for each in unpack(whole, "winmail.dat", "2", Budget())) is Fate.UNPACKED
    assert [each.fate for each in unpack(lost, "winmail.dat", "2", Budget())] == [Fate.DAMAGED]
