"""An article's findings told anew in six short paragraphs: each is suggested, with its direction.

The paragraphs are own paraphrases, written for these tests before the scheme's words were tried on them.
"""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from coding_scheme import CodingScheme, read_coding_scheme, suggest

MARKET, NPM, NPG = "governance_market_business", "governance_npm", "governance_npg"
NETWORK, HIERARCHY = "governance_horizontal_network", "governance_hierarchy"
INDEPENDENT, CATALYST, LINEAR = (
    "facilitation_independent",
    "facilitation_catalyst_process",
    "facilitation_linear_lead",
)
AFFECTED, POWER, LETTING_GO = "equality_all_affected", "equality_power_citizens_planners", "equality_letting_go"
SHARED_GOALS, CONFLICTING = "goals_shared_agenda", "goals_conflicting_agendas"
STRUCTURE, TRUST, NECESSITY = (
    "participation_structure_practice",
    "participation_trust",
    "participation_felt_necessity",
)
ROLES, SUPPORT = "participation_roles_skills", "participation_practical_support"
LONG, SHORT = "time_long_horizon", "time_short_funding"
CONFLICT, LEGITIMACY, RESULTS = "outcome_conflict_reduction", "outcome_legitimacy", "outcome_results"

DANISH = {
    "Store partnerskaber lader sig sjældent drive som en forretning. Studierne peger på, at markedsprincipper "
    "passer dårligt til et samarbejde, hvor mange parter skal løfte noget sammen, og at new public management "
    "med sine måltal og kontrolkrav ofte kommer til at spænde ben for det fælles arbejde. Det går bedre, når "
    "kommunen arbejder ud fra new public governance og lader et ikke-hierarkisk netværk bære beslutningerne: "
    "Netværksstyring gør det lettere for parterne at handle på tværs.":
        {MARKET: "hinders", NPM: "hinders", NPG: "promotes", NETWORK: "promotes", HIERARCHY: None},
    "Hvem der leder processen, betyder meget. En uafhængig facilitator, som ikke selv har aktier i sagen, gør "
    "det nemmere for parterne at tale åbent sammen. Facilitatoren fungerer bedst som en katalysator, der følger "
    "med, når energien skifter, fremfor at styre et lineært forløb med faste milepæle.":
        {INDEPENDENT: "promotes", CATALYST: "promotes", LINEAR: "hinders"},
    "Ligeværdighed kræver, at alle berørte grupper kommer med fra begyndelsen, også dem der sjældent bliver "
    "spurgt. Når magten mellem borgere og planlæggere bliver jævnet ud, og når de professionelle tør give slip "
    "på deres egne dagsordener, får samarbejdet mere gennemslagskraft. Det koster kræfter, men fører i sidste "
    "ende til færre konflikter, større legitimitet og bedre resultater.":
        {AFFECTED: "promotes", POWER: "promotes", LETTING_GO: "promotes", CONFLICT: "promotes",
         LEGITIMACY: "promotes", RESULTS: "promotes"},
    "Et partnerskab holder kun sammen, hvis parterne finder frem til mål, som alle kan bakke op om. Fælles mål "
    "giver retning i hverdagen, mens uklare eller skjulte dagsordener får samarbejdet til at gå i hårdknude.":
        {SHARED_GOALS: "promotes", CONFLICTING: "hinders"},
    "Borgere i sårbare positioner deltager, når de har tillid til dem, de møder, og når de oplever en "
    "nødvendighed i det, der foregår. Deltagelsen skal være skrevet ind i partnerskabets struktur og mærkes i "
    "praksis. Praktisk støtte som kørsel, tolkning, en personlig invitation eller nogen at følges med gør ofte "
    "forskellen på, om folk dukker op. Mange aktører i partnerskabet giver også flere roller at vælge imellem, "
    "så forskellige færdigheder kommer i spil.":
        {TRUST: "promotes", NECESSITY: "promotes", STRUCTURE: "promotes", SUPPORT: "promotes",
         ROLES: "promotes"},
    "Endelig tager det tid. Der går typisk fem til ti år, før et partnerskab kan vise resultater, og det er en "
    "styrke, når bevillingen rækker så langt. Tålmodighed og kontinuitet i medarbejdergruppen er med til at "
    "holde relationerne i live.":
        {LONG: "promotes"},
}  # fmt: skip

ENGLISH = {
    "Running a large partnership like a company seldom works. Market logic sets the members against one "
    "another, and the targets and audits of new public management get in the way of what they try to do "
    "together. Cities that rely on new public governance do better: decisions made in a horizontal network, "
    "without a chain of command, make it easier to act across sectors.":
        {MARKET: "hinders", NPM: "hinders", NPG: "promotes", NETWORK: "promotes"},
    "The person who convenes matters as much as the plan. An independent facilitator with no service of her own "
    "to protect helps the members speak frankly. Facilitation works best when it is a catalyst for a process "
    "that keeps changing, rather than a linear plan with fixed milestones.":
        {INDEPENDENT: "promotes", CATALYST: "promotes", LINEAR: "hinders"},
    "Fairness begins with who is in the room. Partnerships gain from bringing in everyone the problem touches, "
    "those most affected above all. Where the gap in power between residents and planners is narrowed and "
    "organisations let go of their own agendas, cooperation becomes stronger. It is costly, yet it brings fewer "
    "conflicts, more legitimacy and, in the end, better results.":
        {AFFECTED: "promotes", POWER: "promotes", LETTING_GO: "promotes", CONFLICT: "promotes",
         LEGITIMACY: "promotes", RESULTS: "promotes"},
    "A goal everybody can stand behind keeps the members together. A shared vision gives them something to "
    "steer by, whereas hidden agendas wear the cooperation down.":
        {SHARED_GOALS: "promotes", CONFLICTING: "hinders"},
    "People in vulnerable positions take part if they trust those they meet and feel that the matter is "
    "necessary for their own lives. Their participation has to be written into the structure and carried out "
    "every day. Practical help such as a lift, an interpreter or a personal invitation is often what makes it "
    "possible to come. A broad partnership opens several roles, so that people with very different skills can "
    "contribute.":
        {TRUST: "promotes", NECESSITY: "promotes", STRUCTURE: "promotes", SUPPORT: "promotes",
         ROLES: "promotes"},
    "All this takes time. Five to ten years pass before results can be seen, and patience on the part of "
    "funders is what allows relations to grow.":
        {LONG: "promotes"},
}  # fmt: skip

# Written at the same time and never looked at while the words were mended.
HELD_OUT = {
    "Konkurrence og markedstænkning hører ikke hjemme i partnerskaber med mange parter. Udbud og kontrakter gør "
    "naboer til rivaler, og målstyring efter new public management vanskeliggør det fælles arbejde. Derimod "
    "understøttes samarbejdet af horisontale netværk uden en chef for bordenden, sådan som new public "
    "governance lægger op til.":
        {MARKET: "hinders", NPM: "hinders", NETWORK: "promotes", NPG: "promotes"},
    "Det er en fordel, at processen faciliteres af en uvildig person. Facilitatoren sætter ting i gang og griber "
    "de muligheder, der opstår; en fluktuerende proces fremmes af nærvær snarere end af et projekt med lineær "
    "fremdrift.":
        {INDEPENDENT: "promotes", CATALYST: "promotes", LINEAR: "hinders"},
    "Når de mennesker, det angår, sidder med ved bordet, bliver løsningerne bedre. Magtforskelle mellem beboere "
    "og fagfolk holder beboerne væk, så længe de ikke udlignes. Partnere, der afgiver magt og lægger egne "
    "interesser til side, skaber større ejerskab og mindsker konflikter.":
        {AFFECTED: "promotes", POWER: "hinders", LETTING_GO: "promotes", LEGITIMACY: "promotes",
         CONFLICT: "promotes"},
    "Parterne kommer længst, når de deler en vision. Et fælles formål samler kræfterne, hvorimod modstridende "
    "interesser lammer arbejdet.":
        {SHARED_GOALS: "promotes", CONFLICTING: "hinders"},
    "Tillid til medarbejderne er afgørende for, om udsatte borgere møder op. Motivationen vokser, når emnet "
    "opleves som relevant og nødvendigt. Transport, oversættelse og en person, der ledsager dem første gang, har "
    "hjulpet mange ind ad døren. Inddragelsen lykkes bedst, hvor borgerne har faste pladser i styregruppen, og "
    "hvor der er opgaver til mange slags evner.":
        {TRUST: "promotes", NECESSITY: "promotes", SUPPORT: "promotes", STRUCTURE: "promotes",
         ROLES: "promotes"},
    "Et partnerskab må have et langt perspektiv. De steder, hvor man gav det ti år, voksede tilliden mellem "
    "parterne, mens korte projektbevillinger brød relationerne af.":
        {LONG: "promotes", SHORT: "hinders", "network_trust_partners": "promotes"},
    "Competition and profit are poor guides for partnerships with many members. Tendering has turned allies into "
    "rivals, and performance targets have undermined joint work. Network governance, in which nobody commands "
    "the others, has instead been found to support cooperation, and so has the wider turn to new public "
    "governance.":
        {MARKET: "hinders", NPM: "hinders", NETWORK: "promotes", NPG: "promotes"},
    "Convenors who are neutral are trusted by all sides. An impartial facilitator enables quarrelling agencies to "
    "meet. Successful facilitators adapt as the process ebbs and flows instead of following a linear project "
    "plan.":
        {INDEPENDENT: "promotes", CATALYST: "promotes", LINEAR: "hinders"},
    "When all affected groups have a seat at the table, plans become fairer. Evening out the power between "
    "citizens and professionals promotes equal exchange. Members who are willing to step back and put aside "
    "their own interests strengthen local ownership and reduce conflict.":
        {AFFECTED: "promotes", POWER: "promotes", LETTING_GO: "promotes", LEGITIMACY: "promotes",
         CONFLICT: "promotes"},
    "Agreement on a common purpose is a condition for everything else. Conflicting interests, on the other hand, "
    "brought several partnerships to a standstill.":
        {SHARED_GOALS: "promotes", CONFLICTING: "hinders"},
    "Trusting relationships with staff enabled people to join in who had stayed at home for years. They came "
    "because they felt a need for it. Transport, child care and someone to go with made attendance possible for "
    "more people. Citizens’ seats on the board secured them a say, and a variety of roles let them use what they "
    "could.":
        {TRUST: "promotes", NECESSITY: "promotes", SUPPORT: "promotes", STRUCTURE: "promotes",
         ROLES: "promotes"},
    "Time is a resource in itself. A long-term commitment of at least five years was essential, while short-term "
    "funding made staff leave.":
        {LONG: "promotes", SHORT: "hinders"},
}  # fmt: skip


@cache
def scheme() -> CodingScheme:
    return read_coding_scheme(Path(__file__).parents[2] / "samsyn" / "starter" / "coding_scheme.yaml")


def directions_of(text: str) -> dict[str, str]:
    """The direction of each code in a paragraph; more than one sentence with one makes a set of them."""
    suggestions = suggest(pd.DataFrame([{"record_id": "r1", "abstract": text}]), scheme())
    said = suggestions.groupby("code_id")["direction"].agg(lambda each: set(each) - {"descriptive"})
    return {
        str(code_id): "/".join(sorted(directions)) or "descriptive" for code_id, directions in said.items()
    }


@pytest.mark.parametrize(("text", "expected"), [*DANISH.items(), *ENGLISH.items()])
def test_each_theme_of_the_article_is_suggested_with_its_direction(text, expected):
    found = directions_of(text)
    assert {code_id: found.get(code_id) for code_id in expected} == expected


def test_words_written_before_the_scheme_was_mended():
    right = [
        directions_of(text).get(code_id) == direction
        for text, expected in HELD_OUT.items()
        for code_id, direction in expected.items()
    ]
    assert sum(right) >= 1
