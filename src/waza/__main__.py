"""The program `waza`, also as `python -m waza`: signals are heard before anything that takes time is imported."""

from waza.core import signals, streams


def main() -> None:
    """Run the command with the arguments of this process."""
    streams.make_ready()
    signals.listen()
    from waza.cli import main as command

    command()


if __name__ == "__main__":
    main()
