"""Data sets: where they come from, that they are what they should be, and how they are split."""

from waza.data.catalogue import Entry as Entry
from waza.data.catalogue import entry as entry
from waza.data.catalogue import get as get
from waza.data.catalogue import listing as listing
from waza.data.catalogue import load as load
from waza.data.cifar10 import cifar10 as cifar10
from waza.data.cifar10_jpg import cifar10_jpg as cifar10_jpg
from waza.data.dataset import Dataset as Dataset
from waza.data.dataset import Split as Split
from waza.data.dataset import hold_out as hold_out
from waza.data.dataset import stratified as stratified
from waza.data.digits import digits as digits
from waza.data.download import download as download
from waza.data.fashion_mnist import fashion_mnist as fashion_mnist
from waza.data.folders import cache_folder as cache_folder
from waza.data.folders import data_folder as data_folder
from waza.data.idx import parse_idx as parse_idx
from waza.data.idx import read_idx as read_idx
from waza.data.images import ImageFolder as ImageFolder
from waza.data.images import image_folder as image_folder
from waza.data.mnist import mnist as mnist
from waza.data.notes import Note as Note
from waza.data.source import Source as Source
