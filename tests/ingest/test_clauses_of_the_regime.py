"""A case file is told the clause of its own regime; where no text was read, that an old one is applied by analogy."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ingest.checks.catalogue import BY_ANALOGY, EARLY, LATE, explain, load, rules
from ingest.checks.regime import circular_of, told_by
from ingest.finding import Finding
from ingest.reasons import finding_of, row_of
from tests.samples.pki import Pki
from tests.samples.road import Road, a_case

ENDED = {"R1": {"EndDate": "30/06/2025"}, "R2": {"EndDate": "01/07/2025"}}


def told(code: str, regime: str) -> str:
    found = rules()[code]
    finding = Finding(code, "x", dict.fromkeys(found.params, "?"), regime=regime)
    return explain(finding).clause


@pytest.mark.parametrize(
    ("code", "early", "late"),
    [
        ("V01", "TT 02/2019/TT-BNV Điều 6.1.a", "TT 05/2025/TT-BNV Điều 8"),
        ("V05", "TT 02/2019/TT-BNV Điều 6.1.đ", "TT 05/2025/TT-BNV Điều 8"),
        ("V07", "TT 02/2019/TT-BNV Điều 6.1.e", "TT 05/2025/TT-BNV Điều 8"),
        ("V04_DOCS", "TT 02/2019/TT-BNV Phụ lục I", "TT 05/2025/TT-BNV Phụ lục III"),
        ("V15", "TT 02/2019/TT-BNV Điều 3.9", "TT 05/2025/TT-BNV Điều 8"),
        ("PDFA_FAILED", "Chính sách bảo quản của kho lưu trữ", "TT 05/2025/TT-BNV Điều 8 (PDF/A"),
        ("UNOPENABLE", "NĐ 01/2013/NĐ-CP Điều 7.2", "NĐ 01/2013/NĐ-CP Điều 7.2 (áp dụng tương tự"),
        ("V11", "TT 02/2019/TT-BNV Điều 5.2", "TT 02/2019/TT-BNV Điều 5.2 (áp dụng tương tự"),
        ("SIP_TOO_LARGE", "Giới hạn an toàn của hệ thống", "Giới hạn an toàn của hệ thống"),
    ],
)
def test_the_clause_is_that_of_the_regime(code: str, early: str, late: str) -> None:
    assert told(code, "R1").startswith(early)
    assert told(code, "").startswith(early)
    assert told(code, "R2").startswith(late)


@pytest.mark.parametrize("code", sorted(rules()))
def test_a_late_case_file_is_told_no_repealed_text_as_if_it_were_in_force(code: str) -> None:
    said = told(code, "R2")
    if any(text in said for text in EARLY):
        assert BY_ANALOGY in said or any(text in said for text in LATE), said


@pytest.mark.parametrize(
    "code", [code for code, rule in sorted(rules().items()) if "{basis}" not in rule.clause]
)
def test_an_early_case_file_is_told_no_later_text_alone(code: str) -> None:
    said = told(code, "R1")
    only_late = any(text in said for text in LATE) and not any(text in said for text in EARLY)
    # What is written by TT 05/2025 (its packages, its transition) is judged by it, whenever the work ended.
    assert not only_late or re.match(r"(SIP|TAILIEU|REGIME|RECORD|MEND|DELIVERY)_", code), said


@pytest.mark.parametrize("code", [code for code, rule in sorted(rules().items()) if rule.clause_r2])
def test_what_was_read_in_a_digest_alone_says_so(code: str) -> None:
    assert "đọc qua một bản tóm tắt" in rules()[code].clause_r2


def test_no_rule_rests_pdfa_on_the_circular_that_does_not_know_it() -> None:
    for rule in rules().values():
        if "PDF/A" in rule.clause:
            assert "không quy định PDF/A" in rule.clause or "TT 05/2025" in rule.clause, rule.code


def test_the_regime_of_a_finding_is_that_of_its_case_file_and_is_kept_with_it() -> None:
    found = [Finding("V11", "x", {"name": "Từ khóa", "field": "Keyword", "value": "a, b, c"})]
    for regime, fields in ENDED.items():
        (one,) = told_by(found, fields)
        assert one.regime == regime
        assert finding_of(row_of(one)).regime == regime
        assert "regime" not in finding_of(row_of(one)).params
    assert told_by(found, {"EndDate": "?"})[0].regime == ""
    assert finding_of(row_of(found[0])).regime == ""


def test_the_check_is_ledgered_by_the_circular_of_the_case_file() -> None:
    assert circular_of(date(2025, 6, 30)) == circular_of(None) == "TT 02/2019/TT-BNV"
    assert circular_of(date(2025, 7, 1)) == "TT 05/2025/TT-BNV"


@pytest.mark.parametrize(("ended", "said"), [("30/06/2025", "TT 02/2019"), ("01/07/2025", "TT 05/2025")])
def test_on_the_road_the_day_the_work_ended_decides(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: str, said: str
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(tmp_path / "trust"))
    road = Road(tmp_path / "road", Pki(tmp_path / "pki", tmp_path / "trust"))
    case = a_case().saying(TotalDoc="7").ended(ended)
    case = case.by_circular_05() if said == "TT 05/2025" else case
    (finding,) = [one for one in case.judged(road).findings if one.code == "V04_DOCS"]
    assert explain(finding).clause.startswith(said)


def test_only_what_is_said_to_be_a_scan_is_asked_for_two_layers(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "broken"))
    from breaking import digitised, signed_scan

    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(tmp_path / "trust"))
    road = Road(tmp_path / "road", Pki(tmp_path / "pki", tmp_path / "trust"))
    scan = digitised(signed_scan(), case=a_case().by_circular_05().ended("30/09/2025"))
    assert "V01_LAYERS" in scan.judged(road).codes
    assert "V01_LAYERS" not in scan.document(ConfidenceLevel="Gốc điện tử").judged(road).codes
    assert "V01_LAYERS" not in scan.ended("30/06/2025").judged(road).codes  # TT 02/2019 knows no PDF/A


def test_an_unknown_key_of_a_rule_is_still_refused(tmp_path: Path) -> None:
    good = (
        '[X]\nseverity = "error"\nclause = "a"\nclause_r2 = "b {c}"\n'
        'text_vi = "t"\ntext_en = "t"\nremedy_vi = "r"\nremedy_en = "r"\n'
    )
    (tmp_path / "x.toml").write_text(good)
    assert load(tmp_path)["X"].params == {"c"}
