"""Forms and pictures that stand in the text of a mail and came in no file."""

from __future__ import annotations

from html import escape

from tests.cases import claims as it
from tests.cases.case import Case
from tests.cases.made import CRLF, FORM, attached, head, mail, part, words, zone_form
from tests.cases.written import title, word_html, zone_rows

HTML = "Content-Type: text/html; charset=utf-8"
PLAIN = "Content-Type: text/plain; charset=utf-8"
ASKED = (
    it.said("正文里有填写的申报书"),
    it.said("作为附件发送"),
    it.unsaid("未收到可供核验的申报材料", "无需重复发送", "缺少", "未填写"),
)
NOT_SAID = (it.unsaid("正文里有填写的", "只是链接"),)


def _html(markup: str, *more: bytes) -> bytes:
    return mail(part((HTML,), markup.encode()), *more)


def _plain(text: str) -> bytes:
    return mail(words(text))


def _lines(between: str, count: int = 99) -> str:
    return "\n".join(f"{label}{between}{text}" for label, text in zone_rows()[:count])


def _table(count: int = 99) -> str:
    rows = "".join(
        f"<tr><td>{escape(label)}</td><td>{escape(text)}</td></tr>"
        for label, text in zone_rows()[:count]
    )
    return f"<div>{title()}</div><table>{rows}</table>"


def _summary(name: str) -> str:
    heads = ("序号", "师市", "单位名称", "联系人", "联系电话")
    cells = ("1", "第三师图木舒克市", name, "麦玉清", "0998-4620033")
    return "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (heads, cells)
    )


CASES = (
    Case(
        "form-as-a-word-page.eml",
        lambda: mail(part(("Content-Type: text/html; charset=gb2312",), word_html())),
        ASKED,
        why="pasted from Word",
    ),
    Case("form-as-a-table.eml", lambda: _html(f"<p>您好</p>{_table()}<p>麦玉清</p>"), ASKED),
    Case(
        "form-in-both-alternatives.eml",
        lambda: (
            head("MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="a"')
            + CRLF
            + b"--a\r\n"
            + part((PLAIN,), _lines(" ").encode())
            + b"\r\n--a\r\n"
            + part((HTML,), _table().encode())
            + b"\r\n--a--\r\n"
        ),
        ASKED,
    ),
    Case("form-by-colons.eml", lambda: _plain(f"{title()}\n{_lines('：')}"), ASKED),
    Case("form-by-tabs.eml", lambda: _plain(f"{title()}\n{_lines(chr(9))}"), ASKED),
    Case("form-label-above-value.eml", lambda: _plain(f"{title()}\n{_lines(chr(10))}"), ASKED),
    Case("half-a-form-without-its-title.eml", lambda: _plain(_lines("：", 9)), ASKED),
    Case(
        "only-one-part-and-no-mime.eml",
        lambda: head(PLAIN) + CRLF + f"{title()}\n{_lines('：')}".encode(),
        ASKED,
    ),
    Case(
        "summary-as-a-table.eml",
        lambda: _html(
            f"<p>智慧教育示范区申报汇总表</p><table>{_summary('第三师图木舒克市教育局')}</table>"
        ),
        (it.said("正文里有填写的汇总表"), it.unsaid("未收到可供核验的申报材料")),
    ),
    Case(
        "picture-on-the-web.eml",
        lambda: _html(
            '<p>申报书见图</p><img src="https://img.example.cn/1.jpg"><img src="https://img.example.cn/2.jpg">'
        ),
        (it.said("2张图片只是链接"), it.unsaid("未收到可供核验的申报材料")),
    ),
    Case(
        "picture-on-the-writers-disk.eml",
        lambda: _html(r'<p>申报书见图</p><img width=800 src="file:///C:\Users\wang\1.jpg">'),
        (it.said("1张图片只是链接"),),
        why="Outlook and Foxmail leave such links when a picture is dragged in",
    ),
    Case(
        "blank-form.eml",
        lambda: _plain(f"请问怎么填？\n{title()}\n" + "\n".join(label for label, _ in zone_rows())),
        NOT_SAID,
    ),
    Case(
        "question.eml",
        lambda: _plain(
            "请问申报书里教师账号开通率怎么算？\n联系人：麦玉清\n联系电话：0998-4620033\n单位：第三师图木舒克市教育局"
        ),
        (*NOT_SAID, it.said("来信没有附件")),
    ),
    Case(
        "question-with-a-logo.eml",
        lambda: _html(
            '<p>请问什么时候截止？</p><img width="120" height="40" src="https://www.example.cn/logo.png"><img src="http://t.example.cn/o.gif" style="display:none">'
        ),
        (*NOT_SAID, it.said("来信没有附件")),
    ),
    Case(
        "form-in-text-and-file.eml",
        lambda: _html(_table(), attached(FORM, zone_form())),
        (it.part(FORM, "docx", "document"), *NOT_SAID),
    ),
)
