"""The acceptance examples of the five provinces, each a row named after it, on the real checking road.

A accepted, A! accepted with a warning, R refused or returned. The outcome and the codes are worked out from the
regulations by hand. Papers are real PDFs with real signatures; what is about arrival goes through reception.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pdf_builders as make
import pikepdf
import pytest
import trap_builders as trap
from due_builders import on_the_list

from archive.register.models import Submission
from archive.register.session import reading
from archive.vietnam import VIETNAM
from ingest.delivery import Delivery
from ingest.formats.derivative import Derivative
from ingest.naming import assigned_file_code
from ingest.reception import receive
from ingest.steps.normalise import Derivatives
from ingest.steps.pack import describe
from ingest.steps.step import Verdict, Work
from tests.samples.pki import Pki
from tests.samples.road import (
    NOW,
    PLACES,
    ACase,
    Doc,
    Maker,
    Road,
    a_case,
    changed_after_signing,
    from_,
    plain,
    signed,
)

DRAFT = "PROFILE_DRAFT"


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Pki]:
    folder = tmp_path_factory.mktemp("road")
    return folder, Pki(folder / "pki", folder / "trust")


@pytest.fixture
def road(house: Path, workshop: tuple[Path, Pki], monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    folder, pki = workshop
    monkeypatch.setenv("TANGTHU_INGEST__TRUST_ROOTS", str(folder / "trust"))
    yield Road(folder, pki)


def ls() -> ACase:
    return a_case("lang-son")


def nb() -> ACase:
    return a_case("ninh-binh")


def gl() -> ACase:
    return a_case("gia-lai-so-tttt")


def cb() -> ACase:
    return a_case("cao-bang")


EXCHANGED = {
    "Status": "đã phát hành",
    "Position": "Giám đốc",
    "FullName": "Nguyễn Văn An",
    "Urgency": "thường",
    "ToOrgan": "UBND huyện",
    "SentAt": "2020-03-02T10:00:00+07:00",
    "SendReceipt": "2020-03-02T10:00:03+07:00",
}


def ag(document: str = "", case: str = "", issued: str = "") -> ACase:
    """A case file of An Giang; with a document id and a code of the case file as the regulation prints them."""
    whole = a_case("an-giang")
    if case:
        year, notation = case.split(".")[4], case.split(".", 5)[5]
        whole = whole.saying(
            FileCode=case, FileCatalog=year, FileNotation=notation, StartDate=f"01/01/{year}"
        )
    if document:
        whole = whole.document(DocCode=document, IssuedDate=issued or "02/03/2019")
    return whole


def sized(size: int) -> Maker:
    """A signed PDF of exactly so many bytes: what the signatures add is measured, then left out of the padding."""

    def weighty(padding: int) -> Maker:
        def over(road: Road, doc: Doc, target: Path) -> None:
            plain(road, doc, target)
            with pikepdf.open(target, allow_overwriting_input=True) as pdf:
                pdf.Root.Weight = pdf.make_stream(random.Random(31).randbytes(padding))
                pdf.save(target)

        return over

    def made(road: Road, doc: Doc, target: Path) -> None:
        padding = size - 100_000
        for _ in range(5):
            signed(over=weighty(padding), key=f"{padding} bytes")(road, doc, target)
            if target.stat().st_size == size:
                return
            padding += size - target.stat().st_size
        raise AssertionError(f"{target.stat().st_size} bytes, {size} wanted")

    return made


def of_pages(count: int) -> Maker:
    """A signed PDF of so many pages."""

    def many(road: Road, doc: Doc, target: Path) -> None:
        plain(road, doc, target)
        with pikepdf.open(target, allow_overwriting_input=True) as pdf:
            for _ in range(count - len(pdf.pages)):
                pdf.pages.append(pdf.pages[0])
            pdf.save(target)

    return signed(over=many, key=f"{count} pages")


def drawing(path: Path) -> None:
    make.scan(path.with_suffix(".png"))
    path.with_suffix(".png").rename(path)


def picture(path: Path) -> None:
    make.scan(path.with_suffix(".jpg"))
    path.with_suffix(".jpg").rename(path)


def workbook(path: Path) -> None:
    make.sheet(path.with_suffix(".xlsx")).rename(path)


def signed_letter(path: Path) -> None:
    make.letter(path)
    trap.adding(path, _xmlsignatures__sig1_DOT_xml=b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>')


def a_scan(path: Path) -> None:
    trap.scanned(path, "RGB")


def slides(path: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.presentationml"
    trap.zip_of(
        path,
        {
            "[Content_Types].xml": (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                f'<Override PartName="/ppt/presentation.xml" ContentType="{kind}.presentation.main+xml"/></Types>'
            ).encode(),
            "_rels/.rels": b'<?xml version="1.0"?><Relationships/>',
            "ppt/presentation.xml": b'<?xml version="1.0"?><p/>',
            "ppt/slides/slide1.xml": b'<a:p xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"/>',
        },
    )


def listing(*codes: str) -> Callable[[Road], None]:
    """The agency's list of due files."""
    return lambda road: on_the_list(PLACES["ninh-binh"].code, *codes)


def scanned(case: ACase) -> ACase:
    name = f"{case.fields['FileCode']}.001.pdf"
    return case.document(ConfidenceLevel="Số hóa").files((name, from_(a_scan)))


EXAMPLES: dict[str, tuple[Callable[[], ACase], str, tuple[str, ...]]] = {
    "LS1 signed pdf with sheet and drawing": (
        lambda: ls().files(("a.pdf", signed()), ("b.xlsx", from_(workbook)), ("ban ve.png", from_(drawing))),
        "A",
        (),
    ),
    "LS2 signed docx, no pdf": (
        lambda: ls().files(("a.docx", from_(signed_letter))).document(PageAmount=""),
        "R",
        ("FORMAT_SIGNED",),
    ),
    "LS3 secrecy Mật": (lambda: ls().document(Secrecy="Mật"), "R", ("SECRET",)),
    "LS5 signed Tuesday, issued Wednesday 13:40": (
        lambda: ls().document(SentAt="2021-03-03T13:40:00+07:00", SendReceipt="2021-03-03T13:40:02+07:00"),
        "A!",
        ("ISSUED_LATE",),
    ),
    "LS5 issued Wednesday 11:30, in time": (
        lambda: ls().document(SentAt="2021-03-03T11:30:00+07:00", SendReceipt="2021-03-03T11:30:02+07:00"),
        "A",
        (),
    ),
    "LS6 same out number twice from one agency and year": (
        lambda: ls().document(CodeNumber="16"),
        "R",
        ("NUMBER_DUPLICATE",),
    ),
    "LS7 approval dossier without paper reference": (
        lambda: ls().saying(Title="Hồ sơ trình phê duyệt dự án đầu tư trụ sở"),
        "A!",
        ("PAPER_EXPECTED",),
    ),
    "LS7 approval dossier with it": (
        lambda: ls().saying(Title="Hồ sơ trình phê duyệt dự án đầu tư trụ sở", PaperFileCode="K1.G2.H3.12"),
        "A",
        (),
    ),
    "LS8 black seal": (
        lambda: ls().files(("a.pdf", signed(inks=("blue", "black")))),
        "A!",
        ("SEAL_LOOK",),
    ),
    "LS9 recalled before acceptance": (lambda: ls().document(Status="thu hồi"), "R", ("RECALLED",)),
    "NB1 BaoCao2022.pdf, 3 MB, signed": (
        lambda: nb().files(("BaoCao2022.pdf", sized(3 * 2**20))),
        "A!",
        (DRAFT,),
    ),
    "NB2 Báo cáo.pdf": (lambda: nb().files(("Báo cáo.pdf", signed())), "R", ("FILE_NAME", DRAFT)),
    "NB3 51-character name": (lambda: nb().files(("a" * 47 + ".pdf", signed())), "R", ("FILE_NAME", DRAFT)),
    "NB3 50-character name": (lambda: nb().files(("a" * 46 + ".pdf", signed())), "A!", (DRAFT,)),
    "NB4 52 428 801 bytes": (lambda: nb().files(("a.pdf", sized(52_428_801))), "R", ("FILE_SIZE", DRAFT)),
    "NB4 52 428 800 bytes": (lambda: nb().files(("a.pdf", sized(52_428_800))), "A!", (DRAFT,)),
    "NB5 changed after signing": (
        lambda: nb().files(("a.pdf", changed_after_signing)),
        "R",
        ("SIGNATURE_INVALID", "SIGNATURE_INVALID", DRAFT),
    ),
    "NB6 unsigned pdf": (lambda: nb().files(("a.pdf", plain)), "R", ("SIGNATURE_MISSING", DRAFT)),
    "NB7 not in the Danh mục hồ sơ": (
        lambda: nb().after(listing("000.00.12.H42.2023.02.TH")),
        "A!",
        ("NOT_IN_FILE_LIST", DRAFT),
    ),
    "NB7 in the Danh mục hồ sơ": (
        lambda: nb().after(listing("000.00.12.H42.2023.01.TH", "000.00.12.H42.2023.02.TH")),
        "A!",
        (DRAFT,),
    ),
    "NB8 letter without its dossier or a reference to it": (
        lambda: nb().alone().document(Subject="Trình Ủy ban nhân dân tỉnh xem xét, gửi kèm hồ sơ dự án"),
        "R",
        ("DOSSIER_MISSING", DRAFT),
    ),
    "NB8 letter with a reference to its dossier": (
        lambda: (
            nb()
            .alone()
            .document(
                Subject="Trình Ủy ban nhân dân tỉnh xem xét, gửi kèm hồ sơ dự án",
                RelatedDocuments="000.00.12.H42.2023.07.DA",
            )
        ),
        "A!",
        (DRAFT,),
    ),
    "NB9 every accepted one warns of the draft": (nb, "A!", (DRAFT,)),
    "AG1 id and case code as printed": (
        lambda: ag("000.00.01.H01-2019.15", "000.00.01.H01.2018.01TH"),
        "A",
        (),
    ),
    "AG2 number with a leading zero": (
        lambda: ag("000.00.01.H01-2020.015", issued="02/03/2020"),
        "R",
        ("DOC_ID",),
    ),
    "AG2 number zero": (lambda: ag("000.00.01.H01-2020.0", issued="02/03/2020"), "R", ("DOC_ID",)),
    "AG3 case TH01": (lambda: ag("000.00.01.H01-2019.15", "000.00.01.H01.2018.TH01"), "R", ("CASE_CODE",)),
    "AG4 map.png": (
        lambda: ag().files(("a.pdf", signed()), ("map.png", from_(drawing))),
        "R",
        ("FORMAT",),
    ),
    "AG4 map.jpg holding JPEG": (
        lambda: ag().files(("a.pdf", signed()), ("map.jpg", from_(picture))),
        "A",
        (),
    ),
    "AG4 map.jpg holding PNG": (
        lambda: ag().files(("a.pdf", signed()), ("map.jpg", from_(drawing))),
        "R",
        ("FORMAT",),
    ),
    "AG5 unsigned": (lambda: ag().files(("a.pdf", plain)), "R", ("SIGNATURE_MISSING",)),
    "AG6 no signer's post": (lambda: ag().document(**(EXCHANGED | {"Position": ""})), "R", ("FIELD",)),
    "AG7 12 pages declared, 11 in pdf": (
        lambda: ag().files(("a.pdf", of_pages(11))).document(PageAmount="12").saying(PageNumber="13"),
        "R",
        ("PAGES",),
    ),
    "AG8 reply without link to its incoming document": (
        lambda: ag().document(Subject="Về việc trả lời kiến nghị của cử tri"),
        "A!",
        ("REPLY_LINK",),
    ),
    "AG8 reply with it": (
        lambda: ag().document(
            Subject="Về việc trả lời kiến nghị của cử tri",
            **(EXCHANGED | {"ResponseFor": "000.00.00.G09-2020.7"}),
        ),
        "A",
        (),
    ),
    "AG9 status thu hồi": (lambda: ag().document(**(EXCHANGED | {"Status": "Thu hồi"})), "R", ("RECALLED",)),
    "AG11 no send receipt, sent 01/10/2019": (
        lambda: ag("000.00.01.H01-2019.15", "000.00.01.H01.2018.01TH").document(
            **(EXCHANGED | {"SentAt": "01/10/2019", "SendReceipt": ""})
        ),
        "A",
        (),
    ),
    "AG11 no send receipt, sent 01/02/2020": (
        lambda: ag("000.00.01.H01-2019.15", "000.00.01.H01.2018.01TH").document(
            **(EXCHANGED | {"SentAt": "01/02/2020", "SendReceipt": ""})
        ),
        "A!",
        ("SEND_RECEIPT",),
    ),
    "AG13 id of H33": (
        lambda: ag().saying(FileCode="000.00.01.H33.2020.01TH", OrganId="000.00.01.H33"),
        "R",
        ("PROFILE_AGENCY",),
    ),
    "GL1 unsigned scan, paper reference": (lambda: scanned(gl()), "A", ()),
    "GL2 abstract V/v Mời họp": (lambda: gl().document(Subject="V/v Mời họp"), "A!", ("ABSTRACT_VAGUE",)),
    "GL3 log shows a document taken out": (
        lambda: gl().saying(History="02/04/2020 10:15 ngatt: đã bỏ văn bản số 12/BC-STTTT ra khỏi hồ sơ"),
        "R",
        ("REMOVED_FROM_FILE",),
    ),
    "GL4 secrecy Tối mật": (lambda: gl().document(Secrecy="Tối mật"), "R", ("SECRET",)),
    "GL5 issuer another sở of H21": (
        lambda: gl().saying(FileCode="000.00.12.H21.2020.01.TH", OrganId="000.00.12.H21"),
        "R",
        ("PROFILE_AGENCY",),
    ),
    "GL6 no urgency": (lambda: gl().document(**(EXCHANGED | {"Urgency": ""})), "R", ("FIELD",)),
    "GL7 notice offered as a case": (
        lambda: gl().alone().document(TypeName="Thông báo", CodeNumber="", CodeNotation=""),
        "R",
        ("TRANSIENT",),
    ),
    "GL8 no id or case code": (
        lambda: gl().saying(FileCode="", FileNotation="").document(DocCode=""),
        "A",
        (),
    ),
    "CB1 person 09:00, agency 09:05": (
        lambda: cb().files(("a.pdf", signed(at=(at("02/03/2022 09:00"), at("02/03/2022 09:05"))))),
        "A",
        (),
    ),
    "CB2 agency first": (
        lambda: cb().files(
            ("a.pdf", signed("agency", "person", at=(at("02/03/2022 09:00"), at("02/03/2022 09:05"))))
        ),
        "R",
        ("SIGNATURE_ORDER",),
    ),
    "CB3 unsigned digitised copy": (lambda: scanned(cb()), "A!", ("INFORMATION_ONLY",)),
    "CB4 abstract differs from the file's by a word": (
        lambda: cb().papered(Subject="Ban hành Quy chế văn thư, bảo mật lần thứ 15"),
        "R",
        ("ABSTRACT_DIFFERS",),
    ),
    "CB4 by Unicode form or spacing only": (
        lambda: (
            cb()
            .document(Subject=unicodedata.normalize("NFD", "BAN HÀNH  Quy chế văn thư , lưu trữ\tlần thứ 15"))
            .papered(Subject="Ban hành Quy chế văn thư, lưu trữ lần thứ 15")
        ),
        "A",
        (),
    ),
    "CB5 encrypted": (lambda: cb().files(("a.pdf", from_(make.encrypted))), "R", ("ENCRYPTED",)),
    "CB6 permanent case, no paper original reference": (
        lambda: cb().saying(Maintenance="Vĩnh viễn"),
        "R",
        ("PAPER_ORIGINAL",),
    ),
    "CB6 permanent case with it": (
        lambda: cb().saying(Maintenance="Vĩnh viễn", PaperFileCode="K1.G2.H3.12"),
        "A",
        (),
    ),
    "CB7 pptx": (lambda: cb().files(("a.pdf", signed()), ("b.pptx", from_(slides))), "A", ()),
    "CB9 signed letter from a ministry in the case": (
        lambda: cb().document(DocCode="000.00.00.G09,2022/03/02,15/BNV-VP", OrganName="Bộ Nội vụ"),
        "A",
        (),
    ),
}

ARRIVALS = {
    "LS4 arrives Friday 17:20": ("lang-son", "06/03/2026 17:20", "09/03/2026 07:30", None),
    "AG10 arrives Friday 16:30": ("an-giang", "06/03/2026 16:30", "06/03/2026 16:30", "09/03/2026 09:00"),
    "AG10 arrives Saturday 10:00": ("an-giang", "07/03/2026 10:00", "09/03/2026 07:30", "09/03/2026 09:30"),
    "CB8 arrives Friday 22:10": ("cao-bang", "06/03/2026 22:10", "06/03/2026 22:10", "09/03/2026 11:30"),
}
ELSEWHERE = {"AG12 EICAR": "tests/services/test_virus.py"}  # needs a real clamd


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_acceptance_example_comes_out_as_the_regulation_says(road: Road, example: str) -> None:
    build, outcome, codes = EXAMPLES[example]
    judged = build().judged(road)
    assert judged.codes == sorted(codes), [(f.code, f.place, dict(f.params)) for f in judged.findings]
    assert judged.outcome == outcome


@pytest.mark.parametrize("example", ARRIVALS)
def test_an_arrival_is_counted_as_the_regulation_says(road: Road, example: str) -> None:
    profile, moment, legal, due = ARRIVALS[example]
    road.know(PLACES[profile])
    received = receive(
        BytesIO(b"x"),
        agency_code=PLACES[profile].code,
        message_id=example,
        kind="sip",
        file_name="a.zip",
        actor="t",
        now=at(moment),
    )
    with reading() as session:
        kept = session.get_one(Submission, received.submission_id)
    assert (kept.received_legal_at, kept.due_at) == (at(legal), at(due) if due else None)


def test_no_acceptance_example_is_missing() -> None:
    last = {"LS": 9, "NB": 9, "AG": 13, "GL": 8, "CB": 9}
    wanted = {f"{name}{number}" for name, count in last.items() for number in range(1, count + 1)}
    have = {row.split(" ", 1)[0] for row in (*EXAMPLES, *ARRIVALS, *ELSEWHERE)}
    assert have == wanted
    for row, path in ELSEWHERE.items():
        text = (Path(__file__).parents[2] / path).read_text("utf-8")
        assert re.search(rf"def test_{row.split(' ')[0].lower()}_", text), f"{row} is not in {path}"


def test_a_missing_field_is_named_by_the_letter_of_the_regulation(road: Road) -> None:
    build, _, _ = EXAMPLES["AG6 no signer's post"]
    (finding,) = build().judged(road).findings
    assert (finding.params["field"], finding.place) == ("i", "document 1 / Position")


def test_an_examples_clause_names_the_article_and_the_regulation(road: Road) -> None:
    build, _, _ = EXAMPLES["NB2 Báo cáo.pdf"]
    finding = next(f for f in build().judged(road).findings if f.code == "FILE_NAME")
    assert finding.params["basis"] == "Điều 8.4, dự thảo quy chế 2022 (Ninh Bình)"
    assert finding.params["example"] == "BaoCao.pdf"


def test_gl8_a_case_file_without_codes_gets_ours(road: Road) -> None:
    build, _, _ = EXAMPLES["GL8 no id or case code"]
    case = build()
    road.know(case.where)
    raw = road.package(case)
    assert road.steps(raw, case.where.code).verdict is Verdict.GO_ON
    folder = raw.parent / "work"
    work = Work("1b4e28ba-2fa1-11d2-883f-0016d3cca427", case.where.code, "sip", "a.zip", NOW, raw, folder, {})
    delivery = work.load("delivery", Delivery)
    words = folder / "words.txt"
    words.write_text("x")
    files = [file for document in delivery.documents for file in document.files]
    made = {
        file.sha256: Derivative(file.sha256, file.path, words, file.sha256, file.size, 1, "kept", (), {})
        for file in files
    }
    work.save("derivatives", made, Derivatives)
    facts = describe(work, delivery, NOW)
    assert (
        facts.code
        == describe(work, delivery, NOW).code
        == assigned_file_code(case.where.code, 2020, work.submission_id)
    )
    assert re.fullmatch(r"000\.00\.11\.H21\.2020\.LT-[0-9a-f]{8}", facts.code)
    assert [record.code for record in facts.records] == [
        f"{facts.code}.0000001",
        f"{case.where.code}-2020.16",
    ]


def test_a_document_older_than_the_regulation_is_under_the_base_rules(road: Road) -> None:
    older = ls().document(IssuedDate="02/03/2020", DocCode="000.00.05.H37/7").saying(StartDate="01/01/2020")
    assert older.files(("a.pdf", plain)).judged(road).codes == []
    newer = older.document(IssuedDate="02/03/2021")
    assert newer.files(("a.pdf", plain)).judged(road).codes == ["INFORMATION_ONLY"]
