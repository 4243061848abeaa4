"""OFD packages and pictures of other formats: what is read, and that nothing strange is let out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.document.paged.ofd import BrokenOfdError, OfdLimitError, read_ofd
from ingest.document.paged.otherpictures import PictureLimitError, as_read, readable
from ingest.document.paged.pdf import read_pdf
from ingest.reading import Kind
from tests.cases.formats import HEIC
from tests.cases.ofdmade import zone_ofd
from tests.cases.pictures import saved, tiff
from tests.parts.containers import zip_of
from tests.strange import PICTURES, RUNS, changes


@cache
def picture(name: str) -> bytes:
    return PICTURES[name]()


OFFICE = {
    "OFD.xml": b"<OFD><DocBody><DocRoot>D/Document.xml</DocRoot></DocBody></OFD>",
    "D/Document.xml": b"<Document><Pages><Page BaseLoc='P.xml'/></Pages></Document>",
}


def page(content: bytes) -> bytes:
    """A package of one page."""
    return zip_of(
        OFFICE | {"D/P.xml": b"<Page><Content><Layer>" + content + b"</Layer></Content></Page>"}
    )


def lines(data: bytes) -> list[str]:
    pages = (each for document in read_ofd(data) for each in document.pages.pages)
    return [line.text for each in pages for line in each.lines]


def text(said: str, more: str = "", code: str = "") -> bytes:
    return (
        f'<TextObject Boundary="10 10 80 10" Size="4" {more}><TextCode X="0" Y="4" {code}>{said}'
        "</TextCode></TextObject>"
    ).encode()


def test_characters_stand_where_their_steps_put_them() -> None:
    """Far from each other there is a gap, as between a label and its value."""
    assert lines(page(text("姓名张三", code='DeltaX="4 20 4"'))) == ["姓名\t张三"]
    assert lines(page(text("姓名张三", code='DeltaX="g 3 4"'))) == ["姓名张三"]
    assert lines(page(text("姓名", 'CTM="1 0 0 1 0 20"') + text("张三"))) == ["张三", "姓名"]


def test_every_document_of_a_file_is_read_and_its_pages_counted_through() -> None:
    """The second is named with backslashes, as programs on Windows do."""
    second = {
        "E/Document.xml": OFFICE["D/Document.xml"].replace(b"P.xml", b"Pages\\P.xml"),
        "E/Pages/P.xml": b"<Page><Content><Layer>" + text("乙") + b"</Layer></Content></Page>",
        "D/P.xml": b"<Page><Content><Layer>" + text("甲") + b"</Layer></Content></Page>",
    }
    body = b"<DocBody><DocRoot>E\\Document.xml</DocRoot></DocBody></OFD>"
    data = zip_of(OFFICE | second | {"OFD.xml": OFFICE["OFD.xml"].replace(b"</OFD>", body)})

    assert lines(data) == ["甲", "乙"]
    assert [page.number for each in read_ofd(data) for page in each.pages.pages] == [1, 2]


def test_a_drawing_placed_as_a_whole_is_read_where_it_is_placed() -> None:
    """Moved and enlarged; one that nobody knows draws nothing, and one that draws itself
    comes to an end.
    """
    unit = b"<CompositeGraphicUnit ID='7'><Content>%b</Content></CompositeGraphicUnit>"
    inside = unit % (text("下") + placed(9)) + unit.replace(b"'7'", b"'9'") % placed(9)
    common = (
        b"<Document><CommonData><DocumentRes>R.xml</DocumentRes></CommonData><Pages>"
        b"<Page BaseLoc='P.xml'/></Pages></Document>"
    )
    resources = b"<Res><CompositeGraphicUnits>%b</CompositeGraphicUnits></Res>" % inside
    content = placed(7, "0 40", "2 0 0 2 0 0") + placed(8) + text("上", 'CTM="1 0 0 1 0 20"')
    files = {
        "D/Document.xml": common,
        "D/R.xml": resources,
        "D/P.xml": b"<Page><Content><Layer>" + content + b"</Layer></Content></Page>",
    }

    assert lines(zip_of(OFFICE | files)) == ["上", "下"]


def placed(number: int, at: str = "0 0", matrix: str = "1 0 0 1 0 0") -> bytes:
    """A drawing used."""
    return f'<CompositeObject ResourceID="{number}" Boundary="{at} 90 90" CTM="{matrix}"/>'.encode()


def test_what_is_not_shown_is_not_read() -> None:
    """Objects that are not visible."""
    assert lines(page(text("旧", 'Visible="false"') + text("新"))) == ["新"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        zip_of({"OFD.xml": b"<OFD/>"}),
        zip_of({"OFD.xml": b"<OFD><DocBody/></OFD>"}),
        zip_of({"OFD.xml": OFFICE["OFD.xml"]}),
        page(b"<TextObject Boundary='a b c d' Size='4'><TextCode>x</TextCode></TextObject>"),
        page(b"<TextObject Boundary='1 1 1 1' Size='nan'><TextCode>x</TextCode></TextObject>"),
    ],
    ids=["nothing", "a beginning", "no body", "no root", "no pages", "no numbers", "not a number"],
)
def test_a_broken_package_is_told(data: bytes) -> None:
    """By one exception."""
    with pytest.raises(BrokenOfdError):
        read_ofd(data)


def test_a_page_with_too_much_on_it_ends() -> None:
    """Deep blocks, many steps, a huge number of repetitions."""
    deep = b"<PageBlock>" * 100 + text("深") + b"</PageBlock>" * 100
    many = text("一二三", code='DeltaX="g 999999999 4"')

    assert lines(page(deep)) == []
    assert lines(page(many)) == ["一二三"]
    assert read_ofd(page(text("字" * 300) * 100))[0].pages.pages[0].truncated


@pytest.mark.parametrize("habit", [{}, {"scaled": True, "signed": 1}], ids=["plain", "scaled"])
@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_package_is_read_or_told(
    habit: dict[str, bool | int], change: Callable[[bytes], bytes]
) -> None:
    """Never another exception; also where the XML inside is what was changed."""
    for data in (change(zone_ofd(**habit)), page(change(text("姓名", code='DeltaX="g 1 4"')))):
        try:
            read_ofd(data)
        except (BrokenOfdError, OfdLimitError):
            continue


def test_a_tiff_is_a_pdf_of_its_pages_in_their_size() -> None:
    """Two pages of A4 at 100 dpi; one that lies is turned."""
    for data in (tiff("tiff_lzw"), tiff("group4"), tiff("tiff_lzw", turned=True)):
        kind, made = as_read(Kind.IMAGE, data)
        pages = read_pdf(made).pages

        assert kind is Kind.PDF
        assert [(round(p.width_mm), round(p.height_mm)) for p in pages] == [(210, 297)] * 2


def test_other_pictures_become_a_jpeg_and_what_nobody_can_open_stays() -> None:
    """Of a phone, of a chat program."""
    assert as_read(Kind.IMAGE, HEIC.read_bytes())[0] is Kind.JPEG
    assert as_read(Kind.IMAGE, saved("WEBP"))[0] is Kind.JPEG
    assert as_read(Kind.IMAGE, b"II*\0noise") == (Kind.IMAGE, b"II*\0noise")
    assert as_read(Kind.PDF, b"%PDF") == (Kind.PDF, b"%PDF")


@pytest.mark.parametrize("name", PICTURES)
@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(change=changes())
def test_a_changed_picture_is_read_or_not(name: str, change: Callable[[bytes], bytes]) -> None:
    """Never another exception."""
    try:
        made = readable(change(picture(name)))
    except PictureLimitError:
        return
    assert made is None or made[1]


@settings(max_examples=RUNS, suppress_health_check=list(HealthCheck))
@given(data=st.binary(max_size=400))
def test_noise_is_no_picture(data: bytes) -> None:
    """Behind the marks of each format."""
    for head in (b"II*\0", b"MM\0*", b"\0\0\0\x18ftypheic", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"BM"):
        try:
            made = readable(head + data)
        except PictureLimitError:  # noise may say that it is huge
            continue
        assert made is None or made[0] in {Kind.PDF, Kind.JPEG}
