"""A large text with the statistics of a small one, from a seed.

    python3 kenlm_text.py MEGABYTES SEED FOLDER... > text.txt

Reads every distinct line of the `.txt` files below the folders. A sentence is a walk through them: after a word
comes, nine times in ten, what followed some occurrence of the last two words, and else what followed one of the last
word alone; so most trigrams are of the corpora, and most longer n-grams are new. One word in fifty is new as well:
the beginning of one word and the end of another, as names and compounds are. The n-th distinct sentence is the same
on every machine.
"""

import pathlib
import random
import sys


def main():
    size, draw = float(sys.argv[1]) * 1e6, random.Random(int(sys.argv[2]))
    lines = set()
    for path in sorted(path for folder in sys.argv[3:] for path in pathlib.Path(folder).rglob("*.txt")):
        lines.update(path.read_text("utf-8", "replace").split("\n"))
    after_one, after_two, words = {}, {}, []
    for line in sorted(lines):
        sentence = [word for word in line.replace("\0", " ").split() if word not in ("<s>", "</s>", "<unk>")]
        if not sentence:
            continue
        words += sentence
        before = ("", "")
        for word in sentence + [""]:
            after_one.setdefault(before[1], []).append(word)
            after_two.setdefault(before, []).append(word)
            before = (before[1], word)
    written = 0
    while written < size:
        sentence, before = [], ("", "")
        while len(sentence) < 80:
            two = after_two.get(before)
            word = draw.choice(two if two and draw.random() < 0.9 else after_one[before[1]])
            if not word:
                break
            before = (before[1], word)
            if draw.random() < 0.02:
                other = draw.choice(words)
                word = word[: (len(word) + 1) // 2] + other[len(other) // 2 :]
            sentence.append(word)
        if sentence:
            line = " ".join(sentence) + "\n"
            sys.stdout.buffer.write(line.encode())
            written += len(line.encode())


main()
