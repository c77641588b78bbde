"""jiwer's and RapidFuzz's part of the `wer_peers` bench: counts of pairs, timed from texts in memory.

Prints one line of JSON: for each pair hits, substitutions, deletions and insertions, and the
distance; the seconds of jiwer and of RapidFuzz.
"""

import json
import platform
import sys
import time
from importlib.metadata import version

import jiwer
from rapidfuzz.distance import Levenshtein


def counts(chunks) -> list[int]:
    """Hits, substitutions, deletions and insertions of an alignment."""
    found = dict.fromkeys(["equal", "substitute", "delete", "insert"], 0)
    for chunk in chunks:
        length = max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
        found[chunk.type] += length
    return list(found.values())


def main() -> None:
    """Compares the pairs of the file that is named, by the unit that is."""
    path, unit = sys.argv[1:3]
    with open(path, encoding="utf-8", newline="\n") as file:
        pairs = [json.loads(line) for line in file]
    hypotheses, references = map(list, zip(*pairs, strict=True))
    process = jiwer.process_words if unit == "word" else jiwer.process_characters
    start = time.perf_counter()
    output = process(references, hypotheses)
    seconds = time.perf_counter() - start
    if unit == "word":
        references = [reference.split(" ") for reference in references]
        hypotheses = [hypothesis.split(" ") for hypothesis in hypotheses]
    start = time.perf_counter()
    distances = [Levenshtein.distance(r, h) for r, h in zip(references, hypotheses, strict=True)]
    rapidfuzz_seconds = time.perf_counter() - start
    print(json.dumps({
        "counts": [counts(chunks) for chunks in output.alignments],
        "distance": sum(distances),
        "jiwer": [f"jiwer {version('jiwer')}, Python {platform.python_version()}", seconds],
        "rapidfuzz": [f"RapidFuzz {version('rapidfuzz')}, distance", rapidfuzz_seconds],
    }))


if __name__ == "__main__":
    main()
