"""Puts the library where `import` finds it."""

import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[1]

sys.path.insert(0, str(PYTHON))
