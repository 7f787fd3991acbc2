"""What people judged: appraisal, the confidence in review findings, and the ConQual score computed anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.check_counts import plain
from synthesis.check_output import Output
from synthesis.check_page import shown_text, spaced

Trace = Mapping[str, Any]
Given = Mapping[tuple[str, str], Mapping[str, str]]
_COMPONENTS = ("methodological_limitations", "coherence", "adequacy", "relevance")
_LEVELS = ("high", "moderate", "low", "very low")
_CREDIBLE = ("unequivocal", "credible", "unsupported")
_AGAINST = {"promotes": {"hinders", "mixed"}, "hinders": {"promotes", "mixed"}}


def judgement_faults(output: Output) -> Iterator[str]:
    """Confidence without explanation, wrong levels, wrong studies, wrong scores, wrong answers."""
    trace = output.trace
    given = {(row["about"], row["item"]): row for row in trace["judgements"]}
    for (about, item), row in sorted(given.items()):
        if item in ("confidence", *_COMPONENTS) and not row["explanation"].strip() and not row["positions"]:
            yield f"The {item} of {about} is said to be “{row['value']}” without an explanation."
    yield from _contributions(trace)
    yield from _summary(output, given)
    yield from _profile(output, given)
    yield from _conqual(output, given)
    yield from _appraisal(output, given)


def behind(trace: Trace, rests_on: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The findings behind a review finding and those against it, from what it rests on."""
    found = trace["findings"]
    codes = set(trace["themes"].get(rests_on["theme"], ())) if rests_on["theme"] else set(rests_on["codes"])
    if rests_on["findings"]:
        mine = set(rests_on["findings"])
        says: dict[str, set[str]] = {}
        for name in mine & set(found):
            says.setdefault(found[name]["code_id"], set()).add(found[name]["direction"])
    else:
        mine = {
            name for name, one in found.items()
            if one["code_id"] in codes and rests_on["direction"] in ("", one["direction"])
        }  # fmt: skip
        says = {code: {rests_on["direction"]} for code in codes if rests_on["direction"]}
    against = {
        name for name, one in found.items()
        if any(one["direction"] in _AGAINST.get(said, ()) for said in says.get(one["code_id"], ()))
    }  # fmt: skip
    return mine, against - mine


def _contributions(trace: Trace) -> Iterator[str]:
    for name, stated in trace["review_findings"].items():
        for role, expected in zip(("contributes", "against"), behind(trace, stated["rests_on"]), strict=True):
            for finding in sorted(set(stated[role]) ^ expected):
                said = "lacks" if finding in expected else "names"
                roles = "those that contribute" if role == "contributes" else "those against it"
                yield f"The review finding {name} {said} {finding} among {roles}."


def _summary(output: Output, given: Given) -> Iterator[str]:
    """S4, on the page and in the table."""
    trace, words = output.trace, output.words
    elements = {} if output.page is None else {
        str(e.get("data-review-finding")): e for e in output.page.with_data("review-finding")
    }  # fmt: skip
    rows = {row[words("review_finding_id")]: row for row in output.rows("summary_of_findings")}
    for name, stated in trace["review_findings"].items():
        judged = given.get((name, "confidence"), {})
        level = "" if judged.get("value") == "in conflict" else judged.get("value", "")
        mine, against = behind(trace, stated["rests_on"])
        studies = {trace["findings"][one]["study_id"] for one in mine if one in trace["findings"]}
        if level and not studies:
            yield f"{name} has the confidence “{level}”, but no finding stands behind it."
        if output.page is not None:
            yield from _on_page(output, name, elements.get(name), judged, (mine, against))
        if name not in rows:
            if "summary_of_findings" in output.tables:
                yield f"The review finding {name} is missing in the summary of findings."
            continue
        row = rows[name]
        for heading, told in (
            ("finding_ids", mine), ("against_ids", against),
        ):  # fmt: skip
            if set(filter(None, row[heading].split("; "))) != told:
                yield f"The summary of findings, {name}: {heading} are others than the trace gives."
        expected = {
            words("n_contributing"): str(len(studies)), words("confidence"): _level(judged, "level", output),
            words("confidence_why"): judged.get("explanation", ""),
            words("contributing"): "; ".join(
                one["label"] for study, one in trace["studies"].items() if study in studies
            ),
        }  # fmt: skip
        for heading, text in expected.items():
            if plain(row[heading]) != plain(text):
                yield (
                    f"The summary of findings, {name}: {heading} is “{row[heading]}”, "
                    f"the trace says “{text}”."
                )


def _on_page(
    output: Output, name: str, element: Any, judged: Mapping[str, str], roles: tuple[set[str], set[str]]
) -> Iterator[str]:
    """A review finding's row on the page."""
    trace, words = output.trace, output.words
    if element is None:
        yield f"The review finding {name} is not on the page."
        return
    anchor = {finding: one["anchor"] for finding, one in trace["findings"].items()}
    for role, expected in zip(("contributes", "against"), roles, strict=True):
        shown = set((element.get(f"data-{role}") or "").split())
        if shown != {anchor.get(one, one) for one in expected}:
            yield f"The review finding {name} leads to other findings ({role}) than the trace gives."
    level = "" if judged.get("value") == "in conflict" else judged.get("value", "")
    marked = element.xpath(".//*[@data-level]")
    said = shown_text(marked[0]) if marked else ""
    told = words(f"level_{level}".replace(" ", "_")) if level else ""
    if (str(marked[0].get("data-level")) if marked else "") != level.replace(" ", "-") or said != told:
        yield f"The confidence in {name} is shown as “{said}”; the judgement says “{level or 'none'}”."
    n = len({trace["findings"][one]["study_id"] for one in roles[0] if one in trace["findings"]})
    count = element.xpath(".//b[@class='count']")
    if not count or spaced(count[0].text_content()) != words.count("n_studies", n):
        yield f"The review finding {name} shows another number of studies than {n}."
    if spaced(judged.get("explanation", "")) not in spaced(element.text_content()):
        yield f"The explanation of the confidence in {name} is not the one that was written."


def _profile(output: Output, given: Given) -> Iterator[str]:
    words = output.words
    for row in output.rows("evidence_profile"):
        name = row[words("review_finding_id")]
        for item in _COMPONENTS:
            judged = given.get((name, item), {})
            expected = _level(judged, "concern", output)
            why = words("why_of", of=words(item).lower())
            for heading, text in ((words(item), expected), (why, judged.get("explanation", ""))):
                if plain(row[heading]) != plain(text):
                    yield (
                        f"The evidence profile, {name}: {heading} is “{row[heading]}”, "
                        f"the judgement says “{text}”."
                    )


def score(trace: Trace, given: Given, name: str) -> str:
    """The ConQual score of a review finding; "" where an input is missing."""
    five = [one["id"] for one in trace["appraisal"] if one["assesses"] == "dependability"]
    research = [one["id"] for one in trace["appraisal"] if one["assesses"] == "qualitative_research"]
    mine, _ = behind(trace, trace["review_findings"][name]["rests_on"])
    studies = sorted({trace["findings"][one]["study_id"] for one in mine if one in trace["findings"]})
    if len(five) != 5 or len(research) != 1 or not studies:
        return ""
    places = []
    for study in studies:
        answers = [answer(trace, given, study, item) for item in (*research, *five)]
        if answers[0] not in ("yes", "no") or not set(answers) <= {"yes", "no", "can't tell"}:
            return ""
        n_yes = answers[1:].count("yes")
        start = 0 if answers[0] == "yes" else 2
        places.append(min(3, start + (0 if n_yes >= 4 else 1 if n_yes >= 2 else 2)))
    kinds = {given.get((one, "credibility"), {}).get("value", "") for one in mine}
    if not kinds <= set(_CREDIBLE):
        return ""
    down = (
        (4 if kinds == {"unsupported"} else 3) if "unsupported" in kinds
        else (1 if "unequivocal" in kinds else 2) if "credible" in kinds else 0
    )  # fmt: skip
    return _LEVELS[min(3, sorted(places)[len(places) // 2] + down)]


def _conqual(output: Output, given: Given) -> Iterator[str]:
    """S5: the score, on the page and in the table."""
    trace, words = output.trace, output.words
    rows = {row[words("review_finding_id")]: row for row in output.rows("conqual")}
    for name, stated in trace["review_findings"].items():
        computed = score(trace, given, name)
        if stated["conqual"] != computed:
            yield f"The ConQual score of {name} is “{stated['conqual']}”; its inputs give “{computed}”."
        expected = words(f"level_{computed}".replace(" ", "_")) if computed else words("not_computed")
        shown = []
        if name in rows:
            shown.append(("table", rows[name][words("conqual_score")]))
        elif "conqual" in output.tables:
            yield f"The review finding {name} is missing in the table of ConQual scores."
        element = None if output.page is None else output.page.by_id.get(f"conqual--{name}")
        if element is not None:
            shown.append(("page", shown_text(element)))
        elif output.page is not None:
            yield f"The ConQual score of {name} is not on the page."
        for where, text in shown:
            if text != expected:
                yield f"The ConQual score of {name} in the {where} is “{text}”; its inputs give “{expected}”."


def answer(trace: Trace, given: Given, study: str, item: str) -> str:
    """What was answered for a study: of its main report, else of the first other that was judged."""
    reports = trace["studies"].get(study, {}).get("reports", [])
    found = (given[one, item]["value"] for one in reports if (one, item) in given)
    return next(found, "not yet judged")


def _appraisal(output: Output, given: Given) -> Iterator[str]:
    trace, words = output.trace, output.words
    items = [one["id"] for one in trace["appraisal"]]
    page = output.page
    for row in output.rows("appraisal"):
        if row["study_id"] not in trace["studies"]:
            yield f"The appraisal has a row for {row['study_id']}, which is no study of the trace."
            continue
        for item in items:
            value = answer(trace, given, row["study_id"], item)
            expected = words(f"judged_{value}".replace("'", "").replace(" ", "_"))
            if row[item] != expected:
                yield f"The appraisal of {row['study_id']}, {item}: “{row[item]}”; people said “{expected}”."
    there = {row["study_id"] for row in output.rows("appraisal")}
    if items and "appraisal" in output.tables and there != set(trace["studies"]):
        yield f"The appraisal lacks {', '.join(sorted(set(trace['studies']) - there))}."
    table = page.table("appraisal") if page is not None else None
    if table is None:
        return
    by_label = {one["label"]: study for study, one in trace["studies"].items()}
    for cells in table[1]:
        study = by_label.get(shown_text(cells[0]), "")
        for item, cell in zip(items, cells[1:], strict=False):
            value = answer(trace, given, study, item)
            expected = words(f"judged_{value}".replace("'", "").replace(" ", "_"))
            if shown_text(cell) != expected:
                yield (
                    f"The appraisal on the page, {shown_text(cells[0])}, {item}: “{shown_text(cell)}”; "
                    f"people said “{expected}”."
                )
            if cell.get("colspan"):
                break


def _level(judged: Mapping[str, str], kind: str, output: Output) -> str:
    words = output.words
    if not judged:
        return words("judged_not_yet_judged")
    if judged["value"] == "in conflict":
        return f"{words('judged_in_conflict')} ({judged['positions']})"
    return words(f"{kind}_{judged['value']}".replace(" ", "_"))
