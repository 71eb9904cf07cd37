"""Case files of the other four provinces, each by its own rules."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples import regulations
from tests.samples.case_file import Made, a_case_file, a_document
from tests.samples.part import Part, a_letter, a_notice

DIGEST = regulations.article("an-giang-50-2018", 9)


def other_provinces() -> Iterator[Part]:
    """Yield them in the order in which they are sent."""
    yield Part(
        "nb-qlvb",
        a_case_file()
        .of("ninh-binh")
        .called(
            "04.CNTT",
            "Hồ sơ vận hành Hệ thống quản lý văn bản và điều hành năm 2022",
            keyword="vận hành; hệ thống",
        )
        .opened(2022, 3, 7)
        .closed(2022, 12, 30)
        .kept_for("10 năm")
        .with_document(
            a_document("Kế hoạch", "27", "KH-STTTT")
            .issued_on(2022, 3, 21)
            .about(
                "Vận hành Hệ thống quản lý văn bản và điều hành năm 2022", *a_letter("Vận hành Hệ thống QLVB")
            )
            .made_as(Made.SIGNED, Made.SHEET),
            a_notice("61", "STTTT", 6, 13, 2022, "Lịch bảo trì Hệ thống quản lý văn bản và điều hành"),
            a_document("Báo cáo", "188", "BC-STTTT")
            .issued_on(2022, 12, 12)
            .about(
                "Kết quả vận hành Hệ thống quản lý văn bản và điều hành",
                *a_letter("Hệ thống hoạt động ổn định", *regulations.article("ninh-binh-2022-draft", 3)),
            )
            .made_as(Made.SIGNED, Made.WORD),
        ),
    )
    yield Part(
        "ag-lien-thong",
        a_case_file()
        .of("an-giang")
        .called(
            "02TH",
            "Hồ sơ triển khai gửi, nhận văn bản điện tử năm 2019",
            keyword="văn bản điện tử; liên thông",
        )
        .opened(2019, 1, 8)
        .closed(2019, 12, 27)
        .kept_for("20 năm")
        .with_document(
            a_document("Công văn", "15", "SNV-TH")
            .issued_on(2019, 1, 21)
            .about(
                "Về việc triển khai Quyết định số 50/2018/QĐ-UBND về quản lý văn bản điện tử",
                *a_letter(
                    "Triển khai Quyết định số 50/2018/QĐ-UBND",
                    *regulations.decision("an-giang-50-2018")[18:30],
                ),
            )
            .made_as(Made.SIGNED_AGENCY, Made.SCAN),
            a_document("Kế hoạch", "24", "KH-SNV")
            .issued_on(2019, 2, 18)
            .about(
                "Gửi, nhận văn bản điện tử qua trục liên thông",
                *a_letter("Gửi, nhận văn bản điện tử", *DIGEST),
            )
            .made_as(Made.SIGNED_AGENCY, Made.SHEET),
            a_notice(
                "90",
                "SNV",
                5,
                20,
                2019,
                "Danh sách đơn vị đã kết nối trục liên thông",
                Made.SIGNED_AGENCY,
                Made.SHEET,
            ),
            a_document("Báo cáo", "301", "BC-SNV")
            .issued_on(2019, 12, 16)
            .about(
                "Kết quả gửi, nhận văn bản điện tử năm 2019",
                *a_letter("Tỷ lệ văn bản điện tử đạt 96 phần trăm"),
            )
            .made_as(Made.SIGNED_AGENCY, Made.WORD),
        ),
    )
    yield Part(
        "gl-quy-che",
        a_case_file()
        .of("gia-lai")
        .called(
            "01.VP",
            "Hồ sơ thực hiện Quy chế quản lý, sử dụng Hệ thống quản lý văn bản của Sở",
            keyword="quy chế",
        )
        .opened(2013, 1, 7)
        .closed(2013, 12, 27)
        .kept_for("20 năm")
        .with_document(
            a_document("Báo cáo", "11", "BC-STTTT")
            .issued_on(2013, 1, 28)
            .about(
                "Tình hình thực hiện Quy chế ban hành kèm theo Quyết định số 132/QĐ-STTTT năm 2011",
                *a_letter("Tình hình thực hiện Quy chế", *regulations.decision("gia-lai-132-2011")[8:14]),
            )
            .made_as(Made.PLAIN, Made.WORD),
            a_document("Thông báo", "35", "TB-STTTT")
            .issued_on(2013, 4, 15)
            .about(
                "Phân công quản trị Hệ thống quản lý văn bản và điều hành của Sở",
                *a_letter("Phân công quản trị"),
            )
            .made_as(Made.SCAN),
            a_document("Công văn", "402", "STTTT-VP")
            .issued_on(2013, 9, 9)
            .about(
                "Về việc cấp tài khoản sử dụng Hệ thống quản lý văn bản cho công chức mới",
                *a_letter("Cấp tài khoản"),
            )
            .made_as(Made.SCAN, Made.SHEET),
        ),
    )
    yield Part(
        "cb-chu-ky-so",
        a_case_file()
        .of("cao-bang")
        .called("06.CNTT", "Hồ sơ triển khai chữ ký số chuyên dùng năm 2022", keyword="chữ ký số")
        .opened(2022, 1, 10)
        .closed(2022, 11, 25)
        .kept_for("20 năm")
        .with_document(
            a_document("Kế hoạch", "09", "KH-STTTT")
            .issued_on(2022, 2, 14)
            .about("Triển khai chữ ký số chuyên dùng năm 2022", *a_letter("Cấp 250 chứng thư số chuyên dùng"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Công văn", "288", "STTTT-CNTT")
            .issued_on(2022, 5, 9)
            .about(
                "Về việc cấp chứng thư số theo Quyết định số 08/2021/QĐ-UBND",
                *a_letter("Cấp chứng thư số chuyên dùng"),
            )
            .made_as(Made.SIGNED, Made.WORD),
            a_document("Báo cáo", "176", "BC-STTTT")
            .issued_on(2022, 11, 14)
            .about("Kết quả triển khai chữ ký số chuyên dùng năm 2022", *a_letter("Đã cấp 243 chứng thư số"))
            .made_as(Made.SIGNED, Made.SCAN),
        ),
    )
