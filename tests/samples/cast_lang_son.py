"""Case files of Lạng Sơn: the ones the story is told with."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples import regulations
from tests.samples.case_file import Made, a_case_file, a_document
from tests.samples.part import Part, a_letter, a_notice

EXCHANGE = regulations.article("lang-son-31-2020", 9)
DIGEST = regulations.article("an-giang-50-2018", 9)


def lang_son() -> Iterator[Part]:
    """Yield them in the order in which they are sent."""
    ls = "lang-son"
    yield Part(
        "ls-quy-che",
        a_case_file()
        .of(ls)
        .called(
            "01.KGVX",
            "Hồ sơ ban hành Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử trên địa bàn tỉnh Lạng Sơn",
            keyword="quy chế; văn bản điện tử",
        )
        .opened(2020, 3, 9)
        .closed(2020, 12, 31)
        .kept_for("Vĩnh viễn")
        .with_document(
            a_document("Công văn", "412", "UBND-KGVX")
            .issued_on(2020, 4, 13)
            .about(
                "Về việc lấy ý kiến dự thảo Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử",
                *a_letter("Lấy ý kiến dự thảo Quy chế quản lý văn bản điện tử", *EXCHANGE),
            )
            .made_as(Made.SIGNED, Made.WORD)
            .signed_by("Chánh Văn phòng", "Phạm Hùng Trường"),
            a_document("Báo cáo", "86", "BC-STTTT")
            .issued_on(2020, 5, 28)
            .about(
                "Tổng hợp, tiếp thu, giải trình ý kiến góp ý dự thảo Quy chế quản lý văn bản điện tử",
                *a_letter("Tổng hợp ý kiến góp ý của 32 cơ quan, đơn vị đối với dự thảo Quy chế"),
            )
            .made_as(Made.SIGNED, Made.SHEET)
            .from_organ("Sở Thông tin và Truyền thông tỉnh Lạng Sơn"),
            a_document("Tờ trình", "1164", "TTr-STTTT")
            .issued_on(2020, 6, 29)
            .about(
                "Đề nghị ban hành Quyết định về Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử",
                *a_letter("Trình dự thảo Quyết định ban hành Quy chế quản lý văn bản điện tử"),
            )
            .made_as(Made.SIGNED, Made.WORD)
            .from_organ("Sở Thông tin và Truyền thông tỉnh Lạng Sơn"),
            a_document("Quyết định", "31", "2020/QĐ-UBND")
            .issued_on(2020, 7, 11)
            .about(
                "Ban hành Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử và theo dõi, đôn đốc, kiểm tra "
                "việc thực hiện nhiệm vụ do Ủy ban nhân dân tỉnh, Chủ tịch Ủy ban nhân dân tỉnh giao cho các cơ quan "
                "nhà nước trên địa bàn tỉnh Lạng Sơn",
                *regulations.paragraphs("lang-son-31-2020")[5:],
            )
            .signed_by("TM. Ủy ban nhân dân\nKT. Chủ tịch\nPhó Chủ tịch", "Hồ Tiến Thiệu"),
            a_document("Công văn", "905", "UBND-KGVX")
            .issued_on(2020, 8, 4)
            .about(
                "Về việc triển khai thực hiện Quyết định số 31/2020/QĐ-UBND",
                *a_letter("Triển khai thực hiện Quyết định số 31/2020/QĐ-UBND"),
            )
            .made_as(Made.SIGNED, Made.SCAN)
            .signed_by("Chánh Văn phòng", "Phạm Hùng Trường"),
        ),
        role="decision",
    )
    so = "lang-son-so-noi-vu"
    yield Part(
        "ls-tap-huan",
        a_case_file()
        .of(so)
        .called(
            "05.VTLT",
            "Hồ sơ tổ chức tập huấn nghiệp vụ văn thư, lưu trữ năm 2020",
            keyword="tập huấn; lưu trữ",
        )
        .opened(2020, 2, 10)
        .closed(2020, 12, 31)
        .kept_for("20 năm")
        .with_document(
            a_document("Kế hoạch", "18", "KH-SNV")
            .issued_on(2020, 2, 24)
            .about("Tập huấn nghiệp vụ văn thư, lưu trữ năm 2020", *a_letter("Tổ chức 03 lớp tập huấn"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_notice("44", "SNV", 3, 16, 2020, "Lịch các lớp tập huấn nghiệp vụ văn thư, lưu trữ"),
            a_document("Công văn", "512", "SNV-VTLT")
            .issued_on(2020, 6, 8)
            .about(
                "Về việc cử công chức tham gia lớp tập huấn", *a_letter("Cử công chức tham gia lớp tập huấn")
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Báo cáo", "203", "BC-SNV")
            .issued_on(2020, 12, 22)
            .about(
                "Kết quả tập huấn nghiệp vụ văn thư, lưu trữ năm 2020",
                *a_letter("145 công chức đã dự tập huấn"),
            )
            .made_as(Made.SIGNED, Made.SHEET, Made.WORD),
        ),
    )
    yield Part(
        "ls-can-bo",
        a_case_file()
        .of(so)
        .called(
            "11.TCCB", "Hồ sơ giải quyết chế độ nghỉ hưu của công chức năm 2021", keyword="nghỉ hưu; chế độ"
        )
        .opened(2021, 1, 11)
        .closed(2021, 9, 30)
        .kept_for("70 năm")
        .used_as("Sử dụng có điều kiện")
        .with_document(
            a_notice("15", "SNV", 1, 18, 2021, "Thời điểm nghỉ hưu của công chức trong năm 2021"),
            a_document("Quyết định", "77", "QĐ-SNV")
            .issued_on(2021, 3, 29)
            .about(
                "Về việc nghỉ hưu để hưởng bảo hiểm xã hội", *a_letter("Công chức được nghỉ hưu theo chế độ")
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Công văn", "640", "SNV-TCCB")
            .issued_on(2021, 6, 14)
            .about(
                "Về việc chốt sổ bảo hiểm xã hội", *a_letter("Chốt sổ bảo hiểm xã hội cho công chức nghỉ hưu")
            ),
        ),
    )
    yield Part(
        "ls-giao-nop",
        a_case_file()
        .of(so)
        .called(
            "02.TCBC",
            "Hồ sơ sắp xếp các đơn vị hành chính cấp xã giai đoạn 2019 - 2020",
            keyword="sắp xếp; cấp xã",
        )
        .opened(2019, 4, 2)
        .closed(2020, 3, 31)
        .kept_for("Vĩnh viễn")
        .with_document(
            a_document("Kế hoạch", "31", "KH-SNV")
            .issued_on(2019, 4, 15)
            .about("Sắp xếp các đơn vị hành chính cấp xã", *a_letter("Sắp xếp các đơn vị hành chính cấp xã")),
            a_document("Đề án", "02", "ĐA-SNV")
            .issued_on(2019, 8, 20)
            .about("Đề án sắp xếp các đơn vị hành chính cấp xã", *a_letter("Đề án sắp xếp 52 xã", *DIGEST))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Tờ trình", "118", "TTr-SNV")
            .issued_on(2019, 9, 5)
            .about(
                "Đề nghị thông qua Đề án sắp xếp các đơn vị hành chính cấp xã",
                *a_letter("Trình thông qua Đề án"),
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Báo cáo", "21", "BC-SNV")
            .issued_on(2020, 2, 17)
            .about(
                "Kết quả sắp xếp các đơn vị hành chính cấp xã",
                *a_letter("Kết quả sắp xếp đơn vị hành chính cấp xã"),
            )
            .made_as(Made.SIGNED, Made.WORD),
        ),
        role="transfer",
    )
    yield Part(
        "ls-het-han",
        a_case_file()
        .of(so)
        .called(
            "09.VP", "Hồ sơ mua sắm, sửa chữa trang thiết bị văn phòng năm 2012", keyword="mua sắm; sửa chữa"
        )
        .opened(2012, 1, 16)
        .closed(2012, 12, 20)
        .kept_for("10 năm")
        .with_document(
            a_document("Tờ trình", "12", "TTr-VP")
            .issued_on(2012, 2, 6)
            .about(
                "Đề nghị mua sắm máy photocopy Ricoh cho Văn phòng Sở",
                *a_letter("Mua sắm máy photocopy Ricoh"),
            )
            .made_as(Made.SCAN_SIGNED),
            a_document("Hợp đồng", "07", "HĐ-SNV")
            .issued_on(2012, 4, 23)
            .about("Hợp đồng cung cấp thiết bị văn phòng", *a_letter("Cung cấp thiết bị văn phòng"))
            .made_as(Made.SCAN_SIGNED, Made.SHEET),
            a_notice("95", "SNV", 9, 10, 2012, "Lịch bảo trì thiết bị văn phòng", Made.SIGNED, Made.WORD),
        ),
        role="destroy",
    )
    yield Part(
        "ls-bi-giu",
        a_case_file()
        .of(so)
        .called(
            "14.TTr",
            "Hồ sơ giải quyết kiến nghị về tuyển dụng viên chức năm 2012",
            keyword="kiến nghị; tuyển dụng",
        )
        .opened(2012, 3, 5)
        .closed(2012, 11, 30)
        .kept_for("10 năm")
        .with_document(
            a_document("Công văn", "233", "SNV-TTr")
            .issued_on(2012, 4, 2)
            .about(
                "Về việc trả lời kiến nghị tuyển dụng viên chức", *a_letter("Trả lời kiến nghị về tuyển dụng")
            )
            .made_as(Made.SCAN_SIGNED, Made.WORD),
            a_document("Biên bản", "03", "BB-TTr")
            .issued_on(2012, 6, 18)
            .about("Biên bản làm việc về kiến nghị tuyển dụng", *a_letter("Làm việc với người có kiến nghị"))
            .made_as(Made.SCAN_SIGNED),
            a_document("Báo cáo", "140", "BC-SNV")
            .issued_on(2012, 11, 12)
            .about(
                "Kết quả giải quyết kiến nghị tuyển dụng viên chức", *a_letter("Kết quả giải quyết kiến nghị")
            )
            .made_as(Made.SIGNED, Made.SHEET),
        ),
        role="held",
    )
    yield Part(
        "ls-2025",
        a_case_file()
        .of(so)
        .by_circular("TT05")
        .called("03.CCHC", "Hồ sơ triển khai số hóa tài liệu lưu trữ năm 2025", keyword="số hóa; lưu trữ")
        .opened(2025, 2, 17)
        .closed(2025, 12, 19)
        .kept_for("20 năm")
        .with_document(
            a_document("Kế hoạch", "22", "KH-SNV")
            .issued_on(2025, 3, 3)
            .about("Số hóa tài liệu lưu trữ năm 2025", *a_letter("Số hóa 120 mét giá tài liệu lưu trữ"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Công văn", "731", "SNV-VTLT")
            .issued_on(2025, 7, 14)
            .about(
                "Về việc áp dụng quy định mới về lưu trữ từ ngày 01/7/2025",
                *a_letter("Áp dụng Luật Lưu trữ 2024"),
            ),
            a_document("Báo cáo", "310", "BC-SNV")
            .issued_on(2025, 12, 8)
            .about("Kết quả số hóa tài liệu lưu trữ năm 2025", *a_letter("Đã số hóa 98 mét giá tài liệu"))
            .made_as(Made.SIGNED, Made.WORD, Made.SHEET),
        ),
    )
