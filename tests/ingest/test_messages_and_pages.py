"""E-mail messages and web pages: taken apart with caps, nothing fetched, what is attached looked into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import format_builders as files
import pdf_builders as make
import pypdfium2
import pytest
import trap_builders as trap

from ingest.delivery import FileFacts
from ingest.formats import mail, page
from ingest.formats.cage import Limits
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=60)) as sandbox:
        yield sandbox


def _looked(box: Sandbox, path: Path) -> FileFacts:
    return inspect(make.delivered(path), sandbox=box)


def a_message(path: Path, *attached: tuple[str, bytes], text: str = "Kính gửi\n") -> Path:
    one = EmailMessage()
    one["From"], one["To"], one["Subject"] = "a@example.invalid", "b@example.invalid", "Về việc nộp lưu"
    one.set_content(text)
    for name, data in attached:
        one.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    path.write_bytes(one.as_bytes())
    return path


def test_a_message_is_known_by_its_bytes_and_its_words_are_read(box: Sandbox, tmp_path: Path) -> None:
    facts = _looked(box, files.message(tmp_path / "thu.bin"))
    assert (facts.media_type, facts.puid in ("fmt/278", "fmt/950")) == ("message/rfc822", True)
    assert "Nguyễn Văn An" in facts.first_page_text
    assert {"văn bản.pdf", "goi.zip", "danh sach.txt"} <= set(facts.inner_names)
    assert facts.problem is None


def _docm(folder: Path) -> bytes:
    return trap.adding(
        make.letter(folder / "m.docx"), word__vbaProject_DOT_bin=b"\xd0\xcf\x11\xe0"
    ).read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "kind", "found"),
    [
        ("a.exe", lambda _: trap.windows_program(), "programs", ("Windows program",)),
        ("a.docx", _docm, "macros", ("VBA",)),
        ("a.zip", lambda _: trap.zipped({"b.exe": trap.windows_program()}), "programs", ("Windows program",)),
        (
            "a.pdf",
            lambda folder: make.with_javascript(folder / "j.pdf").read_bytes(),
            "active_content",
            ("JavaScript", "Launch"),
        ),
    ],
)
def test_what_is_attached_is_looked_into(
    box: Sandbox,
    tmp_path: Path,
    name: str,
    data: Callable[[Path], bytes],
    kind: str,
    found: tuple[str, ...],
) -> None:
    facts = _looked(box, a_message(tmp_path / "a.eml", (name, data(tmp_path))))
    assert getattr(facts, kind) == found


def _deep(path: Path) -> Path:
    head = b"From: a@b\r\nMIME-Version: 1.0\r\nSubject: x\r\nDate: x\r\n"
    body = b"Content-Type: text/plain\r\n\r\nx\r\n"
    for number in range(40):
        mark = b"m%d" % number
        body = (
            b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark + b"\r\n"
            + body + b"\r\n--" + mark + b"--\r\n"
        )  # fmt: skip
    path.write_bytes(head + body)
    return path


def _wide(path: Path) -> Path:
    return a_message(path, *((f"{number}.txt", b"x") for number in range(300)))


def _locked(path: Path) -> Path:
    path.write_bytes(
        b"From: a@b\r\nTo: c@d\r\nSubject: x\r\nDate: Mon, 2 Nov 2020 08:00:00 +0700\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"
    )
    return path


@pytest.mark.parametrize(
    ("build", "why"), [(_deep, "nested deeper"), (_wide, "more than 200 parts"), (_locked, "encrypted")]
)
def test_a_message_beyond_the_caps_or_under_a_key_is_a_problem(
    box: Sandbox, tmp_path: Path, build: Callable[[Path], Path], why: str
) -> None:
    facts = _looked(box, build(tmp_path / "a.eml"))
    assert why in str(facts.problem)


def test_a_message_larger_than_is_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "MAIL_LIMIT", 100)
    with pytest.raises(mail.UnreadableMailError, match="more than is read"):
        mail.read(a_message(tmp_path / "a.eml"))


@pytest.mark.parametrize(
    ("said", "name"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\b.pdf", "b.pdf"), ("a\nb\x00.pdf", "ab.pdf"), ("", "?")],
)
def test_a_name_is_never_a_path(said: str, name: str) -> None:
    assert mail.safe(said) == name


def test_headers_in_old_encodings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        "From: Nguyễn Văn An <a@b>\r\nSubject: =?utf-8?b?UXV54bq/dCDEkeG7i25o?=\r\nTo: =?x-none?q?=41?=\r\n"
        "Content-Type: text/plain; charset=no-such\r\n\r\nTrân trọng\r\n".encode()
    )
    read = mail.read(path)
    assert (read.header("From"), read.header("Subject")) == ("Nguyễn Văn An <a@b>", "Quyết định")
    assert read.text.strip() == "Trân trọng"


def test_a_page_without_its_style_shows_everything(tmp_path: Path) -> None:
    path = files.web_page(tmp_path / "a.html")
    assert page.words_of(path) == [files.WORDS, "Phần bị giấu"]


@pytest.mark.parametrize(
    "trap_",
    [
        "<script>fetch('http://x')</script>",
        "<p onclick='x()'>a</p>",
        "<iframe src='file:///etc/passwd'></iframe>",
        "<object data='file:///etc/passwd'></object>",
        "<embed src='x.swf'>",
        "<link rel=stylesheet href='http://x/a.css'>",
        "<img src='file:///etc/passwd'>",
        "<img src='//x/a.png' srcset='http://x/b.png 2x'>",
        "<a href='javascript:x()'>a</a>",
        "<base href='http://x/'>",
    ],
)
def test_what_runs_or_loads_is_taken_out_and_told(trap_: str) -> None:
    root, removed = page.cleaned(f"<html><body><p>chữ</p>{trap_}</body></html>")
    assert sum(removed.values()) >= 1
    left = page.html.tostring(root, encoding="unicode")
    for sign in ("file:", "http:", "javascript", "onclick", "script", "iframe", "//x"):
        assert sign not in left
    assert "chữ" in left


def test_the_printer_is_given_data_addresses_only(tmp_path: Path) -> None:
    """Even a style that survives the cleaning reads no file: the page is printed without it."""
    secret = tmp_path / "secret.css"
    secret.write_text("body::before { content: 'LEAKED' }")
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><head><style>@import url({secret.as_uri()});</style></head><body><p>chữ</p></body></html>"
    )
    page.print_file(path, tmp_path / "a.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "a.pdf")
    said = document[0].get_textpage().get_text_range()
    document.close()
    assert said.strip() == "chữ"
