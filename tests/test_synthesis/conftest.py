# ruff: noqa: E501 (invented sentences stand whole)
"""An invented review of ten studies and forty findings, as plain data, with its export files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coding_scheme.scheme import Code, CodingScheme, Descriptor, DescriptorValue, Facet, FacetValue, Theme
from corpus.flow import Flow
from corpus.protocol import Criteria, Criterion, Person, Protocol, Question, Wording
from corpus.records import records_frame
from synthesis import Evidence

THEMES = {
    ("governance", "Governance style", "Styringsform"): [
        ("market", "Market and business principles", "Markeds- og virksomhedsprincipper"),
        ("npm", "New public management", "New public management"),
        ("network", "Horizontal network governance", "Horisontal netværksstyring"),
    ],
    ("facilitation", "Facilitation and backbone", "Facilitering og backbone"): [
        ("backbone", "Backbone organisation", "Backbone-organisering"),
        ("independent", "Independent facilitation", "Uafhængig facilitering"),
    ],
    ("equality", "Equality and justice", "Ligeværdighed og retfærdighed"): [
        ("shared_power", "Shared power between organisations", "Delt magt mellem organisationerne"),
        ("justice", "Justice as an explicit aim", "Retfærdighed som udtalt mål"),
    ],
    ("goals", "Common goals", "Fælles mål"): [
        ("agenda", "Shared agenda", "Fælles dagsorden"),
        ("competing", "Competing agendas", "Modstridende dagsordener"),
    ],
    ("participation", "Citizen participation", "Borgerinddragelse og -deltagelse"): [
        ("trust", "Trusting relations", "Tillidsfulde relationer"),
        ("support", "Practical support", "Praktisk støtte"),
        ("token", "Token participation", "Symbolsk deltagelse"),
    ],
    ("time", "Time and resources", "Tid og ressourcer"): [
        ("long", "Long time horizon (5-10 years)", "Lang tidshorisont (5-10 år)"),
        ("funding", "Short project funding", "Kortvarig projektfinansiering"),
    ],
    ("outcomes", "Outcomes", "Udbytte"): [("results", "Reported results", "Rapporterede resultater")],
    ("learning", "Learning and measurement", "Læring og måling"): [
        ("shared_measures", "Shared measurement", "Fælles måling")
    ],
}

P, H, X, D = "promotes", "hinders", "mixed", "descriptive"
# authors, year, title, language, approach, country, design, partners, database; then code, direction, words, finding
STUDIES: list[tuple[tuple[str, ...], list[tuple[str, str, str, str]]]] = [
    (("Alder, Jo", "2014", "Rivals at one table", "en", "collective_impact", "US", "qualitative_case", "34", "soc"), [
        ("market", H, "Competition for the same grants turned members into rivals, and they stopped sharing what they knew.", "Competing for money made members hold back what they knew."),
        ("justice", H, "Because equity was never written down as an aim, it was the first thing to go when time ran short.", "Equity that is not a stated aim is dropped first."),
        ("competing", H, "Each member kept a plan of its own beside the common one.", "Members kept agendas of their own."),
        ("shared_measures", H, "Counting contacts took staff half a day each week.", "Measuring took time from the work."),
    ]),
    (("Cedar, Lo; Vine, Pat", "2019", "What the backbone heard", "en", "collective_impact", "US", "mixed_methods", "61", "scopus"), [
        ("npm", H, "Quarterly output targets drew agency staff back to their own departments and away from the joint work.", "Output targets drew staff back to their own departments."),
        ("backbone", X, "The backbone organisation held partners together, yet it also became the voice that funders listened to.", "The backbone held partners together and became the voice funders heard."),
        ("agenda", P, "A one-page agenda that every board had signed was cited in most later decisions.", "A short signed agenda guided later decisions."),
        ("results", D, "Most measures were of activity; three of 28 concerned residents.", "Few of the measures concern residents."),
    ]),
    (("Elm, Ada; Fir, Bo; Oak, Cy", "2021", "Aligned: four years of shared work for families", "en", "collective_impact", "CA", "quantitative", "42", "scopus"), [
        ("backbone", P, "A staffed backbone kept work moving between meetings and was named by 81% as essential.", "A staffed backbone kept the work going between meetings."),
        ("agenda", P, "Agreement on the problem came before agreement on the remedy in all four sites.", "Agreeing on the problem first helped."),
        ("results", P, "Double visits to families fell by a third.", "Double visits fell by a third."),
        ("shared_measures", P, "Four measures kept by all partners made drift visible within a quarter.", "Few common measures showed drift early."),
    ]),
    (("Birk, Ida; Holm, Ole", "2017", "Én stemme hver", "da", "place_based", "DK", "qualitative_case", "33", "other"), [
        ("npm", H, "Kommunens resultatkrav trak medarbejderne væk fra det fælles arbejde.", "The municipality’s targets pulled staff out of the joint work."),
        ("network", P, "Et forum, hvor hver part havde én stemme, gjorde beslutningerne til fælles ejendom.", "One vote per member made decisions shared property."),
        ("trust", P, "Beboerne kom, fordi de kendte dem, der spurgte.", "Residents came because they knew who asked."),
        ("support", P, "Fælles kørsel og børnepasning gjorde det muligt at deltage om aftenen.", "Transport and childcare made evening meetings possible."),
    ]),
    (("Fir, Ann; Gran, Bo; Ask, Eva", "2020", "A board in two halves", "en", "place_based", "UK", "evaluation", "28", "wos"), [
        ("competing", H, "The two halves of the board worked from different maps of the same streets.", "The board’s halves had different pictures of the area."),
        ("token", H, "Residents were shown the plan after the contractor had been chosen.", "Residents were asked after the decision."),
        ("support", P, "Paying bus fares in advance doubled the number of residents at meetings.", "Fares paid in advance doubled attendance."),
        ("results", X, "Rents were stable, but the residents who had asked for it had moved.", "Rents held, but those who asked for it had left."),
    ]),
    (("Poplar, Mia; Sø, Kai; Ek, Liv", "2023", "Seks år i kvarteret", "da", "place_based", "SE", "qualitative_case", "not reported", "wos"), [
        ("independent", P, "En facilitator uden egen interesse kunne samle parter, der ellers ikke talte sammen.", "A facilitator without a stake could gather parties who did not talk."),
        ("long", P, "Forandringen blandt beboerne kunne først ses efter det femte år.", "Change among residents was first visible after the fifth year."),
        ("funding", H, "Med toårige bevillinger skiftede halvdelen af medarbejderne undervejs.", "With two-year grants half of the staff left on the way."),
        ("trust", P, "Tilliden voksede, når de samme mennesker blev ved med at komme.", "Trust grew when the same people kept coming."),
    ]),
    (("Dock, Sam", "2012", "Planners speak second", "en", "community_organizing", "US", "qualitative_case", "36", "soc"), [
        ("network", P, "Decisions were prepared in mixed groups and no member could overrule another.", "Mixed groups without a veto prepared decisions."),
        ("shared_power", P, "When planners spoke second, residents spoke for twice as long.", "Residents spoke more when planners spoke second."),
        ("token", H, "Invitations to comment on finished drawings were answered by nobody.", "Nobody answers invitations to comment on finished plans."),
        ("long", D, "The organising drive had lasted nine years when the study began.", "The drive had lasted nine years."),
    ]),
    (("Ivy, Noor; Lark, Tom; Reed, Una", "2018", "Somebody they knew", "en", "community_organizing", "UK", "action_research", "17", "scopus"), [
        ("trust", P, "People who had avoided services for years came because somebody they knew was there.", "People came because somebody they knew was there."),
        ("support", P, "An interpreter at the door mattered more than a translated leaflet.", "An interpreter at the door mattered more than leaflets."),
        ("justice", X, "Naming racism as a cause brought new members in and made two agencies leave.", "Naming racism brought members in and drove agencies out."),
        ("agenda", H, "The agenda was agreed so early that later members could only sign it.", "An early agenda left later members outside."),
    ]),
    (("Maple, Rut", "2021", "The rotating chair", "en", "community_organizing", "DE", "not reported", "12", "soc"), [
        ("shared_power", P, "Rotating the chair evened out the weight of large and small organisations.", "A rotating chair evened out power."),
        ("backbone", H, "The lead agency cleared every leaflet, and volunteers drifted away within a year.", "A dominant lead agency wore the volunteers out."),
        ("trust", X, "Old friendships opened doors for some groups and kept them shut for others.", "Old ties opened doors for some only."),
        ("funding", H, "Applications for the next grant took up the last third of every project period.", "The hunt for the next grant took a third of the time."),
    ]),
    (("Juniper, Kit; Yew, Max; Ash, Lea", "2020", "Host or commissioner", "en", "other_multi_actor", "NO", "quantitative", "not reported", "wos"), [
        ("market", H, "Municipalities that acted as commissioners met with partners half as often.", "Commissioning municipalities met partners less."),
        ("network", P, "Where the municipality acted as host, partners shared data without a contract.", "A hosting municipality went with free sharing of data."),
        ("independent", P, "A chair from outside was associated with more even speaking time.", "An outside chair went with even speaking time."),
        ("long", P, "Partnerships older than five years reported more joint projects per member.", "Older partnerships had more joint projects."),
    ]),
]  # fmt: skip
DATABASES = {
    "scopus": ("Scopus", "Scopus.com", "database", 'TITLE-ABS-KEY("collective impact" OR "place-based initiative*" OR "community organi?ing") AND PUBYEAR > 1999'),
    "wos": ("Web of Science", "Clarivate", "database", 'TS=("collective impact" OR "place-based") AND PY=(2000-2026)'),
    "soc": ("SocINDEX", "EBSCOhost", "database", 'TI,AB("collective impact") AND TI,AB(partnership*)'),
    "other": ("Websites and organisations", "", "other", "partnerskab* samskabelse"),
}  # fmt: skip


@pytest.fixture(scope="session")
def review_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the export files of the invented review."""
    folder = tmp_path_factory.mktemp("review") / "sources"
    folder.mkdir()
    for name in DATABASES:
        text = "\n".join(raw for raw, key, _ in _entries() if key == name)
        (folder / f"{name}.ris").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def whole_evidence(review_folder: Path) -> Evidence:
    """Ten studies in eleven reports, forty findings."""
    records = _records(review_folder)
    main = records["record_id"].tolist()[: len(STUDIES)]
    return Evidence(
        protocol=_protocol(), scheme=_scheme(), records=records, sources=_sources(review_folder),
        unreadable=pd.DataFrame([
            {"source_id": "soc.ris", "line": 412, "why": "The entry has no ER tag; it was cut short.",
             "raw": "TY  - JOUR\nTI  - <b>Half an entry</b>\nAU  - Nobody"},
            {"source_id": "scopus.ris", "line": 98, "why": "no title", "raw": "TY  - JOUR\nER  - "},
        ]),
        flow=Flow(
            (("scopus.ris", "Scopus", "database", 1412), ("wos.ris", "Web of Science", "database", 987),
             ("soc.ris", "SocINDEX", "database", 604), ("other.ris", "Websites and organisations", "other", 31)),
            861, 0, 6, 210, 1957, 1836, 3, 118, 5, 2, 111, (("E05", 62), ("E06", 31), ("E15", 7)), 11, 10),
        screening_verdicts=_verdicts(records), coding_decisions=_coding(main), coded_segments=_segments(records),
        coding_conflicts=pd.DataFrame([
            {"record_id": main[0], "code_id": "trust", "kind": "presence",
             "positions": "coder-1: present, promotes; coder-2: absent"}]),
        descriptors=_descriptors(main, records["record_id"].tolist()[len(STUDIES)]),
        agreement=_agreement(), n_screening_decisions=4120, input_hash=hashlib.sha256(b"invented").hexdigest(),
        data_as_of="2026-11-23T08:15:00Z",
    )  # fmt: skip


@pytest.fixture
def disputed(whole_evidence: Evidence) -> Evidence:
    """The invented review where two people differ on country and approach of Alder 2014."""
    said = [("country", "CA; MX"), ("approach", "not reported")]
    other = pd.DataFrame(said, columns=["descriptor", "value"]).assign(
        record_id="soc:9000", person="coder-2", decided_at="2026-11-13T09:00:00Z"
    )
    descriptors = pd.concat([whole_evidence.descriptors, other], ignore_index=True)
    return dataclasses.replace(whole_evidence, descriptors=descriptors)


@pytest.fixture
def danish_names(whole_evidence: Evidence) -> Evidence:
    """The invented review with Alder 2014 by Åberg, and Cedar & Vine 2019 by Ærø without a year."""
    records = whole_evidence.records.copy()
    records.loc[records["record_id"] == "soc:9000", "authors"] = "Åberg, Jo"
    records.loc[records["record_id"] == "scopus:9001", "authors"] = "Ærø, Lo"
    records.loc[records["record_id"] == "scopus:9001", "year"] = pd.NA
    return dataclasses.replace(whole_evidence, records=records)


@pytest.fixture
def changed(whole_evidence: Evidence) -> Callable[..., Evidence]:
    """The invented review with some of its parts replaced."""

    def change(**parts: Any) -> Evidence:
        return dataclasses.replace(whole_evidence, **parts)

    return change


@pytest.fixture
def without_coding(changed: Callable[..., Evidence], whole_evidence: Evidence) -> Evidence:
    """The review before anybody has coded."""
    return changed(coded_segments=whole_evidence.coded_segments.iloc[:0],
                   coding_conflicts=whole_evidence.coding_conflicts.iloc[:0],
                   coding_decisions=whole_evidence.coding_decisions.iloc[:0],
                   agreement=whole_evidence.agreement.iloc[:0])  # fmt: skip


@pytest.fixture
def nothing_included(changed: Callable[..., Evidence], whole_evidence: Evidence) -> Evidence:
    """The review on its first day."""
    return changed(
        records=whole_evidence.records.iloc[:0], sources=whole_evidence.sources.iloc[:0],
        unreadable=whole_evidence.unreadable.iloc[:0], flow=Flow((), *[0] * 11, (), 0, 0),
        screening_verdicts=whole_evidence.screening_verdicts.iloc[:0],
        coding_decisions=whole_evidence.coding_decisions.iloc[:0],
        coded_segments=whole_evidence.coded_segments.iloc[:0],
        coding_conflicts=whole_evidence.coding_conflicts.iloc[:0],
        descriptors=whole_evidence.descriptors.iloc[:0], agreement=whole_evidence.agreement.iloc[:0],
        n_screening_decisions=0, data_as_of="",
    )  # fmt: skip


def _protocol() -> Protocol:
    return Protocol(
        id="multi_actor_partnerships",
        title=Wording(en="Core elements of partnerships with many actors and the inclusion of citizens in vulnerable positions",
                      da="Kerneelementer i partnerskaber med mange aktører og inklusion af borgere i sårbare positioner"),
        questions=(Question("RQ1", en="What works?"),),
        criteria=Criteria(exclusion=(
            Criterion("E05", en="No partnership or joint organisation between organisations", da="Intet partnerskab eller fælles organisering mellem organisationer"),
            Criterion("E06", en="Partners from one sector only", da="Parter fra én sektor"),
            Criterion("E15", en="Nothing about how the partnership works or how citizens take part", da="Intet om, hvordan partnerskabet virker, eller hvordan borgere deltager"),
            Criterion("E16", en="Full text could not be had", da="Fuldtekst kunne ikke skaffes", counts_as="not_retrieved"))),
        people=(Person("coder-1", "Coder A"), Person("coder-2", "Coder B"), Person("coder-3", "Coder C")),
        invented=Wording(en="Every study, quotation and number on this page is invented.",
                         da="Alle studier, citater og tal på siden er opdigtede."),
    )  # fmt: skip


def _scheme() -> CodingScheme:
    def some(*pairs: tuple[str, str, str]) -> tuple[DescriptorValue, ...]:
        return tuple(DescriptorValue(name, Wording(en=en, da=da)) for name, en, da in pairs)

    return CodingScheme(
        "multi_actor_partnerships", Wording(en="Core elements"),
        tuple(
            Theme(name, label=Wording(en=en, da=da), definition=Wording(en=f"What bears on {en.lower()}.", da=f"Det, der vedrører {da.lower()}."),
                  codes=tuple(Code(code, label=Wording(en=en_, da=da_), definition=Wording(en=f"The text speaks of {en_.lower()}."))
                              for code, en_, da_ in codes))
            for (name, en, da), codes in THEMES.items()
        ),
        facets=(Facet("strength_of_claim", (FacetValue("data", "shown with data", "vist med data"), FacetValue("argued", "argued", "argumenteret")),
                      label=Wording(en="Strength of claim", da="Belæg")),),
        descriptors=(
            Descriptor("approach", Wording(en="Approach", da="Tilgang"), values=some(
                ("collective_impact", "Collective impact", "Collective impact"), ("place_based", "Place-based initiative", "Stedbaseret indsats"),
                ("community_organizing", "Community organizing", "Community organizing"), ("other_multi_actor", "Other", "Andet"))),
            Descriptor("country", Wording(en="Country", da="Land")),
            Descriptor("design", Wording(en="Study design", da="Studiedesign"), values=some(
                ("qualitative_case", "Qualitative case study", "Kvalitativt casestudie"), ("quantitative", "Quantitative study", "Kvantitativt studie"),
                ("mixed_methods", "Mixed methods", "Mixed methods"), ("evaluation", "Evaluation", "Evaluering"), ("action_research", "Action research", "Aktionsforskning"))),
            Descriptor("number_of_partners", Wording(en="Partners", da="Parter"), value_type="number"),
            Descriptor("partnership_age", Wording(en="Age of the partnership (years)", da="Partnerskabets alder (år)"), value_type="number"),
        ),
    )  # fmt: skip


def _reports() -> list[dict[str, Any]]:
    """The ten main reports, an eleventh of one of the studies, and 105 that were excluded or lost."""
    reports = []
    for n, ((authors, year, title, language, _, _, _, _, database), found) in enumerate(STUDIES):
        lead = (
            "Partnerskaber med mange parter er svære at styre."
            if language == "da"
            else "Partnerships with many members are hard to steer."
        )
        reports.append(
            {
                "authors": authors,
                "year": int(year),
                "title": title,
                "language": language,
                "database": database,
                "abstract": " ".join([lead, *(words for _, _, words, _ in found)]),
                "n": n,
            }
        )
    reports.append(
        {
            "authors": "Elm, Ada; Fir, Bo; Oak, Cy",
            "year": 2022,
            "title": "Aligned: the survey",
            "language": "en",
            "database": "scopus",
            "abstract": "The survey of the four sites.",
            "n": 10,
        }
    )
    reports += [
        {
            "authors": f"Other, A{n}",
            "year": 2000 + n % 25,
            "title": f"Another report, number {n}",
            "language": "en",
            "database": "wos",
            "abstract": "",
            "n": n,
        }
        for n in range(11, 116)
    ]
    return reports  # fmt: skip


def _entries() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("\n".join(["TY  - JOUR", *(f"AU  - {name}" for name in report["authors"].split("; ")), f"TI  - {report['title']}",
                    f"PY  - {report['year']}", f"AB  - {report['abstract']}", "ER  - ", ""]), report["database"], report)
        for report in _reports()
    ]  # fmt: skip


def _records(folder: Path) -> pd.DataFrame:
    lines: dict[str, int] = {}
    rows = []
    for raw, name, report in _entries():
        rows.append({
            **{key: report[key] for key in ("authors", "year", "title", "language", "abstract")}, "type": "JOUR",
            "record_id": f"{name}:{9000 + report['n']}", "journal": "Journal of Invented Partnerships", "volume": str(5 + report["n"] % 30),
            "issue": "2", "pages": f"{20 + report['n']}-{36 + report['n']}", "doi": f"10.5555/samsyn.{report['n']:04d}",
            "source_id": f"{name}.ris", "accession": str(9000 + report["n"]), "source_line": lines.get(name, 0) + 1, "raw": raw,
        })  # fmt: skip
        lines[name] = lines.get(name, 0) + raw.count("\n") + 1
    frame = records_frame(rows)
    frame["members"] = frame["record_id"]
    return frame


def _sources(folder: Path) -> pd.DataFrame:
    read = {"scopus": 1412, "wos": 987, "soc": 604, "other": 31}
    return pd.DataFrame([
        {"source_id": f"{name}.ris", "file": f"{name}.ris", "database": database, "platform": platform, "kind": kind, "date": "2026-09-02",
         "query": query, "limits": "from 2000; da, no, sv, en" if platform else "", "hits_reported": {"scopus": 1415, "other": None}.get(name, read[name] + 1 if name == "soc" else read[name]),
         "sha256": hashlib.sha256((folder / f"{name}.ris").read_bytes()).hexdigest(), "format": "ris", "n_entries": read[name],
         "n_records": read[name], "n_unreadable": 1 if name in ("scopus", "soc") else 0, "n_new": read[name]}
        for name, (database, platform, kind, query) in DATABASES.items()
    ]).astype({"hits_reported": "Int64"})  # fmt: skip


def _verdicts(records: pd.DataFrame) -> pd.DataFrame:
    """Eleven included, 100 excluded for three reasons, five not retrieved."""
    ids = records["record_id"].tolist()
    reasons = ["E05"] * 62 + ["E06"] * 31 + ["E15"] * 7 + ["E16"] * 5
    rows = [(name, "title_abstract", "include", "", "coder-1; coder-2", "", 2) for name in ids]
    rows += [(name, "full_text", "include", "", "coder-1; coder-2", "", 2) for name in ids[:11]]
    rows += [
        (name, "full_text", "exclude", reason, "coder-1; coder-2", "coder-3" if reason == "E15" else "", 2)
        for name, reason in zip(ids[11:], reasons, strict=True)
    ]
    return pd.DataFrame(rows, columns=["record_id", "stage", "verdict", "criterion", "people", "settled_by", "n_people"])  # fmt: skip


def _segments(records: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (_, found), record in zip(STUDIES, records.to_dict("records"), strict=False):
        for n, (code, direction, words, finding) in enumerate(found):
            start = record["abstract"].index(words)
            rows.append(
                {
                    "record_id": record["record_id"],
                    "code_id": code,
                    "direction": direction,
                    "field": "abstract",
                    "start": start,
                    "end": start + len(words),
                    "text": words,
                    "finding": finding,
                    "facets": json.dumps({"strength_of_claim": "data" if n % 3 else "argued"}),
                    "people": "coder-1; coder-2",
                    "settled_by": "coder-3" if n == 3 else "",
                    "decided_at": f"2026-11-{n + 10}T09:00:00Z",
                }
            )
    return pd.DataFrame(rows)  # fmt: skip


def _coding(ids: list[str]) -> pd.DataFrame:
    return pd.DataFrame([
        {"record_id": name, "code_id": "trust", "value": "absent", "person": person, "journal_line": line,
         "decided_at": "2026-11-10T09:00:00Z"}
        for line, name in enumerate(ids, start=1) for person in ("coder-1", "coder-2")
    ])  # fmt: skip


def _descriptors(ids: list[str], part: str) -> pd.DataFrame:
    rows = [(part, "part_of_study", ids[2])]
    for name, (facts, _) in zip(ids, STUDIES, strict=True):
        rows += [
            (name, key, value)
            for key, value in zip(
                ("approach", "country", "design", "number_of_partners"), facts[4:8], strict=True
            )
        ]
    rows += [(ids[0], "partnership_age", "6"), (ids[1], "partnership_age", "not applicable")]
    frame = pd.DataFrame(rows, columns=["record_id", "descriptor", "value"])
    return frame.assign(person="coder-1", decided_at="2026-11-12T09:00:00Z")  # fmt: skip


def _agreement() -> pd.DataFrame:
    nan = float("nan")
    two = {"labels": ["include", "exclude"], "counts": [[33, 9], [12, 346]]}
    four = {"labels": [P, H, X, D], "counts": [[26, 1, 1, 0], [2, 10, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]}
    columns = [
        "stage",
        "pair",
        "n",
        "percent",
        "kappa",
        "kappa_low",
        "kappa_high",
        "ac1",
        "alpha",
        "alpha_low",
        "alpha_high",
        "n_conflicts",
        "n_settled",
        "confusion",
    ]
    return pd.DataFrame([
        ("title_abstract", "coder-1, coder-2", 400, 0.9475, 0.729, 0.63, 0.81, 0.932, 0.73, 0.601, 0.829, 21, 18, json.dumps(two)),
        ("full_text", "coder-1, coder-2", 138, 1.0, nan, nan, nan, nan, nan, nan, nan, 0, 0, json.dumps({"labels": ["exclude"], "counts": [[138]]})),
        ("coding", "coder-1, coder-2", 280, 0.932, 0.77, 0.65, 0.85, 0.9, 0.77, 0.66, 0.86, 19, 19, json.dumps({"labels": ["present", "absent"], "counts": [[41, 8], [11, 220]]})),
        ("coding:direction", "coder-1, coder-2", 41, 0.902, 0.785, 0.4, 0.93, 0.79, -0.18, -0.2, 0.94, 4, 4, json.dumps(four)),
    ], columns=columns)  # fmt: skip
