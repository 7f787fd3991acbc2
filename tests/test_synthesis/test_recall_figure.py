"""Recall curves: the same bytes each time, readable small, with their words; names are text, not markup."""

from lxml import etree

from synthesis import recall_figure

FOUND = {"default": [[1, 0, 1, 0] * 10, [0, 1, 1, 0] * 10], "one <word>": [[0, 0, 1, 1] * 10]}
SVG = "{http://www.w3.org/2000/svg}"


def test_the_figure_is_one_element_with_a_text_alternative_and_the_same_each_time():
    drawn = recall_figure(FOUND)
    root = etree.fromstring(drawn)
    assert drawn == recall_figure(FOUND)
    assert root.attrib["role"] == "img"
    assert "default: after 10 %: 10 %, after 25 %: 25 %" in root.findtext(f"{SVG}desc")
    assert root.attrib["viewBox"].startswith("0 0 320 ")


def test_letters_are_not_smaller_than_eleven_pixels_at_320():
    sizes = {
        float(text.get("font-size", 13)) for text in etree.fromstring(recall_figure(FOUND)).iter(f"{SVG}text")
    }
    assert min(sizes) >= 11


def test_a_thin_line_per_draw_and_a_thick_one_per_ranking():
    paths = list(etree.fromstring(recall_figure(FOUND)).iter(f"{SVG}path"))
    widths = [path.get("stroke-width") for path in paths]
    assert widths.count("0.6") == 2
    assert widths.count("2.2") == 2 * len(FOUND)  # the curve and its sign in the legend
    assert len({path.get("stroke-dasharray") for path in paths if path.get("stroke-width") == "2.2"}) == 2


def test_names_cannot_bring_markup():
    drawn = recall_figure({"<script>x</script>": [[1, 0]]})
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_in_danish():
    assert "læste poster" in recall_figure(FOUND, language="da")


def test_a_recall_is_not_rounded_up_to_all():
    run = [1] * 499 + [0] * 500 + [1]
    assert "after 50 %: 99 %" in recall_figure({"default": [run]})
