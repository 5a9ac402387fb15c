"""What a trained model takes for what, and what it looks at."""

from waza.diagnosis.confusion import Confused as Confused
from waza.diagnosis.confusion import confused as confused
from waza.diagnosis.confusion import confusion as confusion
from waza.diagnosis.filters import feature_maps as feature_maps
from waza.diagnosis.filters import first_filters as first_filters
from waza.diagnosis.saliency import input_gradients as input_gradients
from waza.diagnosis.saliency import saliency as saliency
