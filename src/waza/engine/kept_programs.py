"""Compiled programs that later processes read instead of compiling them again."""

import jax

from waza.data.folders import cache_folder

FOLDER = "jax_compilation_cache_dir"
LEAST_SECONDS = 0.2  # of compiling, for a program that is kept


def keep_programs() -> None:
    """Keep compiled programs in waza's cache; a folder that JAX was given for them already is left as it is.

    Raises:
        OSError: the folder cannot be made.
    """
    if jax.config.values[FOLDER] is None:
        folder = cache_folder() / "xla"
        folder.mkdir(parents=True, exist_ok=True)
        jax.config.update(FOLDER, str(folder))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", LEAST_SECONDS)
