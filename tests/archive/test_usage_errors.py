"""A command typed wrongly is answered in Vietnamese, with the word of the tool behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive import cli


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("preflight", 'thiếu "path"'),
        ("preflight . ", 'thiếu "--agency"'),
        ("preflight khong-co.zip --agency H26", "không có tệp hay thư mục khong-co.zip"),
        ("preflight . --agenc H26", 'không có tùy chọn "--agenc"; có phải "--agency"'),
        ("preflight . --agency", 'sau "--agency" phải có một giá trị'),
        ("preflight . thua --agency H26", "thừa: thua"),
        ("preflihgt", 'không có lệnh "preflihgt"'),
        ("submission return x --as an --role archivist@* --document khong-dung", "giá trị không dùng được"),
    ],
)
def test_a_wrong_command_line_is_answered_in_vietnamese(
    typed: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["tangthu", *typed.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told
    assert "--help" in told


@pytest.mark.parametrize(("typed", "code"), [("--help", 0), ("rules list", 0)])
def test_a_right_one_runs_as_before(
    typed: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tangthu", *typed.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code or 0) == code
    assert capsys.readouterr().out
