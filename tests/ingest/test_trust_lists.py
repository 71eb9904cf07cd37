"""Trust lists by file: named, none by default; one that cannot be used is an error of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from archive.errors import SettingsError
from ingest.settings import IngestSettings
from ingest.signatures.errors import TrustListError
from ingest.signatures.trust import NOBODY, configured, load
from tests.samples.authority import LATER, Authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def _set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    (tmp_path / "tangthu.toml").write_text(f"[ingest]\n{text}", "utf-8")
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))


def test_nobody_is_trusted_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, tmp_path, "")
    assert configured() == NOBODY


def test_lists_have_names_and_may_be_folders_or_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, authority: Authority
) -> None:
    other = Authority("CA công cộng")
    folder = authority.trust(tmp_path / "bcy", *authority.fresh(LATER))
    middle = authority.middle.certificate.public_bytes(serialization.Encoding.DER)
    (folder / "middle.cer").write_bytes(middle)
    one_file = tmp_path / "public.pem"
    one_file.write_bytes(other.root.certificate.public_bytes(serialization.Encoding.PEM))
    _set(
        monkeypatch,
        tmp_path,
        f'trust_lists = [{{name = "Ban Cơ yếu Chính phủ", path = "{folder}"}}, '
        f'{{name = "CA công cộng", path = "{one_file}"}}]',
    )
    found = configured()
    assert [one.trust_list for one in found.anchors] == ["Ban Cơ yếu Chính phủ", "CA công cộng"]
    assert found.known == (middle,)
    assert len(found.crls) == 2
    assert found.list_of(other.root.asn1.dump()) == "CA công cộng"
    assert found.list_of(middle) == ""


def test_a_list_that_changes_on_the_disk_is_read_again(tmp_path: Path, authority: Authority) -> None:
    folder = authority.trust(tmp_path / "bcy")
    assert load([("a", folder)]).crls == ()
    authority.trust(folder, authority.crl(authority.root, at=LATER))
    assert len(load([("a", folder)]).crls) == 1


@pytest.mark.parametrize(
    "files",
    [
        None,
        {},
        {"readme.txt": b"no certificate"},
        {"root.pem": b"-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"},
        {"root.cer": b"nonsense"},
        {"root.pem": b""},
        {"list.crl": b"nonsense"},
    ],
)
def test_a_list_that_is_missing_unreadable_or_empty_is_an_error_of_the_settings(
    tmp_path: Path, files: dict[str, bytes] | None
) -> None:
    folder = tmp_path / "list"
    if files is not None:
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    with pytest.raises(TrustListError, match="Ban Cơ yếu"):
        load([("Ban Cơ yếu", folder)])


def test_an_intermediate_authority_alone_is_no_root(tmp_path: Path, authority: Authority) -> None:
    path = tmp_path / "middle.pem"
    path.write_bytes(authority.middle.certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(TrustListError, match="no root"):
        load([("a", path)])


def test_two_lists_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _set(monkeypatch, tmp_path, 'trust_lists = [{name = "a", path = "x"}, {name = "a", path = "y"}]')
    with pytest.raises(SettingsError, match="trust_lists"):
        IngestSettings.load()
