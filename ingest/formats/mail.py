"""An e-mail message taken apart, and as a page: headers, text, the list of what was attached. Runs in the sandbox.

Threat: nesting without end, thousands of parts, wrong encodings, HTML that loads or runs, names that are paths. The
message is read with caps; nothing in it is fetched (`page.py`); attachments get names of ours.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_binary_file, policy
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path
from typing import Any

from lxml import html
from lxml.html import builder

from archive.reason import Reason, because
from ingest.formats import page
from ingest.formats.flavour import FLAVOUR
from ingest.formats.office import decoded

MAIL_LIMIT = 64 * 2**20  # bytes of a message that is read
PARTS_LIMIT = 200
DEEPEST = 20  # parts within parts
HEADERS = ("From", "To", "Cc", "Reply-To", "Date", "Subject", "Message-ID")
VIETNAMESE = {"From": "Từ", "To": "Đến", "Cc": "Đồng gửi", "Reply-To": "Trả lời cho", "Date": "Ngày",
              "Subject": "Tiêu đề", "Message-ID": "Mã thư"}  # fmt: skip
HEADER_LONGEST = 10_000
NAME_LONGEST = 120
INLINE_LIMIT = 8 * 2**20  # bytes of one picture shown inside the text
SHOWN_LIMIT = 16 * 2**20  # bytes of all of them, each as often as it is shown


class UnreadableMailError(ValueError):
    """The message is no message, or larger or deeper than is read.

    Attributes:
        reason: for a person.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Attachment:
    """A file attached to a message; `shown` when its text shows it."""

    name: str
    media_type: str
    data: bytes
    content_id: str = ""
    shown: bool = False

    @property
    def sha256(self) -> str:
        """Return its hash, lower-case hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Mail:
    """A message taken apart.

    Attributes:
        text: its plain text, "" when it has none.
        html: its text as a web page, "" when it has none; what a mail program shows.
        beside: the plain text that stands beside the page, as a list's footer does; not what the page says otherwise.
    """

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    encrypted: bool = False
    beside: str = ""

    def header(self, name: str) -> str:
        """Return a header's value; "" when there is none."""
        return next((value for key, value in self.headers if key == name), "")


def read(path: Path) -> Mail:
    """Take a message apart.

    Raises:
        UnreadableMailError: see there.
    """
    size = path.stat().st_size
    if size > MAIL_LIMIT:
        raise UnreadableMailError(because("ingest.mail-large", bytes=size))
    with path.open("rb") as stream:
        message = message_from_binary_file(stream, policy=policy.compat32)
    headers = tuple((name, value) for name in HEADERS if (value := _header(message, name)))
    if not headers:
        raise UnreadableMailError(because("ingest.mail-headers"))
    texts: list[tuple[str, frozenset[int]]] = []
    pages: list[tuple[str, frozenset[int]]] = []
    attached: list[Attachment] = []
    encrypted = False
    for part, alternatives in _leaves(message):
        kind, name = part.get_content_type(), _name(part)
        encrypted |= kind in ("application/pgp-encrypted",) or _enveloped(part)
        data = _data(part)
        if kind == "text/plain" and not name:
            texts.append((_text(part, data), alternatives))
        elif kind == "text/html" and not name and not pages:
            pages.append((_text(part, data), alternatives))
        else:
            mark = str(part.get("Content-ID", "")).strip().strip("<>")
            attached.append(Attachment(name or _own_name(part), kind, data, mark))
    shown, instead_of = pages[0] if pages else ("", frozenset[int]())
    return Mail(
        headers,
        "\n".join(text for text, _ in texts),
        shown,
        _marked(attached, shown),
        encrypted,
        "\n".join(text for text, alternatives in texts if shown.strip() and not alternatives & instead_of),
    )


def _leaves(message: Message) -> Iterator[tuple[Message, frozenset[int]]]:
    """Yield the parts that are no containers, in order, with the numbers of the `multipart/alternative` they are in.

    A message inside is one part.
    """
    stack: list[tuple[Message, int, frozenset[int]]] = [(message, 0, frozenset())]
    count = 0
    while stack:
        part, depth, alternatives = stack.pop()
        count += 1
        if count > PARTS_LIMIT or depth > DEEPEST:
            raise UnreadableMailError(because("ingest.mail-parts", count=PARTS_LIMIT, deep=DEEPEST))
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            if part.get_content_subtype() == "alternative":
                alternatives |= {count}
            stack.extend(
                (one, depth + 1, alternatives) for one in reversed(payload) if isinstance(one, Message)
            )
        else:
            yield part, alternatives


def _data(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):  # a message inside
        return b"\n".join(one.as_bytes() for one in payload if isinstance(one, Message))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message, data: bytes) -> str:
    charset = part.get_content_charset() or ""
    try:
        return data.decode(charset) if charset else decoded(data)
    except (LookupError, UnicodeDecodeError):
        return decoded(data)


def _header(message: Message, name: str) -> str:
    # Raw: what is no ASCII would else come back as question marks.
    values = [_unfolded(value) for key, value in message.raw_items() if key.lower() == name.lower()]
    return ", ".join(value for value in values if value)[:HEADER_LONGEST]


def _unfolded(value: object) -> str:
    raw = str(value)
    try:
        said = str(make_header(decode_header(raw)))
    except (LookupError, UnicodeDecodeError, ValueError):
        said = raw
    data = said.encode("utf-8", "surrogateescape")  # bytes that were no ASCII
    return " ".join(decoded(data).split())


def _name(part: Message) -> str:
    said = part.get_filename()
    if said is None:
        return "" if part.get_content_disposition() != "attachment" else _own_name(part)
    return safe(_unfolded(said))


def safe(name: str) -> str:
    """Return a name without a path or control signs."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-NAME_LONGEST:].strip() or "?"


def _own_name(part: Message) -> str:
    """Return a name for what came without one; a message is called by its subject."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return safe(f"{_header(payload[0], 'Subject') or 'thư'}.eml")
    return "không tên"


def _enveloped(part: Message) -> bool:
    kind = part.get_content_type()
    return kind.endswith("pkcs7-mime") and "signed" not in str(part.get_param("smime-type", ""))


def _marked(attached: list[Attachment], text: str) -> tuple[Attachment, ...]:
    """Return the attachments, with those `shown` that the page shows and that fit into it."""
    times = page.cids(text) if text.strip() else Counter[str]()
    room = SHOWN_LIMIT
    marked = []
    for one in attached:
        size = len(one.data) * times.pop(one.content_id, 0)  # of two of one name the first is meant
        fits = 0 < size <= room and len(one.data) <= INLINE_LIMIT
        shown = fits and one.media_type in ("image/png", "image/jpeg", "image/gif")
        room -= size if shown else 0
        marked.append(replace(one, shown=shown))
    return tuple(marked)


def print_mail(
    path: Path, folder: Path, out: Path, *, flavour: str = FLAVOUR, plain: bool = False
) -> dict[str, Any]:
    """Print a message, and write its attachments into the folder under names of ours.

    Returns:
        `removals`, and `attachments`: for each that the text does not show its name and path.

    Raises:
        UnreadableMailError, ValueError: it cannot be read or printed.
    """
    mail = read(path)
    root, removals = as_page(mail, plain=plain)
    page.print_root(root, out, flavour)
    written = []
    for number, one in enumerate((a for a in mail.attachments if not a.shown), 1):
        place = folder / f"attached{number:03}"
        place.write_bytes(one.data)
        written.append({"name": one.name, "path": str(place)})
    return {"removals": removals, "attachments": written}


def words_of(path: Path) -> list[str]:
    """Return what the page of a message has to say, read from its parts and not from what was made for the printer."""
    mail = read(path)
    said = [value for _, value in mail.headers]
    said += (
        page.blocks(page.cleaned(mail.html, plain=True)[0]) if mail.html.strip() else mail.text.split("\n")
    )
    said += mail.beside.split("\n")
    said += [one.name for one in mail.attachments if not one.shown]
    lines = (page.shown(page.printable(one), Counter()) or "" for one in said)
    return [line.strip() for line in lines if line.strip()]


def as_page(mail: Mail, *, plain: bool = False) -> tuple[Any, list[str]]:
    """Return the message as a page, and what was taken out of its text."""
    text = mail.html
    if not text.strip():
        text = html.tostring(builder.PRE(page.printable(mail.text)), encoding="unicode")
    pictures = {
        one.content_id: f"data:{one.media_type};base64,{base64.b64encode(one.data).decode('ascii')}"
        for one in mail.attachments
        if one.shown
    }
    root, removed = page.cleaned(text, plain=plain, pictures=pictures)
    body = root.find("body")
    if body is None:
        raise ValueError("there is no text in it")
    rows = [
        builder.TR(
            builder.TH(f"{VIETNAMESE[name]} ({name})"),
            builder.TD(page.shown(page.printable(value), removed) or ""),
        )
        for name, value in mail.headers
    ]
    body.insert(0, builder.TABLE(*rows, builder.CLASS("headers")))
    if mail.beside.strip():
        body.append(builder.PRE(page.shown(page.printable(mail.beside), removed) or ""))
    listed = [one for one in mail.attachments if not one.shown]
    if listed:
        items = [
            builder.LI(
                f"{page.printable(one.name)} ({one.media_type}, {len(one.data)} byte, SHA-256 {one.sha256})"
            )
            for one in listed
        ]
        body.append(builder.P("Tệp đính kèm (attachments):"))
        body.append(builder.OL(*items))
    return root, page.told(removed)
