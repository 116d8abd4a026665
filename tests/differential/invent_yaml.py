"""Invents YAML texts and tells what PyYAML makes of them: `python invent_yaml.py SEED COUNT` writes JSON, one a line."""

import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "yaml"))
from generate import SCALARS, SPACED, expected  # noqa: E402

KEYS = ["a", "b", "key", "a b", "'q'", '"d"', "yes", "1", "0644", "~", "é", "x-y", "? c"]
BLOCKS = ["|", ">", "|-", ">-", "|+", ">+", "|2", "| # c"]
LINES = ["x", "  y", "{{ z }}", "", "a: b", "- c", "# d", "'e", "\tf", "g #h", "0755"]


def scalar():
    pick = random.random()
    if pick < 0.6:
        return random.choice(SCALARS)
    if pick < 0.9:
        return random.choice([text for text in SPACED if "!!set" not in text]).replace("\n", "\n        ")
    return random.choice(["", "&x 1", "*x", "{{ a }}", '"{{ a }}"', "a # b"])


def block(indent):
    lines = [random.choice(LINES) for _ in range(random.randint(0, 4))]
    return random.choice(BLOCKS) + "".join("\n" + (" " * indent + line if line else "") for line in lines)


def flow(depth):
    if depth == 0 or random.random() < 0.4:
        # A tag with nothing behind it is refused here.
        found = random.choice(SCALARS)
        return found + " ''" if found.startswith("!") else found
    items = [flow(depth - 1) for _ in range(random.randint(0, 3))]
    if random.random() < 0.5:
        return "[" + ", ".join(items) + "]"
    return "{" + ", ".join(random.choice(KEYS) + ": " + item for item in items) + "}"


def node(depth, indent):
    """What stands behind `key:` or `-`."""
    pick = random.random()
    if depth == 0 or pick < 0.35:
        return " " + scalar()
    if pick < 0.5:
        return " " + flow(2)
    if pick < 0.62:
        return " " + block(indent + 2)
    anchor = random.choice(["", "", "", " &y", " !!map", " # c", " !unsafe"])
    return anchor + "\n" + collection(depth - 1, indent + random.choice([0, 1, 2, 2, 2, 4]))


def collection(depth, indent):
    blanks = " " * indent
    comment = random.choice(["", "", "", "", blanks + "# c\n", "\n"])
    count = range(random.randint(1, 3))
    if random.random() < 0.4:
        return comment + "\n".join(blanks + "-" + node(depth, indent) for _ in count)
    merged = "\n" + blanks + "<<: " + random.choice(["{a: 1}", "[{x: 1}, {a: 2}]", "x", "[]", ""]) if random.random() < 0.1 else ""
    return comment + "\n".join(blanks + random.choice(KEYS) + ":" + node(depth, indent) for _ in count) + merged


def main(seed, count):
    random.seed(seed)
    for _ in range(count):
        text = random.choice(["", "", "", "---\n"]) + collection(random.randint(1, 3), 0) + random.choice(["\n", "\n", "", "\n...\n"])
        print(json.dumps({"text": text, "documents": expected(text)}))


main(int(sys.argv[1]), int(sys.argv[2]))
