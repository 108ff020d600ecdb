"""The impact page has words for every figure of the report."""

from pinfold.impact.methods import METHODS
from pinfold.web.rooms.impact import LABELS


def test_every_figure_of_the_report_has_a_label_on_its_page():
    assert LABELS.keys() == METHODS.keys()
