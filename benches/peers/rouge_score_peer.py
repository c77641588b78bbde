"""rouge_score's part of the `rouge_peers` bench: the scores of pairs, timed from texts in memory.

Prints one line of JSON: for each pair and type precision, recall and F-measure.
"""

import json
import platform
import sys
import time
from importlib.metadata import version

from rouge_score.rouge_scorer import RougeScorer


def main() -> None:
    """Scores the pairs of the file that is named, by the types and the stemmer that are."""
    path, types, stemmer = sys.argv[1:4]
    with open(path, encoding="utf-8", newline="\n") as file:
        pairs = [json.loads(line) for line in file]
    types = types.split(",")
    scorer = RougeScorer(types, use_stemmer=stemmer == "nltk")
    start = time.perf_counter()
    scores = [scorer.score(reference, hypothesis) for hypothesis, reference in pairs]
    seconds = time.perf_counter() - start
    rows = [[list(score[kind]) for kind in types] for score in scores]
    name = f"rouge_score {version('rouge_score')}, Python {platform.python_version()}"
    print(json.dumps({"scores": rows, "seconds": seconds, "version": name}))


if __name__ == "__main__":
    main()
