"""Writes expected.json: what PyYAML's safe loader makes of every case.

Run with PyYAML installed: python3 generate.py. The cases are the scalars and snippets below,
random scalars from a fixed seed, and every file in files/.
"""

import copy
import datetime
import json
import pathlib
import random
import struct

import yaml

HERE = pathlib.Path(__file__).parent


class Unsafe(str):
    pass


class Loader(yaml.CSafeLoader):
    pass


def resolved_again(loader, node):
    """The value of a node as if it had no tag."""
    node = copy.copy(node)
    node.tag = loader.resolve(type(node), node.value, (True, False))
    return loader.construct_object(node, deep=True)


def in_order(loader, node):
    """A set, as the list of its members in the order they are written."""
    return list(loader.construct_mapping(node))


def pairs(loader, node):
    return [[loader.construct_object(part, deep=True) for part in item.value[0]] for item in node.value]


def text_of_binary(loader, node):
    return loader.construct_yaml_binary(node).decode()


Loader.add_constructor("!unsafe", resolved_again)
Loader.add_constructor("!vault", lambda loader, node: loader.construct_scalar(node))
Loader.add_constructor("!vault-encrypted", lambda loader, node: loader.construct_scalar(node))
Loader.add_constructor("tag:yaml.org,2002:set", in_order)
Loader.add_constructor("tag:yaml.org,2002:omap", pairs)
Loader.add_constructor("tag:yaml.org,2002:pairs", pairs)
Loader.add_constructor("tag:yaml.org,2002:binary", text_of_binary)
Loader.add_constructor("tag:yaml.org,2002:python/unicode", Loader.construct_yaml_str)


def show(value):
    """One text for every value, with its type; tests/yaml/main.rs writes the same."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "nan" if value != value else "float " + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime.datetime):
        zone = value.utcoffset()
        zone = "" if zone is None else " %d" % zone.total_seconds()
        return "at " + value.replace(tzinfo=None).isoformat(timespec="microseconds") + zone
    if isinstance(value, datetime.date):
        return "on " + value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(show, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(show(k) + ": " + show(v) for k, v in value.items()) + "}"
    raise TypeError(type(value))


def expected(text):
    try:
        return [show(document) for document in yaml.load_all(text, Loader)]
    except (yaml.YAMLError, ValueError, KeyError, AttributeError, TypeError, OverflowError, IndexError, RecursionError):
        return None


SCALARS = """
yes Yes YES yEs no No NO nO true True TRUE tRUE false False FALSE on On ON oN off Off OFF y Y n N t f
~ null Null NULL nUll nil None none
0 00 000 1 -1 +1 12 012 0644 -0644 +0644 0755 08 09 0888 0o17 0O17 0o 0x 0x0 0xff 0XFF -0xFF +0xff 0xfg 0b 0b0 0b101
0B1 -0b11 0b12 0b_ 0x_ 0_ 00_7 1_000 1__0 _1 1_ -_1 1_000_000 123456789012345678901234567890
-123456789012345678901234567890 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
0x8000000000000000 0xffffffffffffffffff 0777777777777777777777777
1:30 1:60 1:59 01:30 0:30 10:20:30 -10:20:30 +1:02 190:20:30 1:2:3:4 1:_2 1_0:30 22:22 60:00 1: 1:5 9:09 23:59:59
1.5 -1.5 +1.5 .5 -.5 +.5 5. -5. . .. 1.. 1.5.2 1_0.5 1.5_0 1._ 1_. ._5 .5_ 1e3 1E3 1e+3 1.e3 1.e+3 1.0e3 1.0e+3 1.0E-3
1.0e+ .5e3 .5e+3 -.5e+3 1.5e+10 6.02e+23 1e400 1.0e+400 -1.0e+400 0.1 00.5 0.0 -0.0 1,000 1,5 1.5e 0x1.8 0b1.0
1:30.5 1:60.5 10:20:30.15 -1:30.5 1:30. 1:30.5_ 190:20:30.15 685.230_15e+03 6.8523015e+5
.inf .Inf .INF .iNF -.inf +.inf -.Inf .nan .NaN .NAN .nAN -.nan +.nan inf nan Infinity -inf
2024-01-01 2024-1-1 2024-02-29 2023-02-29 2024-13-01 0000-01-01 0001-01-01 9999-12-31 20240101 2024-01 2024-01-01T
2024-01-01T10:00:00 2024-01-01t1:00:00 2024-01-01T10:00:00Z 2024-01-01T10:00:00.5 2024-01-01T10:00:00.1234567Z
2024-01-01T10:00:00+02:00 2024-01-01T10:00:00-5 2024-01-01T10:00:00+2 2024-01-01T10:00:60 2024-01-01T24:00:00
2024-01-01T10:00:00+25:00 2024-01-01T10:00:00. 2024-1-1T1:00:00 2024-01-01T1:0:0 2024-01-01T10:00 2024-01-01T10:00:00+0230
2001-12-14t21:59:43.10-05:00 1.2.3 1.2.3.4 127.0.0.1 ::1 fe80::1 10.0.0.0/8 v1.2 1.10 3.10 1.20
= << <<< == => <- - -- --- ... -a - ? ?a : :a a: ! !a & &a * *a @a `a %a |a >a 'a' "a" 'it''s' "a\\"b" "\\x41" "\\u00e9"
"\\U0001f600" "\\ud83d" "\\/" "\\q" "\\e" "\\N" "\\_" "\\0" "\\t" '\\n' # a#b a# #a [] {} [a] {a} {a:} {a:b} [a,b] [a:b]
{{x}} {{ "{{x}}" '{{x}}' {%x%} x{{y}} [{{x}}] %{a} a:b a:b:c http://x:80/ c:\\\\x ä 日本 😀 \u00a0 \ufeffx
!!str !!int !!null !!bool !foo !unsafe !vault !!foo !<tag:yaml.org,2002:str> !!python/object:x
""".split()

SPACED = [
    "2024-01-01 10:00:00", "2024-01-01 10:00:00 +02:00", "2024-01-01   10:00:00.25   Z", "2024-01-01\t10:00:00 -3:30",
    "2024-01-01 10:00:00 ", "a b", "a  b", "a # b", "a #", "yes no", "1 2", "!!str 12", "!!str yes", "!!str", "!!int '12'",
    "!!int '0o17'", "!!int 09", "!!int abc", "!!int '12_3'", "!!int ' 12 '", "!!float 3", "!!float '1e3'", "!!float x",
    "!!float '.inf'", "!!bool 'yes'", "!!bool y", "!!bool 'TrUe'", "!!null x", "!!null ''", "!!timestamp 2001-1-1",
    "!!timestamp x", "!!binary aGVsbG8=", "!!seq x", "!!map x", "!!set x", "!!seq [1]", "!!seq {a: 1}", "!!map {a: 1}", "!!map [1]",
    "!!set {a, b}", "!!set [a]", "!!omap [a: 1, b: 2]", "!!omap [a]", "!!pairs [a: 1, a: 2]", "!!str [a]", "!!str {a: 1}", "!!int [1]",
    "! 12", "! yes", "! [a]", "! {a: 1}", "!unsafe '012'", "!unsafe 12", "!unsafe yes", '!unsafe "{{ x }}"', "!unsafe {a: '{{ x }}'}",
    "!unsafe ['{{ x }}', 1]", "!vault abc", "!vault 12", "!vault-encrypted abc", "!foo bar", "!unsafe", "!Ref x", "!<!unsafe> 12",
    "&a 12", "&a x", "&a", "&a !!str 12", "!!str &a 12", "{a: 1, b: [1, 2, {c: d}]}", "[a, b: c, d]", "[[[]]]", "{? a : b}",
    "{a, b: }", "[a, , b]", "[a,]", "[,]", "{,}", "{a: 1,}", "[a b, c d]", "[\"a\", 'b']", "{\"a\":1}", "{'a':1}", "{a:1}", "{a :1}",
    '{"a": [1, 2.5, null, true]}', "{[a]: b}", "{{a: b}: c}", "[yes, no, 'yes']", "{yes: 1, no: 2}", "{1: a, 1.0: b, true: c}",
    "{null: a}", "{2024-01-01: a}", "{=: a}", "{<<: {a: 1}, b: 2}", "{'<<': {a: 1}}", "'a\n  b'", '"a\n  b"', '"a\\\n  b"', "a\n  b",
    "a\n\n  b", "|\n  a\n  b", "|-\n  a\n", "|+\n  a\n\n", ">\n  a\n  b\n\n  c", ">-\n  a\n   b\n  c", "|2\n   a", "|0\n a", "| # c\n  a",
    "|x\n  a", "'a", '"a', "'a' b", '"a" b', "{{ x }}", "{{ x }} b", '"{{ x }}"', "{{ x | default('a: b') }}", "a: b", "a: b: c",
    "- a", "[a", "{a", "a]", "a}", "[a}", "@a", "`a`", "%a", "a\tb", "\ta", "a\t# c",
]

SNIPPETS = [
    "", "\n", "# only a comment\n", "---\n", "---\n...\n", "--- a\n", "---\na\n---\nb\n", "a\n...\nb\n", "a\n---\n", "---\n---\n",
    "%YAML 1.1\n---\na: 1\n", "%YAML 1.2\n---\na: yes\n", "%YAML 2.0\n---\na\n", "%FOO x\n---\na\n", "%TAG ! tag:x,1:\n---\n!a b\n",
    "%TAG !y! tag:yaml.org,2002:\n---\n!y!str 12\n", "\ufeffa: 1\n", "a: 1\r\nb: 2\r\n", "a: |\r\n  x\r\n  y\r\n", "a: 1\rb: 2\r",
    "a: x\u0085b: y\u0085", "a: |\n  x\u0085  y\n", "a: x\u2028b: y\n", "a: \"x\u2028  y\"\n", "a: x\x01\n", "a: \x7f\n", "a: \x80\n", "a: \ufffe\n",
    "a:\n\tb: 1\n", "a:\n  b: 1\n\tc: 2\n", "\ta: 1\n", "a:\tb\n", "-\ta\n", "a: b\t\n", "a:\n  - b\n  -\tc\n", "- a\n-b\n", "a:b\n", "a:b\nc: d\n",
    "a: 1\n b: 2\n", "a:\n    b: 1\n  c: 2\n", "a:\n- b\n- c\n", "a:\n  - b\n- c\n", "- a\n- - b\n  - c\n", "- a: 1\n  b: 2\n-\n  c: 3\n",
    "- a: 1\n b: 2\n", "a: 1\na: 2\n", "a: 1\nb: 2\na: 3\nc: 4\n", "1: a\n1.0: b\nyes: c\n", "? a\n: b\n", "? a\n? b\n", "? [a]\n: b\n", "? |\n  a\n: b\n",
    ": a\n", "a:\n", "a: \nb:\n", "~: a\n", "'': a\n", "a : b\n", "'a': b\n", "\"a\" : b\n", "a b c: d\n", "yes: 1\n", "[a, b]: c\n", "{a: b}: c\n", "a: *b\n",
    "a: &x 1\nb: *x\n", "a: &x {p: 1}\nb: *x\nc: [*x, *x]\n", "a: &x [*x]\n", "&x a: *x\n", "a: &x 1\nb: &x 2\nc: *x\n", "a: & b\n", "a: * b\n", "a: *\n",
    "&a a: 1\n*a : 2\n", "- &a\n- *a\n", "--- &a x\n--- *a\n", "a: &é x\n",
    "d: &d {x: 1, y: 2}\ne:\n  <<: *d\n  y: 3\n", "d: &d {x: 1, y: 2}\ne:\n  y: 3\n  <<: *d\n", "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  <<: [*a, *b]\n",
    "a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc:\n  <<: *a\n  <<: *b\n", "a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: *b\n  z: 3\n", "a:\n  <<: x\n", "a:\n  <<: [x]\n",
    "a:\n  <<:\n", "a:\n  <<: []\n", "a:\n  <<: {}\n", "- <<\n", "a: <<\n", "<<: {a: 1}\n", "a: {<<: [{x: 1}, {x: 2, y: 3}], y: 4}\n", "? !!merge x\n: {a: 1}\n", "=: a\n", "- =\n",
    "!!map\na: 1\n", "!!seq\n- 1\n", "!!set\n? a\n? b\n", "a: !!set {a, a}\n", "!unsafe\na: '{{ x }}'\n", "- !unsafe\n  a: 1\n", "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
    "a: !vault\n  x\n", "a: !vault {x: 1}\n", "a: !vault [x]\n", "!vault |\n  x\n", "a: !vault |\n    x\nb: 1\n", "!!foo a\n", "!foo\na: 1\n", "a: !!python/tuple [1]\n",
    "a: |\n  x\n   y\n\n  z\n\n\nb: 1\n", "a: >\n  x\n  y\n\n  z\n   q\n  r\n\nb: 1\n", "a: |-\n  x\n\n", "a: |+\n  x\n\n\nb: 1\n", "a: >-\n\n  x\n\n\n  y\n", "a: |1\n  x\n", "a: |9\n  x\n",
    "a: |\nb: 1\n", "a: |\n\n\nb: 1\n", "a: |\n\tx\n", "a: |\n  \tx\n", "a: |\n      x\n    y\n", "a: |\n  x\n # c\nb: 1\n", "a: |\n  x\n  # c\n", "- |\n a\n- >\n b\n", "|\n a\n", ">\n a\n b\n", "a: |\n  x", "a: |-\n  x", "a: |+\n  x",
    "a: 'x\n\n  y\n   z '\n", "a: \"x\n\n  y\\\n   z \"\n", "a: \"x \\\n  y\"\n", "a: \"x\\n\\\n  y\"\n", "a: 'x''y'\n", "a: ''\n", "a: \"\"\n", "a: '\n  x'\n", "a: \"x\n---\ny\"\n", "a: x\n  y\n  z\n", "a: x\n\n  y\n", "a: x\n  y: z\n", "a: x\ny\n",
    "a: x # c\nb: x#c\n", "a: 'x' # c\n", "a: # c\n  b\n", "# c\na: 1 # d\n# e\n", "a:\n  # c\n  b: 1\n", "a: [\n  1, # c\n  2\n]\n", "a: {\n  b: 1,\n  c: 2\n}\n", "a: [\n1\n]\n", "a: [1\nb: 2\n", "a: {b: 1\nc: 2\n",
    "a: \"b\nc: d\n", "a: 'b\nc: d\n", "a: \"b\" c\n", "a: 'b' + 'c'\n", "a: {{ b }}\n", "a: {{ b }}/c\n", "- {{ b }}\n", "a: {{ b }} {{ c }}\n", "a: {% if x %}y{% endif %}\n", "msg: error: it failed\n", "shell: echo 'name: x'\n",
    "when: a == \"b: c\"\n", "name: don't\n", "name: 'don't'\n", "path: C:\\temp\n", "path: \"C:\\temp\\new\"\n", "path: \"C:\\quit\"\n", "time: 12:30\n", "time: 12:30:45\n", "mode: 0644\n", "mode: '0644'\n", "mode: 644\n", "mode: u=rwX,g-w\n",
    "version: 1.10\n", "port: 8080:80\n", "ports: [8080:80, 22:22]\n", "ports:\n  - 8080:80\n  - 22:22\n  - 3306:3306\n", "mac: 00:11:22:33:44:55\n", "mac: 12:34:56:12:34:56\n", "sha: 12e4567\n", "sha: 1234e567\n", "norway: [NO, SE]\n",
    "key: [a, b, c]: d\n", "- key: value\n  - other\n", "key:\n  value\n  more\nnext: 1\n", "key: value\n  - item\n", "a: b\n- c\n", "- a\nb: c\n", "a\nb\n", "a\n  b\n", "'a'\n", "\"a\" b\n", "12\n", "yes\n", "~\n", "a: !\n", "a: !!\n", "a: &\n",
    "x" * 1200 + ": 1\n", "? " + "x" * 1200 + "\n: 1\n", "- " * 40 + "a\n", "[" * 100 + "]" * 100 + "\n", "a: " + "'" + "x " * 400 + "'\n", "a: \"" + "x\\n" * 200 + "\"\n",
    "über: straße\n日本: 語\n😀: 🎉\n", "a: \"ä\\\n  ö\"\n", "ä: |\n  ö\n  ü\nb: ß\n", "a: ä # ö\nb: 'ü'\n",
]


def random_scalars(count):
    chance = random.Random(20240607)
    alphabets = ["0123456789", "0123456789_.", "01_:.-+", "0189xXbBoO_aF", "0123456789.eE+-", "123456:.", "2024-01-9T: Z+", "-+.0iInNfFaA"]
    for _ in range(count):
        alphabet = chance.choice(alphabets)
        yield "".join(chance.choice(alphabet) for _ in range(chance.randint(1, 9))).strip() or "0"


def texts():
    for scalar in SCALARS + SPACED + list(dict.fromkeys(random_scalars(600))):
        yield "a: " + scalar + "\n"
        if "!vault" in scalar:
            continue
        if len(scalar) < 12 and "\n" not in scalar:
            yield "- " + scalar + "\n- [" + scalar + "]\n"
            yield scalar + ": 1\n"
    yield from SNIPPETS


def main():
    cases = [{"text": text, "documents": expected(text)} for text in dict.fromkeys(texts())]
    for path in sorted((HERE / "files").iterdir()):
        cases.append({"file": path.name, "documents": expected(path.read_bytes())})
    with (HERE / "expected.json").open("w") as out:
        rows = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
        out.write("[\n" + rows + "\n]\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
