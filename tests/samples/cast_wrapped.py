"""Case files that do not come as a SIP_hoso by the book."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples import regulations
from tests.samples.case_file import Made, Wrapping, a_case_file, a_document
from tests.samples.part import Part, a_letter, a_notice, a_short_one


def otherwise_wrapped() -> Iterator[Part]:
    """Yield case files that do not come as a SIP_hoso by the book."""
    so = "lang-son-so-noi-vu"
    yield Part(
        "ls-tai-lieu-roi",
        a_case_file()
        .of(so)
        .by_circular("TT05")
        .wrapped_as(Wrapping.LOOSE)
        .called("01.0000001", "Công văn trao đổi về quản lý văn bản điện tử, quý III năm 2025")
        .opened(2025, 7, 3)
        .closed(2025, 9, 24)
        .kept_for("10 năm")
        .with_document(
            a_document("Công văn", "702", "SNV-VTLT")
            .issued_on(2025, 7, 3)
            .about(
                "Về việc rà soát quy chế quản lý văn bản điện tử",
                *a_letter("Rà soát quy chế", *regulations.article("lang-son-31-2020", 6)),
            ),
            a_document("Công văn", "815", "SNV-VTLT")
            .issued_on(2025, 8, 19)
            .about("Về việc bổ sung danh sách đầu mối văn thư", *a_letter("Bổ sung danh sách đầu mối"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_notice("208", "SNV", 9, 24, 2025, "Kết quả rà soát quy chế quản lý văn bản điện tử"),
        ),
        codes=("TAILIEU_AS_CASE",),
    )
    yield Part(
        "cb-tui-bagit",
        a_case_file()
        .of("cao-bang")
        .wrapped_as(Wrapping.BAG)
        .called(
            "07.CNTT", "Hồ sơ thực hiện Quy chế sử dụng chữ ký số chuyên dùng", keyword="chữ ký số; quy chế"
        )
        .opened(2021, 6, 1)
        .closed(2021, 12, 10)
        .kept_for("20 năm")
        .with_document(
            a_document("Kế hoạch", "33", "KH-STTTT")
            .issued_on(2021, 6, 14)
            .about(
                "Triển khai Quyết định số 08/2021/QĐ-UBND",
                *a_letter("Triển khai Quy chế", *regulations.article("cao-bang-08-2021", 4)),
            )
            .made_as(Made.SIGNED, Made.WORD),
            a_document("Báo cáo", "190", "BC-STTTT")
            .issued_on(2021, 12, 6)
            .about("Kết quả thực hiện Quyết định số 08/2021/QĐ-UBND", *a_letter("Kết quả thực hiện Quy chế")),
        ),
    )
    yield Part(
        "gl-bang-ke-csv",
        a_case_file()
        .of("gia-lai")
        .wrapped_as(Wrapping.CSV)
        .called("02.VP", "Hồ sơ tập huấn sử dụng Hệ thống quản lý văn bản và điều hành", keyword="tập huấn")
        .opened(2014, 2, 10)
        .closed(2014, 11, 28)
        .kept_for("10 năm")
        .with_document(
            a_document("Kế hoạch", "08", "KH-STTTT")
            .issued_on(2014, 2, 24)
            .about(
                "Tập huấn sử dụng Hệ thống quản lý văn bản và điều hành",
                *a_letter("Tập huấn sử dụng Hệ thống", *regulations.article("gia-lai-132-2011", 5)),
            )
            .made_as(Made.PLAIN, Made.SHEET),
            a_document("Báo cáo", "97", "BC-STTTT")
            .issued_on(2014, 11, 17)
            .about("Kết quả tập huấn", *a_letter("Kết quả tập huấn"))
            .made_as(Made.SCAN),
        ),
        codes=("SHEET_DERIVED",),
    )
    yield Part(
        "ls-bang-ke-xlsx",
        a_case_file()
        .of(so)
        .wrapped_as(Wrapping.XLSX)
        .called("16.TCCB", "Hồ sơ nâng bậc lương công chức năm 2018", keyword="nâng bậc lương")
        .opened(2018, 1, 8)
        .closed(2018, 12, 24)
        .kept_for("20 năm")
        .used_as("Sử dụng có điều kiện")
        .with_document(
            a_document("Quyết định", "41", "QĐ-SNV")
            .issued_on(2018, 3, 19)
            .about("Về việc nâng bậc lương thường xuyên", *a_letter("Nâng bậc lương thường xuyên")),
            a_document("Báo cáo", "288", "BC-SNV")
            .issued_on(2018, 12, 10)
            .about("Kết quả nâng bậc lương năm 2018", *a_letter("Kết quả nâng bậc lương"))
            .made_as(Made.SIGNED, Made.SHEET),
        ),
        codes=("SHEET_DERIVED",),
    )
    yield Part(
        "ls-phan-mem-cu",
        a_case_file()
        .of(so)
        .by_circular("TT05")
        .by_careless_software()
        .called("09.VTLT", "Hồ sơ chỉnh lý tài liệu tồn đọng năm 2025", keyword="chỉnh lý")
        .opened(2025, 3, 10)
        .closed(2025, 10, 31)
        .kept_for("10 năm")
        .with_document(
            a_document("Kế hoạch", "29", "KH-SNV")
            .issued_on(2025, 3, 24)
            .about("Chỉnh lý tài liệu tồn đọng", *a_letter("Chỉnh lý 40 mét giá tài liệu")),
            a_document("Báo cáo", "271", "BC-SNV")
            .issued_on(2025, 10, 20)
            .about("Kết quả chỉnh lý tài liệu tồn đọng", *a_letter("Đã chỉnh lý 40 mét giá tài liệu")),
        ),
        codes=("SIP_MDTYPE", "SIP_SCHEMA_CASE", "SIP_SCHEMA_ARC", "SIP_DOC_CODE_YEAR", "V09_DEPENDENT"),
    )
    yield Part(
        "ls-goi-thu",
        a_short_one(so, "25.TH", "Hồ sơ gửi thử từ phần mềm mới", 2021).with_status("TEST"),
        "tested",
    )
    yield Part(
        "gl-nhieu-ho-so",
        a_short_one("gia-lai", "03.VP", "Hồ sơ văn thư năm 2014", 2014)
        .wrapped_as(Wrapping.CSV)
        .mixed_with_another(),
        "returned",
        ("SHEET_SEVERAL_CASES",),
    )
    yield Part(
        "ls-goi-rong",
        a_short_one(so, "26.TH", "Hồ sơ có tệp để ở nơi khác", 2021).with_a_hole(),
        "returned",
        ("HOLE_ADDRESS",),
    )
