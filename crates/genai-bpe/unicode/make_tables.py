"""Writes ../src/pretokenizer/tables.rs: the class of each character, as tiktoken's regular expressions see it.

tiktoken 0.14 asks regex-syntax 0.8 and Hugging Face's tokenizers 0.23 ask Oniguruma 6.9.10; both know Unicode
16.0 and put the same characters into each class. The tables are made from those of regex-syntax, which are
Rust sources; a test compares the outcome with the crate itself.

    python3 make_tables.py ~/.cargo/registry/src/*/regex-syntax-0.8.12
"""

import pathlib
import re
import subprocess
import sys

VERSION = "16.0.0"
TABLES = pathlib.Path(__file__).resolve().parent.parent / "src" / "pretokenizer" / "tables.rs"
BLOCK = 64
LAST = 0x10FFFF

# A letter for each class in the blocks; `classes.rs` says what each stands for.
CATEGORIES = [
    ("UPPERCASE_LETTER", "U"),
    ("TITLECASE_LETTER", "U"),
    ("LOWERCASE_LETTER", "l"),
    ("MODIFIER_LETTER", "o"),
    ("OTHER_LETTER", "o"),
    ("MARK", "m"),
    ("NUMBER", "9"),
    ("PUNCTUATION", "p"),
    ("SYMBOL", "p"),
]
HAN = {"o": "H", "m": "M", "9": "N", "p": "P"}


def ranges(source, name):
    """The inclusive ranges of a table in Rust source."""
    body = re.search(r"pub const %s: [^=]*=\s*&\[(.*?)\];" % name, source, re.DOTALL).group(1)
    for pair in re.finditer(r"\('(.*?)', '(.*?)'\)", body):
        yield tuple(scalar(c) for c in pair.groups())


def scalar(literal):
    if literal.startswith("\\u"):
        return int(literal[3:-1], 16)
    return ord({"\\t": "\t", "\\r": "\r", "\\n": "\n", "\\'": "'", "\\\\": "\\"}.get(literal, literal))


def main():
    folder = pathlib.Path(sys.argv[1]) / "src" / "unicode_tables"
    sources = {}
    for file in ["general_category", "perl_space", "script"]:
        sources[file] = (folder / (file + ".rs")).read_text(encoding="utf-8")
        if "Unicode version: %s." % VERSION not in sources[file]:
            sys.exit("%s.rs is not of Unicode %s" % (file, VERSION))

    classes = ["."] * (LAST + 1)
    for name, letter in CATEGORIES:
        for first, last in ranges(sources["general_category"], name):
            classes[first : last + 1] = [letter] * (last - first + 1)
    for first, last in ranges(sources["perl_space"], "WHITE_SPACE"):
        classes[first : last + 1] = ["s"] * (last - first + 1)
    for c in "\r\n":
        classes[ord(c)] = "n"
    for first, last in ranges(sources["script"], "HAN"):
        for c in range(first, last + 1):
            classes[c] = HAN[classes[c]]

    blocks, runs = [], []
    for start in range(0, LAST + 1, BLOCK):
        block = "".join(classes[start : start + BLOCK])
        if block not in blocks:
            blocks.append(block)
        number = blocks.index(block)
        if runs and runs[-1][0] == number:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])

    text = [
        "//! The class of each character; written by `unicode/make_tables.py` from regex-syntax 0.8.12.",
        "",
        "/// The version of Unicode that says what is a letter, a digit, a mark, white space.",
        'pub const UNICODE_VERSION: &str = "%s";' % VERSION,
        "",
        "/// The numbers in [`BLOCKS`] of 64 characters each, in order of code points, equal neighbours once.",
        "pub(super) const RUN_BLOCKS: &[u16] = &[%s];" % ", ".join(str(number) for number, _ in runs),
        "",
        "/// How often each of them follows itself.",
        "pub(super) const RUN_LENGTHS: &[u16] = &[%s];" % ", ".join(str(count) for _, count in runs),
        "",
        "/// The classes of 64 characters, a letter for each.",
    ]
    text.append("pub(super) const BLOCKS: &[&[u8; 64]] = &[")
    text += ['    b"%s",' % block for block in blocks]
    text += ["];", ""]
    TABLES.write_text("\n".join(text), encoding="utf-8")
    subprocess.run(["rustfmt", "--edition", "2024", TABLES], check=True)
    print("%d blocks, %d runs" % (len(blocks), len(runs)))


if __name__ == "__main__":
    main()
