"""The fuzzer's modules can be imported as `fuzz`, as `python -m fuzz` does."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
