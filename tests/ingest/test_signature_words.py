"""What a person reads of a signature: offline is never "valid", a claimed moment is called claimed."""

from __future__ import annotations

import pytest

from archive.reason import Lang
from ingest.delivery import SignatureFacts
from ingest.signatures import page, words
from ingest.signatures.trust import UNNAMED

STAMPED = {
    "organisation": "UBND tỉnh",
    "unit": "Văn phòng",
    "signed_at": "2022-05-09T02:00:00+00:00",
    "then_verdict": "TOTAL-PASSED",
    "then_basis": "time-stamp",
    "stamped_by": "TSA Ban Cơ yếu",
    "trust_list": "Ban Cơ yếu Chính phủ",
}


@pytest.mark.parametrize(
    ("said", "sub", "lang", "told"),
    [
        ("TOTAL-PASSED", "", "vi", "chữ ký hợp lệ"),
        ("TOTAL-PASSED", "", "en", "valid"),
        ("TOTAL-FAILED", "HASH_FAILURE", "vi", "chữ ký không hợp lệ: nội dung đã thay đổi sau khi ký"),
        (
            "INDETERMINATE",
            "TRY_LATER",
            "vi",
            "chưa đủ căn cứ kết luận: chưa kiểm tra được thu hồi chứng thư số (ngoại tuyến, thiếu dữ liệu thu hồi)",
        ),
        ("INDETERMINATE", "TRY_LATER", "en", "cannot be told: TRY_LATER (offline: revocation not checked)"),
        ("something new", "", "en", "cannot be told"),
        ("", "", "vi", "chưa đủ căn cứ kết luận"),
    ],
)
def test_a_verdict_in_words(said: str, sub: str, lang: Lang, told: str) -> None:
    assert words.verdict(said, sub, lang) == told


def test_below_it_stand_agency_moment_verdict_at_signing_and_trust_list() -> None:
    assert words.lines(STAMPED, "vi") == [
        "Văn phòng – UBND tỉnh",
        "ký lúc 09/05/2022 09:00:00, theo dấu thời gian của TSA Ban Cơ yếu",
        "tại thời điểm ký: chữ ký hợp lệ",
        "danh sách tin cậy: Ban Cơ yếu Chính phủ",
    ]
    received = words.lines(
        STAMPED | {"verdict": "TOTAL-PASSED", "judged_at": "2022-05-10T02:00:00+00:00"}, "vi"
    )
    assert received[2] == "khi tiếp nhận, 10/05/2022 09:00:00: chữ ký hợp lệ"
    assert words.signing(STAMPED | {"then_basis": "claimed"}, "vi").endswith("do người ký tự khai")
    assert words.signing(STAMPED | {"stamped_by": ""}, "vi").endswith("do người ký tự khai")
    assert words.lines({"trust_list": UNNAMED}, "vi")[-1] == "danh sách tin cậy: danh sách chung của kho"
    assert words.lines({}, "en") == ["moment of signing not said"]


def test_the_verification_page_escapes_names_and_counts_what_it_does_not_show() -> None:
    one = SignatureFacts("<script>alert(1)</script> 安", "", "TOTAL-PASSED", "", True, True, "")
    told = page.html([one] * (page.SHOWN_LIMIT + 3), sha256="ab" * 32, size=1234567, pages=2)
    assert "<script>" not in told and "安" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ?" in told
    assert "Còn 3 chữ ký số khác" in told
    assert "1.234.567 byte" in told
