"""Writes ../src/text/sentences/tables.rs: the characters that NLTK's Punkt asks about.

NLTK 3.10.4 compiles its patterns with the `regex` package, whose Unicode is
younger than Python's, while `str.isupper` and `str.islower` are Python's own.
Both are pinned, so that no later toolchain can move a sentence.

    python3.11 -m venv env && env/bin/pip install -r ../../../fixtures/requirements.txt
    env/bin/python make_sentence_tables.py
"""

import json
import pathlib
import platform
import sys
import unicodedata
from importlib.metadata import version

import regex

PYTHON, REGEX = "3.11", "2026.11.15"
HERE = pathlib.Path(__file__).resolve().parent
TABLES = HERE.parent / "src" / "text" / "sentences" / "tables.rs"
GOLD = HERE.parents[2] / "fixtures" / "gold" / "sentence_characters.json"
CHARACTERS = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def runs(belongs):
    """Rows [first, last, step] of evenly spaced code points, at most two apart."""
    found = []
    for c in map(ord, filter(belongs, CHARACTERS)):
        if found:
            first, last, step = found[-1]
            gap = c - last
            if gap <= 2 and (first == last or gap == step):
                found[-1] = (first, c, gap)
                continue
        found.append((c, c, 1))
    return found


def ranges(belongs):
    """Inclusive ranges of consecutive code points."""
    found = []
    for c in map(ord, filter(belongs, CHARACTERS)):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def rust(name, comment, belongs):
    body = "".join("    (0x%X, 0x%X, %d),\n" % row for row in runs(belongs))
    return "\n/// %s\npub(super) const %s: &[(u32, u32, u32)] = &[\n%s];\n" % (comment, name, body)


def main():
    if platform.python_version_tuple()[:2] != tuple(PYTHON.split(".")):
        sys.exit("the tables are Python %s's, this is %s" % (PYTHON, platform.python_version()))
    if version("regex") != REGEX:
        sys.exit("the tables are regex %s's, this is %s" % (REGEX, version("regex")))
    space = regex.compile(r"\s")
    separators = {c for c in CHARACTERS if c.isspace()} - set(filter(space.match, CHARACTERS))
    assert separators == set("\x1c\x1d\x1e\x1f"), "the code knows how the white spaces differ"
    assert all(c.isspace() for c in CHARACTERS if space.match(c))
    classes = {
        "upper": ("`str.isupper()`.", str.isupper),
        "lower": ("`str.islower()`.", str.islower),
        "digit": (r"`\d`.", regex.compile(r"\d").match),
        "letter": (r"`[^\W\d]`, which is how NLTK writes a letter.",
                   regex.compile(r"[^\W\d]").match),
    }
    TABLES.write_text(
        "//! Written by `unicode/make_sentence_tables.py`; do not edit.\n//!\n"
        "//! Sources: Python %s (Unicode %s) for case; the `regex` package %s for the rest.\n"
        "//! A row is the first and the last of evenly spaced code points, and the step.\n"
        % (PYTHON, unicodedata.unidata_version, REGEX)
        + "".join(rust(name.upper(), *about) for name, about in classes.items()))
    gold = {"python": PYTHON, "unicode": unicodedata.unidata_version, "regex": REGEX,
            "space": ranges(space.match)}
    gold.update((name, ranges(belongs)) for name, (_, belongs) in classes.items())
    GOLD.write_text(json.dumps(gold, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
