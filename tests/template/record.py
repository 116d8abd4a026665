"""Writes what ansible-core 2.19 makes of the probes in probes/*.txt, as probes/*.expected.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python record.py [NAME...]
"""

import pathlib
import sys

from ansible.plugins.loader import init_plugin_loader
from ask import answers

PROBES = pathlib.Path(__file__).parent / "probes"


def main(names):
    init_plugin_loader()
    for path in sorted(PROBES.glob("*.txt")):
        if not names or path.stem in names:
            lines = list(answers(path.read_text()))
            path.with_suffix(".expected").write_text("\n".join(lines) + "\n")
            print(path.stem, len(lines))


main(sys.argv[1:])
