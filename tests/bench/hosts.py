"""The hosts of the lab that everything is measured on."""

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = HERE.parent / "lab" / "lab"
CACHE = Path(os.environ.get("PROVISION_LAB_DIR", "/var/cache/provision-lab"))
KEY = str(CACHE / "keys/id_ed25519")


def lab(*words) -> str:
    return subprocess.run([LAB, *words], check=True, capture_output=True, text=True).stdout


class One:
    """A host with systemd, and what the lab's options add to it."""

    def __init__(self, name: str, *options):
        self.name = name
        self.addresses = [lab("up", name, *options).split()[1] + ":22"]

    def keys(self):
        """The type and key of each host."""
        lines = [line.split() for line in lab("known-hosts", self.name).splitlines() if "ssh-ed25519" in line]
        return [" ".join(lines[0][1:3])]

    def sh(self, command: str) -> str:
        return lab("exec", self.name, command)

    def close(self):
        lab("down", self.name)


class Fleet:
    """Many light hosts: each its own tree, processes and sshd on a port of the loopback interface; no systemd."""

    def __init__(self, count: int, first_port=23000):
        self.addresses = [f"127.0.0.1:{first_port + n}" for n in range(count)]
        self.process = subprocess.Popen(
            [HERE / "fleet.sh", str(count), str(first_port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.key = self.process.stdout.readline().strip()
        assert self.process.stdout.readline().strip() == "ready"

    def keys(self):
        return [self.key] * len(self.addresses)

    def sh(self, command: str) -> str:
        """On all hosts at once; what the last one prints."""
        running = [self.ssh(address, command) for address in self.addresses]
        return [process.communicate()[0] for process in running][-1]

    def ssh(self, address: str, command: str):
        host, port = address.split(":")
        options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
        words = ["ssh", "-i", KEY, "-p", port, *options, f"root@{host}", command]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.communicate("")
