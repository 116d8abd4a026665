"""What is measured: each piece of work as a playbook, as a deploy of pyinfra, and as the files that it must leave."""

import json
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

ROOT = "/srv/bench"

OURS = ("provision",)
ALL = (*OURS, "pyinfra", "mitogen", "ansible")


@dataclass
class Work:
    name: str
    tasks: str
    deploy: str
    # What must be on the host afterwards: content by path. All files have mode 0644.
    left: dict = field(default_factory=dict)
    # Files of the project, by path.
    project: dict = field(default_factory=dict)
    # How many tasks or items there are.
    size: int = 0
    # Whether a second run is measured as well.
    again: bool = True
    # Who can do it.
    tools: tuple = ALL

    def write(self, directory: Path):
        """Writes the project: site.yml for those who read Ansible, deploy.py for pyinfra."""
        tasks = textwrap.indent(self.tasks.strip("\n"), "    ")
        play = f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}\n"
        imports = "from io import StringIO\nfrom pyinfra import host\nfrom pyinfra.facts.files import File\n"
        imports += "from pyinfra.operations import files, server\n\n"
        all_files = {"site.yml": play, "deploy.py": imports + self.deploy, **self.project}
        for path, content in all_files.items():
            file = directory / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())


def text(number: int) -> str:
    return f"# file {number}\n" + "".join(f"setting_{line} = {number * line}\n" for line in range(20))


# The same with and without `trim_blocks`.
TEMPLATE = """# {{ number }}
{% for line in range(20) -%}
setting_{{ line }} = {{ (number | int) * line }}
{% endfor -%}
"""


def rendered(number: int) -> str:
    return f"# {number}\n" + "".join(f"setting_{line} = {number * line}\n" for line in range(20))


BASE = f"- file: {{path: {ROOT}, state: directory, mode: '0755'}}\n"
BASE_DEPLOY = f"files.directory('{ROOT}', mode='755')\n"


def many(count=50) -> Work:
    """A role of six kinds of tasks, `count` of each."""
    tasks, deploy, left, project = [], [BASE_DEPLOY], {}, {}
    for n in range(count):
        at = f"{ROOT}/{n}"
        tasks += [
            f"- name: directory {n}\n  file: {{path: {at}, state: directory, mode: '0755'}}",
            f"- name: copy {n}\n  copy: {{src: file-{n}, dest: {at}/copied, mode: '0644'}}",
            f"- name: template {n}\n  template: {{src: one.j2, dest: {at}/rendered, mode: '0644'}}\n  vars: {{number: {n}}}",
            f"- name: line {n}\n  lineinfile: {{path: {at}/lines, line: 'line {n}', create: true, mode: '0644'}}",
            f"- name: command {n}\n  command: touch {at}/made\n  args: {{creates: {at}/made}}",
            f"- name: look {n}\n  stat: {{path: {at}/copied}}",
        ]
        deploy += [
            f"files.directory('{at}', mode='755')\n",
            f"files.put('roles/many/files/file-{n}', '{at}/copied', mode='644')\n",
            f"files.template('roles/many/templates/one.j2', '{at}/rendered', mode='644', number={n})\n",
            f"files.line('{at}/lines', 'line {n}')\n",
            f"server.shell('test -e {at}/made || touch {at}/made')\n",
            f"host.get_fact(File, '{at}/copied')\n",
        ]
        project[f"roles/many/files/file-{n}"] = text(n)
        left |= {f"{at}/copied": text(n), f"{at}/rendered": rendered(n), f"{at}/lines": f"line {n}\n", f"{at}/made": ""}
    project["roles/many/templates/one.j2"] = TEMPLATE
    project["roles/many/tasks/main.yml"] = BASE + "\n".join(tasks) + "\n"
    return Work(
        name=f"role of {count * 6} tasks",
        tasks="- import_role: {name: many}",
        deploy="".join(deploy),
        left=left,
        project=project,
        size=count * 6,
    )


def contact(hosts=1) -> Work:
    """The first run on hosts: what stays there for later ones is sent in it."""
    return Work(
        name="first contact" if hosts == 1 else f"first contact, {hosts} hosts",
        tasks="- command: 'true'\n  changed_when: false",
        deploy="server.shell('true')\n",
        size=1,
        again=False,
    )


def commands(count=100) -> Work:
    return Work(
        name=f"loop of {count} commands",
        tasks=f"- command: 'true'\n  changed_when: false\n  loop: \"{{{{ range({count}) | list }}}}\"",
        deploy=f"for n in range({count}):\n    server.shell('true')\n",
        size=count,
        again=False,
    )


def copies(count=100) -> Work:
    return Work(
        name=f"{count} copies",
        tasks=BASE
        + f"- copy: {{src: 'file-{{{{ item }}}}', dest: '{ROOT}/{{{{ item }}}}', mode: '0644'}}\n"
        + f"  loop: \"{{{{ range({count}) | list }}}}\"",
        deploy=BASE_DEPLOY
        + f"for n in range({count}):\n    files.put(f'files/file-{{n}}', f'{ROOT}/{{n}}', mode='644')\n",
        left={f"{ROOT}/{n}": text(n) for n in range(count)},
        project={f"files/file-{n}": text(n) for n in range(count)},
        size=count,
    )


def templates(count=100) -> Work:
    return Work(
        name=f"{count} templates",
        tasks=BASE
        + f"- template: {{src: one.j2, dest: '{ROOT}/{{{{ number }}}}', mode: '0644'}}\n"
        + f"  loop: \"{{{{ range({count}) | list }}}}\"\n  loop_control: {{loop_var: number}}",
        deploy=BASE_DEPLOY
        + f"for n in range({count}):\n"
        + f"    files.template('templates/one.j2', f'{ROOT}/{{n}}', mode='644', number=n)\n",
        left={f"{ROOT}/{n}": rendered(n) for n in range(count)},
        project={"templates/one.j2": TEMPLATE},
        size=count,
    )


def empty(count=1000) -> Work:
    return Work(
        name=f"{count} empty files",
        tasks=BASE
        + f"- copy: {{content: '', dest: '{ROOT}/{{{{ item }}}}', mode: '0644'}}\n"
        + f"  loop: \"{{{{ range({count}) | list }}}}\"",
        deploy=BASE_DEPLOY + f"for n in range({count}):\n    files.file(f'{ROOT}/{{n}}', mode='644')\n",
        left={f"{ROOT}/{n}": "" for n in range(count)},
        size=count,
    )


def large(mebibytes: int) -> Work:
    block = bytes((n * n * 7 + n) % 251 for n in range(1 << 20))
    content = b"".join(n.to_bytes(4, "big") + block[4:] for n in range(mebibytes))
    return Work(
        name=f"a file of {mebibytes} MiB",
        tasks=BASE + f"- copy: {{src: large, dest: {ROOT}/large, mode: '0644'}}",
        deploy=BASE_DEPLOY + f"files.put('files/large', '{ROOT}/large', mode='644')\n",
        left={f"{ROOT}/large": content},
        project={"files/large": content},
        size=1,
    )


def four(hosts: int) -> Work:
    """The four operations of pyinfra's own performance suite."""
    return Work(
        name=f"{hosts} hosts" if hosts > 1 else "1 host",
        tasks=textwrap.dedent("""
            - user: {name: bench, home: /home/bench, shell: /bin/bash}
            - file: {path: /var/log/bench.log, state: touch, owner: bench, mode: '0777'}
            - copy: {src: one, dest: /home/bench/one, owner: bench, mode: '0644'}
            - shell: echo "hi!"
        """),
        deploy=textwrap.dedent("""
            server.user('bench', home='/home/bench', shell='/bin/bash')
            files.file('/var/log/bench.log', user='bench', mode='777', touch=True)
            files.put('files/one', '/home/bench/one', user='bench', mode='644')
            server.shell('echo "hi!"')
        """),
        left={"/home/bench/one": text(1)},
        project={"files/one": text(1)},
        size=4 * hosts,
    )


def handshakes(hosts: int) -> Work:
    """Nothing, on the same hosts: the row of a fleet says what of the time is logging in."""
    return Work(name=four(hosts).name, tasks="", deploy="", size=hosts, again=False, tools=("handshakes",))


def matrix() -> Work:
    """The project of this repository, for any host: a Matrix server, each of whose components answers at the end of a run."""
    top = Path(__file__).resolve().parents[2]
    files = [top / "site.yml", *(path for name in ("roles", "templates", "group_vars") for path in (top / name).rglob("*"))]
    project = {str(path.relative_to(top)): path.read_bytes() for path in files if path.is_file()}
    project = {path.replace("group_vars/matrix_servers", "group_vars/all"): content for path, content in project.items()}
    project["site.yml"] = project["site.yml"].replace(b"hosts: matrix_servers", b"hosts: all")
    project["host_vars/host0.yml"] = (top / "tests/roles/lab_vars.yml").read_bytes()
    return Work(name="Matrix server", tasks="", deploy="", project=project, size=1, tools=OURS)


EMPTY_HOST = f"rm -rf {ROOT} /home/bench /var/log/bench.log; userdel bench 2>/dev/null; true"


def difference(work: Work, listing: str) -> str:
    """What of the work is not as it must be; `listing` is what LOOK prints for the same files."""
    import hashlib

    found = {}
    for line in listing.splitlines():
        digest, mode, path = line.split(" ", 2)
        found[path] = (digest, mode)
    for path, content in work.left.items():
        content = content if isinstance(content, bytes) else content.encode()
        wanted = (hashlib.sha256(content).hexdigest(), "644")
        if found.get(path) != wanted:
            return f"{path} is {found.get(path)}, not {json.dumps(wanted)}"
    return ""


LOOK = f"""for f in $(find {ROOT} /home/bench/one -type f 2>/dev/null); do
echo "$(sha256sum <"$f" | cut -d' ' -f1) $(stat -c %a "$f") $f"; done"""
