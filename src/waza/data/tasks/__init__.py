"""Synthetic tasks for recurrent networks: each tests one ability, and its answers are exact."""

from waza.data.tasks.adding import adding as adding
from waza.data.tasks.binary_addition import binary_addition as binary_addition
from waza.data.tasks.dictionary import Translated as Translated
from waza.data.tasks.dictionary import dictionary as dictionary
from waza.data.tasks.distractor import distractor as distractor
from waza.data.tasks.embedded_reber_string import embedded_reber_string as embedded_reber_string
from waza.data.tasks.is_embedded_reber import is_embedded_reber as is_embedded_reber
from waza.data.tasks.reber_stream import reber_stream as reber_stream
from waza.data.tasks.sine import sine as sine
from waza.data.tasks.sine import sine_values as sine_values
from waza.data.tasks.spike_delays import spike_delays as spike_delays
from waza.data.tasks.tagging import tagging as tagging
