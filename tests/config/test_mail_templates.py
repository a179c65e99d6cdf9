"""Mail templates are tried by `netwatch check`, so that no mail has to fail first."""

from __future__ import annotations

from pathlib import Path

from netwatch.config import check, load_settings

CONFIG = """
credentials: {campus: {version: 2c, community: "${env:HOME}"}}
defaults: {credential: campus}
devices: [{name: sw1, address: 192.0.2.1}]
route: {receiver: noc}
receivers:
  - name: noc
    email:
      to: [noc@example.net]
      templates: {subject: subject.j2, text: words/mail.j2}
smtp: {from: a@example.net, relays: [{host: mail.example.net}]}
"""


def written(folder: Path, subject: str, text: str) -> Path:
    (folder / "words").mkdir()
    (folder / "subject.j2").write_text(subject)
    (folder / "words" / "mail.j2").write_text(text)
    (folder / "netwatch.yaml").write_text(CONFIG)
    return folder / "netwatch.yaml"


def test_templates_that_work_are_no_problem_and_their_paths_start_where_the_file_is(tmp_path):
    file = written(tmp_path, "[{{ headline }}] {{ subject }}", "{{ lead }}")

    assert [str(one) for one in check(file) if "j2" in one.file] == []
    templates = load_settings(file).receivers[0].email.templates
    assert (templates.subject, templates.html) == (str(tmp_path / "subject.j2"), None)


def test_a_template_that_does_not_work_is_named_with_its_line(tmp_path):
    file = written(tmp_path, "{{ word }} {{ subject }}", "{{ lead }}\n{{ sbject }}")

    assert [str(one) for one in check(file) if "j2" in one.file] == [
        f"{tmp_path}/subject.j2:1:1: warning: mails of one incident get different subjects outside [brackets]: "
        "mail programs will not keep them together",
        f"{tmp_path}/words/mail.j2:2:1: nothing is called sbject here; did you mean subject?",
    ]


def test_a_template_that_is_not_there_is_a_problem_of_the_configuration(tmp_path):
    file = written(tmp_path, "[{{ headline }}] {{ subject }}", "x")
    (tmp_path / "words" / "mail.j2").unlink()

    (problem,) = [one for one in check(file) if "mail.j2" in str(one)]

    assert "receivers[0].email.templates.text: no such file or directory" in str(problem)
