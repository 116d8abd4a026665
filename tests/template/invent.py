"""Invents expressions for the probes: `python invent.py SEED COUNT > probes/invented.txt`.

Probes in which we take more than Ansible does (`5 | basename`) were taken out of the committed ones.
"""

import random
import sys

VARIABLES = (
    '{"i": 7, "j": -3, "z": 0, "f": 2.5, "s": "hello World", "e": "", "n": null, "t": true, "l": [3, 1, 2], '
    '"w": ["b", "A", "c"], "m": {"k": 1, "a": {"x": "y"}}, "o": [{"id": 1, "n": "q"}, {"id": 2}], "lazy": "{{ i + 1 }}"}'
)
NAMES = ["i", "j", "z", "f", "s", "e", "n", "t", "l", "w", "m", "o", "lazy", "u"]
CONSTANTS = ["0", "1", "2", "-1", "3", "10", "1.5", "'a'", "'%s'", "'l'", "''", "'12'", "true", "none", "[1, 2]", "['a', 1]", "{'k': 2}", "(1, 2)"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"]
FILTERS = [
    "length", "upper", "lower", "int", "float", "string", "list", "first", "last", "sort", "unique", "sum", "max", "min", "join",
    "join(',')", "default('d')", "default('d', true)", "reverse | list", "abs", "round", "round(1)", "title", "capitalize", "trim",
    "replace('l', 'L')", "to_json", "to_nice_json", "to_yaml", "b64encode", "bool", "dict2items", "flatten", "map('string') | list",
    "map(attribute='id') | list", "select | list", "selectattr('n', 'defined') | list", "type_debug", "quote", "batch(2) | list",
    "regex_replace('[lo]', '_')", "regex_findall('[a-z]')", "combine({'z': 1})", "items | list", "dictsort", "union([9])",
    "difference([1])", "intersect([1, 'a'])", "zip([1, 2]) | list", "ternary('y', 'n')", "tojson", "center(9)", "wordcount", "e",
    "indent", "truncate(5)", "random(seed='x')", "hash('md5')", "human_readable", "slice(2) | list", "items2dict", "subelements('n')",
    "extract([5, 6, 7, 8])", "log", "pow(2)", "md5", "basename", "splitext", "urlencode", "format(1)", "dictsort(by='value')",
]
TESTS = [
    "defined", "undefined", "none", "string", "number", "mapping", "sequence", "iterable", "odd", "even", "true", "in [1, 'a']",
    "eq 1", "lt 3", "sameas true", "boolean", "integer", "float", "divisibleby 2", "match('h')", "search('o')", "truthy", "falsy",
    "contains('l')", "subset([1, 2, 3])", "lower", "upper", "version('1.0', '<')", "any", "all",
]
METHODS = [
    "upper()", "split()", "split('l')", "strip('h')", "replace('o', '0')", "find('o')", "count('l')", "startswith('he')", "items() | list",
    "keys() | list", "get('k')", "get('zz', 5)", "index(1)", "count(1)", "format(1, 2)", "join(['a', 'b'])", "zfill(4)", "isdigit()",
    "title()", "splitlines()", "copy()", "values() | list", "k", "a.x", "id", "nope", "0", "real",
]
SUBSCRIPTS = ["[0]", "[-1]", "['k']", "[1:]", "[::-1]", "[:2]", "[9]", "[i]", "['a']['x']"]


def expression(depth):
    pick = random.random()
    if depth == 0 or pick < 0.12:
        return random.choice(NAMES + CONSTANTS)
    inner = lambda: expression(depth - 1)  # noqa: E731
    if pick < 0.37:
        return f"({inner()} {random.choice(OPERATORS)} {inner()})"
    if pick < 0.62:
        return f"({inner()} | {random.choice(FILTERS)})"
    if pick < 0.72:
        return f"({inner()} is {random.choice(['', 'not '])}{random.choice(TESTS)})"
    if pick < 0.82:
        return f"({inner()}).{random.choice(METHODS)}"
    if pick < 0.9:
        return f"({inner()}){random.choice(SUBSCRIPTS)}"
    if pick < 0.95:
        return f"({inner()} if {inner()} else {inner()})"
    return random.choice(["not {}", "-{}", "[{}, 1]", "{{'q': {}}}"]).format(inner())


def main(seed, count):
    random.seed(seed)
    print("#vars", VARIABLES)
    for _ in range(count):
        print("{{ " + expression(random.choice([1, 2, 2, 3])) + " }}")


main(int(sys.argv[1]), int(sys.argv[2]))
