"""What forms call the persons they ask for and the ways to reach one: a contact, whoever is
nobody's contact, a telephone, an address.

Pure words; whose telephone is whose is ``otherwords.py`` for labels and ``heads.py`` for columns.
"""

from __future__ import annotations

import re

from rules.vocabulary import FieldType

TELEPHONE = frozenset({
    "联系方式", "移动电话", "手机号", "电话号码", "联系电话号码", "联系手机", "联系手机号", "联系号码", "办公电话", "固定电话",
    "座机", "联系人电话", "联系人手机", "联系人手机号", "联系人手机号码", "联系人联系方式", "联系人联系电话", "联络电话",
    "联络方式", "办公室电话", "电话/手机", "手机/电话", "移动电话号码", "tel",
})  # fmt: skip
EMAIL = frozenset({
    "电子信箱", "邮箱地址", "电子邮箱地址", "电子邮件地址", "邮件地址", "e-mail", "email", "联系邮箱", "联系人邮箱",
    "联系人电子邮箱", "信箱", "邮件", "电邮", "邮箱号",
})  # fmt: skip
CONTACT = frozenset({
    "联系人", "联络人", "联络员", "联系人员", "联系人名称", "联络人姓名", "联络员姓名", "项目联系人", "业务联系人", "工作联系人",
    "申报联系人", "具体联系人", "联系老师", "联系教师", "联系人员姓名", "联系人姓名",
})  # fmt: skip
REACHED = {FieldType.TELEPHONE: TELEPHONE, FieldType.EMAIL: EMAIL}
"""Labels in full, by the type of their field."""
COLUMNS = {
    FieldType.TELEPHONE: "(?:联系人)?(?:联系|移动|办公|固定)?(?:电话|手机|方式|座机)(?:号码?)?",
    FieldType.EMAIL: "(?:联系人)?(?:电子)?(?:邮箱|邮件|e-?mail)(?:地址|号)?",
    FieldType.CHOICE: "(?!申报|项目|参评|推荐)[\u3400-\u9fff]{0,2}(?:类型|类别)",
}
"""Patterns of what people call such a column of a table, whatever the form calls it."""

_HEADS = "校长|园长|院长|负责人|负责同志|法人代表|法定代表人|法人|书记|主任|局长|校领导|领导|填表人|填报人|审核人|经办人"
OTHER_PERSON = re.compile(
    f"(?:[\u3400-\u9fff]{{2}})?(?:单位|项目|主要|分管|主管|党委|党组织)*(?:{_HEADS})(?:姓名)?"
)
"""The label of a person who is nobody's contact, as a whole."""
NAMES_OTHER = re.compile(f"{_HEADS}|法定|填表|审核")
"""The same anywhere in the head of a column: what is asked below it is theirs."""
