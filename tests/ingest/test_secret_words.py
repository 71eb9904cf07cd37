"""What is a mark of secrecy and what only looks like one: tables, then the real road to the wiped quarantine."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pdf_builders as make
import pytest
import trap_builders as trap
from fpdf import FPDF
from gathering_world import SHORT
from openpyxl import Workbook

from archive.ledger.append import read
from archive.register.models import Submission
from archive.register.session import reading
from ingest import pipeline, quarantine
from ingest.checks.secret_words import is_marked, is_secret_field, is_secret_name, stamp_on
from ingest.reception import receive
from ingest.steps.step import Verdict
from tests.samples.pki import Pki
from tests.samples.road import NOW, ACase, Road, a_case, from_, plain


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


FIELDS = [
    ("Mode", "Mật", True),
    ("Rights", "tối  mật", True),
    ("Mode", "Tuyet mat", True),
    ("Mode", "03", True),
    ("Language", "03", False),
    ("Secrecy", "Mật", True),
    ("Secrecy", nfd("Tuyệt mật"), True),
    ("DoMat", "3", True),
    ("DoMat", "1", False),
    ("SecurityLevel", "Toi mat", True),
    ("SecurityLevel", "mat", True),
    ("Secrecy", "Không mật", False),
    ("Secrecy", "Thường", False),
    ("Description", "Mật", True),
    ("InforSign", "TỐI MẬT", True),
    ("Keyword", "Độ mật: Tối mật", True),
    ("Subject", "Kế hoạch diễn tập (Mật)", True),
    ("Title", "KẾ HOẠCH PHÒNG THỦ - TỐI MẬT", True),
    ("Title", "MẬT: Phương án bảo vệ", True),
    ("Odd", "[tuyệt mật]", True),
    ("Subject", "Về việc thực hiện Luật Bảo vệ bí mật nhà nước", False),
    ("Subject", "Quy chế bảo mật thông tin", False),
    ("Title", "Hồ sơ quy hoạch mật độ xây dựng", False),
    ("Subject", "Xử lý vi phạm về bí mật kinh doanh", False),
    ("Subject", "Danh mục bí mật nhà nước độ Tối mật, độ Mật thuộc lĩnh vực nội vụ", False),
    ("Subject", 'Quy định việc sử dụng dấu "Mật" trên văn bản', False),
    ("Title", "BẢO VỆ BÍ MẬT NHÀ NƯỚC", False),
    ("Title", "Hồ sơ cấp mật khẩu, mật mã", False),
    ("Mode", "Mặt", False),
    ("OrganName", "Hội nuôi ong mật", False),
    ("Subject", "Biên bản TỐI MẬT", True),
    ("Title", nfd("Biên bản họp TUYỆT MẬT."), True),
    ("Subject", "Danh mục tài liệu độ TỐI MẬT", False),
    ("Subject", "QUY ĐỊNH VỀ HỒ SƠ DÀNH CHO CÁN BỘ LÀM CÔNG TÁC TỐI MẬT", False),
    ("Subject", "Biên bản tối mật", False),
]
STAMPS = [
    ("UBND TỈNH LẠNG SƠN\nMẬT\nSố: 12/KH", "MẬT"),
    ("UBND TỈNH    [ TỐI MẬT ]    CỘNG HÒA XÃ HỘI", "TỐI MẬT"),
    ("UBND TỈNH\tMật\tCỘNG HÒA XÃ HỘI", "MẬT"),
    ("SỞ NỘI VỤ\nT U Y Ệ T  M Ậ T\n", "TUYỆT MẬT"),
    ("SỞ NỘI VỤ\nM\tẬ\tT\n", "MẬT"),
    (nfd("SỞ NỘI VỤ\nM Ậ T\nSố: 1"), "MẬT"),
    ("SỞ NỘI VỤ\nmật\nSố: 1", "MẬT"),
    ("SỞ NỘI VỤ\nTối mật\nSố: 1", "TỐI MẬT"),
    ("Số: 12\n│ MẬT │\n", "MẬT"),
    ("MẬT (Bản số: 02)\nQUYẾT ĐỊNH", "MẬT"),
    ("TÀI LIỆU TỐI MẬT\nQUYẾT ĐỊNH", "TỐI MẬT"),
    ("Độ mật: Mật\nQUYẾT ĐỊNH", "MẬT"),
    ("- MẬT -", "MẬT"),
    ("Độ mật của văn bản\nmật ong\nBÍ MẬT NHÀ NƯỚC", ""),
    ("Điều 1. Tài liệu có đóng dấu MẬT không gửi qua mạng", ""),
    ("Luật Bảo vệ bí\nmật\nnhà nước quy định", ""),
    ("QUY CHẾ BẢO\nMẬT\nTHÔNG TIN", ""),
    ("Quy hoạch chung\nMẬT\nĐỘ XÂY DỰNG", ""),
    ("văn bản được xếp loại\ntối mật\ntheo quy định của pháp luật", ""),
    ("Thông tin phải được bảo mật, mật khẩu dài 12 ký tự.", ""),
    ("Bí mật kinh doanh của doanh nghiệp\nMật độ dân cư", ""),
    ("Độ mật", ""),
    ("", ""),
]
CELLS = [
    ("STT,Độ mật,Trích yếu\n1,Mật,Kế hoạch", "MẬT"),
    ("STT;Bảo\n1;mật", "MẬT"),  # a cell stands alone whatever is above it
    ("Số ký hiệu,Trích yếu\n31/QĐ,Quy chế bảo mật", ""),
]
NAMES = [
    ("Kế hoạch (MẬT).pdf", True),
    ("Kế hoạch (mật).pdf", True),
    (nfd("Kế hoạch (Mật).pdf"), True),
    ("MẬT_12.pdf", True),
    ("Danh_sách_mật.pdf", True),
    ("mật.pdf", True),
    ("M Ậ T.pdf", True),
    ("Phương án tối mật.pdf", True),
    ("TUYET_MAT 2020.pdf", True),
    ("KeHoachTuyetMat2020.pdf", True),
    ("toi-mat.pdf", True),
    ("Luật Bảo vệ bí mật nhà nước.pdf", False),
    ("Luật_bảo_vệ_bí_mật_nhà_nước.pdf", False),
    ("BẢO VỆ BÍ MẬT NHÀ NƯỚC.pdf", False),
    ("quy_chế_bảo_mật.pdf", False),
    ("MẬT ĐỘ XÂY DỰNG.pdf", False),
    ("mật-khẩu.txt", False),
    ("cơ_yếu_mật_mã.pdf", False),
    ("buổi tối mặt trời.pdf", False),
    ("Format 2020.pdf", False),
    ("matrix.xlsx", False),
]


@pytest.mark.parametrize(("name", "value", "secret"), FIELDS)
def test_a_field_that_says_a_level_is_told_from_one_that_speaks_of_secrecy(
    name: str, value: str, secret: bool
) -> None:
    assert is_secret_field(name, value) is secret


@pytest.mark.parametrize(("text", "level"), STAMPS)
def test_a_stamp_is_told_from_words_of_the_text(text: str, level: str) -> None:
    assert stamp_on(text) == level


@pytest.mark.parametrize(("text", "level"), CELLS)
def test_in_a_table_every_cell_stands_alone(text: str, level: str) -> None:
    assert stamp_on(text, cells=True) == level


@pytest.mark.parametrize(("name", "secret"), NAMES)
def test_a_secret_file_name_is_told_from_ordinary_words(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_the_real_regulations_and_the_letter_of_the_law_are_no_secrets() -> None:
    folder = Path(__file__).parents[1] / "samples" / "texts"
    texts = [path.read_text("utf-8") for path in folder.glob("*.txt")]
    assert texts
    for text in texts:
        assert stamp_on(text) == ""
        assert not any(is_marked(line) for line in text.splitlines())


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pki]:
    folder = tmp_path_factory.mktemp("road")
    return folder, Pki(folder / "pki", folder / "trust")


@pytest.fixture
def road(house: Path, workshop: tuple[Path, Pki], monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    folder, _ = workshop
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(folder / "trust"))
    yield Road(*workshop)


def _stamped_book(path: Path) -> None:
    book = Workbook()
    for number in range(600):
        book.active.append((number, f"Nội dung công việc số {number} của kế hoạch", "Thường"))
    book.active.append((601, "Việc riêng", "Tối mật"))
    book.save(path.with_suffix(".xlsx"))
    path.with_suffix(".xlsx").rename(path)


def _stamped_csv(path: Path) -> None:
    rows = [f"{n},Nội dung số {n},Thường" for n in range(2000)]
    path.write_text("\n".join(["STT,Nội dung,Độ mật", *rows, "2001,Việc riêng,Mật"]), "utf-8")


def _old_word(path: Path) -> None:
    trap.old_word(path, "UBND TỈNH\rMẬT\rSố: 12/KH\rKẾ HOẠCH")


def _carrying(path: Path) -> None:
    trap.carrying(path, {"Phương án (MẬT).docx": b"x"})


def _attached(path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.invalid", "Kế hoạch"
    message.set_content("Kính gửi\n")
    message.add_attachment("SỞ NỘI VỤ\nMẬT\nSố: 12/KH\n", filename="a.txt")
    path.write_bytes(message.as_bytes())


def _beside_the_letterhead(path: Path) -> None:
    """Three columns on one line: a PDF keeps nothing but a space between them."""
    pdf = FPDF()
    pdf.add_font("Serif", fname=make.SERIF)
    pdf.set_font("Serif", size=12)
    pdf.add_page()
    for left, words in ((10, "UBND TỈNH LẠNG SƠN"), (90, "MẬT"), (130, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA")):
        pdf.set_xy(left, 20)
        pdf.cell(40, 8, words)
    pdf.output(str(path))


def _in_bold_in_a_sentence(path: Path) -> None:
    pdf = FPDF()
    pdf.add_font("Serif", fname=make.SERIF)
    pdf.add_font("Serif", "B", fname=make.SERIF.replace("Regular", "Bold"))
    pdf.set_font("Serif", size=12)
    pdf.add_page()
    pdf.write(8, "Văn bản đóng dấu ")
    pdf.set_font("Serif", "B", 12)
    pdf.write(8, "MẬT")
    pdf.set_font("Serif", "", 12)
    pdf.write(8, " không gửi qua mạng.")
    pdf.output(str(path))


MARKED: dict[str, Callable[[], ACase]] = {
    "a field of the case file": lambda: a_case("lang-son").saying(Description="Tối mật"),
    "a field of a document": lambda: a_case().document(Secrecy="Mật"),
    "a field nobody knows": lambda: a_case().document(DoMatVanBan="Mật"),
    "the code of the new circular": lambda: a_case().document(Mode="03"),
    "a file's name": lambda: a_case().files(("Kế hoạch (Mật).pdf", plain)),
    "a stamp on the first page": lambda: a_case().papered(stamp="MẬT").files(("a.pdf", plain)),
    "a stamp beside the letterhead": lambda: a_case().files(("a.pdf", from_(_beside_the_letterhead))),
    "a stamp in small letters": lambda: a_case().papered(stamp="Tối mật").files(("a.pdf", plain)),
    "a stamp set wide": lambda: a_case().papered(stamp="M Ậ T").files(("a.pdf", plain)),
    "a cell of a workbook, far down": lambda: a_case().files(
        ("a.pdf", plain), ("b.xlsx", from_(_stamped_book))
    ),
    "a cell of a CSV, far down": lambda: a_case().files(("a.pdf", plain), ("b.csv", from_(_stamped_csv))),
    "the first page of an old Word file": lambda: a_case().files(("a.doc", from_(_old_word))),
    "the name of a file inside a PDF": lambda: a_case().files(("a.pdf", from_(_carrying))),
    "the first page of a file attached to a message": lambda: a_case().files(("a.eml", from_(_attached))),
}


@pytest.mark.parametrize("where", MARKED)
def test_a_marked_delivery_is_refused_and_nothing_of_it_is_said(road: Road, where: str) -> None:
    judged = MARKED[where]().judged(road)
    assert (judged.verdict, judged.wiped) == (Verdict.REFUSE, True)
    (finding,) = judged.findings
    assert finding.code in ("SECRET", "V12")
    assert "mật" not in json.dumps([finding.place, *finding.params.values()], ensure_ascii=False).lower()


@pytest.mark.parametrize(
    "subject",
    [
        "Ban hành Quy chế bảo mật thông tin của cơ quan",
        "Điều chỉnh mật độ xây dựng khu trung tâm",
        "Xử lý vi phạm về bí mật kinh doanh",
        "Thực hiện Luật Bảo vệ bí mật nhà nước",
    ],
)
def test_running_text_about_secrecy_is_no_secret(road: Road, subject: str) -> None:
    case = a_case().document(Subject=subject).saying(Title=f"Hồ sơ: {subject}")
    assert case.judged(road).codes == []


def test_a_word_in_bold_in_a_sentence_is_no_stamp(road: Road) -> None:
    case = a_case().files(("a.pdf", from_(_in_bold_in_a_sentence)))
    assert not {"SECRET", "V12"} & set(case.judged(road).codes)


MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"><edXMLEnvelope><edXMLHeader><MessageHeader>
<From><OrganId>000.00.05.H37</OrganId><OrganName>Sở Nội vụ</OrganName></From>
<To><OrganId>000.00.00.H00</OrganId></To><DocumentId>H37-1</DocumentId>
<Code><CodeNumber>12</CodeNumber><CodeNotation>KH-SNV</CodeNotation></Code>
<PromulgationInfo><PromulgationDate>2021/03/02</PromulgationDate></PromulgationInfo>
<Subject>{subject}</Subject><OtherInfo><Secret>{secret}</Secret></OtherInfo>
</MessageHeader></edXMLHeader></edXMLEnvelope></edXML>
"""


@pytest.mark.parametrize(
    ("subject", "secret", "refused"),
    [
        ("Kế hoạch kiểm tra", "", False),
        ("Kế hoạch kiểm tra", "Thường", False),
        ("Kế hoạch kiểm tra", "Mật", True),
        ("Kế hoạch kiểm tra", "3", True),
        ("Kế hoạch kiểm tra (Tối mật)", "", True),
        ("Kế hoạch bảo mật", "", False),
    ],
)
def test_an_edxml_message_that_says_it_is_secret_is_refused(
    road: Road, tmp_path: Path, subject: str, secret: str, refused: bool
) -> None:
    raw = tmp_path / "message"
    raw.write_text(MESSAGE.format(subject=subject, secret=secret), "utf-8")
    road.know(a_case("lang-son").where)
    judged = road.steps(raw, "000.00.05.H37", kind="edxml")
    assert (judged.verdict is Verdict.REFUSE, judged.wiped) == (refused, refused)


def test_a_secret_leaves_no_byte_in_the_quarantine_and_no_word_in_the_ledger(road: Road) -> None:
    case = (
        a_case("lang-son")
        .saying(Title="Hồ sơ phương án rừng xanh")
        .papered(stamp="MẬT")
        .files(("phuong an rung xanh.pdf", plain))
    )
    road.know(case.where)
    with road.package(case).open("rb") as source:
        got = receive(
            source,
            agency_code=case.where.code,
            message_id="m-1",
            kind="sip",
            file_name="rung xanh.zip",
            actor="t",
            now=NOW,
        )
    assert pipeline.advance(got.submission_id, steps=SHORT) == "refused"
    assert not quarantine.folder(got.submission_id).exists()
    with reading() as session:
        kept = session.get_one(Submission, got.submission_id)
        told = json.dumps(
            [[event.payload, event.object_id] for event in read(session)], ensure_ascii=False, default=str
        )
        shown = f"{kept.title} {kept.file_code} {kept.file_name} {[f.params for f in kept.findings]}"
    for word in ("rừng xanh", "rung xanh", "MẬT", case.fields["FileCode"]):
        assert word not in told and word not in shown
    assert '"SECRET"' in told
