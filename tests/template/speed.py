"""What `speed.rs` measures, by Jinja2's compiled templates: microseconds a rendering."""

import time

from jinja2 import Environment

TEMPLATES = [
    "{{ a }}",
    "{{ d.x.y + a * 2 }}",
    "{{ s | upper | replace('O', '0') }}",
    "{{ a > 3 and s is defined and nope is not defined }}",
    "prefix-{{ s }}-{{ a }}-suffix",
    "{{ users | selectattr('on') | map(attribute='name') | join(',') }}",
    "{% for u in users %}{{ u.name }}:{{ u.id }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{{ users | length > 5 and (users | first).name.startswith('user') }}",
]
USERS = [{"name": f"user{index}", "id": index, "on": index % 2 == 0} for index in range(20)]
VARIABLES = {"a": 5, "s": "hello world", "d": {"x": {"y": 7}}, "users": USERS}

environment = Environment()
for text in TEMPLATES:
    template = environment.from_string(text)
    rounds = 20000
    start = time.perf_counter()
    for _ in range(rounds):
        template.render(VARIABLES)
    print(f"{(time.perf_counter() - start) * 1e6 / rounds:8.2f} µs  {text}")
