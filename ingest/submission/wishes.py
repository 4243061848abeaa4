"""What a mail asks for beyond its papers: to withdraw, to rename, to leave out; or that it asks for
nothing. Pure.

Only the sender's own words count, and the print of an attached letter. What is not plain (a
condition, a denial, a recalled mail) is ``UNCLEAR``: a person reads it. Who may ask, and what then
happens, is ``filing.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ingest.reading import Document, Fate, Kind, Part, Reading
from ingest.submission.case import parts_of_matter
from ingest.submission.codes import find_codes
from ingest.submission.quoting import own_text
from rules.call import Call
from rules.vocabulary import normalise

MOST_WORDS = 120
"""Characters of a sentence that are shown to staff."""
SIGNATURE_PICTURE = 100 * 1024
"""Bytes up to which a picture attached to a line of thanks is taken for a signature's."""
TITLE_LINES = 6


class Wish(StrEnum):
    """What is asked."""

    WITHDRAW = "withdraw"  #: the application
    DROP = "drop"  #: an applicant that is named is to be left out
    RENAME = "rename"  #: a name was wrong, or is another now
    UNCLEAR = "unclear"  #: words of such a wish, and a person must tell what is meant
    THANKS = "thanks"  #: nothing is asked
    NOTICE = "notice"  #: a notice between offices: nothing is applied for


@dataclass(frozen=True)
class Asked:
    """A wish and where it was read."""

    wish: Wish
    words: str  #: the sentence, for staff


def asked_in(reading: Reading, call: Call) -> Asked | None:
    """What a person's mail asks for; None for everything that is just papers or a question."""
    found = [
        Asked(wish, sentence[:MOST_WORDS])
        for sentence in _sentences(reading)
        if (wish := wish_of(sentence, call)) is not None
    ]
    for wish in (Wish.UNCLEAR, Wish.WITHDRAW, Wish.DROP, Wish.RENAME):
        for asked in found:
            if asked.wish is wish:
                return asked
    if _is_thanks(reading):
        return Asked(Wish.THANKS, own_text(reading.text).strip()[:MOST_WORDS])
    title = _notice_title(reading, call)
    return Asked(Wish.NOTICE, title[:MOST_WORDS]) if title else None


# --- the sender's words ---------------------------------------------------------------------------

_REPLIED = re.compile(r"\s*(?:re|fw|fwd|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[。！？!?；;\n])")
_LETTER = re.compile(r"函$|申请|请示|说明|声明|报告")


def _sentences(reading: Reading) -> Iterator[str]:
    """The subject, unless it only answers or forwards; own words; attached letters and their
    names.
    """
    if not _REPLIED.match(reading.envelope.subject):
        yield reading.envelope.subject.strip()
    texts = [own_text(reading.text), *_letters(reading.documents)]
    for text in texts:
        yield from (piece.strip() for piece in _ENDS.split(text))
    yield from (part.name.rpartition(".")[0] for part in _loose_parts(reading))


def _letters(documents: Iterable[Document]) -> Iterator[str]:
    """The print of what is none of the forms and is headed as a letter."""
    for document in documents:
        lines = [line.text for line in document.lines]
        titled = any(_LETTER.search(line.strip()) for line in lines[:TITLE_LINES])
        if document.role is None and titled:
            yield "".join(lines[:TITLE_LINES]) + "\n" + "".join(lines)


def _loose_parts(reading: Reading) -> Iterator[Part]:
    """Attachments that are none of the forms."""
    forms = {document.part for document in reading.documents if document.role is not None}
    for part in parts_of_matter(reading):
        if part.path not in forms:
            yield part


# --- to withdraw, to leave out, to rename ---------------------------------------------------------

_BACK = "撤回|撤销|撤消|撤件|撤报"
_OUT = "取消|放弃|退出|不再参加|不再参与|不参加|停止|终止|中止|不再"
_WHAT = "申报|申请|参评|参选|遴选|评选|创建|报送"
_WITHDRAW = re.compile(
    rf"(?:{_BACK})[^，,：:]{{0,16}}?(?:{_WHAT})|(?:{_WHAT})[^，,：:]{{0,8}}?(?:{_BACK})"
    rf"|(?:{_OUT})[^，,：:]{{0,12}}?(?:申报|参评|参选|遴选|评选|创建)"
)
_RENAME = re.compile(
    r"(?:校名|(?<!件)名称)[^，,：:]{0,8}?(?:更正|变更|更改|改为|修改|有误|写错|误写|应为)"
    r"|(?:更正|变更|更改|修改)[^，,：:]{0,6}?(?:校名|(?<!件)名称)|更名|改名"
)
_PERHAPS = re.compile(
    r"不(?:再|想|打算|准备)?(?:申报(?!系统)|报了|参加了|参评)|(?<!逾期)作废|退件"
    r"|(?:材料|申报)[^，,]{0,6}(?:退回|退还)(?:给?(?:我|本|贵)|，?不)"
)
"""Words of somebody who may want out, too loose to be taken for it."""
_NAMED_NOW = r"(?:改为|改成|应为|更正为|变更为)[“\"‘「『《]?[一-鿿]{2,20}?"
_OF_KIND = re.compile(r"类型|类别|学段|性质|属于")
_LEAVES = re.compile(r"退出|不再申报|不申报|不再参评|不参评|不参加|剔除|删除|删去|去掉")
_NOT = "不|未|无需|无须|不必|不用|没有|没|别|勿|并非|不是|从未|尚未|暂不|不予"
_BETWEEN = "再|想|会|要|打算|准备|申请|同意|需要|得|能|可|可以|作|是|曾|办理"
_DENIED = re.compile(
    rf"(?:{_NOT})(?:{_BETWEEN})*(?:{_BACK}|取消|放弃|退出|更名|改名|变更|更改|修改)"
    rf"|(?:{_BACK}|取消|收回|作废)[^，,]{{0,8}}?(?:{_BACK})|(?:{_BACK})[^，,]{{0,8}}?(?:作废|无效|取消)"
)
_OPEN = re.compile(
    r"如果|如若|(?<![一-鿿])如(?![期实下上此图前约同])|倘|假如|万一|要是|若(?!干)|一旦|的话|是否|能否|可否|可不可以|能不能"
    r"|怎么|怎样|如何|吗|[？?]|咨询|请问|考虑"
)
_OF_PAPERS = re.compile(r"为准|重新|旧版|旧的|前次|上次|上一|前一|邮件|来信|误发|发错|重复|附件\d")
_RECALLED = re.compile(r"^(?:撤回|recall)\s*[:：]", re.IGNORECASE)


def wish_of(sentence: str, call: Call) -> Wish | None:
    """What one sentence asks for; None for nothing of the kind."""
    text = re.sub(r"\s+", "", sentence)
    back = re.search(_BACK, text) is not None
    if _WITHDRAW.search(text) or (back and find_codes(sentence)) or _RECALLED.search(text):
        doubtful = (_DENIED, _OPEN, _OF_PAPERS, _RECALLED)
        if any(pattern.search(text) for pattern in doubtful):
            return Wish.UNCLEAR
        return Wish.DROP if _names_applicant(text, call) else Wish.WITHDRAW
    if back:
        return Wish.UNCLEAR
    if _PERHAPS.search(text) and not _OF_PAPERS.search(text) and not _names_applicant(text, call):
        return Wish.UNCLEAR
    if _LEAVES.search(text) and _names_applicant(text, call):
        return Wish.UNCLEAR if _DENIED.search(text) or _OPEN.search(text) else Wish.DROP
    renamed = _RENAME.search(text) or _bears_now(text, call)
    if renamed and not _DENIED.search(text):
        return Wish.UNCLEAR if _OPEN.search(text) else Wish.RENAME
    return None


def _bears_now(text: str, call: Call) -> bool:
    """Whether it says what an applicant is called now, without a word like 校名."""
    endings = "|".join(map(re.escape, call.words.applicant_words))
    found = endings and re.search(f"{_NAMED_NOW}(?:{endings})", text)
    return bool(found) and not _OF_KIND.search(text)


def _names_applicant(text: str, call: Call) -> bool:
    """Whether a single applicant is named, by the endings of such names."""
    endings = "|".join(map(re.escape, call.words.applicant_words))
    return bool(endings) and re.search(rf"[一-鿿\d]{{2}}(?:{endings})", text) is not None


# --- nothing is asked -----------------------------------------------------------------------------

_COURTESY = re.compile(
    r"已?收到了?|已?收悉|知悉|好的|好滴|好|谢谢您?|多谢|感谢|致谢|辛苦了?|明白|知道了|了解|没问题|ok|thanks|thankyou"
    r"|非常|十分|收到邮件|回执|来信|邮件|尊敬的|各位|老师们?|领导|您|你们?|的|了|啦|哈|!|！|。|，|,|～|~|\.|、|:|：|\^|_"
    r"|祝好|顺祝|此致|敬礼|祝?工作顺利|商祺|您好|你好|老师好|早上好|下午好|已阅|阅|嗯+|哦|不客气|麻烦老师了?|receivedwith|received"
    r"|受理回执|补正通知|待?核实回执|通知|回复|支持|帮助|指导|提醒|工作|付出|辛勤|耐心|及时|贵[办局厅处]|我们|我[校局]|我单位|【|】"
    r"|\[[一-鿿]{1,4}\]|[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F]"
)
_DISCLAIMER = re.compile(
    r"保密信息|机密|仅限于?发送|无意中收到|免责声明|confidential|disclaimer", re.IGNORECASE
)
_HEARD = re.compile(
    r"收到|收悉|知悉|谢|已?阅|好的|好滴|ok|明白|知道|了解|辛苦|嗯|received|thank", re.IGNORECASE
)
_SIGNED = re.compile(
    r"(?:电\s*话|手\s*机|传\s*真|联系|地\s*址|邮\s*[箱编]|网\s*址|微信|qq|tel|mobile|fax|e-?mail|add)[^。！？!?；;]{0,40}"
    r"|[^。！？!?；;，,]{0,24}(?:局|厅|处|科|股|室|部|中心|校|中学|小学|幼儿园|学院|院|所|馆|站|办|委|委员会|老师|主任|校长|科长)"
    r"(?:（公章）|（盖章）)?(?:\s+[一-鿿·]{2,4})?"
    r"|(?!.*[不没无未错打改补缺少])(?:[一-鿿]{2,3}|[一-鿿]{2,8}·[一-鿿·]{2,12})|[\d\s\-+()（）/年月日:：.]{6,40}|[^。！？!?；;，,\s]*@\S+"
    r"|[一-鿿·]{2,4}\s*[：:]?\s*[\d\s\-+()（）]{7,24}",
    re.IGNORECASE,
)
"""A line of a signature: an office, a name, a number, an address."""
_ASKING = re.compile(
    r"[？?]|请|麻烦|吗|呢|何时|什么|怎么|怎样|如何|是否|能否|可否|补|发送|重新|附件|更正|修改|撤|但是?|不过|还有|另外"
)
_PROGRAM = re.compile(r"发自|来自|sentfrom", re.IGNORECASE)
_PICTURES = (Kind.JPEG, Kind.PNG, Kind.IMAGE)


def _is_thanks(reading: Reading) -> bool:
    """Whether a mail only says that something arrived, and thanks, over a signature."""
    answers = bool(reading.envelope.in_reply_to or reading.envelope.references)
    subject = reading.envelope.subject
    if not (answers or _REPLIED.match(subject) or _courteous(subject)):
        return False
    if not all(map(_decorates, parts_of_matter(reading))):
        return False
    lines = [line for line in own_text(reading.text).splitlines() if line.strip()]
    heard = any(_courteous(line) and _HEARD.search(line) for line in lines)
    return heard and _courteous(lines[0]) and all(map(_thanks_or_signs, lines[1:]))


def _decorates(part: Part) -> bool:
    return (
        part.kind in _PICTURES and part.fate is not Fate.DOCUMENT and part.size <= SIGNATURE_PICTURE
    )


def _courteous(line: str) -> bool:
    """Whether a line says thanks and nothing else."""
    text = normalise(line)
    return text != "" and _COURTESY.sub("", text) == ""


def _thanks_or_signs(line: str) -> bool:
    text = normalise(line)
    if _DISCLAIMER.search(text) and not re.search(r"[？?]", text):
        return True
    if _courteous(line) or _PROGRAM.match(text) or not re.search(r"\w", text):
        return True
    return _SIGNED.fullmatch(line.strip()) is not None and not _ASKING.search(text)


# --- notices between offices ----------------------------------------------------------------------

_NOTICE = re.compile(r"通知|简报|通报|公告|公示|纪要|简讯|专刊|邀请函|培训班")
_APPLYING = re.compile(r"申报|补正|补充|汇总表|材料|撤回|更正|报送")


def _notice_title(reading: Reading, call: Call) -> str:
    """How a mail that applies for nothing is headed; "" when it is no such mail.

    It answers nothing, brings no form, and neither subject nor file names speak of this call.
    """
    envelope = reading.envelope
    if envelope.in_reply_to or envelope.references or not parts_of_matter(reading):
        return ""
    if any(document.role is not None for document in reading.documents):
        return ""
    if any(
        part.fate not in (Fate.DOCUMENT, Fate.UNRECOGNISED) for part in parts_of_matter(reading)
    ):
        return ""
    said = [envelope.subject, *(part.name for part in parts_of_matter(reading))]
    own = [track.name for track in call.tracks]
    speaks = any(_APPLYING.search(text) or any(name in text for name in own) for text in said)
    headed = next((text for text in said if _NOTICE.search(text)), "")
    return "" if speaks or find_codes(" ".join(said)) else headed
