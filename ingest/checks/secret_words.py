"""How a level of secrecy is written, and what only looks like one.

Levels: Mật, Tối mật, Tuyệt mật (Law on State Secrets 29/2018/QH14). "Mật" is also half of many ordinary words (bảo mật,
bí mật, mật độ, mật khẩu ...), so it counts only where it stands as a mark: a whole value, a line or a column of its
own, between brackets, at a joint of a name.
"""

from __future__ import annotations

import re
import unicodedata

from archive.vietnamese import fold, plain

LEVELS = ("TUYỆT MẬT", "TỐI MẬT", "MẬT")
# Words that make "mật" a part of an ordinary one, before it and after it.
BEFORE = frozenset({"bảo", "bí", "cơ", "kín", "thân", "nồng"})
AFTER = frozenset(
    {
        *(
            "độ",
            "khẩu",
            "mã",
            "vụ",
            "thư",
            "ong",
            "báo",
            "thám",
            "phục",
            "nghị",
            "ước",
            "danh",
            "đàm",
            "hiệu",
        ),
        *("lệnh", "ngữ", "thiết", "viện", "mía", "hoa", "dịch", "ngọt", "gấu", "chí", "ngôn", "kế"),
    }
)

_LEVEL = r"(?:tuyệt mật|tối mật|mật)"
_LABEL = r"(?:(?:chỉ )?(?:dấu )?(?:chỉ )?(?:độ|mức độ|mức|cấp độ|cấp) mật)"
_PAPER = r"(?:tài liệu|văn bản|hồ sơ|công văn)"
_WHOLE = re.compile(rf"(?:{_LABEL} *[:：=-]? *|{_PAPER} )?{_LEVEL}")
_WHOLE_FOLDED = re.compile(
    r"(?:(?:do|muc do|cap do) mat *[:=-] *)?(?:tuyet|toi) mat|(?:do|muc do|cap do) mat *[:=-] *mat"
)
_LABELLED = re.compile(rf"\b{_LABEL} *[:：=] *{_LEVEL}\b")
_BRACKETED = re.compile(rf"[(\[{{<] *{_LEVEL} *[)\]}}>]")
_SET_OFF = re.compile(r"^(?:TUYỆT MẬT|TỐI MẬT|MẬT) *[-–—:|]|[-–—|] *(?:TUYỆT MẬT|TỐI MẬT|MẬT)$")
# In capitals at the end of a text that is not: a stamp. "độ TỐI MẬT" speaks of one.
_IN_CAPITALS = re.compile(r"(?<!độ )(?<!mức )(?<!cấp )(?<!loại )(?<!dấu )(?<!là )(?:TUYỆT|TỐI) MẬT\W*$")
# Fields that are about secrecy, whichever software named them.
_ABOUT_SECRECY = re.compile(r"secre|do_?mat|mat_?do$|securit|classif|confidential")
_HARMLESS = frozenset(
    {
        "",
        "0",
        "1",
        "2",
        "00",
        "01",
        "02",
        "khong",
        "khong mat",
        "thuong",
        "binh thuong",
        "normal",
        "none",
        "no",
        "false",
    }
)
_SECRET_NUMBERS = frozenset(
    {"3", "4", "5", "03", "04", "05"}
)  # 3 Mật, 4 Tối mật, 5 Tuyệt mật in one software

_COLUMNS = re.compile(r"[ \t]{2,}|[|\t\r\n\f\v│┃║]")
_SEPARATED = re.compile(r"[,;\t\r\n]")
_NOT_LETTERS = re.compile(r"[^\w]|[\d_]")
_BY_TITLE = re.compile(rf"(?:TÀI LIỆU|VĂN BẢN|HỒ SƠ|CÔNG VĂN) (?:{'|'.join(LEVELS)})")
_COPY_NUMBER = re.compile(r"[ (\[]*(?:bản số|số bản|bản sao số)\b.*$", re.IGNORECASE)
_CELL_LONGEST = 60

_NAME_LEVEL = re.compile(r"(?<!\w)(?:tối|tuyệt)[ _\-.]*mật(?!\w)", re.IGNORECASE)
_NAME_PLAIN = re.compile(r"(?<![a-z])(?:toi|tuyet)[ _\-.]?mat(?![a-z])", re.ASCII | re.IGNORECASE)
_NAME_CAMEL = re.compile(r"ToiMat(?![a-z])|TuyetMat(?![a-z])", re.ASCII)
_NAME_WORD = re.compile(r"[^\W\d_]+")
_JOINT_BEFORE, _JOINT_AFTER = frozenset("([{<_-.–—"), frozenset(")]}>_-.–—")


def is_secret_field(name: str, value: str) -> bool:
    """Return whether a field of a description says a level of secrecy.

    Use modes also say it by code: "03" is Mật in TT 05/2025. A field about secrecy says it by anything that is no
    plain word for "none".
    """
    if not value:
        return False
    if _ABOUT_SECRECY.search(fold(name).replace(" ", "")):
        said = fold(plain(value))
        return (
            said in _SECRET_NUMBERS or (said not in _HARMLESS and "mat" in said.split()) or is_marked(value)
        )
    if name in ("Rights", "Mode") and value.strip() == "03":
        return True
    return is_marked(value)


def is_marked(text: str) -> bool:
    """Return whether a text carries a mark of secrecy: it is nothing but a level, or a level is set off in it.

    A word in running text is none: "quy định về bảo vệ bí mật", "danh mục độ Tối mật".
    """
    words = plain(text)
    if "mật" not in words:
        return bool(_WHOLE_FOLDED.fullmatch(fold(words).strip(" .")))
    said = " ".join(unicodedata.normalize("NFC", text).split())
    return bool(
        _WHOLE.fullmatch(words.strip(" .:"))
        or _LABELLED.search(words)
        or _BRACKETED.search(words)
        or _SET_OFF.search(said)
        or (_IN_CAPITALS.search(said) and not said.isupper())
    )


def stamp_on(first_page: str, *, cells: bool = False) -> str:
    """Return the stamp of secrecy on a first page; "" when there is none.

    A stamp stands alone on a line or in a column, in any case, perhaps framed, its letters perhaps set apart, perhaps
    with the number of the copy behind it. Half of a word broken over two lines, or of a sentence in a narrow column,
    is none.

    Args:
        cells: the text is of a table: every cell stands alone, whatever is beside it.
    """
    lines = unicodedata.normalize("NFC", first_page).splitlines()
    for number, line in enumerate(lines):
        parts = [part for part in (_SEPARATED if cells else _COLUMNS).split(line) if part.strip()]
        whole = _level_of(line)  # a stamp whose letters are set wide apart falls into columns
        found = whole or next((level for part in parts if (level := _level_of(part))), "")
        if not found:
            continue
        before, after = lines[number - 1 : number], lines[number + 1 : number + 2]
        if cells or not whole or not _is_half(line, "".join(before), "".join(after)):
            return found
    return ""


def _level_of(cell: str) -> str:
    """Return the level a line or a cell consists of."""
    if len(cell) > _CELL_LONGEST:
        return ""
    cell = _COPY_NUMBER.sub("", cell)
    bare = _NOT_LETTERS.sub("", cell).upper()
    for level in LEVELS:
        if bare == level.replace(" ", ""):
            return level
    said = " ".join(cell.split()).strip(" .:-–—_=*[](){}<>\"'“”")
    if match := _BY_TITLE.fullmatch(said):
        return next(level for level in LEVELS if match[0].endswith(level))
    label = _LABELLED.fullmatch(plain(said))
    return next(level for level in LEVELS if label[0].endswith(level.lower())) if label else ""


def _is_half(line: str, before: str, after: str) -> bool:
    """Return whether a lone level is a piece of the text around it."""
    last = _NAME_WORD.findall(before)[-1:]
    first = _NAME_WORD.findall(after)[:1]
    bare = _NOT_LETTERS.sub("", line)
    if bare.upper() == "MẬT":
        if last and before.rstrip()[-1:].isalpha() and last[0].lower() in BEFORE:
            return True
        if first and after.lstrip()[:1].isalpha() and first[0].lower() in AFTER:
            return True
    running = bare.islower() and bool(last) and before.rstrip()[-1:].islower()
    return running and (not first or after.lstrip()[:1].islower())


def is_secret_name(name: str) -> bool:
    """Return whether the name of a file, or of a message, carries a level of secrecy."""
    whole = unicodedata.normalize("NFC", name)
    stem = whole.rpartition(".")[0] or whole
    if _NAME_LEVEL.search(stem) or _level_of(stem):
        return True
    if stem.isascii():
        return bool(_NAME_PLAIN.search(stem) or _NAME_CAMEL.search(stem))
    words = list(_NAME_WORD.finditer(stem))
    for number, word in enumerate(words):
        if word[0].lower() != "mật":
            continue
        before = words[number - 1][0].lower() if number else ""
        after = words[number + 1][0].lower() if number + 1 < len(words) else ""
        if before in BEFORE or after in AFTER:
            continue
        left, right = stem[: word.start()].rstrip(" "), stem[word.end() :].lstrip(" ")
        if (not left or left[-1] in _JOINT_BEFORE) and (not right or right[0] in _JOINT_AFTER):
            return True
    return False
