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
    log = os.path.join(directory, "run.log")
    start = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )
        timer = time.monotonic() + limit
        usage, status, failure = None, None, ""
        while usage is None:
            pid, status, found = os.wait4(process.pid, os.WNOHANG)
            if pid:
                usage = found
            elif time.monotonic() > timer:
                failure = f"not done after {limit} s"
                os.killpg(process.pid, signal.SIGKILL)
                timer = float("inf")
            else:
                time.sleep(0.002)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 and not failure:
        with open(log, errors="replace") as said:
            failure = f"exit code {process.returncode}: {said.read()[-2000:]}"
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, 0, 0, failure)
