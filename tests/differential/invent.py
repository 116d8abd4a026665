"""Invents probes, expressions and whole templates: `python invent.py SEED COUNT`.

Left out is what nobody writes and where Python has surprises: sets have no order, `%` fills texts without fields,
a negative number has complex powers, `'%s' is odd` fills a text.
"""

import random
import sys

VARIABLES = (
    '{"i": 7, "j": -3, "z": 0, "f": 2.5, "s": "hello World", "e": "", "n": null, "t": true, "l": [3, 1, 2], '
    '"w": ["b", "A", "c"], "m": {"k": 1, "a": {"x": "y"}}, "o": [{"id": 1, "n": "q"}, {"id": 2}], "lazy": "{{ i + 1 }}"}'
)
NAMES = ["i", "j", "z", "f", "s", "e", "n", "t", "l", "w", "m", "o", "lazy", "u", "s[1:]", "l[:2]", "w[::-1]"]
CONSTANTS = ["0", "1", "2", "-1", "3", "10", "1.5", "'a'", "'%s'", "'l'", "''", "'12'", "true", "none", "[1, 2]", "['a', 1]", "{'k': 2}", "(1, 2)"]
OPERATORS = ["+", "-", "*", "/", "//", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"]
FILTERS = [
    "length", "upper", "lower", "int", "float", "string", "list", "first", "last", "sort", "unique", "sum", "join",
    "join(',')", "default('d')", "default('d', true)", "reverse | list", "abs", "round", "round(1)", "title", "capitalize", "trim",
    "replace('l', 'L')", "to_json", "to_nice_json", "to_yaml", "b64encode", "bool", "dict2items", "flatten", "map('string') | list",
    "map(attribute='id', default=1) | list", "select | list", "selectattr('n', 'defined') | list", "type_debug", "quote", "batch(2) | list",
    "regex_replace('[lo]', '_')", "regex_findall('[a-z]')", "combine({'z': 1})", "dictsort",
    "union([9]) | length", "difference([1]) | length", "intersect([1, 'a']) | length", "zip([1, 2]) | list", "ternary('y', 'n')", "center(9)", "wordcount",
    "indent", "random(seed='x')", "hash('md5')", "human_readable", "slice(2) | list", "items2dict", "subelements('n')",
    "extract([5, 6, 7, 8])", "log", "pow(2)", "md5", "basename", "splitext", "urlencode", "format(1)", "dictsort(by='value')",
]
FILLED = ["(1, 2)", "'x'", "7", "(2.5,)"]
TESTS = [
    "defined", "undefined", "none", "string", "number", "mapping", "sequence", "iterable", "true", "in [1, 'a']",
    "eq 1", "lt 3", "sameas true", "boolean", "integer", "float", "match('h')", "search('o')", "truthy", "falsy",
    "contains('l')", "lower", "upper", "version('1.0', '<')", "any", "all",
]
METHODS = [
    "upper()", "split()", "split('l')", "strip('h')", "replace('o', '0')", "find('o')", "count('l')", "startswith('he')", "items() | list",
    "keys() | list", "get('k')", "get('zz', 5)", "index(1)", "format(1, 2)", "join(['a', 'b'])", "zfill(4)", "isdigit()",
    "title()", "splitlines()", "copy()", "values() | list", "k", "a.x", "id", "nope", "0", "real",
]
SUBSCRIPTS = ["[0]", "[-1]", "['k']", "[9]", "[i]", "['a']['x']"]


def expression(depth):
    pick = random.random()
    if depth == 0 or pick < 0.14:
        return random.choice(NAMES + CONSTANTS)
    inner = lambda: expression(depth - 1)  # noqa: E731
    if pick < 0.16:
        return f"({inner()} % {random.choice(FILLED)})"
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
    return random.choice(["not {}", "-{}", "[{} | default(0), 1]", "{{'q': {} | default(0)}}"]).format(inner())


def dash():
    return random.choice(["", "", "", "-"])


def tag(text):
    return f"{{%{dash()} {text} {dash()}%}}"


def text():
    return random.choice(["a", " ", "⏎", " x⏎", "⏎  ", "⏎⏎", "- ", ": ", "é"])


def statement(depth):
    """A piece of a template."""
    pick = random.random()
    body = lambda: template(depth - 1)  # noqa: E731
    if depth == 0 or pick < 0.3:
        return text()
    if pick < 0.55:
        return f"{{{{{dash()} {expression(random.choice([0, 1]))} {dash()}}}}}"
    if pick < 0.7:
        return tag(f"if {expression(1)}") + body() + random.choice(["", tag("else") + body()]) + tag("endif")
    if pick < 0.85:
        over = random.choice(["l", "w", "m", "o", "[1, 'b']", "range(3)", "m | dictsort", "s"])
        shown = random.choice(["{{ v }}", "{{ loop.index }}", "{{ v }}{{ ',' if not loop.last }}", "{{ loop.previtem | default('-') }}"])
        return tag(f"for v in {over}") + shown + body() + tag("endfor")
    if pick < 0.9:
        return tag(f"set v = {expression(1)}") + "{{ v }}"
    if pick < 0.93:
        return tag("set b") + body() + tag("endset") + "{{ b }}"
    if pick < 0.96:
        return tag("macro show(p, q=3)") + "{{ p }}" + body() + tag("endmacro") + "{{ show(" + expression(0) + ") }}"
    return random.choice(["{# no #}", "{#- no -#}", tag("raw") + "{{ x }}" + tag("endraw"), tag("filter upper") + "x" + body() + tag("endfilter")])


def template(depth):
    return "".join(statement(depth) for _ in range(random.choice([1, 1, 2, 3])))


def main(seed, count):
    random.seed(seed)
    print("#vars", VARIABLES)
    for _ in range(count):
        print("{{ " + expression(random.choice([1, 2, 2, 3])) + " }}" + random.choice(["", "", "", "⏎", "⏎⏎"]))
    for _ in range(count):
        print("? " + expression(random.choice([1, 2])))
        whole = template(2) + random.choice(["", "⏎", "⏎⏎"])
        print("@ " + whole)
        print(whole if whole[0] not in " #?@" else "a" + whole)


main(int(sys.argv[1]), int(sys.argv[2]))
