"""Who is in the sample world: every case file, with what should become of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.samples import regulations
from tests.samples.case_file import CaseFilePlan, DocumentPlan, Made, Wrapping, a_case_file, a_document
from tests.samples.offices import STRANGER

EXCHANGE = regulations.article("lang-son-31-2020", 9)
DIGEST = regulations.article("an-giang-50-2018", 9)


@dataclass(frozen=True)
class Part:
    """A case file and its part in the story.

    Attributes:
        outcome: stored, returned, refused or tested.
        codes: finding codes that must be among the findings.
        role: what the demonstration does with it: destroy, held, transfer; or what is left to people: decision,
            due, listed; or "".
    """

    key: str
    plan: CaseFilePlan
    outcome: str = "stored"
    codes: tuple[str, ...] = ()
    role: str = ""


def _notice(
    number: str, sign: str, month: int, day: int, year: int, subject: str, *files: Made
) -> DocumentPlan:
    return (
        a_document("Thông báo", number, f"TB-{sign}")
        .issued_on(year, month, day)
        .about(subject, *_letter(subject))
        .made_as(*(files or (Made.SIGNED,)))
    )


def _letter(subject: str, *more: str) -> tuple[str, ...]:
    return (
        "Kính gửi: Các cơ quan, đơn vị có liên quan.",
        f"Thực hiện nhiệm vụ được giao, cơ quan thông báo nội dung sau: {subject[:1].lower()}{subject[1:]}.",
        *more,
        "Đề nghị các cơ quan, đơn vị phối hợp thực hiện, gửi báo cáo kết quả đúng thời hạn quy định.",
        "Trong quá trình thực hiện nếu có vướng mắc, phản ánh về Văn phòng để được hướng dẫn./.",
    )


def cast() -> Iterator[Part]:
    """Yield the case files in the order in which they are sent."""
    yield from _lang_son()
    yield from _left_to_people()
    yield from _other_provinces()
    yield from _otherwise_wrapped()
    yield from _defective()


def _lang_son() -> Iterator[Part]:
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
                *_letter("Lấy ý kiến dự thảo Quy chế quản lý văn bản điện tử", *EXCHANGE),
            )
            .made_as(Made.SIGNED, Made.WORD)
            .signed_by("Chánh Văn phòng", "Phạm Hùng Trường"),
            a_document("Báo cáo", "86", "BC-STTTT")
            .issued_on(2020, 5, 28)
            .about(
                "Tổng hợp, tiếp thu, giải trình ý kiến góp ý dự thảo Quy chế quản lý văn bản điện tử",
                *_letter("Tổng hợp ý kiến góp ý của 32 cơ quan, đơn vị đối với dự thảo Quy chế"),
            )
            .made_as(Made.SIGNED, Made.SHEET)
            .from_organ("Sở Thông tin và Truyền thông tỉnh Lạng Sơn"),
            a_document("Tờ trình", "1164", "TTr-STTTT")
            .issued_on(2020, 6, 29)
            .about(
                "Đề nghị ban hành Quyết định về Quy chế tiếp nhận, xử lý, phát hành, quản lý văn bản điện tử",
                *_letter("Trình dự thảo Quyết định ban hành Quy chế quản lý văn bản điện tử"),
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
                *_letter("Triển khai thực hiện Quyết định số 31/2020/QĐ-UBND"),
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
            .about("Tập huấn nghiệp vụ văn thư, lưu trữ năm 2020", *_letter("Tổ chức 03 lớp tập huấn"))
            .made_as(Made.SIGNED, Made.SHEET),
            _notice("44", "SNV", 3, 16, 2020, "Lịch các lớp tập huấn nghiệp vụ văn thư, lưu trữ"),
            a_document("Công văn", "512", "SNV-VTLT")
            .issued_on(2020, 6, 8)
            .about(
                "Về việc cử công chức tham gia lớp tập huấn", *_letter("Cử công chức tham gia lớp tập huấn")
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Báo cáo", "203", "BC-SNV")
            .issued_on(2020, 12, 22)
            .about(
                "Kết quả tập huấn nghiệp vụ văn thư, lưu trữ năm 2020",
                *_letter("145 công chức đã dự tập huấn"),
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
            _notice("15", "SNV", 1, 18, 2021, "Thời điểm nghỉ hưu của công chức trong năm 2021"),
            a_document("Quyết định", "77", "QĐ-SNV")
            .issued_on(2021, 3, 29)
            .about(
                "Về việc nghỉ hưu để hưởng bảo hiểm xã hội", *_letter("Công chức được nghỉ hưu theo chế độ")
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Công văn", "640", "SNV-TCCB")
            .issued_on(2021, 6, 14)
            .about(
                "Về việc chốt sổ bảo hiểm xã hội", *_letter("Chốt sổ bảo hiểm xã hội cho công chức nghỉ hưu")
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
            .about("Sắp xếp các đơn vị hành chính cấp xã", *_letter("Sắp xếp các đơn vị hành chính cấp xã")),
            a_document("Đề án", "02", "ĐA-SNV")
            .issued_on(2019, 8, 20)
            .about("Đề án sắp xếp các đơn vị hành chính cấp xã", *_letter("Đề án sắp xếp 52 xã", *DIGEST))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Tờ trình", "118", "TTr-SNV")
            .issued_on(2019, 9, 5)
            .about(
                "Đề nghị thông qua Đề án sắp xếp các đơn vị hành chính cấp xã",
                *_letter("Trình thông qua Đề án"),
            )
            .made_as(Made.SIGNED, Made.SCAN),
            a_document("Báo cáo", "21", "BC-SNV")
            .issued_on(2020, 2, 17)
            .about(
                "Kết quả sắp xếp các đơn vị hành chính cấp xã",
                *_letter("Kết quả sắp xếp đơn vị hành chính cấp xã"),
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
                *_letter("Mua sắm máy photocopy Ricoh"),
            )
            .made_as(Made.SCAN_SIGNED),
            a_document("Hợp đồng", "07", "HĐ-SNV")
            .issued_on(2012, 4, 23)
            .about("Hợp đồng cung cấp thiết bị văn phòng", *_letter("Cung cấp thiết bị văn phòng"))
            .made_as(Made.SCAN_SIGNED, Made.SHEET),
            _notice("95", "SNV", 9, 10, 2012, "Lịch bảo trì thiết bị văn phòng", Made.SIGNED, Made.WORD),
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
                "Về việc trả lời kiến nghị tuyển dụng viên chức", *_letter("Trả lời kiến nghị về tuyển dụng")
            )
            .made_as(Made.SCAN_SIGNED, Made.WORD),
            a_document("Biên bản", "03", "BB-TTr")
            .issued_on(2012, 6, 18)
            .about("Biên bản làm việc về kiến nghị tuyển dụng", *_letter("Làm việc với người có kiến nghị"))
            .made_as(Made.SCAN_SIGNED),
            a_document("Báo cáo", "140", "BC-SNV")
            .issued_on(2012, 11, 12)
            .about(
                "Kết quả giải quyết kiến nghị tuyển dụng viên chức", *_letter("Kết quả giải quyết kiến nghị")
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
            .about("Số hóa tài liệu lưu trữ năm 2025", *_letter("Số hóa 120 mét giá tài liệu lưu trữ"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Công văn", "731", "SNV-VTLT")
            .issued_on(2025, 7, 14)
            .about(
                "Về việc áp dụng quy định mới về lưu trữ từ ngày 01/7/2025",
                *_letter("Áp dụng Luật Lưu trữ 2024"),
            ),
            a_document("Báo cáo", "310", "BC-SNV")
            .issued_on(2025, 12, 8)
            .about("Kết quả số hóa tài liệu lưu trữ năm 2025", *_letter("Đã số hóa 98 mét giá tài liệu"))
            .made_as(Made.SIGNED, Made.WORD, Made.SHEET),
        ),
    )


def _other_provinces() -> Iterator[Part]:
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
                "Vận hành Hệ thống quản lý văn bản và điều hành năm 2022", *_letter("Vận hành Hệ thống QLVB")
            )
            .made_as(Made.SIGNED, Made.SHEET),
            _notice("61", "STTTT", 6, 13, 2022, "Lịch bảo trì Hệ thống quản lý văn bản và điều hành"),
            a_document("Báo cáo", "188", "BC-STTTT")
            .issued_on(2022, 12, 12)
            .about(
                "Kết quả vận hành Hệ thống quản lý văn bản và điều hành",
                *_letter("Hệ thống hoạt động ổn định", *regulations.article("ninh-binh-2022-draft", 3)),
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
                *_letter(
                    "Triển khai Quyết định số 50/2018/QĐ-UBND",
                    *regulations.decision("an-giang-50-2018")[18:30],
                ),
            )
            .made_as(Made.SIGNED_AGENCY, Made.SCAN),
            a_document("Kế hoạch", "24", "KH-SNV")
            .issued_on(2019, 2, 18)
            .about(
                "Gửi, nhận văn bản điện tử qua trục liên thông",
                *_letter("Gửi, nhận văn bản điện tử", *DIGEST),
            )
            .made_as(Made.SIGNED_AGENCY, Made.SHEET),
            _notice(
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
                *_letter("Tỷ lệ văn bản điện tử đạt 96 phần trăm"),
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
                *_letter("Tình hình thực hiện Quy chế", *regulations.decision("gia-lai-132-2011")[8:14]),
            )
            .made_as(Made.PLAIN, Made.WORD),
            a_document("Thông báo", "35", "TB-STTTT")
            .issued_on(2013, 4, 15)
            .about(
                "Phân công quản trị Hệ thống quản lý văn bản và điều hành của Sở",
                *_letter("Phân công quản trị"),
            )
            .made_as(Made.SCAN),
            a_document("Công văn", "402", "STTTT-VP")
            .issued_on(2013, 9, 9)
            .about(
                "Về việc cấp tài khoản sử dụng Hệ thống quản lý văn bản cho công chức mới",
                *_letter("Cấp tài khoản"),
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
            .about("Triển khai chữ ký số chuyên dùng năm 2022", *_letter("Cấp 250 chứng thư số chuyên dùng"))
            .made_as(Made.SIGNED, Made.SHEET),
            a_document("Công văn", "288", "STTTT-CNTT")
            .issued_on(2022, 5, 9)
            .about(
                "Về việc cấp chứng thư số theo Quyết định số 08/2021/QĐ-UBND",
                *_letter("Cấp chứng thư số chuyên dùng"),
            )
            .made_as(Made.SIGNED, Made.WORD),
            a_document("Báo cáo", "176", "BC-STTTT")
            .issued_on(2022, 11, 14)
            .about("Kết quả triển khai chữ ký số chuyên dùng năm 2022", *_letter("Đã cấp 243 chứng thư số"))
            .made_as(Made.SIGNED, Made.SCAN),
        ),
    )


def _left_to_people() -> Iterator[Part]:
    """Yield what nobody plays with: it waits for who looks at the running house."""
    # Each of another year: the numbers of documents follow it, and no two of an office may be the same.
    for key, notation, title, year in (
        ("ls-cho-duyet-1", "31.TH", "Hồ sơ kiểm tra công tác văn thư, lưu trữ năm 2021", 2021),
        ("ls-cho-duyet-2", "32.TH", "Hồ sơ thực hiện chế độ báo cáo định kỳ năm 2022", 2022),
    ):
        yield Part(key, _short("lang-son", notation, title, year), role="decision")
    for key, notation, title, year, role in (
        ("ls-den-han-1", "10.VP", "Hồ sơ quản lý xe ô tô công vụ năm 2011", 2011, "due"),
        ("ls-den-han-2", "11.VP", "Hồ sơ sửa chữa trụ sở làm việc năm 2010", 2010, "due"),
        ("ls-da-lap-danh-muc", "12.VP", "Hồ sơ cấp phát văn phòng phẩm năm 2009", 2009, "listed"),
    ):
        yield Part(key, _short("lang-son-so-noi-vu", notation, title, year), role=role)


def _otherwise_wrapped() -> Iterator[Part]:
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
                *_letter("Rà soát quy chế", *regulations.article("lang-son-31-2020", 6)),
            ),
            a_document("Công văn", "815", "SNV-VTLT")
            .issued_on(2025, 8, 19)
            .about("Về việc bổ sung danh sách đầu mối văn thư", *_letter("Bổ sung danh sách đầu mối"))
            .made_as(Made.SIGNED, Made.SHEET),
            _notice("208", "SNV", 9, 24, 2025, "Kết quả rà soát quy chế quản lý văn bản điện tử"),
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
                *_letter("Triển khai Quy chế", *regulations.article("cao-bang-08-2021", 4)),
            )
            .made_as(Made.SIGNED, Made.WORD),
            a_document("Báo cáo", "190", "BC-STTTT")
            .issued_on(2021, 12, 6)
            .about("Kết quả thực hiện Quyết định số 08/2021/QĐ-UBND", *_letter("Kết quả thực hiện Quy chế")),
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
                *_letter("Tập huấn sử dụng Hệ thống", *regulations.article("gia-lai-132-2011", 5)),
            )
            .made_as(Made.PLAIN, Made.SHEET),
            a_document("Báo cáo", "97", "BC-STTTT")
            .issued_on(2014, 11, 17)
            .about("Kết quả tập huấn", *_letter("Kết quả tập huấn"))
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
            .about("Về việc nâng bậc lương thường xuyên", *_letter("Nâng bậc lương thường xuyên")),
            a_document("Báo cáo", "288", "BC-SNV")
            .issued_on(2018, 12, 10)
            .about("Kết quả nâng bậc lương năm 2018", *_letter("Kết quả nâng bậc lương"))
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
            .about("Chỉnh lý tài liệu tồn đọng", *_letter("Chỉnh lý 40 mét giá tài liệu")),
            a_document("Báo cáo", "271", "BC-SNV")
            .issued_on(2025, 10, 20)
            .about("Kết quả chỉnh lý tài liệu tồn đọng", *_letter("Đã chỉnh lý 40 mét giá tài liệu")),
        ),
        codes=("SIP_MDTYPE", "SIP_SCHEMA_CASE", "SIP_SCHEMA_ARC", "SIP_DOC_CODE_YEAR", "V09_DEPENDENT"),
    )
    yield Part(
        "ls-goi-thu",
        _short(so, "25.TH", "Hồ sơ gửi thử từ phần mềm mới", 2021).with_status("TEST"),
        "tested",
    )
    yield Part(
        "gl-nhieu-ho-so",
        _short("gia-lai", "03.VP", "Hồ sơ văn thư năm 2014", 2014)
        .wrapped_as(Wrapping.CSV)
        .mixed_with_another(),
        "returned",
        ("SHEET_SEVERAL_CASES",),
    )
    yield Part(
        "ls-goi-rong",
        _short(so, "26.TH", "Hồ sơ có tệp để ở nơi khác", 2021).with_a_hole(),
        "returned",
        ("HOLE_ADDRESS",),
    )


def _short(office: str, notation: str, title: str, year: int) -> CaseFilePlan:
    """Return a case file of one plan and one report, right in every respect."""
    sign = "STTTT" if office in ("ninh-binh", "cao-bang") else "SNV"
    kind = Made.SIGNED_AGENCY if office == "an-giang" else Made.SIGNED
    return (
        a_case_file()
        .of(office)
        .called(notation, title)
        .opened(year, 2, 3)
        .closed(year, 12, 15)
        .kept_for("10 năm")
        .with_document(
            a_document("Kế hoạch", f"7{year % 10}", f"KH-{sign}")
            .issued_on(year, 3, 2)
            .about(f"Kế hoạch: {title}", *_letter(f"Kế hoạch năm {year}"))
            .made_as(kind),
            a_document("Báo cáo", f"27{year % 10}", f"BC-{sign}")
            .issued_on(year, 12, 1)
            .about(f"Báo cáo: {title}", *_letter(f"Báo cáo năm {year}"))
            .made_as(kind, Made.WORD),
        )
    )


def _with_second(plan: CaseFilePlan, second: DocumentPlan) -> CaseFilePlan:
    return replace(plan, documents=(plan.documents[0], second, *plan.documents[2:]))


def _defective() -> Iterator[Part]:
    vietnamese = _short("ninh-binh", "08.TH", "Hồ sơ tổng kết công tác năm 2022", 2022)
    yield Part(
        "nb-ten-tep",
        _with_second(vietnamese, vietnamese.documents[1].named(0, "Báo cáo tổng kết.pdf")),
        "returned",
        ("FILE_NAME",),
    )
    secret = _short("lang-son-so-noi-vu", "21.TH", "Hồ sơ phương án bảo vệ", 2021)
    yield Part(
        "ls-mat",
        _with_second(secret.used_as("Mật"), secret.documents[1].stamped("MẬT").wrongly(Mode="Mật")),
        "refused",
        ("SECRET",),
    )
    infected = _short("an-giang", "08TH", "Hồ sơ tổng hợp thi đua năm 2019", 2019)
    yield Part(
        "ag-nhiem-doc",
        _with_second(infected, infected.documents[1].made_as(Made.SIGNED_AGENCY, Made.EICAR)),
        "refused",
        ("VIRUS",),
    )
    torn = _short("cao-bang", "12.TH", "Hồ sơ kiểm tra công nghệ thông tin năm 2022", 2022)
    yield Part(
        "cb-tep-hong",
        _with_second(torn, torn.documents[1].made_as(Made.BROKEN)),
        "returned",
        ("UNOPENABLE",),
    )
    yield Part(
        "ls-sai-ma-bam",
        _short(
            "lang-son-so-noi-vu", "22.TH", "Hồ sơ thanh tra công vụ năm 2021", 2021
        ).with_wrong_hash_of_file(2),
        "returned",
        ("SIP_HASH",),
    )
    wrong = _short("lang-son-so-noi-vu", "23.TH", "Hồ sơ thi nâng ngạch năm 2021", 2021)
    yield Part(
        "ls-mo-ta-sai",
        _with_second(
            wrong.wrongly(TotalDoc="5", StartDate="31/02/2021", FileCatalog="21", Maintenance=""),
            wrong.documents[1].wrongly(Subject="Trích yếu " * 60, CodeNumber="123456789012", PageAmount="9"),
        ),
        "returned",
        ("V04", "V04_DOCS", "V09_LENGTH", "V09_DATE", "V09_REQUIRED", "V10_YEAR"),
    )
    yield Part(
        "la-khong-biet",
        _short("lang-son-so-noi-vu", "24.TH", "Hồ sơ của cơ quan chưa đăng ký", 2021).of(STRANGER),
        "refused",
        ("AGENCY_UNKNOWN",),
    )
