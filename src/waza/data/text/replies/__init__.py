"""Measures of written replies: how varied they are, and how near to a true reply by the vectors of their words."""

from waza.data.text.replies.similarity import average_similarity as average_similarity
from waza.data.text.replies.similarity import greedy_similarity as greedy_similarity
from waza.data.text.replies.variety import Variety as Variety
from waza.data.text.replies.variety import bleu as bleu
from waza.data.text.replies.variety import different as different
from waza.data.text.replies.variety import distinct as distinct
from waza.data.text.replies.variety import mean_variety as mean_variety
from waza.data.text.replies.variety import self_bleu as self_bleu
from waza.data.text.replies.variety import variety as variety
