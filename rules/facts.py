"""Facts: typed values with their provenance, or an honest "unknown".

Only value types live here. How a value is read from a document is ``ingest/document``; what a rule
makes of it is ``rules/logic.py``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self, TypeAlias

from pydantic import BaseModel, ConfigDict

Value: TypeAlias = str | int | bool | tuple[str, ...]
"""How each field type is held (see :class:`rules.vocabulary.FieldType`).

text, telephone, e-mail, choice, id: ``str``; integer: ``int``; percent: ``int`` in parts per
million (98 % is 980000); decimal: ``int`` in millionths; money: ``int`` in 分; date: ISO ``str`` (``2024-08-31``); instant: ``int`` seconds since the
epoch; yes/no: ``bool``; tick list: ``tuple[str, ...]``.
"""


METHOD_NAMES = {
    "table": "表格",
    "text": "正文",
    "picture": "图片",
    "ocr": "识读",
    "file name": "文件名",
    "mail header": "邮件头",
    "server time": "服务器时间",
    "attachment": "附件",
    "pdf structure": "PDF 结构",
    "digital signature": "电子签章",
    "seal detector": "印章识别",
}
"""How a value was read -> what a person calls it; what is not named here is Chinese already."""


class Knowledge(StrEnum):
    """Whether a fact has a value, and if not, why not."""

    KNOWN = "known"
    BLANK = "blank"  #: the place was found and the applicant left it empty
    UNKNOWN = "unknown"  #: not found, unreadable, or not to be trusted


class Provenance(BaseModel):
    """Where a fact comes from and how sure the reader was."""

    model_config = ConfigDict(frozen=True)

    part: str = ""  #: path of the part inside the mail
    place: str = ""  #: human place in the part, in Chinese: ``表1 第3行 第2列`` or ``第2页``
    method: str = ""  #: ``table``, ``text``, ``file name``, ``seal detector``, ``mail header`` ...
    confidence: float = 1.0  #: 0..1
    raw: str = ""  #: the text as found, before it was typed


_NOWHERE = Provenance()


class Fact(BaseModel):
    """One typed value, or a reasoned absence of it."""

    model_config = ConfigDict(frozen=True)

    knowledge: Knowledge
    value: Value | None = None
    provenance: Provenance = _NOWHERE
    #: what it is compared as: another way of writing the same name; "" = as it is written
    same_as: str = ""

    @classmethod
    def known(cls, value: Value, provenance: Provenance | None = None) -> Self:
        """A fact with a value."""
        return cls(knowledge=Knowledge.KNOWN, value=value, provenance=provenance or _NOWHERE)

    @classmethod
    def blank(cls, provenance: Provenance | None = None) -> Self:
        """A place that was found and is empty."""
        return cls(knowledge=Knowledge.BLANK, provenance=provenance or _NOWHERE)

    @classmethod
    def unknown(cls, provenance: Provenance | None = None) -> Self:
        """Not found or not readable; never to be taken for yes or no."""
        return cls(knowledge=Knowledge.UNKNOWN, provenance=provenance or _NOWHERE)

    @classmethod
    def doubtful(cls, value: str, same_as: str, provenance: Provenance) -> Self:
        """A text that was read, and nobody can tell whether it means ``same_as``: shown, never
        compared.
        """
        return cls(knowledge=Knowledge.UNKNOWN, value=value, same_as=same_as, provenance=provenance)

    @property
    def text(self) -> str | None:
        """The value when it is known text, else None."""
        return (
            self.value
            if self.knowledge is Knowledge.KNOWN
            and isinstance(
                self.value,
                str,
            )
            else None
        )
