"""File names of attachments in every form that mail programs in China give them."""

from __future__ import annotations

import base64
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.message.filenames import MAX_LENGTH, file_name, parameters, safe_name

NAME = "附件1 示范区申报书.docx"
RARE = "赵喆—申报书.docx"  # 喆 and the dash are outside GB2312


def b64(text: str | bytes, charset: str = "utf-8") -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode(charset)).decode()


def qp(text: str, charset: str) -> str:
    return "".join(f"={byte:02X}" for byte in text.encode(charset))


def pct(text: str, charset: str = "utf-8") -> str:
    return quote(text.encode(charset), safe="")


GBK = NAME.encode("gbk")
UTF8 = NAME.encode()
# A character cut in two between encoded words.
HALVES = (b64(GBK[:9]), b64(GBK[9:]))
UTF8_HALVES = (b64(UTF8[:4]), b64(UTF8[4:]))
PERCENT = pct(NAME)

MATRIX: dict[str, tuple[bytes, bytes, str]] = {
    "plain ASCII quoted": (b'attachment; filename="a.docx"', b"", "a.docx"),
    "plain ASCII bare": (b"attachment; filename=a.docx", b"", "a.docx"),
    "bare with spaces": (b"attachment; filename=This is a test.txt", b"", "This is a test.txt"),
    "only name=": (b"attachment", b'application/octet-stream; name="a.docx"', "a.docx"),
    "2047 B utf-8": (f'attachment; filename="=?utf-8?B?{b64(NAME)}?="'.encode(), b"", NAME),
    "2047 B utf-8 bare": (f"attachment; filename==?utf-8?B?{b64(NAME)}?=".encode(), b"", NAME),
    "2047 Q utf-8": (f'attachment; filename="=?utf-8?Q?{qp(NAME, "utf-8")}?="'.encode(), b"", NAME),
    "2047 B gbk": (f'attachment; filename="=?GBK?B?{b64(NAME, "gbk")}?="'.encode(), b"", NAME),
    "2047 Q gbk (163 webmail)": (
        f'attachment; filename="=?GBK?Q?{qp(NAME, "gbk")}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 B gb18030 (QQ)": (
        b"",
        f'application/octet-stream; charset="gb18030"; name="=?gb18030?B?{b64(NAME, "gb18030")}?="'.encode(),
        NAME,
    ),
    "2047 B gb2312": (
        f'attachment; filename="=?gb2312?B?{b64(NAME, "gbk")}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 gb2312 with characters outside it": (
        f'attachment; filename="=?gb2312?B?{b64(RARE, "gbk")}?="'.encode(),
        b"",
        RARE,
    ),
    "2047 x-gbk": (f'attachment; filename="=?x-gbk?B?{b64(RARE, "gbk")}?="'.encode(), b"", RARE),
    "2047 cp936": (f'attachment; filename="=?cp936?B?{b64(NAME, "gbk")}?="'.encode(), b"", NAME),
    "2047 bogus charset": (
        f'attachment; filename="=?GB2312_CHARSET?B?{b64(NAME, "gbk")}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 unknown charset, UTF-8 bytes": (
        f'attachment; filename="=?foo-bar?B?{b64(NAME)}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 utf-8 label on GBK bytes": (
        f'attachment; filename="=?utf-8?B?{b64(NAME, "gbk")}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 gbk label on UTF-8 bytes": (
        f'attachment; filename="=?gbk?B?{b64(NAME)}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 big5": (
        f'attachment; filename="=?big5?B?{b64("申報書.docx", "big5")}?="'.encode(),
        b"",
        "申報書.docx",
    ),
    "2047 iso-2022-jp": (
        f'attachment; filename="=?iso-2022-jp?B?{b64("資料.docx", "iso-2022-jp")}?="'.encode(),
        b"",
        "資料.docx",
    ),
    "2047 split between words, GBK": (
        f'attachment; filename="=?GBK?B?{HALVES[0]}?=\r\n =?GBK?B?{HALVES[1]}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 split between words, UTF-8": (
        f'attachment; filename="=?utf-8?B?{UTF8_HALVES[0]}?= =?utf-8?B?{UTF8_HALVES[1]}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 words glued together": (
        f'attachment; filename="=?utf-8?B?{b64("附件")}?==?utf-8?B?{b64("1.doc")}?="'.encode(),
        b"",
        "附件1.doc",
    ),
    "2047 half of the name encoded": (
        f'attachment; filename="=?utf-8?B?{b64("附件")}?=1.doc"'.encode(),
        b"",
        "附件1.doc",
    ),
    "2047 without padding": (
        f'attachment; filename="=?utf-8?B?{b64("附件1").rstrip("=")}?=.doc"'.encode(),
        b"",
        "附件1.doc",
    ),
    "2047 with a language": (
        f'attachment; filename="=?utf-8*zh?B?{b64(NAME)}?="'.encode(),
        b"",
        NAME,
    ),
    "2047 without its end": (f'attachment; filename="=?utf-8?B?{b64(NAME)}"'.encode(), b"", NAME),
    "2047 Q with underscores": (b'attachment; filename="=?utf-8?Q?a_b.doc?="', b"", "a b.doc"),
    "2231 utf-8": (f"attachment; filename*=UTF-8''{PERCENT}".encode(), b"", NAME),
    "2231 lower case": (f"attachment; filename*=utf-8''{PERCENT.lower()}".encode(), b"", NAME),
    "2231 quoted": (f"attachment; filename*=\"UTF-8''{PERCENT}\"".encode(), b"", NAME),
    "2231 gbk": (f"attachment; filename*=GBK''{pct(NAME, 'gbk')}".encode(), b"", NAME),
    "2231 gb2312 with characters outside it": (
        f"attachment; filename*=gb2312''{pct(RARE, 'gbk')}".encode(),
        b"",
        RARE,
    ),
    "2231 with a language": (f"attachment; filename*=utf-8'zh-CN'{PERCENT}".encode(), b"", NAME),
    "2231 without its charset": (f"attachment; filename*={PERCENT}".encode(), b"", NAME),
    "2231 with an empty charset": (f"attachment; filename*=''{PERCENT}".encode(), b"", NAME),
    "2231 holding an encoded word": (
        f'attachment; filename*="=?utf-8?B?{b64(NAME)}?="'.encode(),
        b"",
        NAME,
    ),
    "2231 wins over the ASCII stub": (
        f"attachment; filename=\"1.docx\"; filename*=UTF-8''{PERCENT}".encode(),
        b"",
        NAME,
    ),
    "2231 in two segments": (
        f"attachment; filename*0*=UTF-8''{PERCENT[:27]}; filename*1*={PERCENT[27:]}".encode(),
        b"",
        NAME,
    ),
    "2231 segments cut inside %XX": (
        f"attachment; filename*0*=UTF-8''{PERCENT[:28]}; filename*1*={PERCENT[28:]}".encode(),
        b"",
        NAME,
    ),
    "2231 segments out of order": (
        f"attachment; filename*1*={PERCENT[27:]}; filename*0*=UTF-8''{PERCENT[:27]}".encode(),
        b"",
        NAME,
    ),
    "2231 plain segments": (
        b'attachment; filename*0="very long "; filename*1="name.docx"',
        b"",
        "very long name.docx",
    ),
    "2231 segments of encoded words": (
        f'attachment; filename*0="=?utf-8?B?{UTF8_HALVES[0]}?="; filename*1=" =?utf-8?B?{UTF8_HALVES[1]}?="'.encode(),
        b"",
        NAME,
    ),
    "2231 mixed segments keep their percent sign": (
        b"attachment; filename*0*=utf-8''%E5%85%AC; filename*1=\"98%25.doc\"",
        b"",
        "公98%25.doc",
    ),
    "2231 segments in name=": (
        b"",
        f"application/pdf; name*0*=UTF-8''{PERCENT[:27]}; name*1*={PERCENT[27:]}".encode(),
        NAME,
    ),
    "raw UTF-8 quoted": (b'attachment; filename="' + UTF8 + b'"', b"", NAME),
    "raw GBK quoted": (b'attachment; filename="' + GBK + b'"', b"", NAME),
    "raw GBK bare": (b"attachment; filename=" + GBK, b"", NAME),
    "raw GBK in name=": (b"", b'application/octet-stream; name="' + GBK + b'"', NAME),
    "raw GBK ending in a backslash byte": (
        b'attachment; filename="' + "诚誠.doc".encode("gbk") + b'"',
        b"",
        "诚誠.doc",
    ),
    "percent-encoded plain value": (f'attachment; filename="{PERCENT}"'.encode(), b"", NAME),
    "percent-encoded plain value in GBK": (
        f'attachment; filename="{pct(NAME, "gbk")}"'.encode(),
        b"",
        NAME,
    ),
    "a percent sign that means itself": (b'attachment; filename="98%.docx"', b"", "98%.docx"),
    "missing semicolon after attachment": (b'attachment filename="a.docx"', b"", "a.docx"),
    "missing semicolon between parameters": (
        b'attachment; filename="a.docx" size=12',
        b"",
        "a.docx",
    ),
    "bare value before another parameter": (
        b"attachment; filename=a b.docx size=12",
        b"",
        "a b.docx",
    ),
    "quotes inside quotes": (
        b'attachment; filename="a "final".docx"; size=3',
        b"",
        'a "final".docx',
    ),
    "escaped quotes": (b'attachment; filename="a \\"final\\".docx"', b"", 'a "final".docx'),
    "semicolon and comma inside quotes": (
        b'attachment; filename="a; b, c.docx"',
        b"",
        "a; b, c.docx",
    ),
    "question marks while name= is good": (
        b'attachment; filename="?????.doc"',
        f'application/msword; name="=?gbk?B?{b64(NAME, "gbk")}?="'.encode(),
        NAME,
    ),
    "a Windows path": (b'attachment; filename="C:\\TEMP\\nsmail.png"', b"", "nsmail.png"),
    "a Unix path": (b'attachment; filename="../../etc/passwd"', b"", "passwd"),
    "an upper-case key with spaces around =": (b'ATTACHMENT; FileName = "a.docx"', b"", "a.docx"),
    "an empty name": (b'attachment; filename=""', b"", ""),
    "an empty name beside a good one": (
        b'attachment; filename=""',
        b'application/pdf; name="a.pdf"',
        "a.pdf",
    ),
    "no name at all": (b"inline", b"text/plain; charset=utf-8", ""),
    "characters by number": (b'attachment; filename="&#38468;&#20214;1.docx"', b"", "附件1.docx"),
    "characters by number in hex": (b"", b'a/b; name="&#x9644;&#x4ef6;1.docx"', "附件1.docx"),
    "an ampersand": (b'attachment; filename="A&#B;.docx"', b"", "A&#B;.docx"),
    "quotes of the other kind": (b"attachment; filename='1.docx'", b"", "1.docx"),
    "UTF-8 made UTF-8 twice": (
        b'attachment; filename="' + "附件1.docx".encode().decode("latin-1").encode() + b'"',
        b"",
        "附件1.docx",
    ),
    "Latin-1 that is meant": (
        b'attachment; filename="r\xc3\xa9sum\xc3\xa9.docx"',
        b"",
        "résumé.docx",
    ),
    "a name of macOS in NFD": (
        b'attachment; filename="' + unicodedata.normalize("NFD", "é.docx").encode() + b'"',
        b"",
        "é.docx",
    ),
}


@pytest.mark.parametrize(
    ("disposition", "content_type", "expected"),
    MATRIX.values(),
    ids=MATRIX.keys(),
)
def test_a_file_name_comes_through_in_every_form(
    disposition: bytes,
    content_type: bytes,
    expected: str,
) -> None:
    """The name people see is the name the sender gave."""
    assert file_name(disposition.replace(b"\r\n", b""), content_type) == expected


def test_a_name_cannot_hide_its_extension_behind_direction_characters() -> None:
    """U+202E would show exe.png for gnp.exe."""
    assert safe_name("报告\u202egnp.exe") == "报告gnp.exe"


def test_a_name_holds_no_line_break() -> None:
    """A line break in a name would break a letter's header."""
    assert safe_name("a\r\nBcc: x@example.cn.doc") == "a Bcc: x@example.cn.doc"


def test_a_long_name_keeps_its_extension() -> None:
    """Cut in the stem, never in the extension."""
    name = safe_name("长" * 500 + ".docx")

    assert name.endswith("长.docx")
    assert len(name) == MAX_LENGTH


def test_20000_parameters_are_read_in_linear_time() -> None:
    """Both libraries take seconds for this; the value is also cut to 32 KB before it comes here."""
    value = b"attachment" + b"; a=b" * 20_000 + b'; filename="x.doc"'

    assert parameters(value)["filename"] == "x.doc"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "filler",
    [
        b" " * 32_000,
        b";" * 32_000,
        b'"' * 32_000,
        b"; name*0*=" * 3_000,
        b'a=" x ' * 6_000,
        b"=?a?q?" * 6_000,
        b"a" * 32_000,
    ],
)
def test_a_hostile_value_of_32_kilobytes_takes_no_time(filler: bytes) -> None:
    """No form of repetition makes the scanner quadratic; what comes out is cut to a
    name's length.
    """
    names = {file_name(b"attachment; filename=" + filler, b"x/y; " + filler) for _ in range(10)}

    assert {len(name) for name in names} <= {0, MAX_LENGTH}


@given(
    st.sampled_from(
        [
            b"",
            b'attachment; filename="',
            b"x; filename*=",
            b"x; filename*0*=gbk''",
            b"x; filename==?gbk?Q?",
        ]
    ),
    st.binary(max_size=300),
)
def test_no_bytes_make_it_raise_and_names_are_always_safe(start: bytes, rest: bytes) -> None:
    """Whatever comes in, what comes out can be printed, stored and shown."""
    name = file_name(start + rest, rest)

    assert len(name) <= MAX_LENGTH
    assert not set("/\\\r\n\0\u202e") & set(name)
    assert name.encode().decode() == name  # no lone surrogate


def test_the_sender_may_write_any_name_in_gb18030() -> None:
    """Characters beyond the basic plane too."""
    name = "𠮷㐂镕堃.docx"

    assert (
        file_name(
            f'attachment; filename="=?gb18030?B?{b64(name, "gb18030")}?="'.encode(),
            b"",
        )
        == name
    )
