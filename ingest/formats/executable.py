"""Is this a program? By its first bytes, or by the ending of its name; nothing is run."""

from __future__ import annotations

HEAD = 4096
"""How many bytes of a file's beginning are enough to tell."""

_MAGICS = (
    (b"\x7fELF", "ELF program"),
    (b"\xca\xfe\xba\xbe", "Mach-O or Java class"),
    (b"\xcf\xfa\xed\xfe", "Mach-O program"),
    (b"\xce\xfa\xed\xfe", "Mach-O program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "Windows shortcut"),
    (b"#!", "script"),
)
_ENDINGS = frozenset(
    {
        *(
            "exe",
            "dll",
            "scr",
            "com",
            "pif",
            "cpl",
            "sys",
            "msi",
            "msp",
            "mst",
            "bat",
            "cmd",
            "lnk",
            "reg",
            "chm",
        ),
        *("vbs", "vbe", "js", "jse", "wsf", "wsh", "ps1", "psm1", "hta", "jar", "apk", "app", "sh", "py"),
    }
)


def program_in(head: bytes, name: str = "") -> str:
    """Return what kind of program the bytes begin, "" when none is seen.

    Args:
        head: the first `HEAD` bytes, or all there are.
        name: as the container says it; its ending tells scripts, which have no mark in their bytes.
    """
    if _is_windows_program(head):
        return "Windows program"
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return f".{ending} file" if ending in _ENDINGS else ""


def _is_windows_program(head: bytes) -> bool:
    """Two letters prove nothing: the header they point at must be there too, or lie beyond what was read."""
    if not head.startswith(b"MZ") or len(head) < 64:
        return False
    at = int.from_bytes(head[0x3C:0x40], "little")
    return head[at : at + 2] in (b"PE", b"NE", b"LE", b"LX") or HEAD < at < 2**20
