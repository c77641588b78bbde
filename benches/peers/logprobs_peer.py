"""Python's part of the `logprobs` bench: the sum of the log-probabilities of a file of records.

Prints one line of JSON: the sum, added from the left, and the seconds from lines in memory to it.
"""

import json
import platform
import sys
import time


def chat(record):
    """The tokens of a chat completion."""
    for token in record["choices"][0]["logprobs"]["content"]:
        yield token["logprob"]


def completions(record):
    """The tokens of an older completion; an echoed prompt's first has none."""
    for log_prob in record["choices"][0]["logprobs"]["token_logprobs"]:
        if log_prob is not None:
            yield log_prob


def vllm(record):
    """The tokens of a prompt: of those at a place the first is the one that is there."""
    for place in record["choices"][0]["prompt_logprobs"]:
        if place is not None:
            yield next(iter(place.values()))["logprob"]


def plain(record):
    """A list."""
    for log_prob in record["logprobs"]:
        if log_prob is not None:
            yield log_prob


LAYOUTS = {"openai-chat": chat, "openai-completions": completions, "vllm": vllm, "plain": plain}


def main() -> None:
    """Reads the file that is named, in the layout that is."""
    path, layout = sys.argv[1:3]
    read = LAYOUTS[layout]
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = file.readlines()
    start, cpu_start = time.perf_counter(), time.process_time()
    total = 0.0
    for line in lines:
        for log_prob in read(json.loads(line)):
            total += log_prob
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
    version = f"Python {platform.python_version()}"
    print(json.dumps({"sum": total, "seconds": seconds, "cpu_seconds": cpu_seconds, "version": version}))


if __name__ == "__main__":
    main()
