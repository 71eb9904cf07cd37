"""Who is in the sample world: every case file, with what should become of it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.samples.cast_defective import defective
from tests.samples.cast_for_lists import for_lists
from tests.samples.cast_lang_son import lang_son
from tests.samples.cast_other_provinces import other_provinces
from tests.samples.cast_wrapped import otherwise_wrapped
from tests.samples.part import Part, a_short_one


def cast() -> Iterator[Part]:
    """Yield the case files in the order in which they are sent."""
    yield from for_lists()  # quickly through the checks, and what people wait for
    yield from lang_son()
    yield from _left_to_people()
    yield from other_provinces()
    yield from otherwise_wrapped()
    yield from defective()


def _left_to_people() -> Iterator[Part]:
    """Yield what nobody plays with: it waits for who looks at the running house."""
    # Each of another year: the numbers of documents follow it, and no two of an office may be the same.
    for key, notation, title, year in (
        ("ls-cho-duyet-1", "31.TH", "Hồ sơ kiểm tra công tác văn thư, lưu trữ năm 2021", 2021),
        ("ls-cho-duyet-2", "32.TH", "Hồ sơ thực hiện chế độ báo cáo định kỳ năm 2022", 2022),
    ):
        yield Part(key, a_short_one("lang-son", notation, title, year), role="decision")
    for key, notation, title, year, role in (
        ("ls-den-han-1", "10.VP", "Hồ sơ quản lý xe ô tô công vụ năm 2011", 2011, "due"),
        ("ls-den-han-2", "11.VP", "Hồ sơ sửa chữa trụ sở làm việc năm 2010", 2010, "due"),
        ("ls-da-lap-danh-muc", "12.VP", "Hồ sơ cấp phát văn phòng phẩm năm 2009", 2009, "listed"),
    ):
        yield Part(key, a_short_one("lang-son-so-noi-vu", notation, title, year), role=role)
