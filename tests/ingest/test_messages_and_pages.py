"""E-mail messages and web pages: taken apart with caps, nothing fetched, what is attached looked into."""

from __future__ import annotations

import base64
import email
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import format_builders as files
import pdf_builders as make
import pypdfium2
import pytest
import trap_builders as trap

from ingest.checks.secret_words import stamp_on
from ingest.delivery import FileFacts
from ingest.formats import mail, page, page_routes
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


def _said(path: Path, tmp_path: Path) -> str:
    mail.print_mail(path, tmp_path, tmp_path / "out.pdf")
    document = pypdfium2.PdfDocument(tmp_path / "out.pdf")
    try:
        return " ".join(one.get_textpage().get_text_range() for one in document)
    finally:
        document.close()


def _raw(path: Path, body: str, kind: str = "mixed") -> Path:
    """A message of parts written by hand; `--b` parts them."""
    head = (
        f'From: a@b\nTo: c@d\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n\n'
    )
    path.write_bytes((head + body + "--b--\n").encode())
    return path


PLAIN = "--b\nContent-Type: text/plain; charset=utf-8\n\n{}\n"
HTML = "--b\nContent-Type: text/html; charset=utf-8\n\n{}\n"


def test_plain_text_beside_a_page_is_printed_and_asked_for(tmp_path: Path) -> None:
    body = PLAIN.format("Lời đầu thư") + HTML.format("<p>Nội dung</p>") + PLAIN.format("Chân trang danh sách")
    path = _raw(tmp_path / "a.eml", body)
    said = _said(path, tmp_path)
    assert all(words in said for words in ("Lời đầu thư", "Nội dung", "Chân trang danh sách"))
    assert {"Lời đầu thư", "Nội dung", "Chân trang danh sách"} <= set(mail.words_of(path))


def test_of_alternatives_the_page_is_printed_alone(tmp_path: Path) -> None:
    path = _raw(
        tmp_path / "a.eml", PLAIN.format("Bản thường") + HTML.format("<p>Bản trang</p>"), "alternative"
    )
    said = _said(path, tmp_path)
    assert "Bản trang" in said
    assert "Bản thường" not in said


def test_the_words_asked_for_do_not_come_from_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_message(tmp_path / "a.eml", text="Kính gửi quý cơ quan\n")
    monkeypatch.setattr(mail, "as_page", lambda *_, **__: (page.cleaned("<p>x</p>")[0], []))
    assert "Kính gửi quý cơ quan" in mail.words_of(path)


def _picture(mark: str, data: bytes) -> str:
    return (
        f"--b\nContent-Type: image/png\nContent-ID: <{mark}>\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.b64encode(data).decode()}\n"
    )


def test_a_picture_is_shown_where_its_own_name_stands_and_nowhere_else(tmp_path: Path) -> None:
    text = "<p>xem cid:a</p><img src='cid:ab'><img src='CID:c%40d'>"
    path = _raw(
        tmp_path / "a.eml",
        HTML.format(text) + _picture("a", b"A") + _picture("ab", b"B") + _picture("c@d", b"C"),
        "related",
    )
    read = mail.read(path)
    assert [(one.content_id, one.shown) for one in read.attachments] == [
        ("a", False),
        ("ab", True),
        ("c@d", True),
    ]
    root, _ = mail.as_page(read)
    assert [one.get("src") for one in root.iter("img")] == [
        "data:image/png;base64,Qg==",
        "data:image/png;base64,Qw==",
    ]
    assert "xem cid:a" in root.text_content()


def test_pictures_in_a_text_are_bounded_also_when_named_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SHOWN_LIMIT", 1000)
    text = "<img src='cid:a'>" * 300 + "<img src='cid:b'>"
    path = _raw(
        tmp_path / "a.eml", HTML.format(text) + _picture("a", b"A" * 10) + _picture("b", b"B"), "related"
    )
    read = mail.read(path)
    assert [one.shown for one in read.attachments] == [False, True]
    root, _ = mail.as_page(read)
    assert len(page.html.tostring(root)) < 10_000


def _wrapped(folder: Path, *, depth: int) -> Path:
    """A message in a message in a message, whose text bears a stamp."""
    path = a_message(folder / "0.eml", text="SỞ NỘI VỤ\nMẬT\nSố: 1\n")
    for number in range(1, depth + 1):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "a@example.invalid", "x"
        outer.set_content("x\n")
        outer.add_attachment(email.message_from_bytes(path.read_bytes(), policy=policy.default))
        path = folder / f"{number}.eml"
        path.write_bytes(outer.as_bytes())
    return path


@pytest.mark.parametrize(
    "build",
    [
        lambda folder: a_message(folder / "a.eml", ("a.txt", "SỞ NỘI VỤ\nMẬT\nSố: 1".encode())),
        lambda folder: a_message(folder / "a.eml", ("a.csv", "STT,Độ mật\n1,Mật\n".encode())),
        lambda folder: a_message(
            folder / "a.eml", ("a.docx", make.letter(folder / "m.docx", "MẬT").read_bytes())
        ),
        lambda folder: _wrapped(folder, depth=1),
        lambda folder: _wrapped(folder, depth=2),
        lambda folder: trap.carrying(folder / "a.pdf", {"b.txt": "SỞ NỘI VỤ\nMẬT\nSố: 1".encode()}),
        lambda folder: _raw(
            folder / "a.eml", PLAIN.format("chữ " * 3000) + HTML.format("<p>MẬT</p>"), "alternative"
        ),
    ],
    ids=[
        "text",
        "table",
        "office file",
        "message",
        "message in a message",
        "file in a PDF",
        "page after much text",
    ],
)
def test_a_stamp_in_what_is_attached_is_seen(
    box: Sandbox, tmp_path: Path, build: Callable[[Path], Path]
) -> None:
    facts = _looked(box, build(tmp_path))
    assert facts.problem is None
    assert [stamp_on(text) for text in facts.inner_texts if stamp_on(text)] == ["MẬT"]


def test_the_words_of_a_web_page_are_read_without_its_marks(box: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<!DOCTYPE html><html><body><p>SỞ NỘI VỤ</p><p><b>MẬT</b></p></body></html>", "utf-8")
    assert stamp_on(_looked(box, path).first_page_text) == "MẬT"


def test_what_is_nested_too_deep_to_be_looked_into_is_told(box: Sandbox, tmp_path: Path) -> None:
    assert _looked(box, _wrapped(tmp_path, depth=2)).unseen is None
    assert _looked(box, _wrapped(tmp_path, depth=6)).unseen is not None


def test_a_message_and_all_messages_inside_it_share_one_number_of_conversions() -> None:
    tried: list[str] = []

    def _nested(key: str, path: Path, name: str) -> None:
        tried.append(key)
        if name == "message":
            page_routes.converted(files, _nested, left)

    files = [{"name": "message" if number == 0 else "x", "path": "x"} for number in range(40)]
    left = page_routes.Conversions(50)
    page_routes.converted([*files], _nested, left)
    assert len(tried) == 50
