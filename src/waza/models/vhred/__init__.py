"""VHRED, the hierarchical recurrent encoder-decoder with a latent variable for each utterance."""

from waza.models.vhred.bag_of_words import BagOfWords as BagOfWords
from waza.models.vhred.by_width import gru_vhred as gru_vhred
from waza.models.vhred.gaussian_network import Normal as Normal
from waza.models.vhred.gaussian_network import PosteriorNorm as PosteriorNorm
from waza.models.vhred.posterior_gain import posterior_gain as posterior_gain
from waza.models.vhred.vhred import VHRED as VHRED
