"""Writes ../src/text/tables.rs: what Python and its regex package say of each character.

sacreBLEU's numbers depend on three facts that differ between Unicode versions
and therefore between tools: which characters `str.lower()` maps, and to what;
which ones `regex` puts in \\p{P}, \\p{S}, \\p{N}; and which ones `str.split()`
splits at. The toolkit carries them as data, taken from the versions that its
gold values were made with, so that no later toolchain can move a score.

    python3.11 -m venv env && env/bin/pip install -r ../../../fixtures/requirements.txt
    env/bin/python make_tables.py
"""

import json
import pathlib
import platform
import sys
import unicodedata

import regex

PYTHON, REGEX = "3.11", "2026.11.15"
HERE = pathlib.Path(__file__).resolve().parent
TABLES = HERE.parent / "src" / "text" / "tables.rs"
GOLD = HERE.parents[2] / "fixtures" / "gold" / "characters.json"
CHARACTERS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def ranges(characters):
    """Inclusive ranges of consecutive code points."""
    found = []
    for c in map(ord, characters):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def category(name):
    pattern = regex.compile(r"\p{%s}" % name)
    return ranges(c for c in CHARACTERS if pattern.match(c))


def final_sigma_after(context):
    return (context + "\u03a3").lower().endswith("\u03c2")


def sigma_context():
    """What `str.lower()` counts as cased and as case-ignorable, asked of itself."""
    cased, ignorable = [], []
    for c in CHARACTERS:
        if final_sigma_after("1" + c):
            cased.append(c)
        elif final_sigma_after("A" + c):
            ignorable.append(c)
    return ranges(cased), ranges(ignorable)


def lower_runs(lower):
    """Runs [first, last, step, delta] of single-character mappings."""
    runs = []
    for c, text in lower:
        if len(text) != 1:
            continue
        delta = ord(text) - c
        if runs:
            first, last, step, run_delta = runs[-1]
            gap = c - last
            if delta == run_delta and gap <= 2 and (first == last or gap == step):
                runs[-1] = [first, c, gap, delta]
                continue
        runs.append([c, c, 1, delta])
    return runs


def rust(name, comment, kind, rows):
    body = "".join("    (%s),\n" % ", ".join(
        "0x%X" % v if i < 2 else str(v) for i, v in enumerate(row)) for row in rows)
    return "\n/// %s\npub(super) const %s: &[%s] = &[\n%s];\n" % (comment, name, kind, body)


def main():
    if platform.python_version_tuple()[:2] != tuple(PYTHON.split(".")):
        sys.exit("the tables are Python %s's, this is %s" % (PYTHON, platform.python_version()))
    if regex.__version__ != REGEX and getattr(regex, "version", "") != REGEX:
        from importlib.metadata import version
        if version("regex") != REGEX:
            sys.exit("the tables are regex %s's, this is %s" % (REGEX, version("regex")))
    lower = [(ord(c), c.lower()) for c in CHARACTERS if c.lower() != c]
    cased, ignorable = sigma_context()
    classes = {name: category(letter) for name, letter in
               (("PUNCTUATION", "P"), ("SYMBOL", "S"), ("NUMBER", "N"))}
    space = ranges(c for c in CHARACTERS if c.isspace())
    assert space == ranges(c for c in CHARACTERS if not c.split()), "split and isspace agree"
    pair, run = "(u32, u32)", "(u32, u32, u32, i32)"
    special = [c for c, text in lower if len(text) != 1]
    assert special == [0x130], "U+0130 is the only character that becomes two"
    TABLES.write_text(
        "//! Written by `unicode/make_tables.py`; do not edit.\n//!\n"
        "//! Sources: Python %s (Unicode %s) for lower case and case context;\n"
        "//! the `regex` package %s for the categories. Ranges are inclusive.\n"
        % (PYTHON, unicodedata.unidata_version, REGEX)
        + rust("PUNCTUATION", r"`\p{P}`.", pair, classes["PUNCTUATION"])
        + rust("SYMBOL", r"`\p{S}`.", pair, classes["SYMBOL"])
        + rust("NUMBER", r"`\p{N}`.", pair, classes["NUMBER"])
        + rust("LOWER", "Lower-case mappings: first, last, step, what to add. "
               "U+0130, which becomes two characters, is left to the code.",
               run, lower_runs(lower))
        + rust("CASED", "Cased characters that are not case-ignorable.", pair, cased)
        + rust("CASE_IGNORABLE", "Case-ignorable characters.", pair, ignorable))
    GOLD.parent.mkdir(parents=True, exist_ok=True)
    GOLD.write_text(json.dumps({
        "python": PYTHON, "unicode": unicodedata.unidata_version, "regex": REGEX,
        "white_space": space, "punctuation": classes["PUNCTUATION"],
        "symbol": classes["SYMBOL"], "number": classes["NUMBER"],
        "cased": cased, "case_ignorable": ignorable,
        "lower": lower}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
