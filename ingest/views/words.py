"""Chinese for the program's own words, wherever a person reads them. Nothing is looked up.

Every word of a kind has its Chinese here (a test holds it); ``--json`` keeps the words themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.reading import Fate, ScreeningKind
from ingest.store.tables import MessageState

MESSAGE_WORDS: Mapping[str, str] = {
    MessageState.STORED: "等待读取",
    MessageState.READ: "已读取",
    MessageState.DUPLICATE: "重复投递",
    MessageState.TOO_LARGE: "过大未下载",
    MessageState.BEFORE_CUTOFF: "启用之前的旧邮件",
    MessageState.SET_ASIDE: "读不了，已隔离",
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
