"""Files of Python source that are a user's own."""

import functools
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def is_users_file(path: str) -> bool:
    """Whether a file is Python source outside waza and the folders of installed packages, and is there.

    >>> is_users_file(__file__), is_users_file(functools.__file__), is_users_file("<string>")
    (False, False, False)
    """
    file = Path(path)
    if not file.is_file() or file.suffix != ".py":
        return False
    file = file.resolve()
    installed = [Path(one).resolve() for key, one in sysconfig.get_paths().items() if key != "data"]
    inside = any(file.is_relative_to(folder) for folder in (ROOT, *installed) if folder != Path("/"))
    return not inside and "site-packages" not in file.parts
