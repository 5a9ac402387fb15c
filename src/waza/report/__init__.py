"""Reports of runs: chart types, the page, the terminal's table, and results as JSON."""

from waza.report.charts import by_layer as by_layer
from waza.report.charts import over_layers as over_layers
from waza.report.charts import over_steps as over_steps
from waza.report.compared import bars as bars
from waza.report.compared import differences as differences
from waza.report.compared import side_by_side as side_by_side
from waza.report.figures import Figure as Figure
from waza.report.figures import main_png as main_png
from waza.report.filling import values_of as values_of
from waza.report.kept import read_verdicts as read_verdicts
from waza.report.kept import write_page as write_page
from waza.report.kept import write_report as write_report
from waza.report.numbers import over_numbers as over_numbers
from waza.report.page import render_page as render_page
from waza.report.summary import as_json as as_json
from waza.report.sweeps import over_rates as over_rates
from waza.report.sweeps import tuning_curves as tuning_curves
from waza.report.telling import told as told
from waza.report.terminal import print_lines as print_lines
from waza.report.terminal import print_report as print_report
from waza.report.words import LANGUAGES as LANGUAGES
from waza.report.words import load_words as load_words
from waza.report.words import plain_words as plain_words
