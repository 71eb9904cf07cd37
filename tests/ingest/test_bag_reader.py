"""A bag is opened, every manifest of it is checked, and what lies in its payload is read as if it had come alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sip_builders import DOCUMENTS, FILE, TOP, members

from archive.packages.bagcheck import LINE_LIMIT, MAX_FAULTS
from ingest.checks.catalogue import explain
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.readers.bag import bag_info
from ingest.readers.interface import Context
from ingest.readers.read import read
from tests.samples.bag import bag_members, folder_of, manifest, zip_of

Bag = dict[str, bytes]


def a_bag(folder: Path) -> Bag:
    """Return a bag with a good SIP in it, manifests of two kinds."""
    sip = {f"{TOP}/{name}": data for name, data in members(folder).items()}
    info = {"Source-Organization": "Sở Nội vụ", "External-Identifier": "lan-nop-1"}
    return bag_members(sip, info=info, algorithms=("sha256", "md5"))


def read_zip(folder: Path, content: Bag, *, top: str = "tui") -> Delivery:
    return read(zip_of(content, folder / "bag.zip", top=top), folder / "in", Context(Limits()))


def codes(delivery: Delivery) -> set[str]:
    return {finding.code for finding in delivery.findings}


@pytest.mark.parametrize("top", ["tui", ""])
def test_a_sip_in_a_bag_in_a_zip_is_read_whole(top: str, tmp_path: Path) -> None:
    delivery = read_zip(tmp_path, a_bag(tmp_path), top=top)
    assert delivery.findings == () and delivery.kind == "BagIt+SIP_hoso"
    assert dict(delivery.fields) == FILE
    assert [dict(document.fields) for document in delivery.documents] == list(DOCUMENTS)
    assert delivery.objid == TOP  # the SIP's own, not the bag's


def test_a_bag_that_comes_as_a_folder_is_read_the_same(tmp_path: Path) -> None:
    folder = folder_of(a_bag(tmp_path), tmp_path / "tui")
    delivery = read(folder, tmp_path / "in", Context(Limits()))
    assert delivery.findings == () and len(delivery.documents) == 2


def test_the_bag_s_own_files_are_kept_as_sources(tmp_path: Path) -> None:
    kept = {file.name for file in read_zip(tmp_path, a_bag(tmp_path)).sources}
    assert {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-md5.txt", "METS.xml"} <= kept


DEFECTS: dict[str, tuple[Callable[[Bag], None], set[str]]] = {
    "no declaration": (lambda bag: bag.pop("bagit.txt") and None, {"BAG_DECLARATION", "BAG_TAGMANIFEST"}),
    "another encoding declared": (
        lambda bag: bag.update({"bagit.txt": bag["bagit.txt"].replace(b"UTF-8", b"TCVN3")}),
        {"BAG_DECLARATION", "BAG_FIXITY"},
    ),
    "one manifest wrong, the other right": (
        lambda bag: bag.update({"manifest-md5.txt": manifest("md5", {"data/x": b""})}),
        {"BAG_MANIFEST", "BAG_FIXITY"},
    ),
    "a payload file changed": (
        lambda bag: bag.update({f"data/{TOP}/representations/rep1/data/doc1.txt": b"khac"}),
        {"BAG_FIXITY", "BAG_INFO", "SIP_HASH"},
    ),
    "a payload file nobody lists": (
        lambda bag: bag.update({f"data/{TOP}/documentation/them.txt": b"x"}),
        {"BAG_MANIFEST", "BAG_INFO", "SIP_FILE_NOT_LISTED"},
    ),
    "a tag file changed": (
        lambda bag: bag.update({"bag-info.txt": bag["bag-info.txt"] + b"Contact-Name: A\n"}),
        {"BAG_FIXITY"},
    ),
    "a tag manifest lists what is not there": (
        lambda bag: bag.update({"tagmanifest-sha256.txt": manifest("sha256", {"metadata.txt": b""})}),
        {"BAG_TAGMANIFEST"},
    ),
    "a manifest that climbs out": (
        lambda bag: bag.update({"manifest-md5.txt": bag["manifest-md5.txt"] + b"00  ../../etc/passwd\n"}),
        {"BAG_MANIFEST", "BAG_FIXITY"},
    ),
    "a manifest in UTF-16": (
        lambda bag: bag.update({"manifest-md5.txt": bag["manifest-md5.txt"].decode().encode("utf-16")}),
        {"BAG_MANIFEST", "BAG_FIXITY"},
    ),
    "no manifest of a known kind": (
        lambda bag: [bag.pop(f"manifest-{one}.txt") for one in ("md5", "sha256")] and None,
        {"BAG_MANIFEST", "BAG_TAGMANIFEST"},
    ),
    "an oxum that does not fit": (
        lambda bag: bag.update({"bag-info.txt": b"Payload-Oxum: 1.1\n"}),
        {"BAG_INFO", "BAG_FIXITY"},
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_of_the_bag_is_found_and_explained(name: str, tmp_path: Path) -> None:
    change, expected = DEFECTS[name]
    bag = a_bag(tmp_path)
    change(bag)
    delivery = read_zip(tmp_path, bag)
    assert codes(delivery) == expected
    assert len(delivery.documents) == 2  # told together with what is wrong inside
    for finding in delivery.findings:
        assert explain(finding, "vi").text and explain(finding, "en").remedy


def test_a_bag_without_payload_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_zip(tmp_path, bag_members({}))
    assert raised.value.code == "BAG_PAYLOAD"


def test_a_bag_of_something_else_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_zip(tmp_path, bag_members({"anh.jpg": b"x", "phim.avi": b"y"}))
    assert raised.value.code == "DELIVERY_UNKNOWN" and "anh.jpg" in str(raised.value.reason)


def test_a_bag_in_a_bag_is_not_opened(tmp_path: Path) -> None:
    inner = bag_members({"a.txt": b"x"})
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_zip(tmp_path, bag_members(inner))
    assert raised.value.code == "DELIVERY_UNKNOWN"


def test_a_manifest_of_one_endless_line_is_a_finding(tmp_path: Path) -> None:
    bag = a_bag(tmp_path)
    bag["manifest-md5.txt"] = b"0" * (LINE_LIMIT * 3)
    assert "BAG_MANIFEST" in codes(read_zip(tmp_path, bag))


def test_findings_of_one_kind_are_counted_when_there_are_too_many(tmp_path: Path) -> None:
    bag = a_bag(tmp_path)
    bag["manifest-md5.txt"] += b"".join(b"00  data/%d\n" % n for n in range(MAX_FAULTS + 5))
    delivery = read_zip(tmp_path, bag)
    many = [finding for finding in delivery.findings if finding.code == "BAG_MANIFEST"]
    (more,) = (finding for finding in delivery.findings if finding.code == "FINDINGS_MORE")
    assert len(many) == 200 and int(more.params["count"]) > 9_000


def test_bag_info_is_read_with_folded_lines_and_without_fear() -> None:
    text = "External-Description: Hồ sơ\n  năm 2020\nNo colon here\nEXTERNAL-description: second\n: empty\n"
    assert bag_info(text) == {"external-description": "Hồ sơ năm 2020"}
