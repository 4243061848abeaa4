"""Writes the sample mails, ``expected.yaml`` and ``toolchain.yaml``: ``python -m
samples.make_samples [--into FOLDER]``.

Two runs give the same bytes. Only the command and the writing of the list live here; the cases are
in ``cases.py``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from samples.arrivals import Sample
from samples.cases import all_samples
from samples.fonts import MissingFontError
from samples.grants import practice_files
from samples.research import research_files
from samples.toolchain import toolchain_yaml

HERE = Path(__file__).resolve().parent

_HEAD = """\
# 样例邮件及其预期结果。由 python -m samples.make_samples 生成,请勿手改。
# file: 邮件文件; received: 邮件服务器收到的时间; letter: 这封邮件到达后应发出的信函
# (accepted 受理, incomplete 补正, rejected 不予受理, referred 转人工, received 收悉, noted 待核实, none 不答复);
# entries: 这封邮件到达后各申报项的裁定; mentions: 结论中必须出现的词。19与18是同一文件投递了两次。
# 单位除报送单位名单外均属虚构,人名、电话、邮箱均属虚构。
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def expected_yaml(samples: Iterable[Sample]) -> str:
    """The list of samples as YAML text; every scalar is a quoted JSON string, which YAML reads
    alike.
    """
    lines = [_HEAD + "mails:"]
    for sample in samples:
        lines += [
            f"  - number: {_quoted(sample.number)}",
            f"    file: {_quoted(sample.file)}",
            f"    received: {_quoted(sample.received.isoformat())}",
            f"    what: {_quoted(sample.what)}",
            f"    letter: {_quoted(sample.letter)}",
            f"    mentions: {json.dumps(sample.mentions, ensure_ascii=False)}",
            "    entries:" if sample.entries else "    entries: []",
        ]
        for entry in sample.entries:
            pairs = {"applicant": entry.applicant, "track": entry.track, "decision": entry.decision}
            lines.append(
                "      - {"
                + ", ".join(f"{key}: {_quoted(value)}" for key, value in pairs.items())
                + "}"
            )
    return "\n".join(lines) + "\n"


def sample_files() -> dict[str, bytes]:
    """Path below ``samples/`` -> content of every generated file. Raises MissingFontError."""
    samples = all_samples()
    files = {sample.file: sample.raw for sample in samples if sample.raw is not None}
    return {
        **files,
        **practice_files(),
        **research_files(),
        "expected.yaml": expected_yaml(samples).encode(),
        "toolchain.yaml": toolchain_yaml().encode(),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write everything and say how large it is."""
    parser = argparse.ArgumentParser(description="Write the sample mails.")
    parser.add_argument("--into", type=Path, default=HERE)
    folder: Path = parser.parse_args(arguments).into
    try:
        files = sample_files()
    except MissingFontError as error:
        sys.exit(str(error))
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        print(f"{len(data):>9,}  {name}")
    print(f"{sum(map(len, files.values())):>9,}  in all")


if __name__ == "__main__":
    main()
