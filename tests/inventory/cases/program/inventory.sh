#!/bin/sh
cat <<'END'
{"web": {"hosts": ["a", "b"], "vars": {"t": "{{ 1 + 1 }}", "n": 1.0, "l": [1, null, true]}, "children": ["sub"]},
 "sub": {"hosts": ["c"]}, "plain": ["a", "d"], "single": {"x": 1},
 "_meta": {"hostvars": {"a": {"u": "ü", "deep": {"k": "v"}}, "unknown": {"z": 1}}}}
END
