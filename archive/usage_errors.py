"""A command line that was typed wrongly, answered in Vietnamese, with the tool's own English words behind it."""

from __future__ import annotations

import re
import sys

# Typer carries its own copy of Click and hands out only `BadParameter` of these.
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

MISSING_PATH = re.compile(r"'([^']*)' does not exist")
NO_COMMAND = re.compile(r"No such command '([^']*)'")
MORE_WORDS = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)")


def tell(error: ClickException) -> int:
    """Print on stderr what was wrong with the command line and where its help is; return the exit status."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return error.exit_code
    context = error.ctx if isinstance(error, UsageError) else None
    command = context.command_path if context is not None else "tangthu"
    print(
        f"{command}: {in_vietnamese(error)}\n  ({error.format_message()})\nXem cách dùng: {command} --help",
        file=sys.stderr,
    )
    return error.exit_code


def in_vietnamese(error: ClickException) -> str:
    """Return what was wrong, in Vietnamese."""
    said = error.format_message()
    if isinstance(error, MissingParameter):
        return f'thiếu "{_name(error)}"'
    if isinstance(error, NoSuchOption):
        near = f'; có phải "{error.possibilities[0]}"?' if error.possibilities else ""
        return f'không có tùy chọn "{error.option_name}"{near}'
    if isinstance(error, BadOptionUsage) and said.endswith("requires an argument."):
        return f'sau "{error.option_name}" phải có một giá trị'
    if isinstance(error, BadParameter):
        absent = MISSING_PATH.search(said)
        if absent is not None:
            return f"không có tệp hay thư mục {absent[1]}"
        return f"giá trị không dùng được{f' ở {_name(error)}' if _name(error) else ''}"
    if (unknown := NO_COMMAND.search(said)) is not None:
        return f'không có lệnh "{unknown[1]}"'
    if (more := MORE_WORDS.search(said)) is not None:
        return f"thừa: {more[1]}"
    return "lệnh không đúng"


def _name(error: BadParameter) -> str:
    if error.param is None:
        return ""
    options = [one for one in error.param.opts if one.startswith("--")]
    return options[0] if options else str(error.param.name)
