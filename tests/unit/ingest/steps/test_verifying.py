"""Which paper a task is about."""

from __future__ import annotations

import pytest

from ingest.steps.verifying import paper_name
from rules.facts import Fact, Provenance, Value
from rules.subjects import Subject


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        ("扫描件", {"表单": "汇总表"}, "汇总表扫描件"),
        ("扫描件", {}, "扫描件"),
        ("申报书", {"单位名称": "甲校"}, "申报书"),
        ("预算表", {}, "预算表"),
        ("汇总行", {"单位名称": "甲校"}, "汇总行“甲校”"),
        ("台账", {}, "台账"),
        ("附件", {"名称": "材料.zip"}, "附件“材料.zip”"),
        ("来件", {}, ""),
        ("统计", {}, ""),
    ],
)
def test_a_paper_is_named_in_words_for_staff(
    kind: str, fields: dict[str, Value], name: str
) -> None:
    facts = {field: Fact.known(value) for field, value in fields.items()}
    assert paper_name(Subject(kind=kind, id="一", fields=facts)) == name


def test_a_row_whose_name_nobody_trusts_is_named_by_it() -> None:
    """Withdrawn by a remark: staff look for that row."""
    name = Fact.doubtful("甲校", "", Provenance())
    assert paper_name(Subject(kind="汇总行", id="一", fields={"单位名称": name})) == "汇总行“甲校”"
