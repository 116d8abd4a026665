"""What `expressions.rs` measures, by Jinja2's compiled templates: microseconds a rendering, as a list of numbers."""

import json
import time
from pathlib import Path

from jinja2 import Environment

ROUNDS = 20_000
USERS = [{"name": f"user{index}", "id": index, "on": index % 2 == 0} for index in range(20)]
VARIABLES = {"a": 5, "s": "hello world", "d": {"x": {"y": 7}}, "users": USERS}


def microseconds(text: str) -> float:
    template = Environment().from_string(text)
    start = time.perf_counter()
    for _ in range(ROUNDS):
        template.render(VARIABLES)
    return (time.perf_counter() - start) * 1e6 / ROUNDS


lines = Path(__file__).with_name("expressions.txt").read_text().splitlines()
print(json.dumps([round(microseconds(text), 3) for text in lines]))
