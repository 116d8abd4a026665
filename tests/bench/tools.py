"""The programs that are measured: how each is installed, configured and started."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def environment(home: Path) -> dict:
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


def install(cache: Path, name: str) -> Path:
    """A virtual environment with what the tool needs, made once."""
    wanted = (HERE / f"requirements-{name}.txt").read_text()
    directory = cache / name
    if not (directory / "wanted").exists() or (directory / "wanted").read_text() != wanted:
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", directory], check=True)
        subprocess.run([directory / "bin/pip", "install", "--quiet", *wanted.split()], check=True)
        (directory / "wanted").write_text(wanted)
    return directory


class Tool:
    """A program, and the files that it reads beside the project."""

    def __init__(self, cache: Path):
        self.cache = cache

    def prepare(self, hosts, key: str, known: str, directory: Path):
        """Writes the inventory: hosts are names with a port on this machine."""
        common = {
            "ansible_host": "127.0.0.1", "ansible_user": "root", "ansible_ssh_private_key_file": key,
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={known}",
            "ansible_python_interpreter": "/usr/bin/python3",
        }
        inventory = {"all": {"vars": common, "hosts": {name: {"ansible_port": port} for name, port in hosts}}}
        (directory / "hosts.yml").write_text(json.dumps(inventory))


class Provision(Tool):
    name = "provision"

    def command(self, directory: Path, home: Path, hosts: int):
        return [str(binary("provision")), "site.yml", "-i", "hosts.yml", "--output", "plain"], environment(home)


class Ansible(Tool):
    name = "ansible"
    more = {}

    def command(self, directory: Path, home: Path, hosts: int):
        venv = install(self.cache, "ansible")
        settings = {
            "ANSIBLE_PIPELINING": "1", "ANSIBLE_FORKS": str(hosts), "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(home / "cp"), "ANSIBLE_LOCAL_TEMP": str(home / "tmp"),
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
        }
        return [str(venv / "bin/ansible-playbook"), "site.yml", "-i", "hosts.yml"], environment(home) | settings | self.own(venv)

    def own(self, venv: Path) -> dict:
        return {}


class Mitogen(Ansible):
    name = "mitogen"

    def own(self, venv: Path) -> dict:
        plugins = next(venv.glob("lib/python3*/site-packages/ansible_mitogen/plugins/strategy"))
        return {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(plugins)}


class Pyinfra(Tool):
    name = "pyinfra"

    def prepare(self, hosts, key: str, known: str, directory: Path):
        common = {
            "ssh_hostname": "127.0.0.1", "ssh_user": "root", "ssh_key": key, "ssh_known_hosts_file": known,
            "ssh_strict_host_key_checking": "yes",
        }
        listed = [(name, common | {"ssh_port": port}) for name, port in hosts]
        (directory / "inventory.py").write_text(f"hosts = {listed!r}\n")

    def command(self, directory: Path, home: Path, hosts: int):
        venv = install(self.cache, "pyinfra")
        words = [str(venv / "bin/pyinfra"), "-y", "--parallel", str(hosts), "inventory.py", "deploy.py"]
        return words, environment(home)


class Handshakes(Tool):
    """No tool: what logging in to all hosts costs by itself, with the library that provision uses."""

    name = "handshakes"

    def prepare(self, hosts, key: str, known: str, directory: Path):
        self.words = [key, *(f"127.0.0.1:{port}" for _, port in hosts)]

    def command(self, directory: Path, home: Path, hosts: int):
        return [str(binary("examples/handshakes")), *self.words], environment(home)


def binary(name: str) -> Path:
    built = os.environ.get("BENCH_BIN", str(ROOT / "target"))
    found = [Path(built) / name, *Path(built).glob(f"*-linux-*/release/{name}"), Path(built) / "release" / name]
    return next(path for path in found if path.is_file())


ALL = {tool.name: tool for tool in (Provision, Ansible, Mitogen, Pyinfra, Handshakes)}
