"""What ansible-core makes of probes: reads them from the standard input, writes a line for each.

A probe is a line. Lines that start with `#vars` set the variables (JSON) of those that follow, `#` alone is a
comment, `?` a condition, `@` a template file, anything else the text of a value. `⏎` stands for a line break. The
probe after `#new` is not of the classic language.
A line of the result is `=` and Python's repr, or `!` and the error, which is for people only.

Works with ansible-core 2.18 and 2.19: the two meanings of templates. With the argument `loose` conditions may be any
value, as we take them.
"""

import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("ANSIBLE_DEPRECATION_WARNINGS", "false")
os.environ.setdefault("ANSIBLE_LOCALHOST_WARNING", "false")
os.environ["TZ"] = "UTC"
if sys.argv[1:] == ["loose"]:
    os.environ["ANSIBLE_ALLOW_BROKEN_CONDITIONALS"] = "true"
warnings.simplefilter("ignore")

from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.playbook.conditional import Conditional  # noqa: E402
from ansible.plugins.loader import init_plugin_loader  # noqa: E402
from ansible.template import Templar  # noqa: E402

try:
    from ansible.template import trust_as_template

    CLASSIC = False
except ImportError:
    trust_as_template = str
    CLASSIC = True

FILES = pathlib.Path(__file__).parent / "files"


def trusted(value):
    if isinstance(value, str):
        return trust_as_template(value)
    if isinstance(value, list):
        return [trusted(item) for item in value]
    if isinstance(value, dict):
        return {key: trusted(item) for key, item in value.items()}
    return value


def plain(value):
    """What tasks see of a result: no tuples, no texts with marks."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return value


def holds(templar, text, variables):
    if not CLASSIC:
        return templar.evaluate_conditional(text)
    condition = Conditional(loader=DataLoader())
    condition.when = [text]
    return condition.evaluate_conditional(templar, variables)


def rendered(templar, text):
    # The modules of 2.18 call `do_template`, which knows nothing of lone names.
    render = templar.do_template if CLASSIC else templar.template
    shown = render(text, escape_backslashes=False)
    return "" if shown is None else str(shown)


def result(line, variables):
    loader = DataLoader()
    loader.set_basedir(str(FILES))
    variables = trusted(variables)
    templar = Templar(loader=loader, variables=variables)
    kind, text = (line[0], line[1:].lstrip(" ")) if line[0] in "?@" else ("", line)
    text = trust_as_template(text.replace("⏎", "\n"))
    try:
        if kind == "?":
            return "=" + repr(holds(templar, text, variables))
        if kind == "@":
            return "=" + repr(rendered(templar, text))
        shown = plain(templar.template(text))
        # Where 2.18 cannot compile a template, it gives its text.
        return "!not compiled" if CLASSIC and shown == text and "{" in text else "=" + repr(shown)
    except Exception as error:  # noqa: BLE001
        return "!" + " ".join(str(error).replace(str(FILES), "files").split())[:160]


def answers(probes):
    """What becomes of every probe of a text."""
    variables, before = {}, ""
    for line in probes.split("\n"):
        left_out, before = CLASSIC and before == "#new", line
        if line.startswith("#vars"):
            variables = json.loads(line[5:])
        if not line or line.startswith(("#vars", "#new", "# ")) or line == "#" or left_out:
            continue
        yield result(line, variables)


if __name__ == "__main__":
    init_plugin_loader()
    for answer in answers(sys.stdin.read()):
        print(answer)
