"""Training and querying n-gram models beside KenLM's lmplz, build_binary and query.

    python3 kenlm_peer.py --kenlm BIN --ours target/release/ngram --train TEXT --query TEXT [--order 5] [--rounds 5]

Equality comes first: both ARPA files have to hold the same n-grams in the same order with the same numbers in 32 bits, and both
summaries the same counts and perplexities. Then each task is run in turns, every run a process of its own, and the least
of the times counts; processor time stands beside it, for a machine that does other work as well.
"""

import argparse
import os
import pathlib
import struct
import subprocess
import tempfile
import time


def run(command, stdin=None):
    """Seconds by the clock, seconds of processor, peak memory in MB, and what it printed."""
    with open(stdin or os.devnull, "rb") as source, tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=source, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        output.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode()


def bits(number):
    return struct.pack("f", float(number) + 0.0)


def same_arpa(ours, theirs):
    """How many n-grams two ARPA files have in common, which is all."""
    compared = 0
    with open(ours, "rb") as ours, open(theirs, "rb") as theirs:
        for ours, theirs in zip(ours, theirs, strict=True):
            compared += ours.count(b"\t") > 0
            if ours != theirs:
                ours, theirs = ours.rstrip(b"\n").split(b"\t"), theirs.rstrip(b"\n").split(b"\t")
                assert len(ours) == len(theirs) and ours[1] == theirs[1], (ours, theirs)
                assert all(bits(a) == bits(b) for a, b in zip(ours[::2], theirs[::2])), (ours, theirs)
    return compared


def same_summary(ours, theirs):
    for ours, theirs in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        (name, ours), (their_name, theirs) = ours.split(":"), theirs.split(":")
        assert name == their_name and abs(float(ours) - float(theirs)) <= 1e-9 * float(theirs), (ours, theirs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kenlm", type=pathlib.Path, required=True)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--query", required=True)
    parser.add_argument("--order", default="5")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    kenlm, ours = arguments.kenlm, arguments.ours
    with tempfile.TemporaryDirectory() as folder:
        a, b = f"{folder}/ours", f"{folder}/theirs"
        lmplz = [kenlm / "lmplz", "-o", arguments.order, "-S", "4G", "-T", folder, "--discount_fallback"]
        tasks = {
            "train": (
                ([ours, "train", arguments.train, f"{a}.arpa", "--order", arguments.order], None),
                (lmplz + ["--text", arguments.train, "--arpa", f"{b}.arpa"], None),
            ),
            "convert": (
                ([ours, "convert", f"{a}.arpa", f"{a}.bin"], None),
                ([kenlm / "build_binary", "-T", folder, "probing", f"{b}.arpa", f"{b}.bin"], None),
            ),
            "query": (
                ([ours, "query", f"{a}.bin", arguments.query], None),
                ([kenlm / "query", "-v", "summary", f"{b}.bin"], arguments.query),
            ),
        }
        for name, (our_task, their_task) in tasks.items():
            runs = [(run(*our_task), run(*their_task))]
            if name == "train":
                print(f"equal: {same_arpa(f'{a}.arpa', f'{b}.arpa')} n-grams")
            if name == "query":
                same_summary(runs[0][0][3], runs[0][1][3])
                print("equal: " + ", ".join(runs[0][0][3].split("\n")).rstrip(", ").replace("\t", " "))
            runs += [(run(*our_task), run(*their_task)) for _ in range(arguments.rounds - 1)]
            for who, of_one in (("ours", [r[0] for r in runs]), ("KenLM", [r[1] for r in runs])):
                wall, processor, memory = (min(r[i] for r in of_one) for i in range(3))
                print(f"{name:8} {who:6} {wall:7.2f} s  {processor:7.2f} s of processor  {memory:7.0f} MB")


main()
