"""Case files with something wrong: each must be found, by its code."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples.case_file import Made
from tests.samples.offices import STRANGER
from tests.samples.part import Part, a_short_one, with_second


def defective() -> Iterator[Part]:
    """Yield them in the order in which they are sent."""
    vietnamese = a_short_one("ninh-binh", "08.TH", "Hồ sơ tổng kết công tác năm 2022", 2022)
    yield Part(
        "nb-ten-tep",
        with_second(vietnamese, vietnamese.documents[1].named(0, "Báo cáo tổng kết.pdf")),
        "returned",
        ("FILE_NAME",),
    )
    secret = a_short_one("lang-son-so-noi-vu", "21.TH", "Hồ sơ phương án bảo vệ", 2021)
    yield Part(
        "ls-mat",
        with_second(secret.used_as("Mật"), secret.documents[1].stamped("MẬT").wrongly(Mode="Mật")),
        "refused",
        ("SECRET",),
    )
    infected = a_short_one("an-giang", "08TH", "Hồ sơ tổng hợp thi đua năm 2019", 2019)
    yield Part(
        "ag-nhiem-doc",
        with_second(infected, infected.documents[1].made_as(Made.SIGNED_AGENCY, Made.EICAR)),
        "refused",
        ("VIRUS",),
    )
    torn = a_short_one("cao-bang", "12.TH", "Hồ sơ kiểm tra công nghệ thông tin năm 2022", 2022)
    yield Part(
        "cb-tep-hong",
        with_second(torn, torn.documents[1].made_as(Made.BROKEN)),
        "returned",
        ("UNOPENABLE",),
    )
    yield Part(
        "ls-sai-ma-bam",
        a_short_one(
            "lang-son-so-noi-vu", "22.TH", "Hồ sơ thanh tra công vụ năm 2021", 2021
        ).with_wrong_hash_of_file(2),
        "returned",
        ("SIP_HASH",),
    )
    wrong = a_short_one("lang-son-so-noi-vu", "23.TH", "Hồ sơ thi nâng ngạch năm 2021", 2021)
    yield Part(
        "ls-mo-ta-sai",
        with_second(
            wrong.wrongly(TotalDoc="5", StartDate="31/02/2021", FileCatalog="21", Maintenance=""),
            wrong.documents[1].wrongly(Subject="Trích yếu " * 60, CodeNumber="123456789012", PageAmount="9"),
        ),
        "returned",
        ("V04", "V04_DOCS", "V09_LENGTH", "V09_DATE", "V09_REQUIRED", "V10_YEAR"),
    )
    yield Part(
        "la-khong-biet",
        a_short_one("lang-son-so-noi-vu", "24.TH", "Hồ sơ của cơ quan chưa đăng ký", 2021).of(STRANGER),
        "refused",
        ("AGENCY_UNKNOWN",),
    )
