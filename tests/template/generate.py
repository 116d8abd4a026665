"""Writes what ansible-core makes of the probes in probes/*.txt, as probes/*.expected.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python generate.py [NAME...]

A probe is a line. Lines that start with `#vars` set the variables (JSON) of those that follow, `#` alone is a
comment, `?` a condition, `@` a template file, anything else the text of a value. `⏎` stands for a line break.
A line of the result is `=` and Python's repr, or `!` and the error, which is for people only.
"""

import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("ANSIBLE_DEPRECATION_WARNINGS", "false")
os.environ.setdefault("ANSIBLE_LOCALHOST_WARNING", "false")
os.environ["TZ"] = "UTC"
warnings.simplefilter("ignore")

from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader  # noqa: E402
from ansible.template import Templar, trust_as_template  # noqa: E402

HERE = pathlib.Path(__file__).parent
FILES = {"trim_blocks": True, "keep_trailing_newline": True}


def trusted(value):
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, list):
        return [trusted(item) for item in value]
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return value


def result(line, variables):
    loader = DataLoader()
    loader.set_basedir(str(HERE / "files"))
    templar = Templar(loader=loader, variables=trusted(variables))
    kind, text = (line[0], line[1:].strip(" ")) if line[0] in "?@" else ("", line)
    text = trust_as_template(text.replace("⏎", "\n"))
    try:
        if kind == "?":
            return "=" + repr(templar.evaluate_conditional(text))
        if kind == "@":
            shown = templar.template(text, escape_backslashes=False, overrides=FILES)
            return "=" + repr("" if shown is None else str(shown))
        return "=" + repr(templar.template(text))
    except Exception as error:  # noqa: BLE001
        return "!" + " ".join(str(error).split())[:160]


def main(names):
    init_plugin_loader()
    for path in sorted((HERE / "probes").glob("*.txt")):
        if names and path.stem not in names:
            continue
        variables, lines = {}, []
        for line in path.read_text().split("\n"):
            if line.startswith("#vars"):
                variables = json.loads(line[5:])
            if not line or line.startswith("#vars") or line.startswith("# ") or line == "#":
                continue
            lines.append(result(line, variables))
        path.with_suffix(".expected").write_text("\n".join(lines) + "\n")
        print(path.stem, len(lines))


main(sys.argv[1:])
