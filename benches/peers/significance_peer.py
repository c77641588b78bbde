"""sacreBLEU's part of the `significance_peers` bench: its tests, timed without its statistics.

The arguments are a metric and files: the references, then each system's hypotheses, the baseline
first. The statistics of all systems are extracted once, before any clock starts, and handed to
sacreBLEU whenever it asks for them. Then each line of standard input names a test and a number of
resamples or trials, and is answered by one line of JSON.
"""

import json
import platform
import sys
import time

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest, _bootstrap_resample, estimate_ci

import numpy

METRICS = {"bleu": BLEU, "chrf": CHRF, "ter": TER}


def lines(path: str) -> list[str]:
    """The lines of a file, split at line feeds only."""
    with open(path, encoding="utf-8", newline="\n") as file:
        return file.read().removesuffix("\n").split("\n")


def run(test: str, samples: int, metric, systems, references, statistics):
    """The numbers that a test yields: a mean and a half width, or p-values."""
    if test == "confidence":
        _, scores = _bootstrap_resample(statistics[id(systems[0][1])], metric, samples)
        return estimate_ci(numpy.array([score.score for score in scores]))
    paired = PairedTest(systems, {"metric": metric}, [references], test_type=test, n_samples=samples)
    _, results = paired()
    [results] = [results[name] for name in results if name != "System"]
    return [result.p_value for result in results[1:]]


def main() -> None:
    """Answers what standard input asks about the files that are named on the command line."""
    name, *paths = sys.argv[1:]
    metric = METRICS[name]()
    references, *hypotheses = map(lines, paths)
    systems = [(str(i), lines) for i, lines in enumerate(hypotheses)]
    extract = metric._extract_corpus_statistics
    statistics = {id(lines): extract(lines, [references]) for lines in hypotheses}
    metric._extract_corpus_statistics = lambda lines, _: statistics[id(lines)]
    version = f"sacreBLEU {sacrebleu.__version__}, Python {platform.python_version()}"
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        test, samples = line.split()
        start = time.perf_counter(), time.process_time()
        numbers = run(test, int(samples), metric, systems, references, statistics)
        seconds, cpu_seconds = time.perf_counter() - start[0], time.process_time() - start[1]
        answer = {"numbers": [float(number) for number in numbers], "seconds": seconds}
        print(json.dumps({**answer, "cpu_seconds": cpu_seconds}), flush=True)


if __name__ == "__main__":
    main()
