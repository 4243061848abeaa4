"""Forms in other formats than the notice asks for, as people send them all the same."""

from __future__ import annotations

from tests.cases import claims as it
from tests.cases import written as made
from tests.cases.case import Case
from tests.cases.made import mail, part

READ = (
    it.documents(1, "附件1"),
    it.known_fields(18),
    it.field("联系人", "麦玉清"),
    it.field("教师账号开通率", "98.6%"),
    it.field("公示结果", "无异议"),
    it.field("支持边远薄弱团场", "是"),
)

CASES = (
    # HTML and web archives
    Case("word-page.doc", made.word_html, READ, why="Word's HTML, gb2312 named and GBK meant"),
    Case("word-page-utf8.htm", lambda: made.word_html("utf-8", "utf-8"), READ),
    Case("word-page-utf16.doc", lambda: made.word_html("unicode", "utf-16"), READ),
    Case("nested-page.doc", made.nested_html, READ[:4], why="tables in tables, nothing closed"),
    Case("page-with-controls.html", made.input_html, READ),
    Case("web-archive.doc", made.mht, READ),
    Case(
        "web-archive-utf8.mht", lambda: made.mht(made.word_html("utf-8", "utf-8")), READ,
        why="the archive names gb2312 for a page in UTF-8",
    ),
    # one XML text for Word
    Case("flat-package.xml", made.flat_package, READ),
    Case("word-2003.doc", made.word_2003_xml, READ),
    # OpenDocument
    Case("form.odt", made.odt, READ),
    Case("form-with-struck-words.odt", lambda: made.odt(made.struck_and_hidden), READ),
    Case("form-named-docx.docx", made.odt, READ),
    Case(
        "form-with-a-password.odt",
        lambda: made.packed(
            "application/vnd.oasis.opendocument.text", bytes(200), "<m:encryption-data/>"
        ),
        (it.part(fate="encrypted"), it.said("密码")),
    ),
    Case(
        "summary.ods",
        made.ods,
        (it.documents(1, "附件3"), it.rows("第三师图木舒克市教育局")),
    ),
    # files that are only linked to
    Case(
        "link-of-a-drive.eml",
        lambda: mail(
            part(
                ("Content-Type: text/plain; charset=utf-8",),
                "申报材料：https://pan.xunlei.com/s/VN1abc_A1?pwd=m75p 提取码：m75p".encode(),
            )
        ),
        (it.part(fate="cloud_link"), it.said("迅雷云盘"), it.unsaid("来信没有附件")),
    ),
    Case(
        "link-of-an-unknown-drive.eml",
        lambda: mail(
            part(
                ("Content-Type: text/html; charset=utf-8",),
                '<p>链接：<a href="https://files.example.cn/x/abc">https://files.example.cn/x/abc</a>'
                "<br>提取码: a1b2</p>".encode(),
            )
        ),
        (it.part(fate="cloud_link"), it.unsaid("来信没有附件")),
    ),
)  # fmt: skip
