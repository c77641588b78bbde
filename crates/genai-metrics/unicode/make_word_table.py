"""Writes ../src/text/word_characters.rs: which characters Python's `\\w` matches.

SQuAD's scripts delete articles between word boundaries (`\\b`), so their
numbers depend on it. Other regular expressions, Rust's among them, count marks
as parts of words and Python does not.

    python3.11 make_word_table.py && cargo fmt
"""

import pathlib
import platform
import re
import sys
import unicodedata

PYTHON = "3.11"
FILE = pathlib.Path(__file__).resolve().parent.parent / "src" / "text" / "word_characters.rs"

HEAD = """//! Written by `unicode/make_word_table.py`; do not edit.
//!
//! Source: `re` of Python %s (Unicode %s).

/// Whether Python's `\\\\w` matches the character.
pub(super) fn is_word_character(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    BOUNDARIES.partition_point(|&boundary| boundary <= u32::from(c)) %% 2 == 1
}

/// Where runs of such characters begin and end, in turns, beyond ASCII.
const BOUNDARIES: &[u32] = &[
"""


def main():
    if platform.python_version_tuple()[:2] != tuple(PYTHON.split(".")):
        sys.exit("the table is Python %s's, this is %s" % (PYTHON, platform.python_version()))
    word = re.compile(r"\w")
    boundaries, inside = [], False
    for c in range(0x80, 0x110000):
        is_word = not 0xD800 <= c < 0xE000 and word.match(chr(c)) is not None
        if is_word != inside:
            boundaries.append(c)
            inside = is_word
    rows = [boundaries[i:i + 10] for i in range(0, len(boundaries), 10)]
    body = "".join("    %s,\n" % ", ".join("0x%X" % c for c in row) for row in rows)
    head = HEAD.replace("\\\\w", "\\w") % (PYTHON, unicodedata.unidata_version)
    FILE.write_text(head + body + "];\n", encoding="ascii")


if __name__ == "__main__":
    main()
