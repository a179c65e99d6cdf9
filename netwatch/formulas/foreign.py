r"""Knows the words of PromQL, and says what NetWatch writes instead: people paste rules from where they come from.

Looked at only where an expression cannot be read as it stands, so that nothing here can refuse what is right.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: grammar, checker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`")
_NAME = r"[A-Za-z_:][A-Za-z0-9_:]*"
_SPAN = r"(?:[0-9]+(?:ms|[smhdwy]))+"

_OVER_TIME: Mapping[str, str] = {
    "avg_over_time": "avg_over(x, '5m')", "min_over_time": "min_over(x, '5m')", "max_over_time": "max_over(x, '5m')",
    "sum_over_time": "sum_over(x, '5m')", "count_over_time": "count_over(x, '5m')",
    "last_over_time": "last_over(x, '5m')", "stddev_over_time": "stddev_over(x, '5m')",
    "stdvar_over_time": "stddev_over(x, '5m') ** 2", "quantile_over_time": "quantile_over(x, 0.95, '5m')",
    "present_over_time": "count_over(x, '5m') > 0", "absent_over_time": "count_over(x, '5m') == 0",
    "changes": "changes_over(x, '1h')", "resets": "changes_over(x, '1h')",
    "increase": "delta(x) for one poll, delta_over(x, '1h') for longer",
    "irate": "rate(x)", "idelta": "delta(x)", "deriv": "delta_over(x, '1h') / 3600",
    "predict_linear": "forecast(x, '4h')", "holt_winters": "avg_over(x, '1h')",
    "double_exponential_smoothing": "avg_over(x, '1h')",
    "time": "now()", "timestamp": "now()", "clamp_max": "min(x, 5)", "clamp_min": "max(x, 5)",
    "clamp": "max(1, min(x, 5))", "quantile": "quantile_over(x, 0.95, '1h'), over time and not over rows",
}  # fmt: skip
"""Functions of PromQL that have one of ours in their place."""
_NO_PLACE: Mapping[str, str] = {
    "histogram_quantile": "devices have no histograms; quantile_over(x, 0.95, '1h') is a quantile over time",
    "label_replace": "labels are set under `labels:`, which may hold templates",
    "label_join": "labels are set under `labels:`, which may hold templates",
    "vector": "a number is written as it stands",
    "scalar": "min(x), max(x), avg(x) and sum(x) make one value of all rows",
    "topk": "a rule looks at every row; compare with max(x)",
    "bottomk": "a rule looks at every row; compare with min(x)",
    "sort": "an alert has no order", "sort_desc": "an alert has no order",
    "stddev": "over rows there are min max avg sum count; over time stddev_over(x, '1h')",
    "group": "a rule looks at every row", "count_values": "write count(x == 1)",
    "floor": "compare with the value as it is", "ceil": "compare with the value as it is",
    "round": "round in the annotation: {{ value | round(1) }}",
    "hour": "times belong to routes: active_time_intervals", "day_of_week": "times belong to routes: "
    "active_time_intervals", "day_of_month": "times belong to routes: active_time_intervals",
    "month": "times belong to routes: active_time_intervals", "year": "times belong to routes: active_time_intervals",
    "minute": "times belong to routes: active_time_intervals",
}  # fmt: skip


def advice_on_function(name: str) -> str | None:
    """Return what to write in place of a function of PromQL; None where it is none."""
    if name in _OVER_TIME:
        return f"{name}() is PromQL; here it is {_OVER_TIME[name]}"
    if name in _NO_PLACE:
        return f"{name}() is PromQL and not known here: {_NO_PLACE[name]}"
    return None


def advice_on(text: str) -> list[tuple[int, str]]:
    """Return what in a text is PromQL: where it stands, in characters, and what to write instead; leftmost first."""
    masked = _STRING.sub(lambda match: '"' + " " * (len(match[0]) - 2) + '"', text)
    found: dict[int, str] = {}
    taken: list[tuple[int, int]] = []
    for pattern, say in _WORDS:
        for match in pattern.finditer(masked):
            begin = match.start("at")
            if any(first <= begin < last for first, last in taken):
                continue
            taken.append((begin, match.end()))
            if said := say(match, text):
                found.setdefault(begin, said)
    for match in _CALL.finditer(masked):
        if (advice := advice_on_function(match["name"])) is not None:
            found.setdefault(match.start("name"), _with_argument(advice, masked[match.end() :]))
    return sorted(found.items())


def _span_advice(match: re.Match[str], text: str) -> str:
    span = match["span"].replace(" ", "")
    inside = match["name"]
    call = match["call"]
    if call in ("rate", "irate", "increase") or call is None:
        of = f"rate({inside})" if call in ("rate", "irate") else f"delta({inside})" if call == "increase" else inside
        keep = {"rate": f"rate({inside})", "irate": f"rate({inside})", "increase": f"delta({inside})"}
        left_out = f"leave [{span}] out: {keep[call]} is over one poll; or " if call else "a span is an argument: "
        function = "sum_over" if call == "increase" else "avg_over"
        return f"{left_out}write {function}({of}, '{span}')"
    if advice_on_function(call):
        return ""  # the function's own advice says it
    return f"a span is an argument in quotes: avg_over({inside}, '{span}')"


def _with_argument(said: str, rest: str) -> str:
    """Put into advice what a function was called with, where that is one name and a span."""
    match = _ARGUMENT.match(rest)
    if match is None:
        return said
    said = re.sub(r"\bx\b", match["name"], said)
    return re.sub(r"'(?:5m|1h)'", f"'{match['span']}'", said) if match["span"] else said


def _labels_advice(match: re.Match[str], text: str) -> str:
    return f"{{{text[match.start('at') + 1 : match.end('at') - 1]}}} picks series; here {_matcher_words(match, text)}"


def _matcher_words(match: re.Match[str], text: str) -> str:
    inner = text[match.start("at") + 1 : match.end("at") - 1]
    conditions = []
    for label, operator, value in _CONDITION.findall(inner):
        if label in ("job", "instance", "device", "site"):
            word = "instance" if label == "instance" else label
            note = {"job": "there are no jobs", "instance": "instance is `device`"}.get(
                label, f"{word} is the device's"
            )
            conditions.append(f"{note}: which devices are meant is said with `devices:`")
        elif operator in ("=~", "!~"):
            conditions.append(f"write `and {'not ' if operator == '!~' else ''}matches({label}, '{value}')`")
        else:
            conditions.append(f"write `and {label} {'==' if operator == '=' else '!='} '{value}'`")
    if "~" in inner and "matches(" not in "".join(conditions):
        conditions.append("a column or label is matched with matches(ifAlias, '..')")
    return (
        "; ".join(dict.fromkeys(conditions)) or "conditions are joined with `and`, and devices named with `devices:`"
    )


def _said(words: str) -> Callable[[re.Match[str], str], str]:
    return lambda match, text: words.format(word=match["at"].strip())


_CONDITION = re.compile(rf"({_NAME})\s*(=~|!~|!=|=)\s*[\"']([^\"']*)[\"']")
_ARGUMENT = re.compile(rf"\s*(?P<name>{_NAME})\s*(?:\[\s*(?P<span>{_SPAN})\s*\])?\s*[,)]")
_CALL = re.compile(rf"(?<![A-Za-z0-9_:])(?P<name>{_NAME})\s*\(")
_ONE_ROW = "the columns of one row belong together, it is not needed"
_ROWS = "rules look row by row, so it is not needed; min max avg sum count over all rows of a table take no list"

_WORDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (re.compile(rf"(?:(?P<call>{_NAME})\s*\(\s*)?(?P<name>{_NAME})\s*(?:\{{[^}}]*\}}\s*)?"
                rf"(?P<at>\[\s*(?P<span>{_SPAN})\s*(?::[^\]]*)?\])"), _span_advice),
    (re.compile(rf"(?P<at>\[\s*(?P<span>{_SPAN})\s*(?::[^\]]*)?\])"),
     lambda match, text: f"a span is an argument in quotes: avg_over(x, '{match['span']}')"),
    (re.compile(r"(?P<at>\{[^{}]*\})"), _labels_advice),
    (re.compile(r"\b(?P<at>by)\s*\("), _said(f"by(..) is PromQL: {_ROWS}")),
    (re.compile(r"\b(?P<at>without)\s*\("), _said(f"without(..) is PromQL: {_ROWS}")),
    (re.compile(r"\b(?P<at>on)\s*\("), _said(f"on(..) is PromQL: {_ONE_ROW}")),
    (re.compile(r"\b(?P<at>ignoring)\s*\("),
     _said(f"ignoring(..) is PromQL: {_ONE_ROW}")),
    (re.compile(r"\b(?P<at>group_left|group_right)\b"),
     _said(f"{{word}} is PromQL: {_ONE_ROW}")),
    (re.compile(r"\b(?P<at>unless)\b"), _said("unless is PromQL: write `and not`")),
    (re.compile(rf"\b(?P<at>offset)\s+-?(?P<span>{_SPAN})"),
     lambda match, text: f"offset is a function here: offset(x, '{match['span']}')"),
    (re.compile(r"(?:[<>=!]=?)\s*(?P<at>bool)\b"), _said("bool is PromQL: it is not needed")),
    (re.compile(rf"(?P<at>{_NAME})\s*@\s*(?:start|end|[0-9])"), _said("@ is PromQL: offset(x, '1h') looks back")),
    (re.compile(r"(?P<at>=~)"), _said("=~ is PromQL: write matches(column, 'regex')")),
    (re.compile(r"(?P<at>!~)"), _said("!~ is PromQL: write not matches(column, 'regex')")),
    (re.compile(r"(?P<at>&&)"), _said("&& is written `and`")),
    (re.compile(r"(?P<at>\|\|)"), _said("|| is written `or`")),
    (re.compile(r"(?P<at>\$[A-Za-z_]\w*)"), _said("{word} is for templates; name the column or label itself")),
    (re.compile(r"(?P<at>`)"), _said("a text stands in ' or \"")),
    (re.compile(r"(?P<at>\^)"), _said("^ is written **")),
    (re.compile(r"(?P<at>!)(?![=~])"), _said("! is written `not`")),
    (re.compile(r"(?<![=!<>~*/+%-])(?P<at>=)(?![=~])"), _said("did you mean ==? A single = compares nothing")),
    (re.compile(r"(?P<at><>)"), _said("<> is written !=")),
    (re.compile(rf"(?<![\w.])(?P<at>{_SPAN})(?!\w)"),
     lambda match, text: f"a span of time stands in quotes and only in functions: '{match['at']}'"),
)  # fmt: skip
