"""The offices of the sample world. Codes below level 1 are made up in the old form; names are of real kinds."""

from __future__ import annotations

from dataclasses import dataclass

ARCHIVE = "000.00.00.H00"
"""The archive's own code on the practice axis (default of `IngestSettings.organ`)."""


@dataclass(frozen=True)
class Office:
    """An office that sends case files.

    Attributes:
        place: for the date line of its documents.
        parent: the body above it, printed on the letterhead.
        sign: abbreviation in the notation of its documents.
        profile: province profile id; level1: province code.
        auto_accept: its submission agreement accepts what has no error.
    """

    key: str
    code: str
    name: str
    parent: str
    place: str
    sign: str
    profile: str
    level1: str
    auto_accept: bool = True


OFFICES = {
    one.key: one
    for one in (
        Office(
            "lang-son",
            "000.00.00.H37",
            "Ủy ban nhân dân tỉnh Lạng Sơn",
            "",
            "Lạng Sơn",
            "UBND",
            "lang-son",
            "H37",
        ),
        Office(
            "lang-son-so-noi-vu",
            "000.00.05.H37",
            "Sở Nội vụ tỉnh Lạng Sơn",
            "Ủy ban nhân dân tỉnh Lạng Sơn",
            "Lạng Sơn",
            "SNV",
            "lang-son",
            "H37",
        ),
        Office(
            "ninh-binh",
            "000.00.12.H42",
            "Sở Thông tin và Truyền thông tỉnh Ninh Bình",
            "Ủy ban nhân dân tỉnh Ninh Bình",
            "Ninh Bình",
            "STTTT",
            "ninh-binh",
            "H42",
            auto_accept=False,
        ),
        Office(
            "an-giang",
            "000.00.01.H01",
            "Sở Nội vụ tỉnh An Giang",
            "Ủy ban nhân dân tỉnh An Giang",
            "An Giang",
            "SNV",
            "an-giang",
            "H01",
        ),
        Office(
            "gia-lai",
            "000.00.11.H21",
            "Sở Thông tin và Truyền thông tỉnh Gia Lai",
            "Ủy ban nhân dân tỉnh Gia Lai",
            "Gia Lai",
            "STTTT",
            "gia-lai-so-tttt",
            "H21",
        ),
        Office(
            "cao-bang",
            "000.00.09.H14",
            "Sở Thông tin và Truyền thông tỉnh Cao Bằng",
            "Ủy ban nhân dân tỉnh Cao Bằng",
            "Cao Bằng",
            "STTTT",
            "cao-bang",
            "H14",
        ),
    )
}

STRANGER = Office(
    "stranger",
    "000.00.77.H99",
    "Văn phòng chưa đăng ký",
    "",
    "Nơi khác",
    "VP",
    "",
    "H99",
)
"""An office the archive has no agreement with."""
