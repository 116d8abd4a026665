"""Writes expected.json, expected.graph, expected.vars, expected.yml and expected.hosts of every case: what ansible-core makes of it.

Run with ansible-core 2.19 installed: python3 generate.py. Every folder in cases/ has a file `inputs` with what
stands behind `-i`, one a line, and may have a file `patterns` with patterns of hosts.
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(sys.executable).parent
ENVIRONMENT = dict(os.environ, ANSIBLE_LOCALHOST_WARNING="false", ANSIBLE_NOCOLOR="1")


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def main():
    for folder in sorted((HERE / "cases").iterdir()):
        inputs = (folder / "inputs").read_text().splitlines()
        inventories = [word for line in inputs for word in ("-i", line)]
        listed = run(folder, BIN / "ansible-inventory", *inventories, "--list")
        (folder / "expected.json").write_text(json.dumps(json.loads(listed), indent=1, sort_keys=True) + "\n")
        (folder / "expected.graph").write_text(run(folder, BIN / "ansible-inventory", *inventories, "--graph"))
        for name, words in [("vars", ["--graph", "--vars"]), ("yml", ["--list", "--yaml", "--export"])]:
            (folder / f"expected.{name}").write_text(run(folder, BIN / "ansible-inventory", *inventories, *words))
        if (folder / "patterns").exists():
            patterns = (folder / "patterns").read_text().split("\n")
            chosen = {}
            for pattern in filter(None, patterns):
                out = run(folder, BIN / "ansible", *inventories, "--list-hosts", pattern)
                chosen[pattern] = None if out is None else [line.strip() for line in out.splitlines()[1:]]
            (folder / "expected.hosts").write_text(json.dumps(chosen, indent=1) + "\n")
        print(folder.name)


main()
