"""Stores in the settings: one shape per kind, unknown keys refused, no secret in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.errors import SettingsError
from archive.settings import ArchiveSettings
from archive.stores.settings import FolderSettings, S3Settings

S3 = {
    "name": "xa",
    "kind": "s3",
    "endpoint": "https://s3.example.vn",
    "bucket": "kho-luu-tru",
    "access_key_env": "KHO_KEY",
    "secret_key_env": "KHO_SECRET",
}


def given(house: Path, *stores: dict[str, Any]) -> tuple[Any, ...]:
    def written(value: Any) -> str:
        return str(value).lower() if isinstance(value, bool) else repr(value)

    tables = (
        "[[archive.stores]]\n" + "".join(f"{k} = {written(v)}\n" for k, v in one.items()) for one in stores
    )
    (house / "tangthu.toml").write_text("".join(tables))
    return ArchiveSettings.load().stores


def test_a_store_without_a_kind_is_a_folder(house: Path) -> None:
    folder, s3 = given(house, {"name": "gan", "path": "/srv/kho"}, S3)
    assert isinstance(folder, FolderSettings)
    assert isinstance(s3, S3Settings)
    assert (s3.lock, s3.prefix, s3.addressing) == ("", "", "path")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "tape"}, "the kind of a store is folder or s3"),
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"secret_key": "abc"}, "secret_key: Extra inputs"),
        ({"endpoint": "http://s3.example.vn"}, "plain http is readable"),
        ({"endpoint": "ftp://s3.example.vn"}, "an http or https address"),
        ({"endpoint": "https://me:pw@s3.example.vn"}, "no account"),
        ({"credentials_file": "/x"}, "say where the account is"),
        ({"secret_key_env": ""}, "say where the account is"),
        ({"lock": "compliance"}, "lock and lock_days go together"),
        ({"lock_days": 3}, "lock and lock_days go together"),
        ({"lock": "forever", "lock_days": 3}, "lock"),
        ({"prefix": "kho"}, "prefix"),
        ({"prefix": "../"}, "prefix"),
        ({"bucket": "Kho"}, "bucket"),
        ({"part": 100}, "part"),
        ({"name": "gan"}, "two stores have one name"),
    ],
)
def test_what_is_wrong_with_a_store_is_named(house: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        given(house, {"name": "gan", "path": "/srv/kho"}, {**S3, **change})


def test_a_private_line_may_be_plain_when_it_is_said(house: Path) -> None:
    (one,) = given(house, {**S3, "endpoint": "http://10.0.0.1:8333", "plain_http": True})
    assert one.endpoint == "http://10.0.0.1:8333"


def test_the_account_is_in_the_environment(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = given(house, S3)
    monkeypatch.setenv("KHO_KEY", "khoa")
    with pytest.raises(SettingsError, match="store xa: the environment variable KHO_SECRET is not set"):
        one.keys()
    monkeypatch.setenv("KHO_SECRET", "khong-ai-thay")
    assert one.keys().secret_key == "khong-ai-thay"
    assert "khong-ai-thay" not in repr(one.keys()) + repr(one) + one.model_dump_json()


def test_the_account_is_in_a_file_of_mode_600(house: Path) -> None:
    file = house / "keys.toml"
    file.touch(0o600)
    given_file = {k: v for k, v in S3.items() if not k.endswith("_env")} | {"credentials_file": str(file)}
    (one,) = given(house, given_file)
    file.write_text('access_key = "a"\nsecret_key = "khong-ai-thay"\n')
    assert (one.keys().access_key, one.keys().secret_key, one.keys().token) == ("a", "khong-ai-thay", "")
    for wrong in (
        'access_key = "khong-ai-thay"\n',
        "khong-ai-thay\n",
        'secret_key = "khong-ai-thay"\nx = 1\n',
    ):
        file.write_text(wrong)
        with pytest.raises(SettingsError, match="write access_key = ") as caught:
            one.keys()
        assert "khong-ai-thay" not in str(caught.value)
        assert caught.value.__cause__ is None
    file.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        one.keys()
