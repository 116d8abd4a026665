#!/usr/bin/env python3
"""Measures provision beside Ansible, Mitogen and pyinfra. See README.md; `run.py --help` lists the options."""

import argparse
import itertools
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import hosts
import measure
import report
import tools
import work

HERE = Path(__file__).resolve().parent

WORKS = {
    "many": [work.many],
    "loop": [work.commands],
    "copies": [work.copies],
    "templates": [work.templates],
    "empty": [work.empty],
    "large": [lambda: work.large(32), lambda: work.large(320)],
}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default 3)")
    parser.add_argument("--works", default=",".join(WORKS), help=f"of {', '.join(WORKS)} (default all)")
    parser.add_argument("--no-matrix", action="store_true", help="leaves out the Matrix server")
    parser.add_argument("--no-expressions", action="store_true", help="leaves out templates alone")
    parser.add_argument("--tools", default=",".join(work.ALL), help=f"of {', '.join(work.ALL)} (default all)")
    parser.add_argument("--delays", default="0,25,100", help="round trips in milliseconds (default 0,25,100)")
    parser.add_argument("--fleets", default="1,10,50,100,200", help="sizes of fleets; empty for none")
    parser.add_argument("--limit", type=int, default=900, help="seconds after which a run is given up (default 900)")
    parser.add_argument("--once", type=int, default=60, help="what took so many seconds is not done in other rounds (default 60)")
    parser.add_argument("--more", action="store_true", help="adds to the results that are there")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="where results.json, .md and .svg go")
    return parser.parse_args()


class Bench:
    def __init__(self, asked):
        self.asked = asked
        self.cache = hosts.CACHE / "bench"
        self.tools = [tools.ALL[name](self.cache) for name in [*asked.tools.split(","), "handshakes"]]
        self.about = machine()
        self.rows = []
        self.expressions = []
        if asked.more:
            before = json.loads((asked.out / "results.json").read_text())
            self.rows, self.expressions = before["rows"], before["expressions"]

    def templates_alone(self):
        """Microseconds an expression, by us and by Jinja2, in turn."""
        python = tools.install(self.cache, "ansible") / "bin/python"
        commands = {
            "provision": [str(tools.binary("examples/expressions"))],
            "jinja2": [str(python), str(HERE / "expressions.py")],
        }
        for _ in range(self.asked.rounds):
            found = {name: subprocess.run(words, check=True, capture_output=True) for name, words in commands.items()}
            self.expressions.append({name: json.loads(done.stdout) for name, done in found.items()})
        self.write()

    def matrix(self, delays):
        """A Matrix server is set up once; then nothing changes."""
        place = hosts.One("bench-matrix", "--preload")
        try:
            for tool in self.those_for(work.matrix()):
                self.one(tool, work.matrix(), place, 0, 0, "first")
                for delay, round in itertools.product(delays, range(self.asked.rounds)):
                    self.one(tool, work.matrix(), place, delay, round, "again")
                for round in range(self.asked.rounds):
                    self.first_byte(tool, work.matrix(), place, round)
        finally:
            place.close()

    def first_byte(self, tool, piece, place, round):
        """How long a program is busy with the project before it says anything to a host."""
        with tempfile.TemporaryDirectory(prefix="bench-") as directory, socket.create_server(("127.0.0.1", 0)) as server:
            project = Path(directory) / "project"
            piece.write(project)
            tool.prepare([("host0", server.getsockname()[1])], hosts.KEY, "/dev/null", project)
            command, environment = tool.command(project, Path(directory), 1)
            found = measure.first_byte(server, command, str(project), environment)
        self.keep(tool, piece, place, 0, round, "to the first byte", found)

    def those_for(self, piece):
        return [tool for tool in self.tools if tool.name in piece.tools]

    def measure(self, piece, place, delay):
        """Every tool in turn, and again in the next round."""
        for round in range(self.asked.rounds):
            for tool in self.those_for(piece):
                if self.is_hopeless(tool, piece, delay) or self.is_enough(tool, piece, delay):
                    continue
                place.sh(work.EMPTY_HOST)
                if not self.one(tool, piece, place, delay, round, "first"):
                    continue
                if piece.again:
                    self.one(tool, piece, place, delay, round, "again")

    def meet(self, place):
        """Agents, modules and caches that stay on a host are there before anything else is measured."""
        contact = work.contact(len(place.addresses))
        for tool in self.those_for(contact):
            self.one(tool, contact, place, 0, 0, "first")

    def is_hopeless(self, tool, piece, delay):
        """What was given up once is not tried with a longer way or another time."""
        rows = [row for row in self.rows if (row["tool"], row["work"]) == (tool.name, piece.name)]
        return any("not done after" in row["failure"] and row["delay"] <= delay for row in rows)

    def is_enough(self, tool, piece, delay):
        """What takes long varies little."""
        rows = [row for row in self.rows if (row["tool"], row["work"], row["delay"]) == (tool.name, piece.name, delay)]
        return any(row["seconds"] > self.asked.once for row in rows)

    def one(self, tool, piece, place, delay, round, phase):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            directory = Path(directory)
            piece.write(directory / "project")
            home = directory / "home"
            home.mkdir()
            distance = measure.Distance(str(tools.binary("examples/delay")), delay, place.addresses)
            known = home / "known_hosts"
            keys = zip(distance.ports, place.keys())
            known.write_text("".join(f"[127.0.0.1]:{port} {key}\n" for port, key in keys))
            named = [(f"host{n}", port) for n, port in enumerate(distance.ports)]
            tool.prepare(named, hosts.KEY, str(known), directory / "project")
            command, environment = tool.command(directory / "project", home, len(named))
            found = measure.run(command, str(directory / "project"), environment, self.asked.limit)
            found.sent, found.received = distance.close()
        if not found.failure:
            found.failure = work.difference(piece, place.sh(work.LOOK))
        self.keep(tool, piece, place, delay, round, phase, found)
        return not found.failure

    def keep(self, tool, piece, place, delay, round, phase, found):
        row = {"tool": tool.name, "work": piece.name, "hosts": len(place.addresses), "size": piece.size}
        row |= {"delay": delay, "round": round, "phase": phase} | vars(found)
        self.rows.append(row)
        said = f"{found.seconds:8.2f} s  {found.cpu:7.2f} s CPU  {found.memory:6.0f} MiB"
        said += f"  {found.failure.splitlines()[0][:200]}" if found.failure else ""
        self.write()
        print(f"{piece.name:24} {delay:4} ms  {phase:17}  {tool.name:10} {said}", flush=True)


    def write(self):
        """After every run, so that nothing is lost when it is cut off."""
        self.asked.out.mkdir(parents=True, exist_ok=True)
        about = self.about | {"load after": round(os.getloadavg()[0], 1)}
        results = {"machine": about, "rows": self.rows, "expressions": self.expressions}
        (self.asked.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        report.write(self.asked.out)


def machine():
    """What the figures were measured on."""
    model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    memory = int(open("/proc/meminfo").readline().split()[1]) // (1 << 20)
    return {
        "processor": model, "cores": os.cpu_count(), "memory": f"{memory} GiB", "kernel": platform.release(),
        "load before": round(os.getloadavg()[0], 1),
        "provision": subprocess.run([tools.binary("provision"), "--version"], capture_output=True, text=True).stdout.split("\n")[0],
        "others": " ".join((HERE / f"requirements-{name}.txt").read_text().replace("\n", " ") for name in ("ansible", "pyinfra")).strip(),
        "python": platform.python_version(),
    }


def main():
    asked = options()
    if not Path("/usr/bin/time").exists():
        subprocess.run(["apt-get", "-qq", "install", "-y", "time"], check=True, stdout=subprocess.DEVNULL)
    bench = Bench(asked)
    delays = [int(delay) for delay in asked.delays.split(",")]
    if not asked.no_expressions:
        bench.templates_alone()
    if not asked.no_matrix:
        bench.matrix(delays)
    if asked.works:
        place = hosts.One("bench", "--python")
        try:
            bench.meet(place)
            for make in [make for name in asked.works.split(",") for make in WORKS[name]]:
                for delay in delays:
                    bench.measure(make(), place, delay)
        finally:
            place.close()
    for count in [int(count) for count in asked.fleets.split(",") if count]:
        place = hosts.Fleet(count)
        try:
            bench.meet(place)
            bench.measure(work.four(count), place, 0)
            bench.measure(work.handshakes(count), place, 0)
        finally:
            place.close()
    return 1 if any(row["failure"] and "not done" not in row["failure"] for row in bench.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
