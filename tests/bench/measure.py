"""One run of a program: how long it takes, what it costs here, and what goes over the wire."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Measured:
    seconds: float
    # Of the program and all that it started and waited for.
    cpu: float
    # Of the largest single process, in MiB.
    memory: float
    sent: int
    received: int
    # What went wrong; nothing for a run that did well.
    failure: str = ""


class Distance:
    """A proxy in front of each host, which holds every byte back; see delay.rs."""

    def __init__(self, program, milliseconds, addresses):
        self.process = subprocess.Popen(
            [program, str(milliseconds), *addresses], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.ports = [int(self.process.stdout.readline()) for _ in addresses]
        self.process.stdout.readline()

    def close(self):
        """Ends it; gives the bytes sent and received."""
        sent, received, _ = self.process.communicate("")[0].split()
        return int(sent), int(received)


def run(command, directory, environment, limit):
    """Runs a program that must succeed, within so many seconds; bytes are filled in by the caller."""
    log, costs = os.path.join(directory, "run.log"), os.path.join(directory, "run.costs")
    # What `time` starts is a child of a small process: a child of this one would be said to be as large as this one was.
    words = ["/usr/bin/time", "-q", "-o", costs, "-f", "%U %S %M", *command]
    failure = ""
    start = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            words, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )
        # `wait` with a limit looks twenty times a second; that is too seldom.
        while process.poll() is None:
            if not failure and time.monotonic() - start > limit:
                failure = f"not done after {limit} s"
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.002)
    seconds = time.monotonic() - start
    if process.returncode != 0 and not failure:
        with open(log, errors="replace") as said:
            failure = f"exit code {process.returncode}: {said.read()[-2000:]}"
    user, system, kibibytes = found(costs)
    return Measured(seconds, user + system, kibibytes / 1024, 0, 0, failure)


def first_byte(server, command, directory, environment):
    """From the start of a program to the first byte that it sends to this listener; then it is ended."""
    server.settimeout(60)
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    with server.accept()[0] as connection:
        connection.recv(1)
        seconds = time.monotonic() - start
    process.kill()
    process.wait()
    return Measured(seconds, 0.0, 0.0, 0, 0)


def found(costs):
    """What `time` wrote: seconds of the program and of the system, and the largest process."""
    try:
        with open(costs) as written:
            words = written.read().split()
    except FileNotFoundError:
        words = []
    return [float(word) for word in words[-3:]] if words else [0.0, 0.0, 0.0]
