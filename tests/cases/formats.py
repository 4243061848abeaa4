"""Forms in other formats than the notice asks for, as people send them all the same."""

from __future__ import annotations

from pathlib import Path

from tests.cases import claims as it
from tests.cases import written as made
from tests.cases.case import Case, Claim, Outcome, Report
from tests.cases.fillable import dynamic, fillable
from tests.cases.made import FORM, mail, mail_of_files, part, school_form, zone_form
from tests.cases.ofdmade import zone_ofd
from tests.cases.pictures import saved, tiff
from tests.parts.compound import message, ole

HEIC = Path(__file__).with_name("files") / "page.heic"
"""A drawn page of 840 x 1188 pixels, written once by libheif's encoder (pillow-heif, quality 35): the
decoder that is installed here cannot write.
"""

READ = (
    it.documents(1, "附件1"),
    it.known_fields(18),
    it.field("联系人", "麦玉清"),
    it.field("教师账号开通率", "98.6%"),
    it.field("公示结果", "无异议"),
    it.field("支持边远薄弱团场", "是"),
)


def _is_scan(report: Report) -> Outcome:
    renditions = {document["rendition"] for document in report.documents}
    return it.RIGHT if renditions == {"stamped_scan"} else it.WRONG


READ_AS_PRINTED = (
    it.documents(1, "附件1"),
    it.field("联系人", "麦玉清", rendition="stamped_scan"),
    it.field("教师账号开通率", "98.6%", rendition="stamped_scan"),
    it.field("公示结果", "无异议", rendition="stamped_scan"),
)
OFD_READ = (*READ_AS_PRINTED, it.seal("uncertain"))
SCANNED = (it.part(fate="document"), _is_scan)


def _inside(name: str) -> Claim:
    return it.part(name, "docx", "document")


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
    # OFD
    Case("form.ofd", zone_ofd, OFD_READ),
    Case("form-with-repeated-steps.ofd", lambda: zone_ofd(repeated=True, thin=True), OFD_READ),
    Case("form-scaled-in-blocks.ofd", lambda: zone_ofd(scaled=True, signed=2), OFD_READ),
    Case("form-by-character.ofd", lambda: zone_ofd(spread=True), OFD_READ),
    Case(
        "form-with-a-template.ofd",
        lambda: zone_ofd(absolute=True, title_in_template=True),
        OFD_READ,
    ),
    Case(
        "form-as-ofd.eml",
        lambda: mail_of_files({"附件1 申报书.ofd": zone_ofd(signed=1), FORM: zone_form()}),
        (it.never("accepted"), it.said("OFD"), it.said("PDF"), it.unsaid("没有找到申报书")),
        why="it is read, but it is no stamped scan: the letter says how to send one",
    ),
    # PDF to be filled in
    Case("fields.pdf", fillable, READ_AS_PRINTED),
    Case("fields-of-parents.pdf", lambda: fillable(parents=True), READ_AS_PRINTED),
    Case("fields-on-a-shifted-page.pdf", lambda: fillable(shifted=True), READ_AS_PRINTED),
    Case(
        "fields-some-hidden.pdf",
        lambda: fillable(hidden=True),
        (*READ_AS_PRINTED, it.unsaid("not to be seen")),
    ),
    Case("dynamic-form.pdf", dynamic, (it.part(fate="unsupported"), it.said("动态表单"))),
    # mails that Outlook saved
    Case(
        "saved.eml",
        lambda: mail_of_files({"转发.msg": ole(message({FORM: zone_form(), "2.docx": school_form()}))}),
        (_inside(FORM), _inside("2.docx")),
    ),
    Case(
        "saved-in-a-code-page.eml",
        lambda: mail_of_files({"转发.msg": ole(message({FORM: zone_form()}, "gb18030", page=936))}),
        (_inside(FORM),),
    ),
    Case(
        "saved-without-a-code-page.eml",
        lambda: mail_of_files({"转发.msg": ole(message({FORM: zone_form()}, "gb18030"))}),
        (_inside(FORM),),
    ),
    Case(
        "saved-in-saved.eml",
        lambda: mail_of_files(
            {"转发.msg": ole(message({"原邮件": message({FORM: zone_form()}, head=24)}))}
        ),
        (_inside(FORM),),
    ),
    Case(
        "saved-and-cut-off.eml",
        lambda: mail_of_files({"转发.msg": ole(message({FORM: zone_form()}))[:6000]}),
        (it.unsaid("来信没有附件"), it.never("accepted")),
    ),
    # pictures of pages
    Case("scan.tif", lambda: tiff("tiff_lzw"), SCANNED),
    Case("scan-of-a-fax.tif", lambda: tiff("group4"), SCANNED),
    Case("scan-turned.tif", lambda: tiff("tiff_adobe_deflate", turned=True), SCANNED),
    Case("photograph.webp", lambda: saved("WEBP"), SCANNED),
    Case("photograph.bmp", lambda: saved("BMP"), SCANNED),
    Case("IMG_0001.HEIC", HEIC.read_bytes, SCANNED),
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
