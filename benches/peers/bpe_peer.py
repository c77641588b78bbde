"""BPE implementations for Python, one a process: the speed of a pass, ids of single texts, training.

The Rust side of `bpe_peers` starts it; it answers as a process of that program would.
"""

import argparse
import hashlib
import importlib.metadata
import json
import sys
import time

PATTERNS = {
    "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
    "o200k": "|".join(
        [
            r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
            r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
            r"""\p{N}{1,3}""",
            r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
            r"""\s*[\r\n]+""",
            r"""\s+(?!\S)""",
            r"""\s+""",
        ]
    ),
}
PACKAGES = {
    "gigatoken": "gigatoken",
    "fastokens": "fastokens",
    "tiktoken": "tiktoken",
    "tokenizers (Python)": "tokenizers",
    "rustbpe": "rustbpe",
}


def status(field):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(field + ":"):
                return int(line.split()[1])


def load(peer, vocabulary, folder):
    """Two functions, for a text and for several; and one that makes arrays of what they return."""
    ranks = f"{folder}/{vocabulary}_base.tiktoken"
    if peer == "gigatoken":
        from gigatoken import gigatoken_rs

        scheme = {"cl100k": "gpt4", "o200k": "o200k"}[vocabulary]
        tokenizer = gigatoken_rs.BPETokenizer.from_tiktoken(ranks, scheme)
        batch = lambda texts: tokenizer.encode_batch(texts, parallel=False)
        return tokenizer.encode, batch, flatten_awkward
    if peer == "fastokens":
        from fastokens import _native

        tokenizer = _native.Tokenizer.from_file(f"{folder}/{vocabulary}_base.json")
        whole = lambda text: tokenizer.encode_batch_flat([text])
        return whole, tokenizer.encode_batch_flat, flatten_buffers
    if peer == "tiktoken":
        import base64

        import tiktoken

        with open(ranks, "rb") as file:
            pairs = (line.split() for line in file)
            table = {base64.b64decode(token): int(rank) for token, rank in pairs}
        tokenizer = tiktoken.Encoding(
            vocabulary, pat_str=PATTERNS[vocabulary], mergeable_ranks=table, special_tokens={}
        )
        encode = tokenizer.encode_ordinary
        return encode, lambda texts: [encode(text) for text in texts], flatten_lists
    if peer == "tokenizers (Python)":
        import tokenizers

        tokenizer = tokenizers.Tokenizer.from_file(f"{folder}/{vocabulary}_base.json")
        batch = lambda texts: tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        return lambda text: batch([text]), batch, lambda out: flatten_lists([e.ids for e in out])
    sys.exit(f"no such peer: {peer}")


def flatten_awkward(out):
    import awkward
    import numpy

    if isinstance(out, numpy.ndarray):
        return out, [len(out)]
    return awkward.to_numpy(awkward.flatten(out)), awkward.to_numpy(awkward.num(out))


def flatten_buffers(out):
    import numpy

    ids, offsets = out
    return numpy.frombuffer(ids, "<u4"), numpy.diff(numpy.frombuffer(offsets, "<u8"))


def flatten_lists(out):
    import numpy

    if out and isinstance(out[0], int):
        out = [out]
    lengths = [len(ids) for ids in out]
    flat = numpy.empty(sum(lengths), "<u4")
    end = 0
    for ids, length in zip(out, lengths):
        flat[end : end + length] = ids
        end += length
    return flat, lengths


def start_of(path, size):
    with open(path, "rb") as file:
        text = file.read()
    if len(text) > size:
        newline = text.rfind(b"\n", 0, size)
        end = size if newline < 0 else newline + 1
        while text[end] & 0xC0 == 0x80:
            end -= 1
        text = text[:end]
    return text


def measure(arguments):
    import numpy

    data = start_of(arguments.text, arguments.bytes)
    text = data.decode()
    size = len(data)
    del data
    lines = text.removesuffix("\n").split("\n") if arguments.mode == "lines" else None
    before = status("VmRSS")
    start, cpu = time.perf_counter(), time.process_time()
    whole, batch, flatten = load(arguments.peer, arguments.vocabulary, arguments.folder)
    whole("a")
    answer = {
        "load": time.perf_counter() - start,
        "load_cpu": time.process_time() - cpu,
        "passes": [],
        "cpu": [],
        "bytes": size,
        "loaded_kib": max(0, status("VmRSS") - before),
    }
    for _ in range(arguments.passes):
        start, cpu = time.perf_counter(), time.process_time()
        out = batch(lines) if lines is not None else whole(text)
        answer["cpu"].append(time.process_time() - cpu)
        answer["passes"].append(time.perf_counter() - start)
        # Its own memory only; making arrays for the digest comes after.
        answer["peak_kib"] = answer.get("peak_kib") or status("VmHWM")
        if "digest" not in answer:
            ids, lengths = flatten(out)
            ends = numpy.cumsum(numpy.asarray(lengths, "<u4"), dtype="<u4")
            digest = hashlib.sha256(numpy.ascontiguousarray(ids, "<u4").tobytes() + ends.tobytes())
            answer.update(tokens=len(ids), digest=digest.hexdigest()[:16])
            del ids, lengths
        del out
        if sum(answer["cpu"]) > arguments.patience:
            break
    answer.setdefault("digest", "")
    answer.setdefault("tokens", 0)
    answer.setdefault("peak_kib", status("VmHWM"))
    print(json.dumps(answer))


def ids(arguments):
    """A line of ids for each text of a JSON list, written as soon as it is there."""
    with open(arguments.text, encoding="utf-8") as file:
        texts = json.load(file)
    whole, _, flatten = load(arguments.peer, arguments.vocabulary, arguments.folder)
    for text in texts[arguments.first :]:
        answer = flatten(whole(text))[0].tolist() if text else []
        print(json.dumps(answer), flush=True)


def versions(_):
    """The peers that are installed."""
    found = {}
    for peer, package in PACKAGES.items():
        try:
            found[peer] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    print(json.dumps(found))


def train(arguments):
    """Merges of byte-level BPE with GPT-2's pattern, in Hugging Face's order where it can be asked for."""
    start = time.perf_counter()
    size, path = arguments.size, arguments.text
    if arguments.peer == "tokenizers (Python)":
        import tokenizers
        from tokenizers import models, pre_tokenizers, trainers

        level = pre_tokenizers.ByteLevel
        tokenizer = tokenizers.Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = level(add_prefix_space=False)
        trainer = trainers.BpeTrainer(
            vocab_size=size, show_progress=False, initial_alphabet=level.alphabet()
        )
        tokenizer.train([path], trainer)
        seconds = time.perf_counter() - start
        peak = status("VmHWM")
        merges = json.loads(tokenizer.to_str())["model"]["merges"]
    elif arguments.peer == "gigatoken":
        import gigatoken

        _, merges = gigatoken.train_bpe(path, size, [], tie_breaking="huggingface")
        seconds = time.perf_counter() - start
        peak = status("VmHWM")
        letters = characters()
        merges = [["".join(letters[byte] for byte in side) for side in merge] for merge in merges]
    elif arguments.peer == "rustbpe":
        import rustbpe

        tokenizer = rustbpe.Tokenizer()
        pattern = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
        with open(path, encoding="utf-8", newline="") as file:
            tokenizer.train_from_iterator(file, size, pattern=pattern)
        seconds = time.perf_counter() - start
        peak = status("VmHWM")
        merges = None  # It breaks ties in its own way.
    else:
        sys.exit(f"{arguments.peer} does not train")
    answer = {"seconds": seconds, "cpu": time.process_time(), "peak_kib": peak}
    if merges is not None:
        written = "".join(f"{left} {right}\n" for left, right in merges)
        answer["digest"] = hashlib.sha256(written.encode()).hexdigest()[:16]
    print(json.dumps(answer))


def characters():
    """The characters that GPT-2 writes bytes with."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    table = {byte: chr(byte) for byte in printable}
    return table | {byte: chr(0x100 + i) for i, byte in enumerate(others)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["measure", "ids", "versions", "train-here"])
    parser.add_argument("--peer")
    parser.add_argument("--vocabulary")
    parser.add_argument("--folder")
    parser.add_argument("--text")
    parser.add_argument("--bytes", type=int)
    parser.add_argument("--mode")
    parser.add_argument("--passes", type=int)
    parser.add_argument("--patience", type=float)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--size", type=int)
    arguments = parser.parse_args()
    tasks = {"measure": measure, "ids": ids, "versions": versions, "train-here": train}
    tasks[arguments.task](arguments)


if __name__ == "__main__":
    main()
