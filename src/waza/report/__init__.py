"""What is shown of a run: the terminal's table, the page, the figure and the figures as JSON."""

from waza.report.figures import main_png as main_png
from waza.report.page import render_page as render_page
from waza.report.summary import as_json as as_json
from waza.report.terminal import print_report as print_report
from waza.report.words import LANGUAGES as LANGUAGES
from waza.report.words import load_words as load_words
from waza.report.words import plain_words as plain_words
