"""An e-mail message taken apart, and as a page: headers, text, the list of what was attached. Runs in the sandbox.

Threat: nesting without end, thousands of parts, wrong encodings, HTML that loads or runs, names that are paths. The
message is read with caps; nothing in it is fetched (`page.py`); attachments get names of ours.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
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
    """

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    encrypted: bool = False

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
    texts: list[str] = []
    pages: list[str] = []
    attached: list[Attachment] = []
    encrypted = False
    for part in _leaves(message):
        kind, name = part.get_content_type(), _name(part)
        encrypted |= kind in ("application/pgp-encrypted",) or _enveloped(part)
        data = _data(part)
        if kind == "text/plain" and not name:
            texts.append(_text(part, data))
        elif kind == "text/html" and not name and not pages:
            pages.append(_text(part, data))
        else:
            mark = str(part.get("Content-ID", "")).strip().strip("<>")
            attached.append(Attachment(name or _own_name(part), kind, data, mark))
    shown = "".join(pages)
    marked = tuple(
        Attachment(one.name, one.media_type, one.data, one.content_id, shown=_is_shown(one, shown))
        for one in attached
    )
    return Mail(headers, "\n".join(texts), shown, marked, encrypted)


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that are no containers, in order; a message inside is one part."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while stack:
        part, depth = stack.pop()
        count += 1
        if count > PARTS_LIMIT or depth > DEEPEST:
            raise UnreadableMailError(because("ingest.mail-parts", count=PARTS_LIMIT, deep=DEEPEST))
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            stack.extend((one, depth + 1) for one in reversed(payload) if isinstance(one, Message))
        else:
            yield part


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


def _is_shown(one: Attachment, text: str) -> bool:
    return (
        bool(one.content_id)
        and one.media_type in ("image/png", "image/jpeg", "image/gif")
        and len(one.data) <= INLINE_LIMIT
        and f"cid:{one.content_id}" in text
    )


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
    """Return what the page of a message has to say, as a reader without a printer finds it."""
    root, _ = as_page(read(path), plain=True)
    return page.blocks(root)


def as_page(mail: Mail, *, plain: bool = False) -> tuple[Any, list[str]]:
    """Return the message as a page, and what was taken out of its text."""
    text = mail.html
    for one in mail.attachments:
        if one.shown:
            data = base64.b64encode(one.data).decode("ascii")
            text = text.replace(f"cid:{one.content_id}", f"data:{one.media_type};base64,{data}")
    if not text.strip():
        text = html.tostring(builder.PRE(page.printable(mail.text)), encoding="unicode")
    root, removed = page.cleaned(text, plain=plain)
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
