"""Chinese for the program's own words, wherever a person reads them. Nothing is looked up.

Every word of a kind has its Chinese here (a test holds it); ``--json`` keeps the words themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ingest.reading import Fate, Kind, ScreeningKind, SealOutcome
from ingest.store.tables import MessageState
from notifier.letternames import LETTER_NAMES
from rules.call import Rendition
from rules.vocabulary import Field, FieldType, show_value

MESSAGE_WORDS: Mapping[str, str] = {
    MessageState.STORED: "等待读取",
    MessageState.READ: "已读取",
    MessageState.DUPLICATE: "重复投递",
    MessageState.TOO_LARGE: "过大未下载",
    MessageState.BEFORE_CUTOFF: "启用之前的旧邮件",
    MessageState.SET_ASIDE: "读不了，已隔离",
    MessageState.PURGED: "已清除",
}
SCREENING_WORDS: Mapping[str, str] = {
    ScreeningKind.PERSON: "来件",
    ScreeningKind.AUTOMATIC: "自动答复",
    ScreeningKind.BOUNCE: "退信",
    ScreeningKind.RECEIPT: "阅读或送达回执",
    ScreeningKind.COMPLAINT: "垃圾邮件投诉",
    ScreeningKind.LIST: "邮件列表",
    ScreeningKind.OWN: "本邮箱自己的信",
    ScreeningKind.FORGED: "疑似冒名",
    ScreeningKind.STAFF: "工作人员来信",
}
FATE_WORDS: Mapping[str, str] = {
    Fate.DOCUMENT: "认出是表",
    Fate.UNPACKED: "已解开",
    Fate.BODY: "正文",
    Fate.INLINE: "正文里的图片",
    Fate.UNRECOGNISED: "不是要求的表",
    Fate.UNSUPPORTED: "不能打开",
    Fate.ENCRYPTED: "有密码",
    Fate.DAMAGED: "打不开",
    Fate.EMPTY: "空文件",
    Fate.CLOUD_LINK: "只是链接",
    Fate.STRAY: "说不清的内容",
    Fate.LIMIT: "超出限制",
}
KIND_WORDS: Mapping[str, str] = {
    Kind.IMAGE: "图片",
    Kind.EML: "邮件",
    Kind.TNEF: "winmail.dat",
    Kind.MSG: "Outlook 邮件",
    Kind.HTML: "网页",
    Kind.TEXT: "文本",
    Kind.ENCRYPTED_OFFICE: "加密的 Office 文件",
    Kind.OLE: "旧格式文件",
    Kind.OFFICE: "其他 Office 文件",
    Kind.PROGRAM: "程序",
    Kind.VIDEO: "视频",
    Kind.CLOUD_LINK: "链接",
    Kind.EMPTY: "空文件",
    Kind.OTHER: "其他",
}
"""Those of which people do not say the extension."""
RENDITION_WORDS: Mapping[str, str] = {
    Rendition.EDITABLE: "可编辑版",
    Rendition.STAMPED_SCAN: "盖章扫描件",
}
SEAL_WORDS: Mapping[str, str] = {
    SealOutcome.STAMPED: "有红色公章",
    SealOutcome.NOT_STAMPED: "未见公章",
    SealOutcome.UNCERTAIN: "有没有公章看不准",
}
LETTER_WORDS: Mapping[str, str] = {
    **LETTER_NAMES,
    "digest": "日报",
    "alarm": "告警",
    "canary": "自检邮件",
    "staff": "给工作人员的回信",
    "sign_in": "登录验证码",
}
"""Kinds of letters, the office's own among them."""


def kind_word(kind: str) -> str:
    """What people call a kind of file: PDF, DOCX, 图片."""
    return KIND_WORDS.get(kind, kind.upper())


def fact_text(fact: Mapping[str, Any], field: Field | None) -> str:
    """A fact's value: ``98%`` and never 980000. Where the call no longer knows the field, as it was
    found.
    """
    if fact["knowledge"] != "known":
        return {"blank": "(未填)", "unknown": "(未知)"}[fact["knowledge"]]
    value = tuple(fact["value"]) if isinstance(fact["value"], list) else fact["value"]
    if field is not None:
        return show_value(field, value)
    raw: str = fact["provenance"]["raw"]
    return raw or show_value(Field("", FieldType.TEXT), value)
