"""The peers of the `chrf_peers` bench that are in Python, timed from texts in memory.

The arguments are the peer and two files: `chrf` and `chrf++` are sacreBLEU's corpus scores of the
hypotheses and references line by line, `fastchrf` is fastchrf's scores of each hypothesis against
each reference. Prints one line of JSON; the digest is of the bits of all scores in their order.
"""

import json
import platform
import struct
import sys
import time
from importlib.metadata import version


def lines(path: str) -> list[str]:
    """The lines of a file, split at line feeds only."""
    with open(path, encoding="utf-8", newline="\n") as file:
        return file.read().removesuffix("\n").split("\n")


def clocks() -> tuple[float, float]:
    """Seconds, and seconds of processor time."""
    return time.perf_counter(), time.process_time()


def main() -> None:
    """Scores the files that are named on the command line."""
    peer, *paths = sys.argv[1:4]
    hypotheses, references = map(lines, paths)
    if peer == "fastchrf":
        import fastchrf

        start = clocks()
        [rows] = fastchrf.pairwise_chrf([hypotheses], [references])
        seconds = [end - begin for begin, end in zip(start, clocks())]
        scores = [score for row in rows for score in row]
        name = "fastchrf"
    else:
        from sacrebleu.metrics import CHRF

        chrf = CHRF(word_order=2 if peer == "chrf++" else 0)
        start = clocks()
        scores = [chrf.corpus_score(hypotheses, [references]).score]
        seconds = [end - begin for begin, end in zip(start, clocks())]
        name = "sacrebleu"
    digest = 0
    for score in scores:
        (bits,) = struct.unpack("<Q", struct.pack("<d", score))
        digest = (digest * 31 + bits) % 2**64
    name = f"{name} {version(name)}, Python {platform.python_version()}"
    report = {"scores": len(scores), "last": scores[-1], "digest": digest, "version": name}
    print(json.dumps({**report, "seconds": seconds[0], "cpu_seconds": seconds[1]}))


if __name__ == "__main__":
    main()
