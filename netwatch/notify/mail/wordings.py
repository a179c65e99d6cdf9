"""Mail templates that operators write: Jinja2 in a sandbox, tried on sample mails before they are used.

A template sees what the shipped ones do, as plain values: `headline`, `subject`, `lead`, `notes`, `firing`, `brief`,
`ended`, `also` (lists of problems), `held_back`, `how_to` (take it in hand without links), `acknowledge`, `silence`,
`answer` (the tag to answer with), `page` and so on; see `given_of`. A problem has `title`, `where`, `when`, `now`
(how it stands), `value`, `threshold`, `unit`, `address`, `location`, `place` (these and the labels in a line),
`labels`, `facts` and so on. It may have loops, conditions, arithmetic and the filters of annotations; no calls, no
assignments, no other files. What it may take is bounded: its length, the steps of its loops, what it writes. HTML is
escaped.

A quiet room but for reading the files.
May import: netwatch.errors, netwatch.model, netwatch.notify.{facts, guard, links, mail.*}.
Called by: netwatch.notify.mail.compose; config, app.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, Template, Undefined

from netwatch.errors import TemplateFailed
from netwatch.model import InvalidFile, Problem, bytes_of
from netwatch.notify import facts
from netwatch.notify.guard import clean_line
from netwatch.notify.links import Links
from netwatch.notify.mail.mime import Picture
from netwatch.notify.mail.samples import AT, sample_notifications
from netwatch.notify.mail.sandbox import Part, compiled, rendered
from netwatch.notify.mail.settings import MailedReceiver, MailTemplateSettings
from netwatch.notify.mail.story import Story, story_of

MAX_TEMPLATE = 32_000
_MOST_BYTES_A_CHARACTER = 4
MAX_SUBJECT = 200
_SAMPLE_LINKS = Links(
    page="https://netwatch.example.net/", acknowledge="https://netwatch.example.net/act/a",
    silence="https://netwatch.example.net/act/s",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTemplate:
    """A template that was tried and can be used; it may still fail on what no sample has."""

    file: str
    part: Part
    template: Template

    def render(self, given: Mapping[str, Any]) -> str:
        """Return what it makes of a mail.

        Raises:
            TemplateFailed: it cannot, or writes nothing, or too much.
        """
        text = rendered(self.template, given, self.part)
        return clean_line(text, MAX_SUBJECT) if self.part == "subject" else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The templates of one receiver; None where the shipped one is used."""

    subject: UserTemplate | None = None
    text: UserTemplate | None = None
    html: UserTemplate | None = None


def load_template(file: Path, part: Part) -> UserTemplate:
    """Read a template and try it on every sample mail.

    Raises:
        InvalidFile: it cannot be read, or does not work; names file and line.
    """
    try:
        return _tried(file, part)
    except TemplateFailed as exc:
        raise InvalidFile([_problem(file, str(exc), line=exc.line or 1)]) from exc


def load_wordings(receivers: Iterable[MailedReceiver]) -> dict[str, Wording]:
    """Return the templates of every receiver that has some, by its name.

    Raises:
        InvalidFile: a template cannot be read, or does not work; names file and line.
    """
    return {
        one.name: _wording(one.email.templates) for one in receivers if one.email is not None and one.email.templates
    }


def _wording(files: MailTemplateSettings) -> Wording:
    return Wording(
        subject=load_template(Path(files.subject), "subject") if files.subject else None,
        text=load_template(Path(files.text), "text") if files.text else None,
        html=load_template(Path(files.html), "html") if files.html else None,
    )


def template_problems(file: Path, part: Part) -> list[Problem]:
    """Return what is wrong with a template, and a warning where its subjects would tear incidents apart."""
    try:
        template = load_template(file, part)
    except InvalidFile as exc:
        return list(exc.problems)
    if part != "subject" or not _tears_threads(template):
        return []
    told = (
        "mails of one incident get different subjects outside [brackets]: mail programs will not keep them together"
    )
    return [_problem(file, told, severity="warning")]


def given_of(story: Story, pictures: Sequence[Picture | None] = ()) -> dict[str, Any]:
    """Return what a template sees of a mail."""
    chart_of = {problem: picture for problem, picture in zip(_charted(story), pictures, strict=False) if picture}

    def problems(every: Sequence[facts.Problem]) -> tuple[Mapping[str, Any], ...]:
        return tuple(_given_problem(problem, chart_of.get(problem)) for problem in every)

    return {
        "word": story.word, "headline": story.headline, "subject": story.subject, "lead": story.lead,
        "notes": story.notes, "receiver": story.receiver, "sequence": story.sequence,
        "firing": problems(story.firing), "brief": problems(story.brief), "more_firing": story.more_firing,
        "ended": problems(story.ended), "more_ended": story.more_ended, "earlier": story.earlier,
        "also": problems(story.also), "also_where": story.also_where, "more_also": story.more_also,
        "held_back": story.held_back, "how_to": story.how_to, "page": story.links.page,
        "acknowledge": story.links.acknowledge, "silence": story.links.silence, "answer": story.links.answer,
    }  # fmt: skip


def _charted(story: Story) -> Sequence[facts.Problem]:
    return story.firing or story.ended


def _given_problem(problem: facts.Problem, picture: Picture | None) -> Mapping[str, Any]:
    return MappingProxyType({
        "word": problem.word, "title": problem.title, "rule": problem.rule, "device": problem.device,
        "where": problem.where, "when": problem.when, "remark": problem.remark, "severity": problem.severity,
        "description": problem.description, "runbook": problem.runbook, "page": problem.page,
        "explanation": problem.explanation, "value": problem.value, "threshold": problem.threshold,
        "unit": problem.unit, "now": problem.now, "address": problem.address, "location": problem.location,
        "place": problem.place,
        "labels": problem.labels, "chart_words": problem.chart_words,
        "chart": f"cid:{picture.content_id}" if picture else "",
        "facts": tuple(MappingProxyType({"name": fact.name, "value": fact.value}) for fact in problem.facts),
    })  # fmt: skip


class _AnyLabel(dict[str, str]):
    """Stands for a problem's labels in the trial run: no sample has the labels of every device."""

    def __missing__(self, key: str) -> str:
        return "x"


def _tried(file: Path, part: Part) -> UserTemplate:
    source = _source(file)
    known = given_of(story_of(sample_notifications()["down"], now=AT)).keys()
    strict, lenient = (compiled(source, str(file), part, known, wanted) for wanted in (StrictUndefined, Undefined))
    for name, given in _trials():
        try:
            rendered(strict, given, part)
        except TemplateFailed as exc:
            raise TemplateFailed(f"{exc} (tried on a sample mail: {name})", exc.line) from exc
    return UserTemplate(file=str(file), part=part, template=lenient)


def _source(file: Path) -> str:
    try:
        text = bytes_of(file, MAX_TEMPLATE * _MOST_BYTES_A_CHARACTER).decode("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise TemplateFailed(f"the template cannot be read: {exc}") from exc
    if len(text) > MAX_TEMPLATE:
        raise TemplateFailed(f"the template is longer than {MAX_TEMPLATE:,} characters")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.replace("\t", "").isprintable() and any(
            ord(one) < 32 or ord(one) == 127 for one in line if one != "\t"
        ):
            raise TemplateFailed("the template holds a control character", number)
    return text


def _trials() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a template sees of every sample mail."""
    for name, notification in sample_notifications().items():
        for overtakes in (False, True) if notification.sequence > 1 else (False,):
            story = story_of(notification, now=notification.at, links=_SAMPLE_LINKS, overtakes=overtakes)
            yield name, {key: _with_any_label(value) for key, value in given_of(story).items()}


def _with_any_label(value: Any) -> Any:
    if not isinstance(value, tuple) or not value or not isinstance(value[0], Mapping):
        return value
    return tuple(MappingProxyType({**problem, "labels": _AnyLabel(problem["labels"])}) for problem in value)


def _tears_threads(template: UserTemplate) -> bool:
    """Return whether the subject of an incident's end differs from that of its beginning outside the brackets."""
    stories = [
        story_of(notification, now=notification.at, links=_SAMPLE_LINKS)
        for name, notification in sample_notifications().items()
        if name in ("down", "repeat", "recovery")
    ]
    subjects = {clean_line(template.render(given_of(story)), MAX_SUBJECT) for story in stories}
    return len({_outside_brackets(subject) for subject in subjects}) > 1


def _outside_brackets(subject: str) -> str:
    start, _, rest = subject.partition("]")
    return rest if start.startswith("[") else subject


def _problem(file: Path, message: str, *, line: int = 1, severity: str = "error") -> Problem:
    return Problem(file=str(file), line=line, column=1, path="", message=message, severity=severity)
