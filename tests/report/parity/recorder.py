"""An Ansible callback that writes down the events of a run, one JSON object a line, in the shape of the test's tape."""
import json
import os
import re

from ansible._internal._datatag._tags import Origin
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: writes down events
description: [writes down events]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.file = open(os.environ["RECORD_TO"], "w")
        self.numbers = {}
        self.handlers = set()
        self.included = set()

    def write(self, **event):
        self.file.write(json.dumps(event, default=str) + "\n")
        self.file.flush()

    def task(self, task):
        number = self.numbers.setdefault(task._uuid, len(self.numbers))
        file, line = task.get_path().rsplit(":", 1)
        origin = Origin.get_tag(task.get_ds())
        action = task.action
        role = task._role.get_name() if task._role else None
        if task._uuid in self.handlers:
            kind = "handler"
        elif action.startswith("include_"):
            kind = "include"
        else:
            kind = "task"
        name = task.name or task.get_name().split(" : ")[-1]
        if not task.name and action == "include_role":
            name, role = task.get_name(), None
        return dict(number=number, kind=kind, name=name, action=action, role=role, file=file, line=int(line),
                    column=origin.col_num if origin else 1)

    def result(self, status, result, ignored=False):
        data = dict(result.result)
        place = None
        summary = getattr(result, "exception", None)
        if summary is not None and summary.event.chain is not None:
            context = summary.event.chain.event.formatted_source_context or ""
            found = re.search(r"Origin: .*?:(\d+):(\d+)", context)
            place = [int(found[1]), int(found[2])] if found else None
        return dict(
            status=status,
            ignored=ignored,
            data=json.loads(json.dumps(data, default=str)),
            place=place,
            delegated_to=result.task.delegate_to,
        )

    def v2_playbook_on_play_start(self, play):
        hosts = [host.name for host in play.get_variable_manager()._inventory.get_hosts(play.hosts)]
        self.write(event="play", name=play.get_name(), hosts=hosts, lockstep=play.strategy == "linear")

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.write(event="task", task=self.task(task))

    def v2_playbook_on_handler_task_start(self, task):
        self.handlers.add(task._uuid)
        self.write(event="task", task=self.task(task))

    def done(self, status, result, ignored=False):
        if status == "ok" and result.result.get("changed"):
            status = "changed"
        if status == "failed" and not ignored and self.is_rescued(result.task):
            status = "rescued"
        self.write(event="done", host=result.host.name, task=self.task(result.task), looped=bool(result.task.loop),
                   result=self.result(status, result, ignored))

    def is_rescued(self, task):
        parent = task._parent
        return getattr(parent, "rescue", None) and any(task._uuid == one._uuid for one in parent.block)

    def item(self, status, result):
        if status == "ok" and result.result.get("changed"):
            status = "changed"
        self.write(event="item", host=result.host.name, task=self.task(result.task),
                   label=str(self._get_item_label(result.result)), result=self.result(status, result))

    def v2_runner_on_ok(self, result):
        self.done("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.done("failed", result, ignore_errors)

    def v2_runner_on_skipped(self, result):
        self.done("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self.done("unreachable", result, bool(result.task.ignore_unreachable))

    def v2_runner_item_on_ok(self, result):
        self.item("ok", result)

    def v2_runner_item_on_failed(self, result):
        self.item("failed", result)

    def v2_runner_item_on_skipped(self, result):
        self.item("skipped", result)

    def v2_runner_retry(self, result):
        left = result.result["retries"] - result.result["attempts"]
        self.write(event="retry", host=result.host.name, task=self.task(result.task), left=left,
                   result=self.result("failed", result))

    def v2_playbook_on_include(self, included):
        label = self._get_item_label(included._vars)
        for host in included._hosts:
            self.write(event="included", host=host.name, task=self.task(included._task), file=included._filename,
                       label=None if label is None else str(label))

    def v2_playbook_on_notify(self, handler, host):
        self.write(event="notified", host=str(host), handler=handler.get_name())

    def v2_playbook_on_stats(self, stats):
        for name, data in stats.custom.items():
            self.write(event="stats", host=None if name == "_run" else name, data=data)
