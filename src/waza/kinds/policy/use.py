"""`waza use` for a policy: episodes are played, and one of them may be drawn."""

import json
from pathlib import Path
from typing import Any

from waza.core.files import write_whole
from waza.kinds.policy.options import PlayOptions
from waza.kinds.policy.playing import facts, summary
from waza.kinds.using import Predictions


def use(model: Any, asked: PlayOptions) -> Predictions:
    """The figures of the episodes as columns of one row; files are written where they are asked for."""
    played = model.play(asked.episodes, asked.seed)
    if asked.json is not None:
        text = json.dumps({**facts(played), "seed": asked.seed}, indent=1, ensure_ascii=False) + "\n"
        write_whole(Path(asked.json), text.encode())
    if asked.render is not None:
        model.render(asked.render, asked.seed)
    return Predictions({name: [value] for name, value in summary(played)._asdict().items()})
