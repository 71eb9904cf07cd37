"""Rules at their edges, on facts made up for them. One broken delivery a rule, on real files: `test_broken.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from check_builders import (
    SCAN,
    ACase,
    File,
    a_good_case,
    a_scan,
    an_giang,
    cao_bang,
    gia_lai,
    lang_son,
    ninh_binh,
    signed_by,
    signed_by_both,
)

from archive.reason import because
from ingest.checks.duplicates import Known, KnownDocument
from ingest.delivery import FileFacts, MediaFacts, ScanFacts
from ingest.formats.media import kept_as_it_came

SIGNED = signed_by_both()
OTHER = KnownDocument(
    "000.00.05.H37.2021.09.TH",
    "000.00.05.H37-2021.900",
    "Sở Nội vụ",
    "15",
    "QĐ-SNV",
    date(2021, 5, 5),
    frozenset({"0" * 64}),
)


def _knowing(case: ACase, *documents: KnownDocument) -> ACase:
    return replace(case, known=Known(documents=documents))


def _tt05(case: ACase) -> ACase:
    documents = tuple(document.saying(Process="1") for document in case.documents)
    return replace(case, standard="TT05", documents=documents)


SCAN_NAME = "000.00.05.H26.2020.01.TH.001.pdf"
PHOTO = {
    "ArchivesNumber": "12/2020",
    "ImageTitle": "Lễ khánh thành",
    "Mode": "Công khai",
    "Identifier": "H26",
}
FILM = {"ArchivesNumber": "13/2020", "MovieTitle": "Lễ khánh thành", "Mode": "Công khai", "Identifier": "H26"}


def _scanned(file: File, end: str = "31/12/2020") -> ACase:
    """The first document is a scan of paper; ended in the new regime it is described by the new tables."""
    case = a_good_case().saying(EndDate=end).document(ConfidenceLevel="Số hóa").files(file)
    return _tt05(case) if end.endswith("2025") else case


def _sealed(**changes: Any) -> File:
    file = a_scan(SCAN_NAME)
    return replace(file, signatures=(replace(file.signatures[0], **changes),))


def _instead(fields: dict[str, str], file: File) -> ACase:
    """The second document is a photo, a film or a sound."""
    case = a_good_case()
    other = replace(case.documents[1], fields={"DocOrdinal": "2", "PageAmount": "2", **fields}, files=(file,))
    return replace(case, documents=(case.documents[0], other))


def _photo(file: File) -> ACase:
    return _instead(PHOTO, file)


def _film(file: File) -> ACase:
    return _instead(FILM, file)


@pytest.mark.parametrize("case", [a_good_case, lang_son, an_giang, gia_lai, cao_bang])
def test_a_case_file_that_is_right_has_no_finding(case: Callable[[], ACase]) -> None:
    assert case().codes() == []


def test_a_file_whose_content_nobody_recognises_is_said_once_to_be_unopenable() -> None:
    assert a_good_case().files(File("a.pdf", "")).codes() == ["UNOPENABLE"]


def test_findings_come_worst_first() -> None:
    case = a_good_case().saying(Rights="", TotalDoc="9").document(Mode="Mật")
    assert case.codes() == ["V12", "V04_DOCS", "V09_ADVISED"]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Kế hoạch (MẬT).pdf", True),
        ("MẬT_12.pdf", True),
        ("Phương án tối mật.pdf", True),
        ("TUYET_MAT 2020.pdf", True),
        ("KeHoachTuyetMat2020.pdf", True),
        ("Luật Bảo vệ bí mật nhà nước.pdf", False),
        ("BẢO VỆ BÍ MẬT NHÀ NƯỚC.pdf", False),
        ("MẬT ĐỘ XÂY DỰNG.pdf", False),
        ("buổi tối mặt trời.pdf", False),
        ("Format 2020.pdf", False),
    ],
)
def test_a_secret_file_name_is_told_from_ordinary_words(name: str, secret: bool) -> None:
    found = "V12" in a_good_case().files(File(name)).codes()
    assert found is secret


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("UBND TỈNH LẠNG SƠN\nMẬT\nSố: 12/KH", True),
        ("UBND TỈNH    [ TỐI MẬT ]    CỘNG HÒA XÃ HỘI", True),
        ("SỞ NỘI VỤ\nT U Y Ệ T  M Ậ T\n", True),
        ("Độ mật của văn bản\nmật ong\nBÍ MẬT NHÀ NƯỚC", False),
        ("Điều 1. Tài liệu có đóng dấu MẬT không gửi qua mạng", False),
    ],
)
def test_only_a_stamp_like_line_on_the_first_page_is_a_secrecy_stamp(text: str, secret: bool) -> None:
    assert ("V12" in a_good_case().files(File(text=text)).codes()) is secret


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Mật", True),
        ("tối  mật", True),
        ("Tuyet mat", True),
        ("03", True),
        ("Không mật", False),
        ("Mặt", False),
    ],
)
def test_a_secret_use_mode_is_told_from_others(value: str, secret: bool) -> None:
    assert ("V12" in a_good_case().document(Mode=value).codes()) is secret


def test_a_born_digital_file_keeps_the_name_it_was_signed_under() -> None:
    assert a_good_case().files(File("Quyet dinh so 15.pdf")).codes() == []


@pytest.mark.parametrize("ordinal", ["1", "001", "01"])
def test_a_digitised_file_may_write_its_ordinal_with_zeros(ordinal: str) -> None:
    name = f"000.00.05.H26.2020.01.TH.{ordinal}.pdf"
    assert _scanned(a_scan(name)).codes() == []


def test_the_name_rule_of_ninh_binh_wins_over_the_circular_for_names_as_sent() -> None:
    case = ninh_binh().document(ConfidenceLevel="Số hóa").files(File("BaoCao.pdf", signatures=SIGNED))
    assert case.codes() == ["PROFILE_DRAFT"]


def test_a_supplement_is_not_measured_by_the_totals_of_the_whole_case_file() -> None:
    case = replace(a_good_case(), status="SUPPLEMENT", known=Known(frozenset({"000.00.05.H26.2020.01.TH"})))
    assert case.saying(TotalDoc="9", PageNumber="90").document(DocOrdinal="8").codes() == []


def test_the_same_document_may_lie_in_two_case_files() -> None:
    same = replace(OTHER, code="000.00.05.H37-2021.15", sha256s=frozenset({File("QuyetDinh15.pdf").sha256}))
    assert _knowing(lang_son(), same).codes() == []


def test_the_same_number_in_another_year_or_book_is_no_duplicate() -> None:
    others = (replace(OTHER, issued_on=date(2022, 1, 4)), replace(OTHER, notation="TB-SNV"))
    assert _knowing(lang_son(), *others).codes() == []


def test_an_unknown_verdict_about_a_signature_is_not_taken_for_valid() -> None:
    odd = signed_by(verdict="", intact=None)
    assert a_good_case().files(File(signatures=(odd,))).codes() == ["SIGNATURE_UNPROVEN"]


def test_words_put_in_place_of_a_tt05_code_are_not_measured_by_the_codes_length() -> None:
    case = _tt05(a_good_case()).document(**{"TypeName": "Giấy giới thiệu", "TypeName.code": "27"})
    assert case.codes() == []


def test_a_wrong_year_is_told_once_and_no_code_is_asked_for_that_repeats_it() -> None:
    case = a_good_case()
    assert case.saying(FileCatalog="20").codes() == ["V10_YEAR"]


def test_a_case_file_of_the_new_law_in_its_own_tables_and_an_old_one_in_the_new_tables_are_taken() -> None:
    assert _tt05(a_good_case()).saying(EndDate="01/07/2025").codes() == []
    assert _tt05(a_good_case()).codes() == []


@pytest.mark.parametrize(
    ("keyword", "wrong"),
    [("văn thư, lưu trữ", False), ("văn thư; lưu trữ; quy chế", False), ("văn thư, lưu trữ, quy chế", True)],
)
def test_a_list_without_semicolons_is_told_from_a_phrase_with_a_comma(keyword: str, wrong: bool) -> None:
    assert a_good_case().saying(Keyword=keyword).codes() == (["V11"] if wrong else [])


def test_a_scanned_case_file_of_the_new_circular_names_its_paper_original() -> None:
    scanned = _tt05(a_good_case()).saying(ConfidenceLevel="Số hóa")
    assert scanned.document(ConfidenceLevel="03").codes() == ["V09_DEPENDENT"]
    assert scanned.saying(PaperFileCode="TTLTLS.K1.G2.H3.12").codes() == []


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        (PHOTO | {"PhotoTime": "02/09/2020", "Colour": "Màu"}, []),
        (PHOTO | {"PhotoTime": "31/02/2020"}, ["V09_DATE"]),
        (PHOTO | {"PhotoTime": "02/09/2019"}, ["V09_RANGE"]),
        (PHOTO | {"FilmSize": "18x24cm"}, ["V09_LENGTH"]),
        (PHOTO | {"ImageTitle": "", "Photographer": "x"}, ["V09_REQUIRED"]),
        (PHOTO | {"Colour": "sặc sỡ"}, ["V09_UNUSUAL"]),
        (FILM | {"RecordDate": "02/09/2020", "PlayTime": "00:12:30"}, []),
        (FILM | {"PlayTime": "khoảng 2 giờ"}, ["V09_LENGTH"]),
        (FILM | {"Quality": "x" * 51}, ["V09_LENGTH"]),
        (FILM | {"RecordDate": "03/03/2026"}, ["V09_FUTURE"]),
    ],
)
def test_photos_films_and_sounds_have_tables_of_their_own(fields: dict[str, str], codes: list[str]) -> None:
    photo = File("a.jpg", "jpeg", more={"scan": ScanFacts(1, 300, 24)})
    film = File("a.avi", "avi", more={"media": MediaFacts("film", "AVI", "JPEG", 2000, 9)})
    found = _instead(fields, film if "MovieTitle" in fields else photo).codes()
    assert found == codes + (["MEDIA_UNPLAYED"] if "MovieTitle" in fields else [])


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        (
            File("a.mp3", "mp3", more={"media": MediaFacts("sound", "MPEG Audio", "MPEG Audio", 128, 9)}),
            ["MEDIA_UNPLAYED"],
        ),
        (File("a.wav", "wav", more={"media": MediaFacts("sound", "Wave", "PCM", 1411, 9)}), ["V08_SOUND"]),
        (
            File("a.avi", "avi", more={"media": MediaFacts("film", "AVI", "JPEG", 1500, 9)}),
            ["MEDIA_UNPLAYED"],
        ),
        (File("a.pdf"), ["V08_FILM"]),
        (
            File("a.mp4", "mp4", more={"media": MediaFacts("film", "MPEG-4", "AVC", 1500, 9)}),
            ["MEDIA_UNPLAYED"],
        ),
        (File("a.mp4", "mp4", more={"media": MediaFacts("film", "MPEG-4", "HEVC", 9000, 9)}), ["V08_FILM"]),
        (File("a.mp4", "mp4", more={"media": MediaFacts("film", "MPEG-4", "", 9000, 9)}), ["V08_FILM"]),
        (File("a.avi", "avi", more={"media": MediaFacts("film", "AVI", "", 1500, 9)}), ["V08_FILM"]),
        (
            File("a.wmv", "wmv", more={"media": MediaFacts("film", "Windows Media", "VC-1", 1500, 9)}),
            ["MEDIA_UNPLAYED"],
        ),
        (
            File("a.mov", "mov", more={"media": MediaFacts("film", "MPEG-4", "AVC", 9000, 9)}),
            ["V08_FILM"],
        ),
    ],
)
def test_films_and_sounds_are_of_the_circulars_formats_and_rates(file: File, codes: list[str]) -> None:
    assert _film(file).codes() == codes


def test_the_new_circular_takes_more_formats_of_photos_and_sounds() -> None:
    wav = File("a.wav", "wav", more={"media": MediaFacts("sound", "Wave", "PCM", 1411, 9)})
    png = File("a.png", "png", more={"scan": ScanFacts(1, 200, 24)})
    for case, codes in ((_film(wav), ["MEDIA_UNPLAYED"]), (_photo(png), [])):
        assert _tt05(case.saying(EndDate="01/07/2025")).codes() == codes


def test_an_uncompressed_sound_is_pcm_and_a_finding_on_a_codec_says_that_it_is_our_reading() -> None:
    squeezed = File("a.wav", "wav", more={"media": MediaFacts("sound", "Wave", "ADPCM", 353, 9)})
    case = _tt05(_film(squeezed).saying(EndDate="01/07/2025"))
    assert case.codes() == ["V08_SOUND"]
    (finding,) = case.findings()
    assert finding.params["found"] == "wav, ADPCM"
    assert "wav (PCM); 128 kbps" in str(finding.params["asked"])
    assert str(finding.params["basis"]).endswith("bộ mã: cách hiểu của kho lưu trữ")


def test_a_sound_beside_a_document_is_said_to_be_unplayed_and_one_in_its_place_is_not_kept() -> None:
    sound = File("a.mp3", "mp3", more={"media": MediaFacts("sound", "MPEG Audio", "", 128, 9)})
    assert "MEDIA_UNPLAYED" in a_good_case().files(File("a.pdf"), sound).codes()
    facts = FileFacts("0" * 64, "fmt/134", "audio/mpeg", ("mp3",), media=sound.more["media"])
    assert kept_as_it_came(facts, described_as="document", main=False)
    assert not kept_as_it_came(facts, described_as="document", main=True)
    assert kept_as_it_came(facts, described_as="media", main=True)
    assert kept_as_it_came(replace(facts, media=None), described_as="document", main=True)
    assert not kept_as_it_came(
        replace(facts, problem=because("ingest.no-track")), described_as="media", main=True
    )


def test_a_map_is_scanned_finer_under_the_new_circular() -> None:
    case = _scanned(a_scan(SCAN_NAME, claims="2B"), "01/07/2025")
    assert case.codes() == []
    assert case.document(TypeName="Bản đồ").codes() == ["V03"]


def test_a_province_that_lets_scans_in_unsigned_is_asked_no_agency_signature() -> None:
    unsigned = File("000.00.11.H21.2020.01.TH.001.pdf", more={"scan": SCAN})
    assert gia_lai().document(ConfidenceLevel="Số hóa").files(unsigned).codes() == []


def test_the_certificate_may_name_the_body_with_or_without_its_province() -> None:
    case = _scanned(_sealed(signer="Sở Nội vụ tỉnh Lạng Sơn"))
    assert replace(case, agency_name="Sở Nội vụ Lạng Sơn").codes() == []


@pytest.mark.parametrize("added", ["", "lta"])
def test_proofs_of_long_term_validity_may_follow_the_last_signature(added: str) -> None:
    signature = replace(signed_by(), covers_whole_file=False, changed_after=added)
    assert a_good_case().files(File(signatures=(signature,))).codes() == []


def test_a_signature_beside_a_file_has_no_look_and_hides_nothing_added_after_that_inside_it() -> None:
    inside = replace(signed_by(), covers_whole_file=False, changed_after="annotation")
    beside = replace(signed_by("Sở Nội vụ"), kind="CAdES", page=0, box=(), ink="")
    pdf = File(signatures=(inside, beside))
    assert "V15" in a_good_case().files(pdf).codes()
    looked = lang_son().files(File(signatures=(signed_by(), signed_by("Sở Nội vụ"), beside)))
    assert "SEAL_LOOK" not in looked.codes()
    hidden = lang_son().files(File(signatures=(signed_by(), replace(signed_by("Sở Nội vụ"), ink=""))))
    assert "SEAL_LOOK" in hidden.codes()


def test_a_large_case_file_is_checked_in_linear_time() -> None:
    def seconds(count: int) -> float:
        base = a_good_case()
        first = base.documents[0]
        documents = tuple(
            first.saying(DocCode=f"X{n}", DocOrdinal=str(n), CodeNumber=str(n)).of(File(f"{n}.pdf"))
            for n in range(1, count + 1)
        )
        case = replace(base, documents=documents).saying(TotalDoc=str(count), PageNumber=str(2 * count))
        begun = time.perf_counter()
        assert case.codes() == []
        return time.perf_counter() - begun

    small, large = seconds(250), seconds(2500)
    assert large < 40 * max(small, 0.01)
