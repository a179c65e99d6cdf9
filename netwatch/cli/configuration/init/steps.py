"""What to do next, in the words that `netwatch init` ends with.

A quiet room. May import: the files of this folder. Called by: netwatch.cli.configuration.init.command.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from netwatch.cli.configuration.init.answers import Answers
from netwatch.cli.configuration.init.writing import ENVIRONMENT
from netwatch.cli.places import DEFAULT_CONFIG


def next_steps(config: Path, answers: Answers, *, as_service: bool, keep: bool) -> str:
    """Return the commands that come next: look around, run, run as a service; `keep`: as this one was called."""
    return _of_service(config) if as_service else _of_trial(config, answers, keep)


def _of_trial(config: Path, answers: Answers, keep: bool) -> str:
    file = shlex.quote(str(config))
    relay = answers.relay
    host = f"[{relay.host}]" if ":" in relay.host else relay.host
    login = f"{relay.username}@" if relay.username else ""
    again = {
        "device": _target(answers), "user": answers.login.user, "to": answers.to,
        "relay": f"{login}{host}:{relay.port}", "from": answers.sender, "tls": relay.tls, "listen": answers.listen,
        "url": answers.url,
    }  # fmt: skip
    said = [*again.items(), *(("range", one) for one in answers.ranges)]
    options = " ".join(f"--{name} {shlex.quote(text)}" for name, text in said if text) + (" --keep" if keep else "")
    return f"""
Next:
  netwatch discover -c {file}{"" if answers.ranges else " 192.0.2.0/24"} --write    # find more devices and add them
  netwatch run -c {file}                 # watch; the page is {answers.url}
  export NETWATCH_CONFIG={shlex.quote(str(config.absolute()))}   # with this no command needs -c

As a service, as root, where NetWatch and its folder systemd/ are (passwords are asked for again):
  netwatch init -c {DEFAULT_CONFIG} {options}"""


def _of_service(config: Path) -> str:
    environment = config.parent / ENVIRONMENT
    file = shlex.quote(str(config))
    return f"""
Next, as root, in the folder NetWatch came in:
  (set -a && . {environment} && netwatch discover -c {file} --write)   # find more devices and add them
  python3 -m venv /opt/netwatch && /opt/netwatch/bin/pip install -q .  # where it is not there yet
  install -m 644 systemd/netwatch.service systemd/netwatch.socket /etc/systemd/system/
  systemctl daemon-reload && systemctl enable --now netwatch.service
  systemctl status netwatch                                            # and the page says how it is
The secrets stand in {environment}, which systemd reads as root."""


def _target(answers: Answers) -> str:
    address, port = answers.target.address, answers.target.port
    bare = f"[{address}]" if ":" in address and port != 161 else address
    return bare if port == 161 else f"{bare}:{port}"
