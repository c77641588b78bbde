"""sacreBLEU's part of the `peers` bench: one corpus score, timed from texts in memory.

Prints one line of JSON. Every measurement is a process of its own, since sacreBLEU remembers how
it cut its last 65,536 texts and a second score of the same corpus would not pay for the first.
"""

import json
import platform
import sys
import time

import sacrebleu
from sacrebleu.metrics import BLEU, TER

METRICS = {"bleu": BLEU, "ter": TER}


def lines(path: str) -> list[str]:
    """The lines of a file, split at line feeds only."""
    with open(path, encoding="utf-8", newline="\n") as file:
        return file.read().removesuffix("\n").split("\n")


def main() -> None:
    """Scores the files that are named on the command line by the metric that is named there."""
    hypotheses, references = map(lines, sys.argv[1:3])
    metric = METRICS[sys.argv[3]]()
    start = time.perf_counter()
    score = metric.corpus_score(hypotheses, [references])
    seconds = time.perf_counter() - start
    version = f"sacreBLEU {sacrebleu.__version__}, Python {platform.python_version()}"
    print(json.dumps({"score": score.score, "seconds": seconds, "version": version}))


if __name__ == "__main__":
    main()
