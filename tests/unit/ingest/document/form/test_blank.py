"""Fitting a call's configuration to a blank form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ingest.calls import default_config
from ingest.cli import run
from ingest.document.editable.word import read_word
from ingest.document.form.blank import Fit, fit_blank
from rules.call import Call
from rules.vocabulary import FieldType
from tests.unit.ingest.document.words import word

FORMS = default_config() / "calls" / "smart-education-2024" / "forms"
ROWS = [
    ["学校全称", "", "所属师市", ""],
    ["学校类型", "□小学 □初中 □其他", "统一社会信用代码", ""],
    ["专任教师总人数", "", "多媒体教室覆盖率", "    %"],
    ["联系人姓名", "", "联系人电话", ""],
    ["特色（可多选）", "□课程 □平台", "是否寄宿制", "□是 □否"],
    ["建设思路与目标", "", "开始建设日期", "   年   月   日"],
]


def fitted(call: Call, *rows: list[str]) -> Fit:
    return fit_blank(read_word(word(["智慧教育示范校申报书"], rows)), call.form("附件2"))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_forms_that_ship_fit_the_configuration_that_ships(call: Call, number: int) -> None:
    """Every field and column is found."""
    blank = next(FORMS.glob(f"附件{number}*.docx"))

    assert fit_blank(read_word(blank.read_bytes()), call.form(f"附件{number}")).missing == ()


def test_another_wording_is_offered_as_one_more_label_of_the_known_field(call: Call) -> None:
    """So the rules that speak of the field need no change."""
    proposals = {each.label.text: each for each in fitted(call, *ROWS).proposals}

    assert (proposals["学校全称"].field.name, proposals["学校全称"].known) == ("单位名称", True)
    assert proposals["学校全称"].field.labels[-1] == "学校全称"
    assert proposals["联系人电话"].field.name == "联系电话"


def test_what_nobody_knows_becomes_a_new_field_of_a_likely_type(call: Call) -> None:
    """By its words and by the boxes beside it."""
    proposals = {each.label.text: each for each in fitted(call, *ROWS).proposals}

    assert {
        text: proposals[text].field.type
        for text in ("统一社会信用代码", "多媒体教室覆盖率", "是否寄宿制")
    } == {
        "统一社会信用代码": FieldType.CREDIT_CODE,
        "多媒体教室覆盖率": FieldType.PERCENT,
        "是否寄宿制": FieldType.YES_NO,
    }
    assert proposals["特色（可多选）"].field.type is FieldType.CHOICES
    assert proposals["特色（可多选）"].field.options == ("课程", "平台")
    assert not proposals["特色（可多选）"].known


def test_fields_that_the_form_lacks_are_named(call: Call) -> None:
    """And those it has are not."""
    result = fitted(call, *ROWS)

    assert {"师市", "学校类型", "联系人", "工作思路"} <= set(result.found)
    assert "网络条件" in result.missing


def test_every_proposed_line_is_yaml_that_says_what_was_proposed(call: Call) -> None:
    """It is pasted as it stands."""
    for each in fitted(call, *ROWS).proposals:
        (field,) = YAML(typ="safe").load(each.yaml)
        assert field["名称"] == each.field.name
        assert tuple(field["标签"]) == each.field.labels
        assert tuple(field.get("选项", ())) == each.field.options


def test_the_command_prints_one_json_document_and_says_by_its_code_whether_all_fits(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Read in the worker, whatever the file is."""
    file = tmp_path / "新表.docx"
    file.write_bytes(word(["智慧教育示范校申报书"], ROWS))

    assert run(["call", "fit", str(file), "--form", "附件2", "--json"]) == 1
    report = json.loads(capfd.readouterr().out)
    assert report["form"] == "附件2"
    assert any(each["label"] == "学校全称" for each in report["proposals"])


def test_a_file_that_is_no_form_is_refused_in_words(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Exit code 65 and a hint, no traceback."""
    file = tmp_path / "a.docx"
    file.write_bytes(b"noise")

    assert run(["call", "fit", str(file), "--form", "附件2"]) == 65
    assert "不是可编辑的表单文件" in capfd.readouterr().err
