"""Every rule of the format policy has a test file: identified, sent down its route, and valid at the end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.hashing import sha256_of_file
from archive.pdfa.verapdf import VeraPdf
from ingest.delivery import FileFacts
from ingest.formats.convert import Derivative, Failure, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.media import kept_as_it_came
from ingest.formats.page_routes import Conversions
from ingest.formats.policy import policy_for
from ingest.formats.workshop import Workshop

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
import pdf_builders as make
from format_builders import OF_RULES, WORDS, OfRule, message

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

POLICY = policy_for()
ACTIONS = {rule.name: rule.action for rule in POLICY.rules}


@dataclass(frozen=True)
class Made:
    """What came of one test file."""

    facts: FileFacts
    result: Derivative | Failure
    untouched: bool


@pytest.fixture(scope="module")
def made(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Made]:
    """All test files go through in one call, as a case file's do: office files are printed together."""
    folder = tmp_path_factory.mktemp("formats")
    paths = {one.name: one.build(folder / one.name) for one in OF_RULES}
    before = {name: sha256_of_file(path) for name, path in paths.items()}
    facts = {name: inspect(make.delivered(path), sandbox=shop.sandbox) for name, path in paths.items()}
    sources = [Source(name, path, facts[name]) for name, path in paths.items()]
    results = normalise(sources, folder / "out", shop=shop)
    return {
        one.id: Made(facts[one.id], one, sha256_of_file(paths[one.id]) == before[one.id]) for one in results
    }


def test_every_rule_has_a_test_file() -> None:
    assert {one.rule for one in OF_RULES} == {rule.name for rule in POLICY.rules}


@pytest.mark.parametrize("file", OF_RULES, ids=lambda one: f"{one.rule}-{one.name}")
def test_a_file_of_the_rule_becomes_what_the_rule_says(
    made: Mapping[str, Made], another_vera: VeraPdf, file: OfRule
) -> None:
    one = made[file.name]
    rule = POLICY.rule_for(one.facts)
    assert rule is not None, one.facts
    assert rule.name == file.rule
    assert one.untouched
    if rule.action == "keep":
        assert one.facts.media is not None
        assert one.facts.media.kbps > 0
        assert kept_as_it_came(one.facts, described_as="media", main=True)
    elif rule.action == "refuse":
        assert isinstance(one.result, Failure)
        assert one.result.code == "FORMAT_UNSUPPORTED"
        assert rule.why_en in str(one.result.reason)
    else:
        assert isinstance(one.result, Derivative), one.result
        assert one.result.route == file.route
        assert another_vera.check(one.result.path, POLICY.target).compliant is True
        assert file.word in " ".join(one.result.text_path.read_text("utf-8").split())


def test_each_picture_of_a_tiff_is_a_page_and_an_animation_is_told(made: Mapping[str, Made]) -> None:
    pages, moving = made["a.tif"].result, made["a.gif"].result
    assert isinstance(pages, Derivative)
    assert isinstance(moving, Derivative)
    assert (pages.pages, pages.attempts[-1].removals) == (3, ())
    assert (moving.pages, moving.attempts[-1].removals) == (
        1,
        ("2 further pictures of an animation: the original has them",),
    )


def test_a_page_runs_nothing_fetches_nothing_and_shows_what_its_style_hid(made: Mapping[str, Made]) -> None:
    page = made["a.html"]
    assert page.facts.active_content == ("script",)
    assert isinstance(page.result, Derivative)
    assert [(one.route, one.outcome) for one in page.result.attempts] == [
        ("page", "refused"),
        ("page-plain", "accepted"),
    ]
    told = " ".join(page.result.attempts[-1].removals)
    assert all(word in told for word in ("script", "iframe", "content from elsewhere (2 times)"))
    assert "root:" not in page.result.text_path.read_text("utf-8")


def test_a_message_has_its_headers_its_text_and_its_attachments_behind_it(made: Mapping[str, Made]) -> None:
    mail = made["a.eml"]
    assert isinstance(mail.result, Derivative)
    told = mail.result.attempts[-1].removals
    assert "attachment văn bản.pdf: 1 pages put behind the message, by repair" in told
    assert "attachment danh sach.txt: 1 pages put behind the message, by libreoffice" in told
    assert any(one.startswith("attachment Chuyển tiếp.eml: 2 pages put behind") for one in told)
    assert any(one.startswith("attachment goi.zip: listed only") for one in told)
    assert "content from elsewhere" in told
    words = " ".join(mail.result.text_path.read_text("utf-8").split())
    for said in ("Nguyễn Văn An", "Sở Nội vụ", WORDS, "Kính gửi quý cơ quan", "[grinning face]", "goi.zip",
                 "QUYẾT ĐỊNH", "Danh sách kèm theo", "Thư bên trong", "Phụ lục lồng"):  # fmt: skip
        assert said in words
    assert mail.result.pages == 5


def test_the_messages_inside_a_message_share_its_number_of_conversions(
    shop: Workshop, tmp_path: Path
) -> None:
    path = message(tmp_path / "a.eml")
    facts = inspect(make.delivered(path), sandbox=shop.sandbox)
    (one,) = normalise([Source("a", path, facts)], tmp_path / "out", shop=shop, left=Conversions(3))
    assert isinstance(one, Derivative), one
    told = one.attempts[-1].removals
    assert any(said.startswith("attachment Chuyển tiếp.eml: 1 pages put behind") for said in told)
    assert "attachment goi.zip: listed only, the original has it (more than 50 attachments)" in told
    words = " ".join(one.text_path.read_text("utf-8").split())
    assert "long.txt" in words
    assert "Phụ lục lồng" not in words
