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


def test_more_properties_than_there_is_room_for_are_not_looked_for() -> None:
    """What came before is whole; the rest is told as not received."""
    whole = winmail({"a.pdf": b"%PDF-1.7", "b.pdf": b"%PDF-1.7"})
    last = whole.rindex(struct.pack("<BI", 2, 0x00069005))
    promised = whole[: last + 9] + struct.pack("<I", 100) + whole[last + 13 :]

    names = {each.name: each.fate for each in unpack(promised, "winmail.dat", "2", Budget())}
    assert names["a.pdf"] is not Fate.DAMAGED
    assert Fate.DAMAGED in names.values()
