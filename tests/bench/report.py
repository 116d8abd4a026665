#!/usr/bin/env python3
"""Makes the table and the plot of results.json: `report.py DIRECTORY`."""

import json
import sys
from pathlib import Path
from statistics import median

TOOLS = ["provision", "pyinfra", "mitogen", "ansible", "handshakes"]
COLOURS = {"provision": "#d9480f", "pyinfra": "#1971c2", "mitogen": "#5f3dc4", "ansible": "#868e96", "handshakes": "#c92a2a"}


def write(directory: Path):
    results = json.loads((directory / "results.json").read_text())
    groups = grouped(results["rows"])
    text = table(results["machine"], groups) + expressions(results.get("expressions", []))
    (directory / "results.md").write_text(text)
    (directory / "results.svg").write_text(plot(groups))


def grouped(rows):
    """The runs of every tool, by what was done: {(work, delay, phase): {tool: [row]}}, in the order measured."""
    groups = {}
    for row in rows:
        of_tool = groups.setdefault((row["work"], row["delay"], row["phase"]), {})
        of_tool.setdefault(row["tool"], []).append(row)
    return groups


def seconds(rows):
    """The median of the runs that did well."""
    good = [row["seconds"] for row in rows if not row["failure"]]
    return median(good) if good else None


def short(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def cell(rows, own):
    """Median, spread, and how many times as long as ours."""
    if not rows:
        return ""
    middle = seconds(rows)
    if middle is None:
        return "> " + rows[0]["failure"].split("after ")[1] if "not done after" in rows[0]["failure"] else "failed"
    good = sorted(row["seconds"] for row in rows if not row["failure"])
    spread = f" ({short(good[0])}–{short(good[-1])})" if len(good) > 1 else ""
    times = f", ×{short(middle / own)}" if own and rows[0]["tool"] != "provision" else ""
    return f"{short(middle)} s{spread}{times}"


def size(number):
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def costs(rows):
    good = [row for row in rows if not row["failure"]]
    if not good:
        return ""
    middle = {name: median(row[name] for row in good) for name in ("cpu", "memory", "sent", "received")}
    return f"{short(middle['cpu'])} s, {middle['memory']:.0f} MiB, {size(middle['sent'])} ↑ {size(middle['received'])} ↓"


def table(machine, groups):
    tools = [tool for tool in TOOLS if any(tool in group for group in groups.values())]
    lines = ["# Measured", "", "; ".join(f"{name}: {value}" for name, value in machine.items()) + ".", ""]
    for title, show in (("Seconds", cell), ("Controller: CPU, largest process, bytes sent and received", None)):
        lines += [f"## {title}", "", "| work | round trip | run | " + " | ".join(tools) + " |"]
        lines += ["|---|---|---|" + "---|" * len(tools)]
        for (work, delay, phase), group in groups.items():
            own = seconds(group.get("provision", []))
            cells = [show(group.get(tool, []), own) if show else costs(group.get(tool, [])) for tool in tools]
            lines.append(f"| {work} | {delay} ms | {phase} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def expressions(rounds):
    """Templates alone: the median of each, and how many times as long Jinja2 takes."""
    if not rounds:
        return ""
    texts = (Path(__file__).parent / "expressions.txt").read_text().splitlines()
    lines = ["## Microseconds an expression", "", "| expression | provision | jinja2 |", "|---|---|---|"]
    for index, text in enumerate(texts):
        own, theirs = (median(found[name][index] for found in rounds) for name in ("provision", "jinja2"))
        text = text.replace("|", "\\|")
        lines.append(f"| `{text}` | {own:.2f} | {theirs:.2f}, ×{theirs / own:.1f} |")
    return "\n".join([*lines, ""])


def plot(groups):
    """Bars on a logarithmic scale: a row for each piece of work that several tools did, a bar for each tool."""
    from math import log10

    bars = []
    for (work, delay, phase), group in groups.items():
        found = [(tool, seconds(group[tool])) for tool in TOOLS if tool in group]
        found = [(tool, value) for tool, value in found if value]
        if len(found) > 1:
            bars.append((f"{work}, {phase}" + (f", {delay} ms" if delay else ""), found))
    left, width, thick, y = 300, 560, 11, 40
    low, high = -2, 3
    x = lambda value: left + width * (min(max(log10(value), low), high) - low) / (high - low)
    body = []
    for label, found in bars:
        middle = y + len(found) * thick / 2 + 4
        body.append(f'<text x="{left - 8}" y="{middle:.0f}" text-anchor="end">{label}</text>')
        for tool, value in found:
            length = max(x(value) - left, 1)
            body.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{thick - 2}" fill="{COLOURS[tool]}"/>')
            body.append(f'<text x="{left + length + 4:.1f}" y="{y + thick - 2}" class="value">{short(value)}</text>')
            y += thick
        y += 8
    axis = []
    for power in range(low, high + 1):
        at = x(10**power)
        axis.append(f'<line x1="{at}" y1="30" x2="{at}" y2="{y}" stroke="#ddd"/>')
        axis.append(f'<text x="{at}" y="24" text-anchor="middle">{10.0**power:g} s</text>')
    legend = []
    for index, tool in enumerate(TOOLS):
        at = left + index * 110
        legend.append(f'<rect x="{at}" y="{y + 8}" width="10" height="10" fill="{COLOURS[tool]}"/>')
        legend.append(f'<text x="{at + 15}" y="{y + 17}">{tool}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 {y + 30}" font-family="sans-serif" font-size="11">'
    style = "<style>.value{font-size:9px;fill:#555}</style>"
    background = f'<rect width="920" height="{y + 30}" fill="white"/>'
    return "\n".join([head, style, background, *axis, *body, *legend, "</svg>", ""])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
