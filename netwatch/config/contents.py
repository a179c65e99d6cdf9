"""What is wrong in the files a configuration leads to: profiles, rules and mail templates.

May import: netwatch.profiles, netwatch.rules, netwatch.notify, netwatch.model. Called by: loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwatch.config.names import did_you_mean
from netwatch.config.settings import Settings
from netwatch.config.tree import EACH, texts
from netwatch.mib import load_index
from netwatch.model import InvalidFile, Problem, YamlFile
from netwatch.notify import PARTS, template_problems
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book


def content_problems(file: YamlFile, tree: Any, settings: Settings) -> Iterator[Problem]:
    """Yield every problem in profiles, rules and mail templates, and devices whose `profile` there is not.

    A path that leads nowhere is a problem of the configuration file and was told as such.
    """
    names = load_index(settings.mib_paths())
    library = load_library([path for path in settings.profile_paths() if path.exists()], names.oid_of)
    yield from library.problems
    for path, name in texts(tree, "devices", EACH, "profile"):
        if name not in library.names():
            yield file.problem(path, f"there is no profile {name!r}" + did_you_mean(name, library.names()))
    try:
        paths = [path for path in settings.rule_paths() if path.exists()]
        yield from load_rule_book(paths, library.schema(), names).warnings
    except InvalidFile as exc:
        yield from exc.problems
    for part in PARTS:
        for _, text in texts(tree, "receivers", EACH, "email", "templates", part):
            if (template := settings.base / text).is_file():
                yield from template_problems(template, part)
