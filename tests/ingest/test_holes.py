"""Files a package does not bring come from where the agreement says, whole and with the right hash; else a finding."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_server import FileServer, serving
from pydantic import ValidationError
from sip_builders import REP, TOP, Members, members, zipped

from archive.errors import TemporaryError
from ingest.addresses import FetchPlace, may_reach, place_of, taken_apart
from ingest.agreements.terms import Terms
from ingest.checks.catalogue import explain
from ingest.delivery import Delivery
from ingest.gateway.limits import Limits
from ingest.readers.fetcher import HttpFetcher
from ingest.readers.interface import Context
from ingest.readers.read import read
from tests.samples.bag import bag_members, zip_of

AGENCY = "000.00.05.H37"
MISSING = f"{REP}/data/doc2.txt"
TEXT = "văn bản 2".encode()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as running:
        running.files["/nop-luu/doc2.txt"] = TEXT
        yield running


def place(server: FileServer, path: str = "/nop-luu/", *, private: bool = True) -> FetchPlace:
    return FetchPlace(agency=AGENCY, prefix=server.url + path, private=private)


def holey(folder: Path, line: str, *, name: str = ".fetch.txt") -> Members:
    content = members(folder)
    assert content.pop(MISSING) == TEXT
    return {**content, name: line.encode()}


def read_with(folder: Path, content: Members, *places: FetchPlace, **more: object) -> Delivery:
    fetcher = HttpFetcher(places, **{"seconds": 5, **more})  # type: ignore[arg-type]
    context = Context(Limits(), agency_code=AGENCY, fetcher=fetcher)
    return read(zipped(folder, content), folder / "in", context)


def codes(delivery: Delivery) -> set[str]:
    for finding in delivery.findings:
        assert explain(finding, "vi").text and explain(finding, "en").remedy
    return {finding.code for finding in delivery.findings}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (".fetch.txt", "{url}/nop-luu/doc2.txt 12 " + MISSING),
        (".fetch.txt", "{url}/nop-luu/doc2.txt - representations/rep1/data/doc2.txt\n"),
        (".fetch.txt", "{url}/nop-luu/doc2.txt"),  # the only missing file of that name
        ("representations/rep1/fetch.txt", "{url}/nop-luu/doc2.txt - data/doc2.txt"),
        (f"{MISSING}.fetch.txt", "{url}/nop-luu/doc2.txt"),
        (f"{MISSING}.fetch.txt", "\ufeff{url}/nop-luu/doc2.txt 12\r\n"),
    ],
)
def test_a_missing_file_is_fetched_and_becomes_part_of_the_case_file(
    name: str, line: str, server: FileServer, tmp_path: Path
) -> None:
    delivery = read_with(tmp_path, holey(tmp_path, line.format(url=server.url), name=name), place(server))
    assert delivery.findings == ()
    (file,) = delivery.documents[1].files
    assert file.path.read_bytes() == TEXT and file.path.parent == tmp_path / "in" / "files"
    assert file.sha256 == file.declared_sha256 == hashlib.sha256(TEXT).hexdigest()
    assert delivery.fetched == ("http://127.0.0.1",)
    ((_, headers),) = server.asked
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_nothing_is_asked_for_when_no_address_is_agreed(server: FileServer, tmp_path: Path) -> None:
    delivery = read_with(tmp_path, holey(tmp_path, f"{server.url}/nop-luu/doc2.txt - {MISSING}"))
    assert codes(delivery) == {"HOLE_ADDRESS", "SIP_HOLEY", "SIP_DOC_NO_FILE"}
    assert server.asked == []


REFUSED = [
    "{url}/khac/doc2.txt",
    "{url}/nop-luu/../khac/doc2.txt",
    "{url}/nop-luu/%2e%2e/khac/doc2.txt",
    "{url}/nop-luu/%252e%252e/khac/doc2.txt",
    "{url}/nop-luu/..%2fkhac/doc2.txt",
    "{url}/nop-luu/..\\khac/doc2.txt",
    "{url}//nop-luu/doc2.txt",
    "http://127.0.0.1@example.invalid/nop-luu/doc2.txt",
    "http://user:pass@{host}/nop-luu/doc2.txt",
    "http://127.0.0.1/nop-luu/doc2.txt",  # another port
    "https://{host}/nop-luu/doc2.txt",
    "http://localhost:{port}/nop-luu/doc2.txt",
    "http://2130706433:{port}/nop-luu/doc2.txt",
    "http://0x7f.1:{port}/nop-luu/doc2.txt",
    "http://[::ffff:127.0.0.1]:{port}/nop-luu/doc2.txt",
    "file:///etc/passwd",
    "ftp://{host}/nop-luu/doc2.txt",
    "gopher://{host}/nop-luu/doc2.txt",
    "{url}/nop-luu/doc2.txt#x",
    "http://{host}\t/nop-luu/doc2.txt",
    "http://[/nop-luu/doc2.txt",
    "http://{host}é/nop-luu/doc2.txt",
]


@pytest.mark.parametrize("url", REFUSED)
def test_no_other_address_is_ever_asked(url: str, server: FileServer, tmp_path: Path) -> None:
    host, port = server.url.removeprefix("http://"), server.server_address[1]
    line = f"{url.format(url=server.url, host=host, port=port)} - {MISSING}"
    delivery = read_with(tmp_path, holey(tmp_path, line), place(server))
    assert codes(delivery) & {"HOLE_ADDRESS", "HOLE_LIST"} and "SIP_DOC_NO_FILE" in codes(delivery)
    assert server.asked == []


def test_a_redirect_inside_the_agreement_is_followed(server: FileServer, tmp_path: Path) -> None:
    server.moved["/nop-luu/a"] = "/nop-luu/doc2.txt"
    delivery = read_with(tmp_path, holey(tmp_path, f"{server.url}/nop-luu/a - {MISSING}"), place(server))
    assert delivery.findings == ()


@pytest.mark.parametrize(
    "to", ["/khac/x", "http://127.0.0.1:1/nop-luu/x", "//example.invalid/", "file:///etc/passwd"]
)
def test_a_redirect_out_of_the_agreement_is_not_followed(to: str, server: FileServer, tmp_path: Path) -> None:
    server.moved["/nop-luu/a"] = to
    delivery = read_with(tmp_path, holey(tmp_path, f"{server.url}/nop-luu/a - {MISSING}"), place(server))
    assert "HOLE_REDIRECT" in codes(delivery)
    assert [path for path, _ in server.asked] == ["/nop-luu/a"]


def test_a_redirect_in_a_ring_ends(server: FileServer, tmp_path: Path) -> None:
    server.moved["/nop-luu/a"] = "/nop-luu/a"
    delivery = read_with(tmp_path, holey(tmp_path, f"{server.url}/nop-luu/a - {MISSING}"), place(server))
    assert "HOLE_REDIRECT" in codes(delivery) and len(server.asked) == 4


def test_a_listed_name_that_leads_into_our_network_is_not_asked(server: FileServer, tmp_path: Path) -> None:
    """The connection is made and closed without a byte, so a rebinding name is of no use."""
    line = f"{server.url}/nop-luu/doc2.txt - {MISSING}"
    delivery = read_with(tmp_path, holey(tmp_path, line), place(server, private=False))
    assert "HOLE_PRIVATE" in codes(delivery) and server.asked == []


def test_another_file_than_declared_is_not_taken(server: FileServer, tmp_path: Path) -> None:
    server.files["/nop-luu/doc2.txt"] = b"another one"
    line = f"{server.url}/nop-luu/doc2.txt - {MISSING}"
    delivery = read_with(tmp_path, holey(tmp_path, line), place(server))
    assert "HOLE_HASH" in codes(delivery) and delivery.documents[1].files == ()
    assert not list((tmp_path / "in" / "files").glob("h*"))


def test_a_file_whose_hash_nobody_declared_is_not_asked_for(server: FileServer, tmp_path: Path) -> None:
    content = holey(tmp_path, f"{server.url}/nop-luu/doc2.txt - representations/rep1/data/la.txt")
    delivery = read_with(tmp_path, content, place(server))
    assert "HOLE_NO_HASH" in codes(delivery) and server.asked == []


@pytest.mark.parametrize("path", ["../../x.txt", "/etc/x", "a\\b", "C:/x", "a/./b"])
def test_a_file_that_is_to_land_elsewhere_is_not_fetched(
    path: str, server: FileServer, tmp_path: Path
) -> None:
    content = holey(tmp_path, f"{server.url}/nop-luu/doc2.txt - {path}")
    delivery = read_with(tmp_path, content, place(server))
    assert codes(delivery) & {"HOLE_LIST", "HOLE_NO_HASH"} and server.asked == []


def test_a_file_that_is_there_already_is_left_alone(server: FileServer, tmp_path: Path) -> None:
    content = {**members(tmp_path), ".fetch.txt": f"{server.url}/nop-luu/x - {MISSING}".encode()}
    assert read_with(tmp_path, content, place(server)).findings == () and server.asked == []


def test_more_bytes_than_declared_are_not_read(server: FileServer, tmp_path: Path) -> None:
    line = f"{server.url}/nop-luu/doc2.txt 5 {MISSING}"
    assert "HOLE_SIZE" in codes(read_with(tmp_path, holey(tmp_path, line), place(server)))


def test_an_answer_without_end_is_cut_off_at_the_room_there_is(server: FileServer, tmp_path: Path) -> None:
    server.faults["/nop-luu/doc2.txt"] = "endless"
    content = holey(tmp_path, f"{server.url}/nop-luu/doc2.txt - {MISSING}")
    context = Context(Limits(package_bytes=5 << 20), fetcher=HttpFetcher((place(server),), seconds=30))
    began = time.monotonic()
    delivery = read(zipped(tmp_path, content), tmp_path / "in", context)
    assert "HOLE_SIZE" in codes(delivery) and time.monotonic() - began < 10
    assert not list((tmp_path / "in" / "files").glob("h*"))


@pytest.mark.parametrize("fault", ["drip", "cut", "silent", "down", "503"])
def test_a_place_that_does_not_answer_now_is_asked_again_later(
    fault: str, server: FileServer, tmp_path: Path
) -> None:
    server.faults["/nop-luu/doc2.txt"] = fault
    url = server.url
    if fault == "503":
        server.status["/nop-luu/doc2.txt"] = 503
    if fault == "down":
        url = "http://127.0.0.1:9"
    listed = FetchPlace(agency=AGENCY, prefix=f"{url}/nop-luu/", private=True)
    content = holey(tmp_path, f"{url}/nop-luu/doc2.txt - {MISSING}")
    began = time.monotonic()
    with pytest.raises(TemporaryError):
        read_with(tmp_path, content, listed, seconds=1.0)
    assert time.monotonic() - began < 8
    delivery = read_with(tmp_path / "b", content | _made(tmp_path / "b"), listed, seconds=1.0, give_up=True)
    assert "HOLE_UNREACHABLE" in codes(delivery)


def _made(folder: Path) -> Members:
    folder.mkdir(parents=True, exist_ok=True)
    return {}


def test_a_file_that_is_not_there_is_a_finding_at_once(server: FileServer, tmp_path: Path) -> None:
    content = holey(tmp_path, f"{server.url}/nop-luu/mat.txt - {MISSING}")
    assert "HOLE_GONE" in codes(read_with(tmp_path, content, place(server)))


def test_a_bag_with_holes_is_filled_and_every_manifest_holds(server: FileServer, tmp_path: Path) -> None:
    sip = {f"{TOP}/{name}": data for name, data in members(tmp_path).items()}
    hole = f"{TOP}/{MISSING}"
    bag = bag_members(
        {name: data for name, data in sip.items() if name != hole},
        holes={hole: (f"{server.url}/nop-luu/doc2.txt", TEXT)},
        algorithms=("sha512", "md5"),
    )
    context = Context(Limits(), fetcher=HttpFetcher((place(server),), seconds=5))
    delivery = read(zip_of(bag, tmp_path / "b.zip"), tmp_path / "in", context)
    assert delivery.findings == () and len(delivery.documents[1].files) == 1
    server.files["/nop-luu/doc2.txt"] = b"khac" + TEXT[4:]
    wrong = read(zip_of(bag, tmp_path / "b.zip"), tmp_path / "in2", context)
    assert codes(wrong) == {"BAG_FIXITY", "SIP_HASH"}
    none = read(zip_of(bag, tmp_path / "b.zip"), tmp_path / "in3", Context(Limits()))
    assert codes(none) == {"HOLE_ADDRESS", "BAG_INFO", "SIP_FILE_MISSING", "SIP_DOC_NO_FILE"}


def test_a_bag_s_hole_with_nothing_but_md5_is_not_fetched(server: FileServer, tmp_path: Path) -> None:
    sip = {f"{TOP}/{name}": data for name, data in members(tmp_path).items()}
    holes = {f"{TOP}/more.txt": (f"{server.url}/nop-luu/doc2.txt", TEXT)}
    bag = bag_members(sip, holes=holes, algorithms=("md5",))
    context = Context(Limits(), fetcher=HttpFetcher((place(server),), seconds=5))
    delivery = read(zip_of(bag, tmp_path / "b.zip"), tmp_path / "in", context)
    assert "HOLE_NO_HASH" in codes(delivery) and server.asked == []


@pytest.mark.parametrize(
    ("address", "private", "may"),
    [
        ("8.8.8.8", False, True),
        ("10.1.2.3", False, False),
        ("10.1.2.3", True, True),
        ("127.0.0.1", False, False),
        ("192.168.0.1", False, False),
        ("100.64.0.1", False, False),
        ("0.0.0.0", True, False),
        ("169.254.169.254", False, False),
        ("169.254.169.254", True, False),  # where clouds keep their keys
        ("224.0.0.1", True, False),
        ("::1", False, False),
        ("::1", True, True),
        ("::ffff:10.0.0.1", False, False),
        ("fe80::1%eth0", True, False),
        ("2002:0a00:0001::", False, False),
        ("64:ff9b::a00:1", True, False),
        ("2001:4860:4860::8888", False, True),
        ("nonsense", True, False),
    ],
)
def test_which_connections_are_what_a_place_means(address: str, private: bool, may: bool) -> None:
    listed = FetchPlace(agency=AGENCY, prefix="https://files.langson.gov.vn/", private=private)
    assert may_reach(address, listed) is may


@pytest.mark.parametrize(
    "prefix",
    ["https://x.vn/a", "x.vn/a/", "ftp://x.vn/", "https://u@x.vn/", "https://x.vn/a/../", "https:///a/", "https://x.vn/?a=/"],
)  # fmt: skip
def test_a_place_that_says_too_little_or_too_much_is_refused_in_the_settings(prefix: str) -> None:
    assert FetchPlace(agency=AGENCY, prefix="https://x.vn")  # the whole host
    with pytest.raises(ValidationError):
        FetchPlace(agency=AGENCY, prefix=prefix)


def test_a_place_holds_what_lies_below_it_and_nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (FetchPlace(agency=AGENCY, prefix="https://Files.LangSon.gov.vn/nop-luu/"),)
    assert place_of("https://files.langson.gov.vn:443/nop-luu/a/b.pdf?x=1", listed)
    for url in ("https://files.langson.gov.vn/nop-luu", "https://files.langson.gov.vn/nop-luu2/a",
                "https://files.langson.gov.vn.example.com/nop-luu/a", "https://files.langson.gov.vn:444/nop-luu/a",
                "http://files.langson.gov.vn/nop-luu/a"):  # fmt: skip
        assert place_of(url, listed) is None
    assert taken_apart("https://a.vn/" + "x" * 3000) is None


def test_no_place_is_agreed_on_unless_an_agreement_lists_it() -> None:
    assert Terms().places_of(AGENCY) == ()
    listed = Terms.model_validate({"fetch_places": [{"prefix": "https://files.langson.gov.vn/nop-luu/"}]})
    assert listed.places_of(AGENCY) == (
        FetchPlace(agency=AGENCY, prefix="https://files.langson.gov.vn/nop-luu/", private=False),
    )
