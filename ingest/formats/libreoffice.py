"""Office files printed as PDF/A by LibreOffice, in the cage, many in one call; older ones also saved anew, to be read.

Starting LibreOffice costs 1.6 s of CPU, a file 0.3 s, so files go in batches. A file that hangs it takes the batch
down: then the rest goes one by one, and only that file fails. The profile is private to this process, has macros
and outside links switched off, is thrown away after a number of calls and after every hang or crash.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from archive.reason import Reason, because
from ingest.formats import office
from ingest.formats.cage import Limits, run
from ingest.formats.errors import tool_ended
from ingest.formats.flavour import FLAVOUR, TARGETS
from ingest.formats.identify import CSV, EXTENSIONS, ODF, OOXML, TEXT
from ingest.formats.private import PrivateFolder

BATCH = 20
RECYCLE_AFTER = 50  # calls


def options(part: int) -> str:
    """Return the export options for a part of PDF/A, level B."""
    return json.dumps(
        {
            "SelectPdfVersion": {"type": "long", "value": str(part)},
            "UseTaggedPDF": {"type": "boolean", "value": "true"},
            "ExportNotes": {"type": "boolean", "value": "false"},
        }
    )


@dataclass(frozen=True)
class _Family:
    """Files that one call can print: same export filter, same import filter."""

    exporter: str
    importer: str = ""


_WRITER, _CALC, _IMPRESS = (_Family(f"{part}_pdf_Export") for part in ("writer", "calc", "impress"))
SHEETS = frozenset({"application/vnd.ms-excel", ODF + "spreadsheet", CSV, OOXML + "spreadsheetml.sheet"})


@dataclass(frozen=True)
class Form:
    """A form whose words are read without an office program (`office.py`).

    Attributes:
        target: extension and export filter, as LibreOffice's `--convert-to` takes them.
    """

    media_type: str
    target: str


_LETTER = Form(OOXML + "wordprocessingml.document", "docx:MS Word 2007 XML")
_BOOK = Form(OOXML + "spreadsheetml.sheet", "xlsx:Calc MS Excel 2007 XML")
_SLIDES = Form(OOXML + "presentationml.presentation", "pptx:Impress MS PowerPoint 2007 XML")
READ_AS: Mapping[str, Form] = MappingProxyType(
    {
        "application/msword": _LETTER,
        "application/rtf": _LETTER,
        "application/vnd.ms-excel": _BOOK,
        "application/vnd.ms-powerpoint": _SLIDES,
    }
)
"""What nothing here reads by itself: LibreOffice saves it in a form that is read, and the print is held against that.

So a print that is not the file shows; words that LibreOffice itself does not find in the file are missed by both.
"""
_TEXT = _Family("writer_pdf_Export", "Text (encoded):UTF8,,,")
_CSV = _Family("calc_pdf_Export", "Text - txt - csv (StarCalc):44,34,76,1")

FAMILIES: Mapping[str, _Family] = MappingProxyType(
    {
        "application/msword": _WRITER,
        OOXML + "wordprocessingml.document": _WRITER,
        ODF + "text": _WRITER,
        "application/rtf": _WRITER,
        "application/vnd.ms-excel": _CALC,
        OOXML + "spreadsheetml.sheet": _CALC,
        ODF + "spreadsheet": _CALC,
        "application/vnd.ms-powerpoint": _IMPRESS,
        OOXML + "presentationml.presentation": _IMPRESS,
        ODF + "presentation": _IMPRESS,
        TEXT: _TEXT,
        CSV: _CSV,
    }
)

# No macro, no link to another document, no update from anywhere: the file alone is printed.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_SETTINGS = (
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "2"),
    ("Common/Misc", "FirstRun", "false"),
)


@dataclass(frozen=True)
class Printed:
    """What became of one file.

    Attributes:
        path: the PDF; None when there is none.
        reason: why there is none.
        read_as: of a file that is `READ_AS` another form: what became of that.
    """

    path: Path | None
    reason: Reason | None = None
    read_as: Printed | None = None


class LibreOffice:
    """Prints office files. One per process; not to be used by two threads at once."""

    def __init__(self, limits: Limits, *, soffice: str = "soffice") -> None:
        self._limits = limits
        self._soffice = soffice
        self._home: PrivateFolder | None = None
        self._calls = 0

    def print_all(
        self, files: Sequence[tuple[str, Path, str]], into: Path, *, flavour: str = FLAVOUR
    ) -> dict[str, Printed]:
        """Print files given as (id, path, media type), and save those in another form that are read in one.

        Returns what became of each id.

        Args:
            flavour: its part of PDF/A is printed, always level B.

        Raises:
            ToolMissingError: LibreOffice is not installed.
        """
        families: dict[_Family, list[tuple[str, Path, str]]] = defaultdict(list)
        for file in files:
            families[FAMILIES[file[2]]].append(file)
        printed: dict[str, Printed] = {}
        for family, members in families.items():
            wanted = f"pdf:{family.exporter}:{options(TARGETS[flavour].part)}"
            for start in range(0, len(members), BATCH):
                batch = members[start : start + BATCH]
                made = self._batch(family, batch, into, wanted)
                forms: dict[Form, list[tuple[str, Path, str]]] = defaultdict(list)
                for file in batch:
                    if file[2] in READ_AS and made[file[0]].path is not None:
                        forms[READ_AS[file[2]]].append(file)
                for form, files_of_it in forms.items():
                    for key, saved in self._batch(family, files_of_it, into, form.target).items():
                        made[key] = replace(made[key], read_as=saved)
                printed |= made
        return printed

    def as_workbook(self, path: Path, media_type: str, into: Path) -> Printed:
        """Save a spreadsheet of any kind as an OOXML workbook in `into`.

        Raises:
            ToolMissingError: LibreOffice is not installed.
        """
        return self._batch(FAMILIES[media_type], [("book", path, media_type)], into, _BOOK.target)["book"]

    def close(self) -> None:
        """Throw the profile away."""
        if self._home is not None:
            self._home.remove()
        self._home = None

    def _batch(
        self, family: _Family, members: Sequence[tuple[str, Path, str]], into: Path, wanted: str
    ) -> dict[str, Printed]:
        ending = wanted.partition(":")[0]
        with tempfile.TemporaryDirectory(dir=into, prefix="office-") as folder:
            work = Path(folder)
            staged = {
                key: _staged(path, media_type, work / f"{number:04}")
                for number, (key, path, media_type) in enumerate(members)
            }
            made = work / "made"  # apart from the copies: a .docx is not to be saved over a .docx
            made.mkdir()
            reason = self._call(family, list(staged.values()), made, wanted)
            done = {key: found for key, path in staged.items() if (found := _finished(path, made, ending))}
            if len(members) > 1:
                for key in staged.keys() - done.keys():  # one of them may have taken the others down
                    reason = self._call(family, [staged[key]], made, wanted)
                    if found := _finished(staged[key], made, ending):
                        done[key] = found
                    else:
                        done[key] = Printed(None, reason or because("ingest.office-nothing"))
            return {
                key: _kept(
                    done.get(key) or Printed(None, reason or because("ingest.office-nothing")), into, key
                )
                for key in staged
            }

    def _call(self, family: _Family, paths: Sequence[Path], work: Path, target: str) -> Reason | None:
        """Run LibreOffice once; return why it went wrong, None when it did not. Output is in `work`."""
        home = self._profile()
        command = [
            self._soffice,
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            f"-env:UserInstallation={(home / 'profile').as_uri()}",
        ]
        if family.importer:
            command.append(f"--infilter={family.importer}")
        command += [
            "--convert-to",
            target,
            "--outdir",
            str(work),
            *map(str, paths),
        ]
        ran = run(command, self._limits, home=home)
        self._calls += 1
        if ran.timed_out:
            self.close()
            return because("ingest.tool-slow", tool="LibreOffice", seconds=f"{self._limits.seconds:g}")
        if ran.code != 0:
            self.close()
            return tool_ended("LibreOffice", ran.code, ran.output)
        return None

    def _profile(self) -> Path:
        if self._calls >= RECYCLE_AFTER:
            self.close()
        if self._home is None:
            self._calls = 0
            self._home = PrivateFolder("office")
            user = self._home.path / "profile" / "user"
            user.mkdir(parents=True)
            items = "\n".join(
                f'<item oor:path="/org.openoffice.Office.{path}">'
                f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
                for path, name, value in _SETTINGS
            )
            (user / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), "utf-8")
        return self._home.path


def _staged(path: Path, media_type: str, stem: Path) -> Path:
    """Give the file a harmless name with its content's extension; text becomes UTF-8."""
    target = stem.with_suffix("." + EXTENSIONS[media_type][0])
    if media_type in (TEXT, CSV):
        target.write_text(office.decoded(path.read_bytes()), "utf-8")
    else:
        shutil.copyfile(path, target)  # a copy, not a link: LibreOffice must not reach the original
    return target


def _finished(staged: Path, work: Path, ending: str) -> Printed | None:
    """Return what was made of a file if it is there to its end."""
    made = work / f"{staged.stem}.{ending}"
    if not made.is_file():
        return None
    if ending != "pdf":
        return Printed(made) if zipfile.is_zipfile(made) else None
    with made.open("rb") as stream:
        stream.seek(max(0, made.stat().st_size - 1024))
        return Printed(made) if b"%%EOF" in stream.read() else None


def _kept(printed: Printed, into: Path, key: str) -> Printed:
    if printed.path is None:
        return printed
    target = into / f"{key}.office{printed.path.suffix}"
    printed.path.replace(target)
    return Printed(target)
