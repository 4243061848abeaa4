"""What a mail asks for beyond its papers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.reading import Document, Fate, Kind, Part, Reading, ScanLine
from ingest.submission.case import ReceivedMail
from ingest.submission.codes import make_code
from ingest.submission.wishes import SIGNATURE_PICTURE, Wish, asked_in, wish_of
from rules.call import Call

CODE = make_code("Q", 24, 1)
Make = Callable[..., Document]
Mail = Callable[..., ReceivedMail]


@pytest.mark.parametrize(
    "sentence",
    [
        "我局申请撤回申报，函见附件。",
        "撤回申请",
        "经研究，我局决定撤回此次申报，请予办理。",
        "因工作调整我局申请撤回示范区申报。",
        "关于撤回示范区申报的函",
        "请撤回我局的申报",
        "我局放弃本次示范区评选",
        "经研究，我师不再参加此次遴选",
        "因不符合条件撤回申报",
        "不得已申请 撤回 申报",
        f"撤回{CODE}",
        "申请终止申报",
        "撤件申请",
    ],
)
def test_a_withdrawal_in_plain_words(call: Call, sentence: str) -> None:
    """Whatever the reason."""
    assert wish_of(sentence, call) is Wish.WITHDRAW


@pytest.mark.parametrize(
    "sentence",
    [
        "我局不撤回申报",
        "我局没有申请撤回，系误传",
        "我局并非要撤回申报",
        "暂不申请撤回申报。",
        "如不符合要求，我局将撤回申报",
        "能否撤回申报？",
        "请问撤回申报怎么办理",
        "撤回前次申报材料，以本次为准。",
        "撤回: 示范区申报材料",
        "Recall: 示范区申报材料",
        "王强 想要撤回邮件“示范区申报材料”。",
        "前次撤回申请作废",
        "现撤销撤回申请",
        "贵办发来的撤回通知已收到",
        "若不符合要求，金穗初级中学退出",
        "Q24-0001-Q 如评审认为不符合要求，我局将撤回申报。",
        "校名能否更正？",
        "我们不申报了",
        "请把我们的申报材料退回，不报了",
        f"请将{CODE}作废",
        "请予撤件",
    ],
)
def test_words_of_such_a_wish_that_are_not_plain(call: Call, sentence: str) -> None:
    """A denial, a condition, a question, a mail called back: a person reads it."""
    assert wish_of(sentence, call) is Wish.UNCLEAR


@pytest.mark.parametrize(
    ("sentence", "wish"),
    [
        ("金穗初级中学退出，汇总表以本次为准。", Wish.DROP),
        ("石河子市金穗初级中学撤回申报", Wish.DROP),
        ("前次所报校名有误，校名更正为石河子市晨光小学，以本次为准。", Wish.RENAME),
        ("我校更名为石河子市晨光小学", Wish.RENAME),
        ("更正学校名称", Wish.RENAME),
        ("校名没有变更", None),
        ("附件名称有误，以本次为准", None),
        ("退出微信群", None),
        ("请删除汇总表中金穗初级中学", Wish.DROP),
        ("原“晨曦小学”改为“晨光小学”", Wish.RENAME),
        ("学校全称应为石河子市晨光小学", Wish.RENAME),
        ("学校类型应为完全中学", None),
        ("前次的表作废，以本次为准", None),
        ("请查收申报材料", None),
        ("", None),
    ],
)
def test_leaving_out_and_renaming(call: Call, sentence: str, wish: Wish | None) -> None:
    """Who is left out is named; the name of a file is nobody's."""
    assert wish_of(sentence, call) is wish


def test_a_call_without_endings_of_names_knows_no_single_applicant(call: Call) -> None:
    """Then the wish is the whole case's, and staff are asked all the same."""
    from dataclasses import replace  # noqa: PLC0415 - the one use

    words = replace(call.words, applicant_words=())
    assert wish_of("金穗初级中学撤回申报", replace(call, words=words)) is Wish.WITHDRAW


# --- a whole mail ---------------------------------------------------------------------------------


def picture(size: int = 3_000, fate: Fate = Fate.UNRECOGNISED) -> Part:
    """A picture that is no form."""
    return Part(path="签名.png", name="签名.png", kind=Kind.PNG, size=size, sha256="0", fate=fate)


def loose(name: str, fate: Fate = Fate.DOCUMENT) -> Part:
    """A PDF that is no form."""
    return Part(path=name, name=name, kind=Kind.PDF, size=10_000, sha256="0", fate=fate)


def answering(mail: ReceivedMail) -> Reading:
    """The same mail in a thread."""
    envelope = mail.reading.envelope.model_copy(update={"in_reply_to": ("<a@b>",)})
    return mail.reading.model_copy(update={"envelope": envelope})


def asked(reading: Reading, call: Call) -> Wish | None:
    """What it asks for."""
    found = asked_in(reading, call)
    return found.wish if found else None


def test_the_sentence_is_kept_for_staff(call: Call, mail: Mail) -> None:
    """Of quoted text nothing counts, and neither does the subject that is answered."""
    text = "您好！\n我局申请撤回申报。谢谢\n> 是否撤回更名？"
    found = asked_in(mail(text=text, subject="Re: 能否撤回？").reading, call)

    assert found is not None
    assert (found.wish, found.words) == (Wish.WITHDRAW, "我局申请撤回申报。")


def test_a_doubt_weighs_more_than_a_wish(call: Call, mail: Mail) -> None:
    """Two sentences that do not fit together are for a person."""
    text = "我局申请撤回申报。\n如能补正则不撤回。"
    assert asked(mail(text=text).reading, call) is Wish.UNCLEAR


def test_an_attached_letter_asks_by_its_print_or_its_name(
    call: Call, mail: Mail, scan: Make
) -> None:
    """A form's print is no letter."""
    lines = tuple(
        ScanLine(page=1, row=row, text=text, confidence=1.0)
        for row, text in enumerate(["关于撤回申报的函", "兵团教育局："])
    )
    letter = scan(role=None).model_copy(update={"lines": lines})
    form = scan("甲团中学").model_copy(update={"lines": lines, "name": "申报书.pdf"})

    assert asked(mail(letter, subject="函").reading, call) is Wish.WITHDRAW
    assert asked(mail(form).reading, call) is None
    assert asked(mail(parts=(loose("关于校名更正的说明.pdf"),)).reading, call) is Wish.RENAME


@pytest.mark.parametrize(
    "text",
    [
        "收到，谢谢！",
        "好的，谢谢老师！\n\n第五师双河市教育局 乔雪梅\n0909-4620055",
        "收到\n发自我的iPhone",
        "已收悉，辛苦了\n------\n张三",
        "收到👌",
        "老师好，已收到通知，谢谢。",
        "受理回执收到，谢谢！祝工作顺利",
        "收到[握手]\n乔雪梅 13800000000\n第五师双河市教育局电教馆（盖章）\nqiao@x.cn",
        "收到。\n---\n本邮件含有保密信息，仅限于发送给上面地址中列出的个人。禁止任何其他人使用。",
    ],
)
def test_thanks_ask_for_nothing(call: Call, mail: Mail, text: str) -> None:
    """Over a signature, with its picture."""
    assert asked(answering(mail(text=text, parts=(picture(),))), call) is Wish.THANKS


def test_thanks_without_a_thread_say_so_in_the_subject(call: Call, mail: Mail) -> None:
    """Or answer by it."""
    assert asked(mail(text="谢谢", subject="收到").reading, call) is Wish.THANKS
    assert asked(mail(text="谢谢", subject="答复: 受理回执").reading, call) is Wish.THANKS
    assert asked(mail(text="谢谢", subject="评审结果何时公布").reading, call) is None


@pytest.mark.parametrize(
    "text",
    [
        "收到，谢谢！请问评审结果何时公布？",
        "收到，补正材料下周报送",
        "您好：\n扫描件是彩色的\n张三",
        "您好！\n我校想了解申报条件",
        "收到\n不是我们报的",
        "收到\n打不开",
        "收到\n教育局不盖章",
        "收到，谢谢\n汇总表我们已寄出",
        "收到。\n张老师：我们的材料齐了吗",
        "谢谢\n另外电话改为0909-4620055",
        "",
    ],
)
def test_a_question_behind_the_thanks_is_one(call: Call, mail: Mail, text: str) -> None:
    """Somebody has to answer it."""
    assert asked(answering(mail(text=text)), call) is None


def test_a_file_under_the_thanks_is_a_file(call: Call, mail: Mail, word: Make) -> None:
    """A photo of a form is larger than a signature, and a Word file is none."""
    assert asked(answering(mail(word("甲团中学"), text="谢谢")), call) is None
    large = picture(SIGNATURE_PICTURE + 1)
    assert asked(answering(mail(text="谢谢", parts=(large,))), call) is None
    form = picture(fate=Fate.DOCUMENT)
    assert asked(answering(mail(text="谢谢", parts=(form,))), call) is None


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("关于举办信息化管理员培训的通知", "函.pdf"),
        ("教育信息化工作简报第12期", "函.pdf"),
        ("请查收", "会议纪要.pdf"),
        ("请查收", "培训通知（盖章扫描）.pdf"),
    ],
)
def test_a_notice_between_offices_applies_for_nothing(
    call: Call, mail: Mail, subject: str, name: str
) -> None:
    """Told by subject or file name."""
    assert asked(mail(subject=subject, parts=(loose(name),)).reading, call) is Wish.NOTICE


@pytest.mark.parametrize(
    ("subject", "name", "fate"),
    [
        ("关于报送示范区申报材料的通知", "函.pdf", Fate.DOCUMENT),
        ("培训通知", "示范区.pdf", Fate.DOCUMENT),
        (f"培训通知 {CODE}", "函.pdf", Fate.DOCUMENT),
        ("培训通知", "函.rar", Fate.UNSUPPORTED),
        ("请查收", "函.pdf", Fate.DOCUMENT),
    ],
)
def test_what_may_be_an_application_is_no_notice(
    call: Call, mail: Mail, subject: str, name: str, fate: Fate
) -> None:
    """It names the call's own things, a case, or holds what nobody could open."""
    assert asked(mail(subject=subject, parts=(loose(name, fate),)).reading, call) is None


def test_a_form_or_an_answer_is_no_notice(call: Call, mail: Mail, word: Make) -> None:
    """Neither is a mail without a file."""
    notice = {"subject": "培训通知", "parts": (loose("函.pdf"),)}

    assert asked(mail(word("甲团中学"), **notice).reading, call) is None
    assert asked(answering(mail(**notice)), call) is None
    assert asked(mail(subject="培训通知").reading, call) is None
